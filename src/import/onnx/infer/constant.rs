//! The elements of constants, computed once before the network runs: shapes,
//! axes, scales, masks.

use super::extent::{MAX_VALUES, extents, floor, number};
use super::index::broadcast_places;
use super::numeric;
use crate::import::onnx::net::{Binary, KnownValue, Net, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::symbolic::Expr;

/// The elements of the result of `work` on constants, where they are known.
pub(crate) fn value(
    work: &Work,
    inputs: &[TensorId],
    shape: &[Expr],
    net: &Net,
) -> Option<KnownValue> {
    let count = shape.iter().try_fold(1usize, |all, extent| {
        let extent = number(extent).ok()?;
        all.checked_mul(usize::try_from(extent).ok()?)
    })?;
    if count > MAX_VALUES {
        return None;
    }
    let operands: Vec<KnownValue> = (inputs.iter())
        .map(|input| spread(*input, shape, net))
        .collect::<Option<_>>()?;
    match (work, operands.as_slice()) {
        (Work::Unary(unary), [x]) => apply_unary(*unary, x),
        (Work::Binary(binary), [x, y]) => {
            let first = inputs.first().map(|id| net.tensors[*id].element);
            apply_binary(*binary, x, y, first.is_some_and(ElementType::is_whole))
        }
        (Work::Where, [condition, x, y]) => {
            let condition = condition.reals()?;
            let (x, y) = alike(x, y)?;
            let pick = |at: &usize| condition.get(*at).map(|c| *c != 0.0);
            let places: Vec<usize> = (0..count).collect();
            match (x, y) {
                (KnownValue::Whole(x), KnownValue::Whole(y)) => (places.iter())
                    .map(|at| {
                        if pick(at)? {
                            x.get(*at).cloned()
                        } else {
                            y.get(*at).cloned()
                        }
                    })
                    .collect::<Option<_>>()
                    .map(KnownValue::Whole),
                (x, y) => {
                    let (x, y) = (x.reals()?, y.reals()?);
                    (places.iter())
                        .map(|at| {
                            if pick(at)? {
                                x.get(*at).copied()
                            } else {
                                y.get(*at).copied()
                            }
                        })
                        .collect::<Option<_>>()
                        .map(KnownValue::Real)
                }
            }
        }
        _ => None,
    }
}

/// The elements of a constant, broadcast to `shape`.
fn spread(tensor: TensorId, shape: &[Expr], net: &Net) -> Option<KnownValue> {
    let tensor = net.tensors.get(tensor)?;
    let value = tensor.value.as_ref()?;
    let own: Vec<i64> = extents(tensor.shape.as_ref()?)?;
    let target = extents(shape)?;
    if own == target {
        return Some(value.clone());
    }
    value.pick(&broadcast_places(&own, &target)?)
}

fn alike(x: &KnownValue, y: &KnownValue) -> Option<(KnownValue, KnownValue)> {
    Some(match (x, y) {
        (KnownValue::Whole(_), KnownValue::Whole(_)) => (x.clone(), y.clone()),
        _ => (KnownValue::Real(x.reals()?), KnownValue::Real(y.reals()?)),
    })
}

fn apply_unary(unary: Unary, x: &KnownValue) -> Option<KnownValue> {
    if let KnownValue::Whole(values) = x {
        let kept = |change: &dyn Fn(&Expr) -> Option<Expr>| {
            values
                .iter()
                .map(change)
                .collect::<Option<_>>()
                .map(KnownValue::Whole)
        };
        match unary {
            Unary::Cast => return Some(x.clone()),
            Unary::Negate => return kept(&|value| Some(&Expr::zero() - value)),
            Unary::Round => return kept(&|value| Some(value.clone())),
            _ => {}
        }
    }
    let values = x.reals()?;
    Some(KnownValue::Real(
        values
            .into_iter()
            .map(|x| numeric::unary(unary, x))
            .collect(),
    ))
}

fn apply_binary(binary: Binary, x: &KnownValue, y: &KnownValue, whole: bool) -> Option<KnownValue> {
    let (x, y) = alike(x, y)?;
    match (x, y) {
        (KnownValue::Whole(x), KnownValue::Whole(y)) => {
            let pairs = x.iter().zip(&y);
            pairs
                .map(|(x, y)| whole_binary(binary, x, y, whole))
                .collect::<Option<_>>()
                .map(KnownValue::Whole)
        }
        (x, y) => {
            let (x, y) = (x.reals()?, y.reals()?);
            let pairs = x.into_iter().zip(y);
            Some(KnownValue::Real(
                pairs.map(|(x, y)| numeric::binary(binary, x, y)).collect(),
            ))
        }
    }
}

/// Integers divide towards zero, as extents do.
fn whole_binary(binary: Binary, x: &Expr, y: &Expr, integers: bool) -> Option<Expr> {
    let truth = |truth: bool| Some(if truth { Expr::one() } else { Expr::zero() });
    let ordered = x.as_constant().zip(y.as_constant());
    match binary {
        Binary::Add => Some(x + y),
        Binary::Sub => Some(x - y),
        Binary::Mul => Some(x * y),
        Binary::Div if integers => Some(floor(&x.divide(y)?)),
        Binary::Div => x.divide(y),
        Binary::Max => Some(x.larger(y)),
        Binary::Min => Some(x.smaller(y)),
        Binary::Equal => match ordered {
            Some((x, y)) => truth(x == y),
            None if x == y => truth(true),
            // An extent is at least 1.
            None => {
                let constant = x.as_constant().or_else(|| y.as_constant())?;
                if constant < whole(1) {
                    truth(false)
                } else {
                    None
                }
            }
        },
        Binary::Greater => ordered.and_then(|(x, y)| truth(x > y)),
        Binary::GreaterOrEqual => ordered.and_then(|(x, y)| truth(x >= y)),
        Binary::Less => ordered.and_then(|(x, y)| truth(x < y)),
        Binary::LessOrEqual => ordered.and_then(|(x, y)| truth(x <= y)),
        Binary::Power => {
            let exponent = number(y).ok()?;
            x.power(
                i32::try_from(exponent)
                    .ok()
                    .filter(|e| (0..=64).contains(e))?,
            )
        }
    }
}
