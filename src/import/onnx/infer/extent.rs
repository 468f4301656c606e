//! Shapes as formulas over the dims of the model.

use num_traits::ToPrimitive;

use crate::import::onnx::error::ImportError;
use crate::number::whole;
use crate::symbolic::{Atom, Expr};

/// Tensors of more axes are refused.
const MAX_RANK: usize = 16;
/// Larger extents are refused as damage to the file.
const MAX_EXTENT: i64 = 1_000_000_000_000;
/// Longer lists are not followed element by element.
pub(crate) const MAX_VALUES: usize = 4096;

/// NumPy's broadcasting: shapes aligned at their last axes, an extent of 1
/// stretches. Of two that are not known to be equal the one that is a symbol
/// gives way.
///
/// # Errors
/// Two numbers that differ.
pub(crate) fn broadcast(a: &[Expr], b: &[Expr]) -> Result<Vec<Expr>, String> {
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
pub(crate) fn shown(shape: &[Expr]) -> String {
    let extents: Vec<String> = shape.iter().map(Expr::to_string).collect();
    format!("[{}]", extents.join(", "))
}

/// The largest whole number that is no larger. Dims are whole, and so is what
/// is added and multiplied of them.
pub(crate) fn floor(expr: &Expr) -> Expr {
    if is_whole(expr) {
        expr.clone()
    } else {
        expr.floor()
    }
}

/// The smallest whole number that is no smaller.
pub(crate) fn ceil(expr: &Expr) -> Expr {
    if is_whole(expr) {
        expr.clone()
    } else {
        expr.ceil()
    }
}

/// Whether it is a whole number for all dims.
pub(crate) fn is_whole(expr: &Expr) -> bool {
    expr.terms().all(|(monomial, coefficient)| {
        let factors = monomial.factors();
        coefficient.is_integer()
            && factors.iter().all(|(atom, exponent)| {
                *exponent > 0
                    && match atom {
                        Atom::Symbol(_) | Atom::Floor(_) => true,
                        Atom::Group(inner) => is_whole(inner),
                        Atom::Max(pair) => is_whole(&pair.0) && is_whole(&pair.1),
                        Atom::Call(_) => false,
                    }
            })
    })
}

/// A plain number.
pub(crate) fn number(value: &Expr) -> Result<i64, ImportError> {
    let constant = value.as_constant().filter(|value| value.is_integer());
    let number = constant.and_then(|value| value.to_integer().to_i64());
    number.ok_or_else(|| {
        ImportError::Unsupported(format!("a number is needed where `{value}` stands"))
    })
}

/// How many elements there are along these extents, if they are few.
pub(crate) fn few(extents: &[i64]) -> Option<usize> {
    let count = (extents.iter()).try_fold(1i64, |count, extent| count.checked_mul(*extent))?;
    usize::try_from(count)
        .ok()
        .filter(|count| *count <= MAX_VALUES)
}

/// Extents that are plain numbers.
pub(crate) fn extents(shape: &[Expr]) -> Option<Vec<i64>> {
    shape.iter().map(|extent| number(extent).ok()).collect()
}

/// Whether a tensor can have this shape.
///
/// # Errors
/// Too many axes, an extent that is negative, a fraction or too large; in words
/// that follow the name of the tensor.
pub(crate) fn check_shape(shape: &[Expr]) -> Result<(), String> {
    if shape.len() > MAX_RANK {
        return Err(format!("has {} axes, more than {MAX_RANK}", shape.len()));
    }
    let limit = whole(MAX_EXTENT);
    for extent in shape {
        let Some(value) = extent.as_constant() else {
            continue;
        };
        if value > limit {
            return Err(format!("has an axis of {extent} elements"));
        }
        if value < whole(0) || !value.is_integer() {
            return Err(format!("would have an axis of {extent} elements"));
        }
    }
    Ok(())
}

/// An axis that may be counted from the end.
pub(crate) fn axis_at(axis: i64, rank: usize) -> Result<usize, ImportError> {
    let from_end = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(from_end)
        .ok()
        .filter(|at| *at < rank)
        .ok_or_else(|| ImportError::Invalid(format!("no axis {axis} among {rank}")))
}
