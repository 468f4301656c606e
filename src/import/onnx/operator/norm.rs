//! Normalisations and softmax.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::axis_at;
use crate::import::onnx::net::{
    Binary, Block, FoldKind, KnownValue, Making, TensorId, Unary, Work,
};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A block over the last axis, of a tensor whose axes from `axis` on are
/// one.
pub(crate) fn over_last(
    builder: &mut NetBuilder,
    block: Block,
    x: TensorId,
    others: &[TensorId],
    axis: i64,
    flat: bool,
) -> Result<TensorId, ImportError> {
    let shape = builder.shape(x)?;
    let at = axis_at(axis, shape.len())?;
    let element = builder.element(x);
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
        inputs[0] = builder.compute(Work::Move, &[x], rows, element)?;
    }
    inputs.extend(others);
    let normal = builder.block(block, &inputs)?;
    if last {
        return Ok(normal);
    }
    builder.compute(Work::Move, &[normal], shape, element)
}

/// `Softmax`, `LogSoftmax`: before version 13 over all axes from `axis` on.
pub(crate) fn softmax(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let block = match call.node.op_type.as_str() {
        "LogSoftmax" => Block::LogSoftmax,
        _ => Block::Softmax,
    };
    let old = call.version < 13;
    let axis = call.int_or("axis", if old { 1 } else { -1 });
    Ok(vec![over_last(
        builder,
        block,
        call.input(0)?,
        &[],
        axis,
        old,
    )?])
}

/// `LayerNormalization`
pub(crate) fn layer(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    // TorchScript gives every one a shift.
    let shift = call.optional(2).filter(|id| !is_only(builder, *id, 0.0));
    let block = Block::LayerNorm {
        gain: call.optional(1).is_some(),
        shift: shift.is_some(),
    };
    let weights: Vec<TensorId> = call.optional(1).into_iter().chain(shift).collect();
    with_weights(builder, call, block, &weights)
}

/// Whether a constant that training does not change is this number throughout.
fn is_only(builder: &NetBuilder, constant: TensorId, number: f64) -> bool {
    let value = builder.value(constant).and_then(KnownValue::uniform);
    value == Some(number) && !builder.may_be_learnt(constant)
}

/// `RMSNormalization`, `SimplifiedLayerNormalization`
pub(crate) fn rms(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let block = Block::RmsNorm {
        gain: call.optional(1).is_some(),
    };
    let gain: Vec<TensorId> = call.optional(1).into_iter().collect();
    with_weights(builder, call, block, &gain)
}

/// A normalisation over the last axes, with the gain and shift that it has.
fn with_weights(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    block: Block,
    weights: &[TensorId],
) -> Results {
    let axis = call.int_or("axis", -1);
    Ok(vec![over_last(
        builder,
        block,
        call.input(0)?,
        weights,
        axis,
        true,
    )?])
}

/// `BatchNormalization`, as it is applied: a gain and a shift for each
/// channel, computed once from its four weights.
pub(crate) fn batch(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut result = call.input(0)?;
    let shape = builder.shape(result)?;
    let Some(channels) = shape.get(1) else {
        return Err(ImportError::Invalid("it has no channels".to_owned()));
    };
    let mut vector = vec![Expr::one(); shape.len() - 1];
    vector[0] = channels.clone();
    let element = builder.element(result);
    for (at, name, step) in [(1, "gain", Binary::Mul), (2, "shift", Binary::Add)] {
        let weight = builder.add_constant(name, vector.clone(), element);
        // Of the four, the mean and the variance are not learnt.
        if let Some(of_file) = call.optional(at).filter(|id| builder.is_constant(*id)) {
            let stored = builder.is_stored(of_file);
            let weight = builder.tensor_mut(weight);
            weight.stored = stored;
            weight.made_of = vec![of_file];
            weight.making = Making::Linear;
        }
        result = builder.compute(
            Work::Binary(step),
            &[result, weight],
            shape.clone(),
            element,
        )?;
        builder.set_stage(result, "norm");
    }
    Ok(vec![result])
}

