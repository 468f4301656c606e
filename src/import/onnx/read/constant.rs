//! What is known before the network runs: shapes, axes, scales, masks.

use super::{Call, Outcome, Reader, Trouble};
use crate::domain::Domain;
use crate::import::onnx::extent::floor;
use crate::import::onnx::net::{Binary, Net, TensorId, Unary, Value, Work};
use crate::import::onnx::proto::{AttributeValue, ElementType};
use crate::number::{to_f64, whole};
use crate::symbolic::Expr;

/// Longer lists are not followed element by element.
pub(super) const MAX_VALUES: usize = 4096;

impl Value {
    pub(in crate::import::onnx) fn len(&self) -> usize {
        match self {
            Value::Whole(values) => values.len(),
            Value::Real(values) => values.len(),
        }
    }

    /// As fractions, where all are numbers.
    pub(super) fn reals(&self) -> Option<Vec<f64>> {
        match self {
            Value::Real(values) => Some(values.clone()),
            Value::Whole(values) => (values.iter())
                .map(|value| Some(to_f64(&value.as_constant()?)))
                .collect(),
        }
    }

    /// The elements at these places.
    pub(super) fn pick(&self, places: &[usize]) -> Option<Value> {
        Some(match self {
            Value::Whole(values) => {
                let picked = places.iter().map(|at| values.get(*at).cloned());
                Value::Whole(picked.collect::<Option<_>>()?)
            }
            Value::Real(values) => {
                let picked = places.iter().map(|at| values.get(*at).copied());
                Value::Real(picked.collect::<Option<_>>()?)
            }
        })
    }
}

impl<'m> Reader<'m> {
    /// `Constant`
    pub(super) fn given(&mut self, call: &Call<'m>) -> Outcome {
        if let Some(tensor) = call.tensor("value") {
            return Ok(vec![self.constant(tensor).map_err(Trouble::Wrong)?]);
        }
        let (value, shape, element) = match call.first_attribute() {
            Some(AttributeValue::Int(value)) => (ints(&[*value]), vec![], ElementType::Int64),
            Some(AttributeValue::Ints(values)) => {
                let length = Expr::whole(values.len() as i64);
                (ints(values), vec![length], ElementType::Int64)
            }
            Some(AttributeValue::Float(value)) => {
                let value = Value::Real(vec![f64::from(*value)]);
                (value, vec![], ElementType::Float)
            }
            Some(AttributeValue::Floats(values)) => {
                let length = Expr::whole(values.len() as i64);
                let values = values.iter().map(|value| f64::from(*value));
                (
                    Value::Real(values.collect()),
                    vec![length],
                    ElementType::Float,
                )
            }
            _ => return Err(Trouble::Unknown("a constant of text".to_owned())),
        };
        Ok(vec![self.known(value, shape, element)])
    }

    /// A constant whose elements are known.
    pub(super) fn known(
        &mut self,
        value: Value,
        shape: Vec<Expr>,
        element: ElementType,
    ) -> TensorId {
        let id = self.tensor("", Some(shape), element);
        let made = &mut self.net.tensors[id];
        made.constant = true;
        made.value = (value.len() <= MAX_VALUES).then_some(value);
        id
    }

    /// The elements of an input that the operator needs to know.
    pub(super) fn whole(&self, tensor: TensorId) -> Result<Vec<Expr>, Trouble> {
        let unknown =
            || Trouble::Unknown("what it needs to know is known only while it runs".to_owned());
        match &self.net.tensors[tensor].value {
            Some(Value::Whole(values)) => Ok(values.clone()),
            Some(Value::Real(values)) => (values.iter())
                .map(|value| {
                    let rounded =
                        (value.fract() == 0.0 && value.abs() < 1e15).then_some(*value as i64);
                    rounded.map(Expr::whole).ok_or_else(unknown)
                })
                .collect(),
            None => Err(unknown()),
        }
    }

    /// The same where they must be plain numbers.
    pub(super) fn numbers(&self, tensor: TensorId) -> Result<Vec<i64>, Trouble> {
        let values = self.whole(tensor)?;
        values.iter().map(number).collect()
    }

    /// A list of numbers given as attribute, or as input in later versions.
    pub(super) fn list(
        &self,
        call: &Call<'_>,
        attribute: &str,
        input: usize,
    ) -> Result<Option<Vec<i64>>, Trouble> {
        match (call.ints(attribute), call.optional(input)) {
            (Some(values), _) => Ok(Some(values.to_vec())),
            (None, Some(tensor)) => self.numbers(tensor).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// A plain number.
pub(super) fn number(value: &Expr) -> Result<i64, Trouble> {
    use num_traits::ToPrimitive;
    let constant = value.as_constant().filter(|value| value.is_integer());
    let number = constant.and_then(|value| value.to_integer().to_i64());
    number.ok_or_else(|| Trouble::Unknown(format!("a number is needed where `{value}` stands")))
}

fn ints(values: &[i64]) -> Value {
    Value::Whole(values.iter().map(|value| Expr::whole(*value)).collect())
}

/// The elements of the result of `work` on constants, where they are known.
pub(super) fn value(work: &Work, inputs: &[TensorId], shape: &[Expr], net: &Net) -> Option<Value> {
    let count = shape.iter().try_fold(1usize, |all, extent| {
        let extent = number(extent).ok()?;
        all.checked_mul(usize::try_from(extent).ok()?)
    })?;
    if count > MAX_VALUES {
        return None;
    }
    let operands: Vec<Value> = (inputs.iter())
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
                (Value::Whole(x), Value::Whole(y)) => (places.iter())
                    .map(|at| {
                        if pick(at)? {
                            x.get(*at).cloned()
                        } else {
                            y.get(*at).cloned()
                        }
                    })
                    .collect::<Option<_>>()
                    .map(Value::Whole),
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
                        .map(Value::Real)
                }
            }
        }
        _ => None,
    }
}

