//! Reductions over axes.

use super::call::Call;
use crate::import::onnx::build::{NetBuilder, folded_shape};
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::axis_at;
use crate::import::onnx::net::{Binary, FoldKind, KnownValue, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// For each axis of `x` whether the operator reduces it.
fn reduced_axes(
    builder: &NetBuilder,
    call: &Call<'_>,
    x: TensorId,
) -> Result<Vec<bool>, ImportError> {
    let rank = builder.shape(x)?.len();
    let axes = match (call.ints("axes"), call.optional(1)) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(axes)) => builder.numbers(axes)?,
        (None, None) => Vec::new(),
    };
    if axes.is_empty() {
        let nothing = call.int_or("noop_with_empty_axes", 0) != 0;
        return Ok(vec![!nothing; rank]);
    }
    let mut reduced = vec![false; rank];
    for axis in axes {
        reduced[axis_at(axis, rank)?] = true;
    }
    Ok(reduced)
}

/// `ReduceSum` and its like.
pub(crate) fn reduce(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let keep = call.int_or("keepdims", 1) != 0;
    let reduced = reduced_axes(builder, call, x)?;
    if let Some(known) = known(builder, call, x, &reduced, keep) {
        return Ok(vec![known]);
    }
    let name = call.node.op_type.as_str();
    let result = match name {
        "ReduceMean" => builder.fold(FoldKind::Mean, x, reduced, keep)?,
        "ReduceMax" => builder.fold(FoldKind::Max, x, reduced, keep)?,
        "ReduceMin" => builder.fold(FoldKind::Min, x, reduced, keep)?,
        "ReduceL1" => {
            let size = builder.unary(Unary::Abs, x)?;
            builder.fold(FoldKind::Sum, size, reduced, keep)?
        }
        "ReduceL2" | "ReduceSumSquare" => {
            let square = builder.binary(Binary::Mul, x, x)?;
            let sum = builder.fold(FoldKind::Sum, square, reduced, keep)?;
            if name == "ReduceL2" {
                builder.unary(Unary::Sqrt, sum)?
            } else {
                sum
            }
        }
        "ReduceLogSum" => {
            let sum = builder.fold(FoldKind::Sum, x, reduced, keep)?;
            builder.unary(Unary::Log, sum)?
        }
        "ReduceLogSumExp" => {
            let most = builder.fold(FoldKind::Max, x, reduced.clone(), true)?;
            let shifted = builder.binary(Binary::Sub, x, most)?;
            let exponential = builder.unary(Unary::Exp, shifted)?;
            let sum = builder.fold(FoldKind::Sum, exponential, reduced.clone(), true)?;
            let log = builder.unary(Unary::Log, sum)?;
            let sum = builder.binary(Binary::Add, log, most)?;
            let shape = folded_shape(&builder.shape(x)?, &reduced, keep);
            builder.compute(Work::Move, &[sum], shape, builder.element(x))?
        }
        "ReduceProd" => {
            let shape = builder.shape(x)?;
            let gone = shape.iter().zip(&reduced).filter(|(_, reduced)| **reduced);
            let factors: Expr = gone.map(|(extent, _)| extent).product();
            let shape = folded_shape(&shape, &reduced, keep);
            let element = builder.element(x);
            builder.per_element(&[(Primitive::Mul, factors)], &[x], shape, element)?
        }
        // ReduceSum
        _ => builder.fold(FoldKind::Sum, x, reduced, keep)?,
    };
    Ok(vec![result])
}

/// Sums and products of all elements of what is known, such as a shape.
fn known(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
    reduced: &[bool],
    keep: bool,
) -> Option<TensorId> {
    let Some(KnownValue::Whole(values)) = builder.value(x) else {
        return None;
    };
    if !reduced.iter().all(|reduced| *reduced) {
        return None;
    }
    let value = match call.node.op_type.as_str() {
        "ReduceProd" => values.iter().product(),
        "ReduceSum" => values.iter().fold(Expr::zero(), |sum, value| &sum + value),
        "ReduceMax" => values.iter().cloned().reduce(|a, b| a.larger(&b))?,
        "ReduceMin" => values.iter().cloned().reduce(|a, b| a.smaller(&b))?,
        _ => return None,
    };
    let shape = folded_shape(&builder.shape(x).ok()?, reduced, keep);
    let element = builder.element(x);
    Some(builder.known(KnownValue::Whole(vec![value]), shape, element))
}

/// `ArgMax`, `ArgMin`: a comparison for each element.
pub(crate) fn arg(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let rank = builder.shape(x)?.len();
    let mut reduced = vec![false; rank];
    reduced[axis_at(call.int_or("axis", 0), rank)?] = true;
    let keep = call.int_or("keepdims", 1) != 0;
    let found = builder.fold(FoldKind::Max, x, reduced, keep)?;
    builder.tensor_mut(found).element = ElementType::Int64;
    Ok(vec![found])
}

/// `TopK`: k passes over the elements, a comparison each.
pub(crate) fn top(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let axis = axis_at(call.int_or("axis", -1), shape.len())?;
    let k = match builder.whole(call.input(1)?)?.as_slice() {
        [k] => k.clone(),
        _ => return Err(ImportError::Invalid("`K` must be one number".to_owned())),
    };
    let mut selected = shape.clone();
    selected[axis] = k.clone();
    let element = builder.element(x);
    let passed = builder.per_element(&[(Primitive::Compare, k)], &[x], shape, element)?;
    let values = builder.compute(Work::Move, &[passed], selected.clone(), element)?;
    let indices = builder.compute(Work::Move, &[passed], selected, ElementType::Int64)?;
    Ok(vec![values, indices])
}
