//! Tensors put together and taken apart along an axis.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, ceil, extents, number};
use crate::import::onnx::infer::index::{indices, place_of};
use crate::import::onnx::net::{KnownValue, TensorId};
use crate::number::whole;
use crate::symbolic::Expr;

/// `Concat`
pub(crate) fn concat(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let rank = builder.shape(call.input(0)?)?.len();
    let axis = call.axis(0, rank)?;
    Ok(vec![join(builder, &call.all(), axis)?])
}

/// Tensors joined along an axis.
pub(crate) fn join(
    builder: &mut NetBuilder,
    inputs: &[TensorId],
    axis: usize,
) -> Result<TensorId, ImportError> {
    let first = inputs.first().copied();
    let first = first.ok_or_else(|| ImportError::Invalid("it joins nothing".to_owned()))?;
    let mut shape = builder.shape(first)?;
    let mut length = Expr::zero();
    for input in inputs {
        let other = builder.shape(*input)?;
        if other.len() != shape.len() {
            return Err(ImportError::Invalid(
                "its inputs have different numbers of axes".to_owned(),
            ));
        }
        length = &length + &other[axis];
    }
    shape[axis] = length;
    let value = joined(builder, inputs, &shape, axis);
    let result = builder.moved(inputs, shape)?;
    builder.reveal(result, value);
    Ok(result)
}

/// The elements of tensors that are known, joined along an axis.
fn joined(
    builder: &NetBuilder,
    inputs: &[TensorId],
    shape: &[Expr],
    axis: usize,
) -> Option<KnownValue> {
    let mut values = Vec::new();
    let mut parts = Vec::new();
    let mut before = 0;
    for input in inputs {
        let value = builder.value(*input)?;
        parts.push((extents(&builder.shape(*input).ok()?)?, before));
        before += value.len();
        values.push(value);
    }
    let place = |mut index: Vec<i64>| {
        for (extents, before) in &parts {
            if let Some(place) = place_of(&index, extents) {
                return Some(before + place);
            }
            index[axis] -= extents[axis];
        }
        None
    };
    let places = indices(&extents(shape)?)?.into_iter().map(place);
    KnownValue::joined(&values)?.pick(&places.collect::<Option<Vec<_>>>()?)
}

/// `Split`
pub(crate) fn split(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let axis = call.axis(0, input.len())?;
    let parts = call.int("num_outputs").unwrap_or(call.results() as i64);
    let lengths: Vec<Expr> = match call.list(builder, "split", 1)? {
        Some(lengths) => lengths.into_iter().map(Expr::whole).collect(),
        None if (1..=1 << 20).contains(&parts) => {
            let each = ceil(&input[axis].scale(&(whole(1) / whole(parts))));
            let last = &input[axis] - &each.scale(&whole(parts - 1));
            let mut lengths = vec![each; parts as usize];
            lengths[parts as usize - 1] = last;
            lengths
        }
        None => return Err(ImportError::Invalid(format!("{parts} parts"))),
    };
    taken_apart(builder, x, axis, lengths)
}

/// Parts of a tensor of these lengths along an axis.
pub(crate) fn taken_apart(
    builder: &mut NetBuilder,
    x: TensorId,
    axis: usize,
    lengths: Vec<Expr>,
) -> Results {
    let input = builder.shape(x)?;
    let own = extents(&input);
    let mut results = Vec::new();
    let mut start = Some(0);
    for length in lengths {
        let mut shape = input.clone();
        shape[axis] = length.clone();
        let places = own.as_ref().zip(start).and_then(|(own, start)| {
            let place = |mut index: Vec<i64>| {
                index[axis] += start;
                place_of(&index, own)
            };
            let part = indices(&extents(&shape)?)?;
            part.into_iter().map(place).collect::<Option<Vec<_>>>()
        });
        let part = builder.moved(&[x], shape)?;
        if let Some(places) = places {
            builder.picked(part, x, &places);
        }
        start = start.zip(number(&length).ok()).map(|(start, n)| start + n);
        results.push(part);
    }
    Ok(results)
}

