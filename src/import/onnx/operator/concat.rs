//! Tensors put together and taken apart along an axis.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{MAX_VALUES, axis_at, ceil, number};
use crate::import::onnx::net::{KnownValue, TensorId};
use crate::number::whole;
use crate::symbolic::Expr;

/// `Concat`
pub(crate) fn concat(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let inputs = call.all();
    let mut shape = builder.shape(call.input(0)?)?;
    let axis = call.axis(0, shape.len())?;
    let mut length = Expr::zero();
    for input in &inputs {
        let other = builder.shape(*input)?;
        if other.len() != shape.len() {
            return Err(ImportError::Invalid(
                "its inputs have different numbers of axes".to_owned(),
            ));
        }
        length = &length + &other[axis];
    }
    shape[axis] = length;
    let flat = shape.len() == 1;
    let result = builder.moved(&inputs, shape)?;
    if flat {
        let value = joined(builder, &inputs);
        builder.tensor_mut(result).value = value;
    }
    Ok(vec![result])
}

/// The elements of lists, one after the other.
fn joined(builder: &NetBuilder, inputs: &[TensorId]) -> Option<KnownValue> {
    let values: Vec<&KnownValue> = (inputs.iter())
        .map(|input| builder.value(*input))
        .collect::<Option<_>>()?;
    if values.iter().map(|value| value.len()).sum::<usize>() > MAX_VALUES {
        return None;
    }
    let mut all = Vec::new();
    for value in &values {
        match value {
            KnownValue::Whole(values) => all.extend(values.iter().cloned()),
            KnownValue::Real(_) => {
                let reals: Option<Vec<Vec<f64>>> = values.iter().map(|v| v.reals()).collect();
                return Some(KnownValue::Real(reals?.concat()));
            }
        }
    }
    Some(KnownValue::Whole(all))
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
    let mut results = Vec::new();
    let mut start = 0;
    for length in lengths {
        let mut shape = input.clone();
        shape[axis] = length.clone();
        let part = builder.moved(&[x], shape)?;
        if let (1, Ok(length)) = (input.len(), number(&length)) {
            let end = start + usize::try_from(length).unwrap_or(0).min(MAX_VALUES);
            let places: Vec<usize> = (start..end).collect();
            builder.picked(part, x, &places);
            start = end;
        }
        results.push(part);
    }
    Ok(results)
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
        builder.tensor_mut(padding).domain = crate::domain::Domain::of([value]);
    }
    Ok(vec![builder.moved(&[x, padding], shape)?])
}
