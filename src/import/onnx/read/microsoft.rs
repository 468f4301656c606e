//! The fused operators of ONNX Runtime (`com.microsoft`), taken apart.

use super::attention::Heads;
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::net::{Binary, Block, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::symbolic::Expr;

/// `Attention`: one projection for queries, keys and values.
pub(super) fn attention(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let heads = call.int_or("num_heads", 0);
    let element = reader.element(x);
    let all = reader.matmul(x, weight, element)?;
    let all = reader.with_bias(all, call.optional(2))?;
    let [q, k, v] = thirds(reader, call, all)?;
    let q = reader.in_heads(q, heads)?;
    let k = reader.in_heads(k, heads)?;
    let v = reader.in_heads(v, heads)?;
    let context = reader.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(5),
        causal: call.int_or("unidirectional", 0) != 0,
        scaled: call.float("scale") != Some(1.0),
        capped: false,
    })?;
    Ok(vec![reader.out_of_heads(context)?])
}

fn thirds(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    all: TensorId,
) -> Result<[TensorId; 3], Trouble> {
    let [batch, rows, width] = reader.shape_of_rank::<3>(all)?;
    let widths: Vec<Expr> = match call.ints("qkv_hidden_sizes") {
        Some(sizes) => sizes.iter().map(|size| Expr::whole(*size)).collect(),
        None => vec![width.scale(&(whole(1) / whole(3))); 3],
    };
    let mut parts = Vec::new();
    for width in widths {
        parts.push(reader.moved(&[all], vec![batch.clone(), rows.clone(), width])?);
    }
    let wrong = |_| Trouble::Wrong("three sizes are needed".to_owned());
    <[TensorId; 3]>::try_from(parts).map_err(wrong)
}

/// `MultiHeadAttention`: queries, keys and values as `b n (h c)`, and a bias
/// for all three.
pub(super) fn multi_head(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let heads = call.int_or("num_heads", 0);
    let (Some(mut k), Some(mut v)) = (call.optional(1), call.optional(2)) else {
        return Err(Trouble::Unknown(
            "packed queries, keys and values".to_owned(),
        ));
    };
    let mut q = call.input(0)?;
    if let Some(bias) = call.optional(3) {
        for x in [&mut q, &mut k, &mut v] {
            let width = reader.shape(*x)?.last().cloned().unwrap_or_else(Expr::one);
            let part = reader.moved(&[bias], vec![width])?;
            *x = reader.binary(Binary::Add, *x, part)?;
        }
    }
    let q = reader.in_heads(q, heads)?;
    let mut of_memory = [k, v];
    for x in &mut of_memory {
        if reader.shape(*x)?.len() == 3 {
            *x = reader.in_heads(*x, heads)?;
        }
    }
    let k = reader.after_past(call.optional(6), of_memory[0])?;
    let v = reader.after_past(call.optional(7), of_memory[1])?;
    let context = reader.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(5),
        causal: call.int_or("unidirectional", 0) != 0,
        scaled: call.float("scale") != Some(1.0),
        capped: false,
    })?;
    Ok(vec![reader.out_of_heads(context)?, k, v])
}

/// `GroupQueryAttention`: causal, with fewer heads of keys and values.
pub(super) fn group_query(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (heads, own) = (call.int_or("num_heads", 0), call.int_or("kv_num_heads", 0));
    let (Some(k), Some(v)) = (call.optional(1), call.optional(2)) else {
        return Err(Trouble::Unknown(
            "packed queries, keys and values".to_owned(),
        ));
    };
    let mut q = reader.in_heads(call.input(0)?, heads)?;
    let mut k = reader.in_heads(k, own)?;
    let v = reader.in_heads(v, own)?;
    if call.int_or("do_rotary", 0) != 0 {
        q = reader.block(Block::Rotary, &[q])?;
        k = reader.block(Block::Rotary, &[k])?;
    }
    let k = reader.after_past(call.optional(3), k)?;
    let v = reader.after_past(call.optional(4), v)?;
    let context = reader.attend(&Heads {
        q,
        k,
        v,
        mask: None,
        causal: true,
        scaled: call.float("scale") != Some(1.0),
        capped: call.float("softcap").is_some_and(|cap| cap != 0.0),
    })?;
    Ok(vec![reader.out_of_heads(context)?, k, v])
}

/// `RotaryEmbedding`, here and in the standard from version 23.
pub(super) fn rotary(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    Ok(vec![reader.block(Block::Rotary, &[call.input(0)?])?])
}

