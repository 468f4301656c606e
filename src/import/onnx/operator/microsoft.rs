//! The fused operators of ONNX Runtime (`com.microsoft`), taken apart.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, Block, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `SkipLayerNormalization`, `SkipSimplifiedLayerNormalization`: a residual
/// sum, and its normalisation.
pub(crate) fn skip_norm(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut x = call.input(0)?;
    let simple = call.node.op_type.contains("Simplified");
    let bias = call.optional(if simple { 3 } else { 4 });
    if let Some(bias) = bias {
        x = builder.binary(Binary::Add, x, bias)?;
    }
    let sum = builder.binary(Binary::Add, x, call.input(1)?)?;
    let gain = call.optional(2);
    let shift = if simple { None } else { call.optional(3) };
    let block = if simple {
        Block::RmsNorm {
            gain: gain.is_some(),
        }
    } else {
        Block::LayerNorm {
            gain: gain.is_some(),
            shift: shift.is_some(),
        }
    };
    let inputs: Vec<TensorId> = [Some(sum), gain, shift].into_iter().flatten().collect();
    let normal = builder.block(block, &inputs)?;
    Ok(vec![normal, normal, normal, sum])
}

/// `EmbedLayerNormalization`: words, positions and segments, summed and
/// normalised.
pub(crate) fn embed(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let ids = call.input(0)?;
    let words = call.input(2)?;
    let mut shape = builder.shape(ids)?;
    let width = builder
        .shape(words)?
        .last()
        .cloned()
        .unwrap_or_else(Expr::one);
    shape.push(width);
    let element = builder.element(words);
    let mut all = builder.compute(Work::Gather, &[words, ids], shape.clone(), element)?;
    let positions = builder.moved(&[call.input(3)?], shape[1..].to_vec())?;
    all = builder.binary(Binary::Add, all, positions)?;
    if let (Some(segments), Some(table)) = (call.optional(1), call.optional(4)) {
        let part = builder.compute(Work::Gather, &[table, segments], shape, element)?;
        all = builder.binary(Binary::Add, all, part)?;
    }
    let block = Block::LayerNorm {
        gain: true,
        shift: true,
    };
    let normal = builder.block(block, &[all, call.input(5)?, call.input(6)?])?;
    Ok(vec![normal, normal, all])
}

/// `BiasGelu`, `FastGelu`: a bias, and the activation.
pub(crate) fn bias_gelu(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut x = call.input(0)?;
    if let Some(bias) = call.optional(1) {
        x = builder.binary(Binary::Add, x, bias)?;
    }
    let block = if call.node.op_type == "FastGelu" {
        Block::GeluTanh
    } else {
        Block::Gelu
    };
    Ok(vec![builder.block(block, &[x])?])
}

/// `BiasAdd`: a bias, and a residual sum.
pub(crate) fn bias_add(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = builder.binary(Binary::Add, call.input(0)?, call.input(1)?)?;
    Ok(vec![builder.binary(Binary::Add, x, call.input(2)?)?])
}

/// `BiasSplitGelu`: a bias; one half times the GELU of the other.
pub(crate) fn bias_split(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = builder.binary(Binary::Add, call.input(0)?, call.input(1)?)?;
    let mut half = builder.shape(x)?;
    if let Some(width) = half.last_mut() {
        *width = width.scale(&(whole(1) / whole(2)));
    }
    let factor = builder.moved(&[x], half.clone())?;
    let gate = builder.moved(&[x], half)?;
    let gate = builder.block(Block::Gelu, &[gate])?;
    Ok(vec![builder.binary(Binary::Mul, factor, gate)?])
}

/// `GroupNorm`, `SkipGroupNorm`: residual sums, the normalisation of each
/// group, a gain and a shift, and `silu` where that is asked for.
pub(crate) fn group_norm(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let groups = call.int_or("groups", 0);
    if groups < 1 {
        return Err(ImportError::Invalid(
            "`groups` must be at least 1".to_owned(),
        ));
    }
    let mut sum = call.input(0)?;
    for other in [call.optional(3), call.optional(4)].into_iter().flatten() {
        sum = builder.binary(Binary::Add, sum, other)?;
    }
    let normal = super::norm::in_groups(builder, sum, Expr::whole(groups))?;
    let affine = [(Primitive::Mul, 1), (Primitive::Add, 1)];
    let mut result = builder.per_element_of(normal, &affine)?;
    builder.set_stage(result, "norm");
    builder.stands_for(result, &[call.optional(1), call.optional(2)]);
    if call.int_or("activation", 0) != 0 {
        result = builder.block(Block::Silu, &[result])?;
    }
    Ok(vec![result, sum])
}

