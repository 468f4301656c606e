//! Axes indexed by a formula: the windows of convolutions and poolings.

use crate::formula::Formula;
use crate::graph::names::Names;
use crate::source::Diagnostic;
use crate::symbolic::{Atom, Expr, build};

/// A formula such as `2*y + ky - 3`, taken apart.
pub(super) struct Window {
    /// Each axis with its factor.
    pub(super) factors: Vec<(String, Expr)>,
    pub(super) offset: Expr,
}

impl Window {
    /// Takes `formula` apart, an index of the op `op`; `is_axis` tells axes
    /// from dims.
    pub(super) fn read(
        formula: &Formula,
        op: &str,
        names: &Names,
        is_axis: impl Fn(&str) -> bool,
    ) -> Result<Window, Diagnostic> {
        // Axes are told apart from dims by a mark that no name can have.
        let marked = |name: &str| format!("#{name}");
        let expr = build(formula, &mut |name, place| {
            if is_axis(name) {
                Ok(Expr::symbol(&marked(name)))
            } else {
                names.get(name).cloned().ok_or_else(|| {
                    Diagnostic::at(
                        place,
                        format!("`{name}` is neither an axis of `{op}` nor a known name"),
                    )
                    .help(format!(
                        "an axis that only the window has is told by `axes = {{ {name} = 3 }}`"
                    ))
                })
            }
        })?;
        let mut window = Window {
            factors: Vec::new(),
            offset: Expr::zero(),
        };
        for (monomial, coefficient) in expr.terms() {
            let is_mark =
                |atom: &Atom| matches!(atom, Atom::Symbol(s) if s.name().starts_with('#'));
            let marks = monomial.factors().iter().filter(|(atom, _)| is_mark(atom));
            let marks: Vec<_> = marks.collect();
            let term = Expr::from_term(monomial, coefficient);
            match marks.as_slice() {
                [] => window.offset += &term,
                [(Atom::Symbol(symbol), 1)] => {
                    let axis = symbol.name().trim_start_matches('#').to_owned();
                    let factor = term
                        .divide(&Expr::symbol(symbol.name()))
                        .unwrap_or_default();
                    match window.factors.iter_mut().find(|(known, _)| *known == axis) {
                        Some((_, sum)) => *sum += &factor,
                        None => window.factors.push((axis, factor)),
                    }
                }
                _ => {
                    return Err(Diagnostic::at(
                        &formula.place,
                        "an index must be a sum of axes, each times a number",
                    ));
                }
            }
        }
        Ok(window)
    }
}
