//! Elements selected by indices.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, number};
use crate::import::onnx::net::{KnownValue, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `Gather`: rows of an embedding, or a slice.
pub(crate) fn gather(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let (from, selected) = (builder.shape(data)?, builder.shape(indices)?);
    let axis = call.axis(0, from.len())?;
    let mut shape = from[..axis].to_vec();
    shape.extend(selected.iter().cloned());
    shape.extend(from[axis + 1..].iter().cloned());
    let table = builder.is_constant(data) && axis == 0 && from.len() == 2;
    if table && !builder.is_constant(indices) {
        let element = builder.element(data);
        return Ok(vec![builder.compute(
            Work::Gather,
            &[data, indices],
            shape,
            element,
        )?]);
    }
    let constant = builder.is_constant(indices);
    let inputs = if constant {
        vec![data]
    } else {
        vec![data, indices]
    };
    let result = builder.moved(&inputs, shape)?;
    if from.len() == 1
        && constant
        && let Ok(indices) = builder.numbers(indices)
    {
        let length = builder.value(data).map_or(0, KnownValue::len) as i64;
        let places = indices
            .iter()
            .map(|at| usize::try_from(if *at < 0 { at + length } else { *at }).ok());
        if let Some(places) = places.collect::<Option<Vec<usize>>>() {
            builder.picked(result, data, &places);
        }
    }
    Ok(vec![result])
}

/// `GatherElements`, `ScatterElements` and their like: elements selected
/// by indices.
pub(crate) fn index_select(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let shape = match call.node.op_type.as_str() {
        "GatherElements" => builder.shape(indices)?,
        "GatherND" => {
            let (from, at) = (builder.shape(data)?, builder.shape(indices)?);
            let depth = at.last().map(number).transpose()?.unwrap_or(0);
            let batch = call.int_or("batch_dims", 0);
            let skip = usize::try_from(depth + batch)
                .ok()
                .filter(|skip| *skip <= from.len());
            let skip =
                skip.ok_or_else(|| ImportError::Invalid("the indices do not fit".to_owned()))?;
            let mut shape = at[..at.len().saturating_sub(1)].to_vec();
            shape.extend(from[skip..].iter().cloned());
            shape
        }
        // Scatter: the data, with some elements replaced.
        _ => builder.shape(data)?,
    };
    let inputs = match (call.node.op_type.starts_with("Scatter"), call.optional(2)) {
        (true, Some(updates)) => vec![data, updates],
        _ => vec![data],
    };
    let mut inputs = inputs;
    if !builder.is_constant(indices) {
        inputs.push(indices);
    }
    Ok(vec![builder.moved(&inputs, shape)?])
}

/// `OneHot`: a comparison for each element of the result.
pub(crate) fn one_hot(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let indices = call.input(0)?;
    let mut shape = builder.shape(indices)?;
    let depth = builder.whole(call.input(1)?)?;
    let axis = call.int_or("axis", -1);
    let at = axis_at(axis, shape.len() + 1)?;
    shape.insert(at, depth.first().cloned().unwrap_or_else(Expr::one));
    let element = call
        .optional(2)
        .map_or(ElementType::Float, |values| builder.element(values));
    let counts = [(Primitive::Compare, Expr::one())];
    Ok(vec![builder.per_element(
        &counts,
        &[indices],
        shape,
        element,
    )?])
}
