//! Operators that no table prices: of what shape their results are, so that
//! what stands behind them is counted.

use super::call::Call;
use crate::domain::Domain;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, check_shape, floor};
use crate::import::onnx::net::{TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::symbolic::Expr;

/// Functions of each element: sines and their like, shifts, random numbers. Of
/// positions, which are known before, sines are computed once.
pub(crate) fn elementwise(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let inputs = call.all();
    let x = call.input(0)?;
    let shape = builder.broadcast(&inputs)?;
    let element = element_of(call, builder.element(x));
    let random = call.node.op_type.starts_with("Random") || call.node.op_type == "Bernoulli";
    if !random && inputs.iter().all(|input| builder.is_constant(*input)) {
        let result = builder.compute(Work::Move, &inputs, shape, element)?;
        builder.tensor_mut(result).domain = Domain::Real;
        return Ok(vec![result]);
    }
    left_out(builder, call, inputs, shape, element)
}

/// What its elements are: as the operator says, or as they were.
fn element_of(call: &Call<'_>, default: ElementType) -> ElementType {
    match call.int("dtype") {
        Some(number) => ElementType::from_number(i32::try_from(number).unwrap_or(0)),
        None => default,
    }
}

/// `RandomNormal`, `RandomUniform`: of the shape that they are told.
pub(crate) fn random(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let shape = call.ints("shape").unwrap_or(&[]);
    let shape = shape.iter().map(|extent| Expr::whole(*extent)).collect();
    let element = element_of(call, ElementType::Float);
    left_out(builder, call, vec![], shape, element)
}

/// `Det`: a number for each matrix.
pub(crate) fn determinant(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let rank = shape.len().checked_sub(2);
    shape.truncate(rank.ok_or_else(|| ImportError::Invalid("a matrix is needed".to_owned()))?);
    let element = builder.element(x);
    left_out(builder, call, vec![x], shape, element)
}

/// A result of known shape that no table prices, of these inputs.
fn left_out(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    inputs: Vec<TensorId>,
    shape: Vec<Expr>,
    element: ElementType,
) -> Results {
    let result = builder.unpriced(&call.operator(), inputs, shape, element)?;
    Ok(vec![result])
}

/// `MaxRoiPool`, `RoiAlign`: a small picture for each region.
pub(crate) fn regions(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, regions) = (call.input(0)?, call.input(1)?);
    let [_, channels, _, _] = builder.shape_of_rank::<4>(x)?;
    let [count, _] = builder.shape_of_rank::<2>(regions)?;
    let (rows, columns) = match call.ints("pooled_shape") {
        Some([rows, columns]) => (*rows, *columns),
        _ => (
            call.int_or("output_height", 1),
            call.int_or("output_width", 1),
        ),
    };
    let shape = vec![count, channels, Expr::whole(rows), Expr::whole(columns)];
    let element = builder.element(x);
    left_out(builder, call, call.all(), shape, element)
}

/// Operators whose results are of a shape that only the file can tell.
pub(crate) fn untold(_: &mut NetBuilder, _: &Call<'_>) -> Results {
    Err(ImportError::Unsupported("no table prices it".to_owned()))
}

/// `HannWindow` and its like, `MelWeightMatrix`: tables, made once of sizes
/// that are known before.
pub(crate) fn table(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let shape = match call.optional(1) {
        None => builder.whole(call.input(0)?),
        Some(length) => builder.whole(length).and_then(|length| {
            let columns = builder.whole(call.input(0)?)?;
            let rows = length.iter().map(one_side);
            Ok(rows.chain(columns).collect())
        }),
    };
    let element = match call.int("output_datatype") {
        Some(number) => ElementType::from_number(i32::try_from(number).unwrap_or(0)),
        None => ElementType::Float,
    };
    Ok(vec![match shape {
        Ok(shape) => {
            check_shape(&shape).map_err(|why| ImportError::Invalid(format!("its result {why}")))?;
            builder.add_constant("", shape, element)
        }
        found => {
            let shape = call.or_told(found, |told| Some(told.to_vec()))?;
            builder.unpriced(&call.operator(), call.all(), shape, element)?
        }
    }])
}

/// `DFT`: as many frequencies as it is told, or as there are elements; half of
/// them where the others say the same.
pub(crate) fn fourier(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let axis = match call.optional(2) {
        Some(axis) => builder.numbers(axis)?.first().copied().unwrap_or(-2),
        None if call.version < 20 => call.int_or("axis", 1),
        None => -2,
    };
    let axis = axis_at(axis, shape.len())?;
    if let Some(length) = call.optional(1) {
        let length = builder.whole(length)?;
        shape[axis] = length.first().cloned().unwrap_or_else(Expr::one);
    }
    if call.int_or("onesided", 0) != 0 {
        shape[axis] = one_side(&shape[axis]);
    }
    let real = call.int_or("inverse", 0) != 0 && call.int_or("onesided", 0) != 0;
    if let Some(last) = shape.last_mut() {
        *last = Expr::whole(if real { 1 } else { 2 });
    }
    let element = builder.element(x);
    left_out(builder, call, call.all(), shape, element)
}

/// `STFT`: frames of a signal (batch, length), each with its frequencies.
pub(crate) fn frames(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let signal = builder.shape(x)?;
    let [batch, length, ..] = signal.as_slice() else {
        return Err(ImportError::Invalid("a signal has a length".to_owned()));
    };
    let step = builder.whole(call.input(1)?)?;
    let own = match (call.optional(3), call.optional(2)) {
        (Some(own), _) => builder.whole(own)?,
        (None, Some(window)) => builder.shape(window)?,
        (None, None) => vec![length.clone()],
    };
    let (Some(step), Some(own)) = (step.first(), own.first()) else {
        return Err(ImportError::Invalid("a number is needed".to_owned()));
    };
    let moves = (length - own).divide(step);
    let moves = moves.ok_or_else(|| ImportError::Invalid("a step of 0".to_owned()))?;
    let frequencies = match call.int_or("onesided", 1) {
        0 => own.clone(),
        _ => one_side(own),
    };
    let count = &floor(&moves) + &Expr::one();
    let shape = vec![batch.clone(), count, frequencies, Expr::whole(2)];
    let element = builder.element(x);
    left_out(builder, call, call.all(), shape, element)
}

/// So many of the frequencies of a real signal say all.
fn one_side(length: &Expr) -> Expr {
    let half = Expr::constant(whole(1) / whole(2));
    &floor(&(length * &half)) + &Expr::one()
}
