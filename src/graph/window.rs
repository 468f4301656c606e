//! Axes indexed by a formula: the windows of convolutions and poolings.

use num_traits::One;

use super::einsum::Axes;
use crate::formula::Formula;
use crate::model::Signature;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Atom, Expr, build};

/// A formula such as `2*y + ky - 3`, taken apart.
struct Window {
    factors: Vec<(String, Expr)>,
    offset: Expr,
}

impl Axes<'_> {
    /// An operand's axis that is indexed by a formula such as `2*y + ky - 3`.
    /// If one of its axes is still open, the window slides along that one: it
    /// fits ⌊(size − 1 + 2·padding − Σ reach of the others) / stride⌋ + 1 times,
    /// where the padding on either side is what the formula subtracts.
    pub(super) fn windowed(
        &mut self,
        formula: &Formula,
        extent: &Expr,
        signature: &Signature,
        problems: &mut Problems,
    ) {
        let window = match self.window(formula, signature) {
            Ok(window) => window,
            Err(mistake) => {
                problems.push(mistake);
                return;
            }
        };
        let mut reach = Expr::zero();
        let mut open: Vec<(String, Expr)> = Vec::new();
        for (axis, factor) in window.factors {
            match self.known(&axis) {
                Some(known) => {
                    reach += &(&factor * &(&known - &Expr::one()));
                    self.extents.insert(axis, known);
                }
                None => open.push((axis, factor)),
            }
        }
        let room =
            &(&(extent - &Expr::one()) - &window.offset.scale(&crate::number::whole(2))) - &reach;
        match open.as_slice() {
            // All is known: the last window must end within the input.
            [] => self.leave_room(room, &formula.place),
            [(axis, stride)] => {
                let Some(steps) = room.divide(stride) else {
                    problems.push(Diagnostic::at(&formula.place, "a stride of 0"));
                    return;
                };
                // A stride of 1 always fits a whole number of times.
                let one = stride.as_constant().is_some_and(|stride| stride.is_one());
                let steps = if one { steps } else { steps.floor() };
                let fits = &steps + &Expr::one();
                self.constrain(axis, &fits, &formula.place);
                self.extents.insert(axis.clone(), fits);
            }
            several => {
                let open: Vec<&str> = several.iter().map(|(axis, _)| axis.as_str()).collect();
                let message = format!(
                    "nothing tells how large axes `{}` of `{}` are; one of them may be open",
                    open.join("` and `"),
                    self.op
                );
                problems.push(Diagnostic::at(&formula.place, message).help(
                    "the extents of a window are told by a weight, a dim, or `axes = { ky = 3 }`",
                ));
            }
        }
    }

    fn window(&self, formula: &Formula, signature: &Signature) -> Result<Window, Diagnostic> {
        let axis_names = signature.axis_names();
        // Axes are told apart from dims by a mark that no name can have.
        let marked = |name: &str| format!("#{name}");
        let is_axis = |name: &str| axis_names.contains(&name) || self.extents.contains_key(name);
        let expr = build(formula, &mut |name, place| {
            if is_axis(name) {
                Ok(Expr::symbol(&marked(name)))
            } else {
                self.names.get(name).cloned().ok_or_else(|| {
                    Diagnostic::at(
                        place,
                        format!(
                            "`{name}` is neither an axis of `{}` nor a known name",
                            self.op
                        ),
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
