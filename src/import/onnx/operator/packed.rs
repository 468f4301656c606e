//! Fused attention of ONNX Runtime in other forms: of whole numbers, of rows
//! without padding, of one step of a decoder.

use super::call::Call;
use super::microsoft_attention::{Given, attended, filled, part, with_part_of};
use crate::import::onnx::build::{Attended, Heads, NetBuilder};
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::TensorId;
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

/// `QAttention`: as `Attention`, its projection one of whole numbers.
pub(crate) fn quantised(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let sums = builder.matmul(x, weight, ElementType::Int32)?;
    builder.of_numbers(sums, x, weight);
    let sums = builder.with_bias(sums, call.optional(2))?;
    let all = builder.scaled(sums)?;
    let given = Given {
        past: call.optional(8),
        bias: None,
        sequences: None,
    };
    attended(builder, call, all, &given)
}

/// `PackedAttention`: rows without padding, of sequences whose lengths are
/// known only while it runs; each is taken to be as long as the longest.
pub(crate) fn rows(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    builder.note("attention of packed rows: every sequence is taken to be as long as the longest");
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let element = builder.element(x);
    let all = builder.matmul(x, weight, element)?;
    let all = builder.with_bias(all, call.optional(2))?;
    let [tokens, _] = builder.shape_of_rank::<2>(all)?;
    let given = Given {
        past: None,
        bias: call.optional(5),
        sequences: Some(builder.shape_of_rank::<2>(call.input(3)?)?),
    };
    let results = attended(builder, call, all, &given)?;
    let Some(context) = results.first().copied() else {
        return Ok(results);
    };
    let [_, _, width] = builder.shape_of_rank::<3>(context)?;
    Ok(vec![builder.moved(&[context], vec![tokens, width])?])
}

/// `PackedMultiHeadAttention`: the same of queries, keys and values, apart or
/// in one tensor.
pub(crate) fn heads(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    builder.note("attention of packed rows: every sequence is taken to be as long as the longest");
    let all = call.input(0)?;
    let mut rows = match (call.optional(1), call.optional(2)) {
        (Some(k), Some(v)) => [all, k, v],
        _ => {
            let [tokens, count, _, head_dim] = builder.shape_of_rank::<4>(all)?;
            let one = vec![tokens, &count * &head_dim];
            let mut part = || builder.moved(&[all], one.clone());
            [part()?, part()?, part()?]
        }
    };
    let [batch, length] = builder.shape_of_rank::<2>(call.input(4)?)?;
    let count = call.int_or("num_heads", 0);
    let mut tokens = Expr::one();
    for x in &mut rows {
        if let Some(bias) = call.optional(3) {
            *x = with_part_of(builder, *x, bias)?;
        }
        let [own, width] = builder.shape_of_rank::<2>(*x)?;
        tokens = own;
        *x = builder.moved(&[*x], vec![batch.clone(), length.clone(), width])?;
        *x = builder.in_heads(*x, count)?;
    }
    let [q, k, v] = rows;
    let Attended { context, .. } = builder.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(6),
        causal: None,
        scaled: call.float("scale") != Some(1.0),
        capped: false,
        window: None,
    })?;
    let context = builder.out_of_heads(context)?;
    let [_, _, width] = builder.shape_of_rank::<3>(context)?;
    Ok(vec![builder.moved(&[context], vec![tokens, width])?])
}

/// `DecoderMaskedMultiHeadAttention`: one query against the keys so far. With
/// a buffer for all keys to come, all of it is taken to be filled.
pub(crate) fn step(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let heads = call.int_or("num_heads", 0);
    let mut q = call.input(0)?;
    let (mut k, mut v) = match (call.optional(1), call.optional(2)) {
        (Some(k), Some(v)) => (k, v),
        (None, None) => {
            let all = q;
            q = part(builder, all)?;
            (part(builder, all)?, part(builder, all)?)
        }
        _ => {
            return Err(ImportError::Invalid(
                "it has keys or values alone".to_owned(),
            ));
        }
    };
    if let Some(bias) = call.optional(10) {
        for x in [&mut q, &mut k, &mut v] {
            *x = with_part_of(builder, *x, bias)?;
        }
    }
    let q = builder.in_heads(q, heads)?;
    let [k, v] = [(k, 5), (v, 6)].map(|(x, past)| so_far(builder, call, x, call.optional(past)));
    let (k, v) = (k?, v?);
    let Attended { context, .. } = builder.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(4),
        causal: None,
        scaled: call.float("scale") != Some(1.0),
        capped: false,
        window: None,
    })?;
    Ok(vec![builder.out_of_heads(context)?, k, v])
}

/// All keys or values so far: those of a memory, which come in heads, or those
/// of earlier steps and this one.
fn so_far(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
    past: Option<TensorId>,
) -> Result<TensorId, ImportError> {
    if builder.shape(x)?.len() == 4 {
        return Ok(x);
    }
    let x = builder.in_heads(x, call.int_or("num_heads", 0))?;
    match past {
        Some(past) if call.int_or("past_present_share_buffer", 0) != 0 => filled(builder, past, x),
        past => builder.after_past(past, x),
    }
}