/// The slices of one element along an axis, without that axis.
pub(crate) fn slices(builder: &mut NetBuilder, x: TensorId, axis: usize, count: i64) -> Results {
    let lengths = (0..count).map(|_| Expr::one()).collect();
    let mut parts = taken_apart(builder, x, axis, lengths)?;
    for part in &mut parts {
        let mut shape = builder.shape(*part)?;
        shape.remove(axis);
        *part = builder.reshaped(*part, shape)?;
    }
    Ok(parts)
}

/// Tensors of one shape, joined along a new axis.
pub(crate) fn stack(
    builder: &mut NetBuilder,
    parts: &[TensorId],
    axis: usize,
) -> Result<TensorId, ImportError> {
    let mut rows = parts.to_vec();
    for part in &mut rows {
        let mut shape = builder.shape(*part)?;
        if axis > shape.len() {
            return Err(ImportError::Invalid(format!(
                "no axis {axis} to join along"
            )));
        }
        shape.insert(axis, Expr::one());
        *part = builder.reshaped(*part, shape)?;
    }
    join(builder, &rows, axis)
}

/// `Pad`
pub(crate) fn pad(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let pads: Vec<Expr> = match call.ints("pads").or_else(|| call.ints("paddings")) {
        Some(pads) => pads.iter().map(|pad| Expr::whole(*pad)).collect(),
        None => builder.whole(call.input(1)?)?,
    };
    let axes: Vec<usize> = match call.optional(3) {
        Some(axes) => (builder.numbers(axes)?.into_iter())
            .map(|axis| axis_at(axis, shape.len()))
            .collect::<Result<_, _>>()?,
        None => (0..shape.len()).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(ImportError::Invalid(format!(
            "{} pads for {} axes",
            pads.len(),
            axes.len()
        )));
    }
    for (at, axis) in axes.iter().enumerate() {
        shape[*axis] = &(&shape[*axis] + &pads[at]) + &pads[at + axes.len()];
    }
    if !matches!(call.text("mode"), None | Some("constant")) {
        return Ok(vec![builder.moved(&[x], shape)?]);
    }
    // What is padded with is among the values of the result.
    let given = call.optional(2).and_then(|value| builder.scalar(value));
    let value = given.or(call.float("value")).unwrap_or(0.0);
    let element = builder.element(x);
    let padding = builder.known(KnownValue::Real(vec![value]), vec![], element);
    builder.tensor_mut(padding).name = "padding".to_owned();
    if let Some(value) = num_rational::BigRational::from_float(value) {
        let made = builder.tensor_mut(padding);
        made.density = num_traits::Zero::is_zero(&value).then_some((0, 1));
        made.domain = crate::domain::Domain::of([value]);
    }
    let known = padded(builder, x, value, &pads, &axes);
    let result = builder.moved(&[x, padding], shape)?;
    builder.reveal(result, known);
    Ok(vec![result])
}

/// What is known of the elements of `x` with so many of one value before and
/// behind along each of `axes`.
fn padded(
    builder: &NetBuilder,
    x: TensorId,
    value: f64,
    pads: &[Expr],
    axes: &[usize],
) -> Option<KnownValue> {
    let elements = builder.exprs(x)?;
    let value = Expr::constant(num_rational::BigRational::from_float(value)?);
    let own = extents(&builder.shape(x).ok()?)?;
    let (mut before, mut all) = (vec![0; own.len()], own.clone());
    for (at, axis) in axes.iter().enumerate() {
        let ends = [number(pads.get(at)?), number(pads.get(at + axes.len())?)];
        let [first, last] = ends.map(Result::ok);
        before[*axis] = first?;
        all[*axis] += first? + last?;
    }
    let element = |index: Vec<i64>| {
        let index: Vec<i64> = index.iter().zip(&before).map(|(at, by)| at - by).collect();
        let within = place_of(&index, &own).and_then(|place| elements.get(place));
        within.unwrap_or(&value).clone()
    };
    let values = indices(&all)?.into_iter().map(element).collect();
    Some(KnownValue::Whole(values))
}
