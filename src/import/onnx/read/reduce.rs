//! Reductions over axes.

use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::net::{Binary, Fold, FoldKind, TensorId, Unary, Value, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

impl Reader<'_> {
    /// A reduction of `x`; the axes that are gone keep an extent of 1 where
    /// `keep` says so.
    pub(super) fn fold(
        &mut self,
        kind: FoldKind,
        x: TensorId,
        reduced: Vec<bool>,
        keep: bool,
    ) -> Result<TensorId, Trouble> {
        let shape = left(&self.shape(x)?, &reduced, keep);
        let element = self.element(x);
        let work = Work::Fold(Fold { kind, reduced });
        self.compute(work, &[x], shape, element)
    }

    /// For each axis of `x` whether the operator reduces it.
    fn reduced(&self, call: &Call<'_>, x: TensorId) -> Result<Vec<bool>, Trouble> {
        let rank = self.shape(x)?.len();
        let axes = match (call.ints("axes"), call.optional(1)) {
            (Some(axes), _) => axes.to_vec(),
            (None, Some(axes)) => self.numbers(axes)?,
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
}

/// What remains of a shape.
fn left(shape: &[Expr], reduced: &[bool], keep: bool) -> Vec<Expr> {
    let pairs = shape.iter().zip(reduced);
    pairs
        .filter(|(_, reduced)| keep || !**reduced)
        .map(|(extent, reduced)| {
            if *reduced {
                Expr::one()
            } else {
                extent.clone()
            }
        })
        .collect()
}

/// An axis that may be counted from the end.
pub(super) fn axis_at(axis: i64, rank: usize) -> Result<usize, Trouble> {
    let from_end = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(from_end)
        .ok()
        .filter(|at| *at < rank)
        .ok_or_else(|| Trouble::Wrong(format!("no axis {axis} among {rank}")))
}

/// `ReduceSum` and its like.
pub(super) fn reduce(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let keep = call.int_or("keepdims", 1) != 0;
    let reduced = reader.reduced(call, x)?;
    if let Some(known) = known(reader, call, x, &reduced, keep) {
        return Ok(vec![known]);
    }
    let name = call.node.op_type.as_str();
    let result = match name {
        "ReduceMean" => reader.fold(FoldKind::Mean, x, reduced, keep)?,
        "ReduceMax" => reader.fold(FoldKind::Max, x, reduced, keep)?,
        "ReduceMin" => reader.fold(FoldKind::Min, x, reduced, keep)?,
        "ReduceL1" => {
            let size = reader.unary(Unary::Abs, x)?;
            reader.fold(FoldKind::Sum, size, reduced, keep)?
        }
        "ReduceL2" | "ReduceSumSquare" => {
            let square = reader.binary(Binary::Mul, x, x)?;
            let sum = reader.fold(FoldKind::Sum, square, reduced, keep)?;
            if name == "ReduceL2" {
                reader.unary(Unary::Sqrt, sum)?
            } else {
                sum
            }
        }
        "ReduceLogSum" => {
            let sum = reader.fold(FoldKind::Sum, x, reduced, keep)?;
            reader.unary(Unary::Log, sum)?
        }
        "ReduceLogSumExp" => {
            let most = reader.fold(FoldKind::Max, x, reduced.clone(), true)?;
            let shifted = reader.binary(Binary::Sub, x, most)?;
            let exponential = reader.unary(Unary::Exp, shifted)?;
            let sum = reader.fold(FoldKind::Sum, exponential, reduced.clone(), true)?;
            let log = reader.unary(Unary::Log, sum)?;
            let sum = reader.binary(Binary::Add, log, most)?;
            let shape = left(&reader.shape(x)?, &reduced, keep);
            reader.compute(Work::Move, &[sum], shape, reader.element(x))?
        }
        "ReduceProd" => {
            let shape = reader.shape(x)?;
            let gone = shape.iter().zip(&reduced).filter(|(_, reduced)| **reduced);
            let factors: Expr = gone.map(|(extent, _)| extent).product();
            let shape = left(&shape, &reduced, keep);
            let element = reader.element(x);
            reader.each(&[(Primitive::Mul, factors)], &[x], shape, element)?
        }
        // ReduceSum
        _ => reader.fold(FoldKind::Sum, x, reduced, keep)?,
    };
    Ok(vec![result])
}

/// Sums and products of all elements of what is known, such as a shape.
fn known(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    x: TensorId,
    reduced: &[bool],
    keep: bool,
) -> Option<TensorId> {
    let Some(Value::Whole(values)) = &reader.net.tensors[x].value else {
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
    let shape = left(&reader.shape(x).ok()?, reduced, keep);
    let element = reader.element(x);
    Some(reader.known(Value::Whole(vec![value]), shape, element))
}

/// `ArgMax`, `ArgMin`: a comparison for each element.
pub(super) fn arg(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let rank = reader.shape(x)?.len();
    let mut reduced = vec![false; rank];
    reduced[axis_at(call.int_or("axis", 0), rank)?] = true;
    let keep = call.int_or("keepdims", 1) != 0;
    let found = reader.fold(FoldKind::Max, x, reduced, keep)?;
    reader.net.tensors[found].element = ElementType::Int64;
    Ok(vec![found])
}

/// `TopK`: k passes over the elements, a comparison each.
pub(super) fn top(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let shape = reader.shape(x)?;
    let axis = axis_at(call.int_or("axis", -1), shape.len())?;
    let k = match reader.whole(call.input(1)?)?.as_slice() {
        [k] => k.clone(),
        _ => return Err(Trouble::Wrong("`K` must be one number".to_owned())),
    };
    let mut chosen = shape.clone();
    chosen[axis] = k.clone();
    let element = reader.element(x);
    let passed = reader.each(&[(Primitive::Compare, k)], &[x], shape, element)?;
    let values = reader.compute(Work::Move, &[passed], chosen.clone(), element)?;
    let places = reader.compute(Work::Move, &[passed], chosen, ElementType::Int64)?;
    Ok(vec![values, places])
}