/// The elements of a constant, broadcast to `shape`.
fn spread(tensor: TensorId, shape: &[Expr], net: &Net) -> Option<Value> {
    let tensor = net.tensors.get(tensor)?;
    let value = tensor.value.as_ref()?;
    let own: Vec<i64> = extents(tensor.shape.as_ref()?)?;
    let target = extents(shape)?;
    if own == target {
        return Some(value.clone());
    }
    value.pick(&broadcast_places(&own, &target)?)
}

/// For each element of `target` its place among those of `own`.
pub(super) fn broadcast_places(own: &[i64], target: &[i64]) -> Option<Vec<usize>> {
    let missing = target.len().checked_sub(own.len())?;
    let count = few(target)?;
    let mut places = Vec::with_capacity(count);
    for flat in 0..count as i64 {
        let (mut rest, mut place, mut stride) = (flat, 0, 1);
        for at in (0..target.len()).rev() {
            let index = rest % target[at];
            rest /= target[at];
            if at >= missing {
                let extent = own[at - missing];
                if extent != 1 {
                    place += index * stride;
                }
                stride *= extent;
            }
        }
        places.push(usize::try_from(place).ok()?);
    }
    Some(places)
}

/// How many elements there are along these extents, if they are few.
pub(super) fn few(extents: &[i64]) -> Option<usize> {
    let count = (extents.iter()).try_fold(1i64, |count, extent| count.checked_mul(*extent))?;
    usize::try_from(count)
        .ok()
        .filter(|count| *count <= MAX_VALUES)
}

/// Extents that are plain numbers.
pub(super) fn extents(shape: &[Expr]) -> Option<Vec<i64>> {
    shape.iter().map(|extent| number(extent).ok()).collect()
}

fn alike(x: &Value, y: &Value) -> Option<(Value, Value)> {
    Some(match (x, y) {
        (Value::Whole(_), Value::Whole(_)) => (x.clone(), y.clone()),
        _ => (Value::Real(x.reals()?), Value::Real(y.reals()?)),
    })
}

fn apply_unary(unary: Unary, x: &Value) -> Option<Value> {
    if let Value::Whole(values) = x {
        let kept = |change: &dyn Fn(&Expr) -> Option<Expr>| {
            values
                .iter()
                .map(change)
                .collect::<Option<_>>()
                .map(Value::Whole)
        };
        match unary {
            Unary::Cast => return Some(x.clone()),
            Unary::Negate => return kept(&|value| Some(&Expr::zero() - value)),
            Unary::Round => return kept(&|value| Some(value.clone())),
            _ => {}
        }
    }
    let values = x.reals()?;
    Some(Value::Real(
        values
            .into_iter()
            .map(|x| super::super::numeric::unary(unary, x))
            .collect(),
    ))
}

fn apply_binary(binary: Binary, x: &Value, y: &Value, whole: bool) -> Option<Value> {
    let (x, y) = alike(x, y)?;
    match (x, y) {
        (Value::Whole(x), Value::Whole(y)) => {
            let pairs = x.iter().zip(&y);
            pairs
                .map(|(x, y)| whole_binary(binary, x, y, whole))
                .collect::<Option<_>>()
                .map(Value::Whole)
        }
        (x, y) => {
            let (x, y) = (x.reals()?, y.reals()?);
            let pairs = x.into_iter().zip(y);
            Some(Value::Real(
                pairs
                    .map(|(x, y)| super::super::numeric::binary(binary, x, y))
                    .collect(),
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

/// Which values the result of `work` on constants holds, and whether times one
/// number.
pub(super) fn domain(work: &Work, inputs: &[TensorId], net: &Net) -> (Domain, bool) {
    let of = |at: usize| {
        inputs
            .get(at)
            .map_or(Domain::Real, |id| net.tensors[*id].domain.clone())
    };
    let scaled = inputs.iter().any(|id| net.tensors[*id].scaled);
    match work {
        Work::Unary(Unary::Sign) => (Domain::sign(), false),
        Work::Unary(Unary::Cast) | Work::Move | Work::Gather => (of(0), scaled),
        Work::Unary(Unary::Round) => (Domain::Integer(None), false),
        Work::Binary(
            Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Equal,
        ) => (Domain::binary(), false),
        // One number for all: the values are what they were, times it.
        Work::Binary(Binary::Mul | Binary::Div) => {
            let single = |at: usize| {
                let shape = inputs
                    .get(at)
                    .and_then(|id| net.tensors[*id].shape.as_ref());
                shape.is_some_and(|shape| shape.iter().all(|extent| *extent == Expr::one()))
            };
            match (of(0), of(1)) {
                (domain @ Domain::Finite(_), _) if single(1) => (domain, true),
                (_, domain @ Domain::Finite(_))
                    if single(0) && *work == Work::Binary(Binary::Mul) =>
                {
                    (domain, true)
                }
                _ => (Domain::Real, false),
            }
        }
        Work::Where => {
            let value = |at: usize| {
                let value = inputs.get(at).and_then(|id| net.scalar(*id));
                value.and_then(num_rational::BigRational::from_float)
            };
            match (value(1), value(2)) {
                (Some(x), Some(y)) => (Domain::of([x, y]), false),
                _ => (of(1).join(&of(2)), false),
            }
        }
        _ => (Domain::Real, false),
    }
}
