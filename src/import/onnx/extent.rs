//! Extents of tensors as formulas over the dims of the model.

use std::collections::BTreeMap;

use super::proto::Dim;
use crate::formula::is_name;
use crate::symbolic::{Atom, Expr};

/// The dims of a graph, by the names that its file gives them.
#[derive(Debug, Default)]
pub(super) struct Dims {
    known: BTreeMap<String, Expr>,
    /// The names in the model file, in order of appearance.
    pub(super) names: Vec<String>,
    unnamed: usize,
}

impl Dims {
    /// The extent that a file claims, if it can be one.
    ///
    /// # Errors
    /// A negative number, in words.
    pub(super) fn extent(&mut self, dim: &Dim, of: &str, at: usize) -> Result<Expr, String> {
        match dim {
            Dim::Value(value) if *value >= 0 => Ok(Expr::whole(*value)),
            Dim::Value(value) => Err(format!("axis {at} of `{of}` has {value} elements")),
            Dim::Param(text) => Ok(self.named(text)),
            Dim::Unknown => {
                self.unnamed += 1;
                let name = format!("{of}_axis{at}");
                Ok(self.named(&name))
            }
        }
    }

    /// Whether an extent is a number, or a dim that an input has.
    pub(super) fn is_known(&self, dim: &Dim) -> bool {
        match dim {
            Dim::Value(_) => true,
            Dim::Param(text) => self.known.contains_key(text),
            Dim::Unknown => false,
        }
    }

    /// The dim of this name. What is no name by itself (`2*seq`, `dim-0`) is
    /// made one.
    fn named(&mut self, text: &str) -> Expr {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let mut name = name_of(text);
        while self.names.contains(&name) {
            name.push('_');
        }
        let symbol = Expr::symbol(&name);
        self.known.insert(text.to_owned(), symbol.clone());
        self.names.push(name);
        symbol
    }
}

/// Words that mean something in formulas.
const RESERVED: [&str; 16] = [
    "abs", "exp", "log", "sqrt", "tanh", "erf", "sign", "round", "max", "min", "clip", "where",
    "floor", "ceil", "true", "false",
];

/// A name that formulas can use, as like `text` as possible.
pub(super) fn name_of(text: &str) -> String {
    // A path says most at its end.
    let tail = text.rsplit(['/', ':']).find(|part| !part.is_empty());
    let mut name: String = tail
        .unwrap_or("t")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    name.truncate(48);
    let fits = is_name(&name) && !RESERVED.contains(&name.as_str());
    if fits { name } else { format!("t_{name}") }
}

/// NumPy's broadcasting: shapes aligned at their last axes, an extent of 1
/// stretches. Of two that are not known to be equal the one that is a symbol
/// gives way.
///
/// # Errors
/// Two numbers that differ.
pub(super) fn broadcast(a: &[Expr], b: &[Expr]) -> Result<Vec<Expr>, String> {
    let rank = a.len().max(b.len());
    let one = Expr::one();
    let mut shape = Vec::with_capacity(rank);
    for at in 0..rank {
        let of = |shape: &[Expr]| {
            let missing = rank - shape.len();
            at.checked_sub(missing)
                .map_or_else(Expr::one, |at| shape[at].clone())
        };
        let (x, y) = (of(a), of(b));
        let known = |extent: &Expr| extent.as_constant().is_some();
        shape.push(if x == y || y == one || (!known(&y) && x != one) {
            x
        } else if x == one || !known(&x) {
            y
        } else {
            return Err(format!("{} and {} cannot be combined", shown(a), shown(b)));
        });
    }
    Ok(shape)
}

/// A shape in messages.
pub(super) fn shown(shape: &[Expr]) -> String {
    let extents: Vec<String> = shape.iter().map(Expr::to_string).collect();
    format!("[{}]", extents.join(", "))
}

/// The largest whole number that is no larger. Dims are whole, and so is what
/// is added and multiplied of them.
pub(super) fn floor(expr: &Expr) -> Expr {
    if is_whole(expr) {
        expr.clone()
    } else {
        expr.floor()
    }
}

/// The smallest whole number that is no smaller.
pub(super) fn ceil(expr: &Expr) -> Expr {
    if is_whole(expr) {
        expr.clone()
    } else {
        expr.ceil()
    }
}

fn is_whole(expr: &Expr) -> bool {
    expr.terms().all(|(monomial, coefficient)| {
        let factors = monomial.factors();
        coefficient.is_integer()
            && factors.iter().all(|(atom, exponent)| {
                *exponent > 0 && matches!(atom, Atom::Symbol(_) | Atom::Floor(_))
            })
    })
}