/// `NhwcConv`: a convolution with the channels behind the places.
pub(crate) fn channels_last(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut inputs = [call.input(0)?, call.input(1)?];
    for x in &mut inputs {
        let mut shape = builder.shape(*x)?;
        if shape.len() > 2 {
            shape[1..].rotate_right(1);
        }
        *x = builder.moved(&[*x], shape)?;
    }
    let results = super::conv::conv(builder, &call.with_inputs(&inputs))?;
    let moved = results.into_iter().map(|result| {
        let mut shape = builder.shape(result)?;
        shape[1..].rotate_left(1);
        builder.moved(&[result], shape)
    });
    moved.collect()
}

/// `FusedMatMul`: a product of matrices that may be transposed, and a factor.
pub(crate) fn matmul(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (mut a, mut b) = (call.input(0)?, call.input(1)?);
    for (x, name) in [(&mut a, "transA"), (&mut b, "transB")] {
        if call.int_or(name, 0) != 0 {
            let mut shape = builder.shape(*x)?;
            let rank = shape.len();
            if rank >= 2 {
                shape.swap(rank - 1, rank - 2);
                let mut order: Vec<usize> = (0..rank).collect();
                order.swap(rank - 1, rank - 2);
                *x = builder.reordered(*x, shape, &order)?;
            }
        }
    }
    let element = builder.element(a);
    let mut result = builder.matmul(a, b, element)?;
    if call.float("alpha").is_some_and(|alpha| alpha != 1.0) {
        result = builder.binary_with(Binary::Mul, result, 0.5)?;
    }
    Ok(vec![result])
}

/// `FusedGemm`, `FusedConv`: with an activation behind.
pub(crate) fn activated(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let results = if call.node.op_type == "FusedConv" {
        super::conv::conv(builder, call)?
    } else {
        super::linear::gemm(builder, call)?
    };
    let Some(result) = results.first().copied() else {
        return Ok(results);
    };
    let unary = match call.text("activation") {
        None => return Ok(results),
        Some("Clip") => {
            let bounds = call.floats("activation_params").unwrap_or(&[]);
            let low = bounds
                .first()
                .map_or(f64::NEG_INFINITY, |low| f64::from(*low));
            let high = bounds.get(1).map_or(f64::INFINITY, |high| f64::from(*high));
            let (shape, element) = (builder.shape(result)?, builder.element(result));
            return Ok(vec![builder.compute(
                Work::Clip(low, high),
                &[result],
                shape,
                element,
            )?]);
        }
        Some("HardSigmoid") => return Ok(vec![builder.block(Block::HardSigmoid, &[result])?]),
        Some("LeakyRelu") => return Ok(vec![builder.block(Block::LeakyRelu, &[result])?]),
        Some("Relu") => Unary::Relu,
        Some("Sigmoid") => Unary::Sigmoid,
        Some("Tanh") => Unary::Tanh,
        Some(other) => {
            return Err(ImportError::Unsupported(format!(
                "the activation `{other}`"
            )));
        }
    };
    Ok(vec![builder.unary(unary, result)?])
}

/// `QuantizeLinear` and others that this domain shares with the standard one
/// keep their meaning; `DynamicQuantizeMatMul` is a product of whole numbers.
pub(crate) fn dynamic_matmul(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let small = call.node.op_type == "MatMulIntegerToFloat";
    let bits = if small {
        a
    } else {
        let quantised = super::quantised::dynamic(builder, call)?;
        quantised.first().copied().unwrap_or(a)
    };
    let sums = builder.matmul(bits, b, ElementType::Int32)?;
    builder.of_numbers(sums, bits, b);
    let bias = call.optional(if small { 6 } else { 4 });
    let sums = builder.with_bias(sums, bias)?;
    Ok(vec![builder.scaled(sums)?])
}
