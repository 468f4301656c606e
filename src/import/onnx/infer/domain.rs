//! Which values the results of constants hold.

use num_rational::BigRational;

use crate::domain::Domain;
use crate::import::onnx::net::{Binary, Net, NetTensor, Scale, TensorId, Unary, Work};
use crate::symbolic::Expr;

/// Which values the result of `work` on constants holds, and what all of them
/// are multiplied by.
pub(crate) fn domain(
    work: &Work,
    inputs: &[TensorId],
    shape: &[Expr],
    net: &Net,
) -> (Domain, Option<Scale>) {
    let operands: Vec<&NetTensor> = inputs.iter().map(|id| &net.tensors[*id]).collect();
    match (work, operands.as_slice()) {
        (Work::Unary(unary), [x]) => of_unary(*unary, x),
        (Work::Clip(low, high), [x]) => (clipped(&plain(x), *low, *high), None),
        (
            Work::Binary(
                Binary::Greater
                | Binary::GreaterOrEqual
                | Binary::Less
                | Binary::LessOrEqual
                | Binary::Equal
                | Binary::Or
                | Binary::Xor,
            ),
            _,
        ) => (Domain::binary(), None),
        (Work::Binary(binary), [x, y]) => of_binary(*binary, x, y, shape),
        // What each number belongs to is told by whoever moves axes.
        (Work::Move, [x]) if !matches!(x.scale, Some(Scale::Along(_))) => {
            (x.domain.clone(), x.scale)
        }
        (Work::Gather, [x, ..]) if x.scale != Some(Scale::Along(0)) => (x.domain.clone(), x.scale),
        (Work::Move, parts) => {
            let parts = parts.iter().map(|part| plain(part));
            let all = parts.reduce(|all, part| all.join(&part));
            (all.unwrap_or(Domain::Real), None)
        }
        (Work::Where, [_, x, y]) => (held(x).join(&held(y)), None),
        _ => (Domain::Real, None),
    }
}

/// The values of a tensor, where nothing is known of those of a scaled one.
fn plain(tensor: &NetTensor) -> Domain {
    match tensor.scale {
        None => tensor.domain.clone(),
        Some(_) => Domain::Real,
    }
}

/// The values of a tensor, if need be from its elements.
fn held(tensor: &NetTensor) -> Domain {
    let number = tensor.value.as_ref().and_then(|value| value.uniform());
    match number.and_then(BigRational::from_float) {
        Some(number) => Domain::of([number]),
        None => plain(tensor),
    }
}

fn of_unary(unary: Unary, x: &NetTensor) -> (Domain, Option<Scale>) {
    let values = plain(x);
    let changed = match unary {
        Unary::Cast | Unary::Negate if x.scale.is_some() => return (x.domain.clone(), x.scale),
        Unary::Cast => values,
        Unary::Negate => values.map(true, |x| -x),
        Unary::Abs => values.map(true, num_traits::Signed::abs),
        Unary::Sign => Domain::sign(),
        Unary::Not => Domain::binary(),
        Unary::Round => values.rounded(),
        Unary::Floor if values.is_few() => values.map(true, BigRational::floor),
        Unary::Ceil if values.is_few() => values.map(true, BigRational::ceil),
        Unary::Floor | Unary::Ceil => Domain::Integer,
        Unary::Relu => clipped(&values, 0.0, f64::INFINITY),
        _ => Domain::Real,
    };
    (changed, None)
}

fn clipped(values: &Domain, low: f64, high: f64) -> Domain {
    let (low, high) = (BigRational::from_float(low), BigRational::from_float(high));
    match (low, high) {
        (Some(low), Some(high)) => values.clipped(&low, &high),
        (Some(low), None) => values.map(low.is_integer(), |x| x.max(&low).clone()),
        (None, Some(high)) => values.map(high.is_integer(), |x| x.min(&high).clone()),
        (None, None) => values.clone(),
    }
}

fn of_binary(
    binary: Binary,
    x: &NetTensor,
    y: &NetTensor,
    shape: &[Expr],
) -> (Domain, Option<Scale>) {
    let both = |change: fn(&BigRational, &BigRational) -> BigRational| {
        (plain(x).combine(&held(y), change), None)
    };
    match binary {
        Binary::Mul => (times(x, y, shape))
            .or_else(|| times(y, x, shape))
            .unwrap_or((Domain::Real, None)),
        Binary::Div => times(x, y, shape).unwrap_or((Domain::Real, None)),
        Binary::Add => both(|x, y| x + y),
        Binary::Sub => both(|x, y| x - y),
        Binary::Max => both(|x, y| x.max(y).clone()),
        Binary::Min => both(|x, y| x.min(y).clone()),
        _ => (Domain::Real, None),
    }
}

/// Few values times a number, or a number for each index of an axis: they are
/// what they were, beside it.
fn times(
    tensor: &NetTensor,
    factor: &NetTensor,
    shape: &[Expr],
) -> Option<(Domain, Option<Scale>)> {
    if !tensor.domain.is_few() || tensor.shape.as_deref() != Some(shape) {
        return None;
    }
    let factors = factor.shape.as_deref()?;
    let first = shape.len().checked_sub(factors.len())?;
    let mut long = (0..factors.len()).filter(|at| factors[*at] != Expr::one());
    let own = match (long.next(), long.next()) {
        (None, _) => Scale::Single,
        (Some(axis), None) => Scale::Along(first + axis),
        (Some(_), Some(_)) => return None,
    };
    let scale = match (tensor.scale, own) {
        (None | Some(Scale::Single), own) => own,
        (Some(before), Scale::Single) => before,
        (Some(before), own) if before == own => own,
        _ => return None,
    };
    Some((tensor.domain.clone(), Some(scale)))
}
