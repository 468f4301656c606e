//! The elements of constants, computed once before the network runs: shapes,
//! axes, scales, masks.

use num_rational::BigRational;

use super::bounds::{is_non_negative, larger, smaller, truncate};
use super::extent::{MAX_VALUES, ceil, extents, floor, is_whole, number};
use super::index::broadcast_places;
use super::{numeric, sums};
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
    match work {
        Work::Fold(fold) => return sums::folded(fold, *inputs.first()?, net),
        Work::Product(product) => return sums::product(product, inputs, net),
        _ => {}
    }
    let operands: Vec<KnownValue> = (inputs.iter())
        .map(|input| spread(*input, shape, net))
        .collect::<Option<_>>()?;
    match (work, operands.as_slice()) {
        (Work::Clip(low, high), [x]) => {
            let bound = |bound: f64| BigRational::from_float(bound).map(Expr::constant);
            let (low, high) = (bound(*low), bound(*high));
            let clipped = x.exprs()?.into_iter().map(|value| {
                let above = low
                    .as_ref()
                    .map_or(value.clone(), |low| larger(&value, low));
                (high.as_ref()).map_or(above.clone(), |high| smaller(&above, high))
            });
            Some(KnownValue::Whole(clipped.collect()))
        }
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
pub(crate) fn spread(tensor: TensorId, shape: &[Expr], net: &Net) -> Option<KnownValue> {
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
        let each = |change: &dyn Fn(&Expr) -> Option<Expr>| {
            let changed: Option<_> = values.iter().map(change).collect();
            changed.map(KnownValue::Whole)
        };
        let exact = match unary {
            Unary::Cast => return Some(x.clone()),
            Unary::Negate => each(&|value| Some(-value.clone())),
            Unary::Floor => each(&|value| Some(floor(value))),
            Unary::Ceil => each(&|value| Some(ceil(value))),
            Unary::Round => each(&round),
            Unary::Abs => each(&|value| Some(larger(value, &-value.clone()))),
            Unary::Relu => each(&|value| Some(larger(value, &Expr::zero()))),
            _ => None,
        };
        if exact.is_some() {
            return exact;
        }
    }
    let values = x.reals()?;
    let changed = values.into_iter().map(|x| numeric::unary(unary, x));
    Some(KnownValue::Real(changed.collect()))
}

/// The nearest whole number, of two the even one, where that can be told.
fn round(value: &Expr) -> Option<Expr> {
    if is_whole(value) {
        return Some(value.clone());
    }
    let constant = value.as_constant()?;
    let half = &constant - constant.floor() == whole(1) / whole(2);
    let nearest = match half {
        true => (constant / whole(2)).round() * whole(2),
        false => constant.round(),
    };
    Some(Expr::constant(nearest))
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

/// Formulas: integers divide towards zero.
fn whole_binary(binary: Binary, x: &Expr, y: &Expr, integers: bool) -> Option<Expr> {
    match binary {
        Binary::Add => Some(x + y),
        Binary::Sub => Some(x - y),
        Binary::Mul => Some(x * y),
        Binary::Div if integers => Some(truncate(&x.divide(y)?)),
        Binary::Div => x.divide(y),
        Binary::Max => Some(larger(x, y)),
        Binary::Min => Some(smaller(x, y)),
        Binary::Equal
        | Binary::Greater
        | Binary::GreaterOrEqual
        | Binary::Less
        | Binary::LessOrEqual => {
            let holds = compare(binary, x, y, integers)?;
            Some(if holds { Expr::one() } else { Expr::zero() })
        }
        // Whoever reads the operator tells.
        Binary::Or | Binary::Xor => None,
        Binary::Power => {
            let exponent = number(y).ok()?;
            let exponent = i32::try_from(exponent).ok();
            x.power(exponent.filter(|e| (0..=64).contains(e))?)
        }
    }
}

/// Whether a comparison holds, where that is so for all dims.
fn compare(binary: Binary, x: &Expr, y: &Expr, integers: bool) -> Option<bool> {
    let less = |x: &Expr, y: &Expr| match (x.as_constant(), y.as_constant()) {
        (Some(x), Some(y)) => Some(x < y),
        _ if is_non_negative(&(x - y)) => Some(false),
        // Whole numbers that differ do so by 1.
        _ if integers && is_non_negative(&(&(y - x) - &Expr::one())) => Some(true),
        _ => None,
    };
    match binary {
        Binary::Less => less(x, y),
        Binary::Greater => less(y, x),
        Binary::GreaterOrEqual => less(x, y).map(|less| !less),
        Binary::LessOrEqual => less(y, x).map(|less| !less),
        _ if x == y => Some(true),
        _ => match (less(x, y), less(y, x)) {
            (Some(false), Some(false)) => Some(true),
            (Some(true), _) | (_, Some(true)) => Some(false),
            _ => None,
        },
    }
}
