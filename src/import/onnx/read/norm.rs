//! Normalisations and softmax.

use super::reduce::axis_at;
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::net::{Binary, Block, TensorId, Work};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

impl Reader<'_> {
    /// A block over the last axis, of a tensor whose axes from `axis` on are
    /// one.
    fn over_last(
        &mut self,
        block: Block,
        x: TensorId,
        others: &[TensorId],
        axis: i64,
        flat: bool,
    ) -> Result<TensorId, Trouble> {
        let shape = self.shape(x)?;
        let at = axis_at(axis, shape.len())?;
        let element = self.element(x);
        let last = at + 1 == shape.len();
        let mut inputs = vec![x];
        if !last {
            let mut rows: Vec<Expr> = shape[..at].to_vec();
            if flat {
                rows.push(shape[at..].iter().product());
            } else {
                rows.extend(shape[at + 1..].iter().cloned());
                rows.push(shape[at].clone());
            }
            inputs[0] = self.compute(Work::Move, &[x], rows, element)?;
        }
        inputs.extend(others);
        let normal = self.block(block, &inputs)?;
        if last {
            return Ok(normal);
        }
        self.compute(Work::Move, &[normal], shape, element)
    }
}

/// `Softmax`, `LogSoftmax`: before version 13 over all axes from `axis` on.
pub(super) fn softmax(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let block = match call.node.op_type.as_str() {
        "LogSoftmax" => Block::LogSoftmax,
        _ => Block::Softmax,
    };
    let old = call.version < 13;
    let axis = call.int_or("axis", if old { 1 } else { -1 });
    Ok(vec![reader.over_last(
        block,
        call.input(0)?,
        &[],
        axis,
        old,
    )?])
}

/// `LayerNormalization`
pub(super) fn layer(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let affine: Vec<TensorId> = call.all().into_iter().skip(1).collect();
    let block = Block::LayerNorm {
        gain: call.optional(1).is_some(),
        shift: call.optional(2).is_some(),
    };
    let axis = call.int_or("axis", -1);
    Ok(vec![reader.over_last(
        block,
        call.input(0)?,
        &affine,
        axis,
        true,
    )?])
}

/// `RMSNormalization`, `SimplifiedLayerNormalization`
pub(super) fn rms(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let affine: Vec<TensorId> = call.all().into_iter().skip(1).collect();
    let block = Block::RmsNorm {
        gain: call.optional(1).is_some(),
    };
    let axis = call.int_or("axis", -1);
    Ok(vec![reader.over_last(
        block,
        call.input(0)?,
        &affine,
        axis,
        true,
    )?])
}

/// `BatchNormalization`, as it is applied: a gain and a shift for each
/// channel, computed once from its four weights.
pub(super) fn batch(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let counts = [(Primitive::Mul, 1), (Primitive::Add, 1)];
    let result = reader.each_of(x, &counts)?;
    if let Some(node) = reader.last(result) {
        node.stage = Some("norm");
    }
    Ok(vec![result])
}

/// `GroupNormalization`, `InstanceNormalization`: the normalisation of a row
/// of all elements of a group, then a gain and a shift for each channel.
pub(super) fn group(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let shape = reader.shape(x)?;
    if shape.len() < 2 {
        return Err(Trouble::Wrong("it has no channels".to_owned()));
    }
    let groups = match call.int("num_groups") {
        Some(groups) if groups > 0 => Expr::whole(groups),
        Some(_) => return Err(Trouble::Wrong("`num_groups` must be at least 1".to_owned())),
        None => shape[1].clone(),
    };
    let all: Expr = shape[1..].iter().product();
    let row = all
        .divide(&groups)
        .ok_or_else(|| Trouble::Wrong("no groups".to_owned()))?;
    let element = reader.element(x);
    let rows = reader.compute(
        Work::Move,
        &[x],
        vec![shape[0].clone(), groups, row],
        element,
    )?;
    let plain = Block::LayerNorm {
        gain: false,
        shift: false,
    };
    let normal = reader.block(plain, &[rows])?;
    let back = reader.compute(Work::Move, &[normal], shape, element)?;
    let affine = [(Primitive::Mul, 1), (Primitive::Add, 1)];
    let result = reader.each_of(back, &affine)?;
    if let Some(node) = reader.last(result) {
        node.stage = Some("norm");
    }
    Ok(vec![result])
}

/// `LpNormalization`: x / √Σx²
pub(super) fn lp(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    use crate::import::onnx::net::{FoldKind, Unary};
    let x = call.input(0)?;
    let rank = reader.shape(x)?.len();
    let mut reduced = vec![false; rank];
    reduced[axis_at(call.int_or("axis", -1), rank)?] = true;
    let first = call.int_or("p", 2) == 1;
    let sizes = if first {
        reader.unary(Unary::Abs, x)?
    } else {
        reader.binary(Binary::Mul, x, x)?
    };
    let sum = reader.fold(FoldKind::Sum, sizes, reduced, true)?;
    let length = if first {
        sum
    } else {
        reader.unary(Unary::Sqrt, sum)?
    };
    Ok(vec![reader.binary(Binary::Div, x, length)?])
}

/// `LRN`: a window over channels, squared and summed, and a power of it.
pub(super) fn local(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let size = call.int_or("size", 5);
    if !(1..=1 << 20).contains(&size) {
        return Err(Trouble::Wrong(format!("`size` is {size}")));
    }
    let counts = [
        (Primitive::Mul, 3),
        (Primitive::Add, size + 1),
        (Primitive::Log, 1),
        (Primitive::Exp, 1),
        (Primitive::Div, 1),
    ];
    Ok(vec![reader.each_of(call.input(0)?, &counts)?])
}