/// `SkipLayerNormalization`, `SkipSimplifiedLayerNormalization`: a residual
/// sum, and its normalisation.
pub(super) fn skip_norm(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let mut x = call.input(0)?;
    let simple = call.node.op_type.contains("Simplified");
    let bias = call.optional(if simple { 3 } else { 4 });
    if let Some(bias) = bias {
        x = reader.binary(Binary::Add, x, bias)?;
    }
    let sum = reader.binary(Binary::Add, x, call.input(1)?)?;
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
    let normal = reader.block(block, &inputs)?;
    Ok(vec![normal, normal, normal, sum])
}

/// `EmbedLayerNormalization`: words, positions and segments, summed and
/// normalised.
pub(super) fn embed(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let ids = call.input(0)?;
    let words = call.input(2)?;
    let mut shape = reader.shape(ids)?;
    let width = reader
        .shape(words)?
        .last()
        .cloned()
        .unwrap_or_else(Expr::one);
    shape.push(width);
    let element = reader.element(words);
    let mut all = reader.compute(Work::Gather, &[words, ids], shape.clone(), element)?;
    let positions = reader.moved(&[call.input(3)?], shape[1..].to_vec())?;
    all = reader.binary(Binary::Add, all, positions)?;
    if let (Some(segments), Some(table)) = (call.optional(1), call.optional(4)) {
        let part = reader.compute(Work::Gather, &[table, segments], shape, element)?;
        all = reader.binary(Binary::Add, all, part)?;
    }
    let block = Block::LayerNorm {
        gain: true,
        shift: true,
    };
    let normal = reader.block(block, &[all, call.input(5)?, call.input(6)?])?;
    Ok(vec![normal, normal, all])
}

/// `BiasGelu`, `FastGelu`: a bias, and the activation.
pub(super) fn bias_gelu(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let mut x = call.input(0)?;
    if let Some(bias) = call.optional(1) {
        x = reader.binary(Binary::Add, x, bias)?;
    }
    let block = if call.node.op_type == "FastGelu" {
        Block::GeluTanh
    } else {
        Block::Gelu
    };
    Ok(vec![reader.block(block, &[x])?])
}

/// `FusedMatMul`: a product of matrices that may be transposed, and a factor.
pub(super) fn matmul(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (mut a, mut b) = (call.input(0)?, call.input(1)?);
    for (x, name) in [(&mut a, "transA"), (&mut b, "transB")] {
        if call.int_or(name, 0) != 0 {
            let mut shape = reader.shape(*x)?;
            let rank = shape.len();
            if rank >= 2 {
                shape.swap(rank - 1, rank - 2);
                *x = reader.moved(&[*x], shape)?;
            }
        }
    }
    let element = reader.element(a);
    let mut result = reader.matmul(a, b, element)?;
    if call.float("alpha").is_some_and(|alpha| alpha != 1.0) {
        result = reader.binary_with(Binary::Mul, result, 0.5)?;
    }
    Ok(vec![result])
}

/// `FusedGemm`, `FusedConv`: with an activation behind.
pub(super) fn activated(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let results = if call.node.op_type == "FusedConv" {
        super::conv::conv(reader, call)?
    } else {
        super::linear::gemm(reader, call)?
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
            let (shape, element) = (reader.shape(result)?, reader.element(result));
            return Ok(vec![reader.compute(
                Work::Clip(low, high),
                &[result],
                shape,
                element,
            )?]);
        }
        Some("HardSigmoid") => return Ok(vec![reader.block(Block::HardSigmoid, &[result])?]),
        Some("LeakyRelu") => return Ok(vec![reader.block(Block::LeakyRelu, &[result])?]),
        Some("Relu") => Unary::Relu,
        Some("Sigmoid") => Unary::Sigmoid,
        Some("Tanh") => Unary::Tanh,
        Some(other) => return Err(Trouble::Unknown(format!("the activation `{other}`"))),
    };
    Ok(vec![reader.unary(unary, result)?])
}

/// `QuantizeLinear` and others that this domain shares with the standard one
/// keep their meaning; `DynamicQuantizeMatMul` is a product of whole numbers.
pub(super) fn dynamic_matmul(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let small = call.node.op_type == "MatMulIntegerToFloat";
    let bits = if small {
        a
    } else {
        let quantised = super::quantised::dynamic(reader, call)?;
        quantised.first().copied().unwrap_or(a)
    };
    let sums = reader.matmul(bits, b, ElementType::Int32)?;
    reader.of_whole(sums);
    let bias = call.optional(if small { 6 } else { 4 });
    let sums = reader.with_bias(sums, bias)?;
    Ok(vec![reader.scaled(sums)?])
}