/// `GroupNormalization`, `InstanceNormalization`: the normalisation of a row
/// of all elements of a group, then a gain and a shift for each channel.
pub(crate) fn group(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    if shape.len() < 2 {
        return Err(ImportError::Invalid("it has no channels".to_owned()));
    }
    let groups = match call.int("num_groups") {
        Some(groups) if groups > 0 => Expr::whole(groups),
        Some(_) => {
            return Err(ImportError::Invalid(
                "`num_groups` must be at least 1".to_owned(),
            ));
        }
        None => shape[1].clone(),
    };
    let back = in_groups(builder, x, groups)?;
    // Exporters write a normalisation of groups as one with ones and zeros,
    // and the gain and shift of the channels behind it.
    let affine = [(1, 1.0, Primitive::Mul), (2, 0.0, Primitive::Add)];
    let affine = affine.map(|(at, neutral, step)| (call.optional(at), neutral, step));
    let affine = affine.iter().filter_map(|(weight, neutral, step)| {
        let weight = weight.filter(|id| !is_only(builder, *id, *neutral))?;
        Some((weight, (*step, 1)))
    });
    let (weights, steps): (Vec<_>, Vec<_>) = affine.unzip();
    if steps.is_empty() {
        return Ok(vec![back]);
    }
    let result = builder.per_element_of(back, &steps)?;
    builder.set_stage(result, "norm");
    let weights: Vec<Option<TensorId>> = weights.into_iter().map(Some).collect();
    builder.stands_for(result, &weights);
    Ok(vec![result])
}

/// The normalisation of a row of all elements of each group.
pub(super) fn in_groups(
    builder: &mut NetBuilder,
    x: TensorId,
    groups: Expr,
) -> Result<TensorId, ImportError> {
    let shape = builder.shape(x)?;
    let Some((batch, others)) = shape.split_first() else {
        return Err(ImportError::Invalid("it has no channels".to_owned()));
    };
    let all: Expr = others.iter().product();
    let row = all
        .divide(&groups)
        .ok_or_else(|| ImportError::Invalid("no groups".to_owned()))?;
    let rows = builder.moved(&[x], vec![batch.clone(), groups, row])?;
    let plain = Block::LayerNorm {
        gain: false,
        shift: false,
    };
    let normal = builder.block(plain, &[rows])?;
    builder.moved(&[normal], shape)
}

/// `LpNormalization`: x / √Σx²
pub(crate) fn lp(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let rank = builder.shape(x)?.len();
    let mut reduced = vec![false; rank];
    reduced[axis_at(call.int_or("axis", -1), rank)?] = true;
    let first = call.int_or("p", 2) == 1;
    let sizes = if first {
        builder.unary(Unary::Abs, x)?
    } else {
        builder.binary(Binary::Mul, x, x)?
    };
    let sum = builder.fold(FoldKind::Sum, sizes, reduced, true)?;
    let length = if first {
        sum
    } else {
        builder.unary(Unary::Sqrt, sum)?
    };
    Ok(vec![builder.binary(Binary::Div, x, length)?])
}

/// `LRN`: a window over channels, squared and summed, and a power of it.
pub(crate) fn local(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let size = call.int_or("size", 5);
    if !(1..=1 << 20).contains(&size) {
        return Err(ImportError::Invalid(format!("`size` is {size}")));
    }
    let counts = [
        (Primitive::Mul, 3),
        (Primitive::Add, size + 1),
        (Primitive::Log, 1),
        (Primitive::Exp, 1),
        (Primitive::Div, 1),
    ];
    Ok(vec![builder.per_element_of(call.input(0)?, &counts)?])
}

/// `MeanVarianceNormalization`, as the specification spells it out:
/// (x − E x) / (√(E x² − (E x)²) + 1e−9)
pub(crate) fn mean_variance(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let rank = builder.shape(x)?.len();
    let mut reduced = vec![false; rank];
    for axis in call.ints("axes").unwrap_or(&[0, 2, 3]) {
        reduced[axis_at(*axis, rank)?] = true;
    }
    let mean = builder.fold(FoldKind::Mean, x, reduced.clone(), true)?;
    let square = builder.binary(Binary::Mul, x, x)?;
    let mean_of_squares = builder.fold(FoldKind::Mean, square, reduced, true)?;
    let square_of_mean = builder.binary(Binary::Mul, mean, mean)?;
    let variance = builder.binary(Binary::Sub, mean_of_squares, square_of_mean)?;
    let deviation = builder.unary(Unary::Sqrt, variance)?;
    let deviation = builder.binary_with(Binary::Add, deviation, 1e-9)?;
    let centred = builder.binary(Binary::Sub, x, mean)?;
    Ok(vec![builder.binary(Binary::Div, centred, deviation)?])
}

/// `Hardmax`: the largest of a row, and which one it is: two comparisons for
/// each element.
pub(crate) fn hardmax(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let element = builder.element(x);
    let counts = [(Primitive::Compare, Expr::whole(2))];
    let bits = builder.per_element(&counts, &[x], shape, ElementType::Bool)?;
    let result = builder.unary(Unary::Cast, bits)?;
    builder.tensor_mut(result).element = element;
    Ok(vec![result])
}
