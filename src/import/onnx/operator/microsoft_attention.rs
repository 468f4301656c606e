//! Fused attention of ONNX Runtime, taken apart: one projection for all,
//! queries with keys and values, packed or not, after those of earlier calls.

use super::call::Call;
use crate::import::onnx::build::{Attended, Causal, Heads, NetBuilder};
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::number;
use crate::import::onnx::net::{Binary, Block, TensorId};
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `Attention`: one projection for queries, keys and values.
pub(crate) fn attention(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let element = builder.element(x);
    let all = builder.matmul(x, weight, element)?;
    let all = builder.with_bias(all, call.optional(2))?;
    let given = Given {
        past: call.optional(4),
        bias: call.optional(5),
        sequences: None,
    };
    attended(builder, call, all, &given)
}

/// What attention is given besides its rows.
pub(super) struct Given {
    /// Keys and values of earlier calls, in one tensor.
    pub(super) past: Option<TensorId>,
    /// What is added to the scores.
    pub(super) bias: Option<TensorId>,
    /// Of rows without padding, how many sequences of which length they are.
    pub(super) sequences: Option<[Expr; 2]>,
}

/// Attention of rows that are queries, keys and values one after the other.
pub(super) fn attended(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    all: TensorId,
    given: &Given,
) -> Results {
    let heads = call.int_or("num_heads", 0);
    let mut parts = thirds(builder, call, all)?;
    if let Some([batch, length]) = &given.sequences {
        for part in &mut parts {
            let [_, width] = builder.shape_of_rank::<2>(*part)?;
            *part = builder.moved(&[*part], vec![batch.clone(), length.clone(), width])?;
        }
    }
    let [q, k, v] = parts;
    let mut q = builder.in_heads(q, heads)?;
    let mut k = builder.in_heads(k, heads)?;
    let v = builder.in_heads(v, heads)?;
    if call.int_or("do_rotary", 0) != 0 {
        let columns = call.int_or("rotary_embedding_dim", 0);
        q = turned(builder, q, 1, columns)?;
        k = turned(builder, k, 1, columns)?;
    }
    let [past_k, past_v] = match given.past {
        Some(past) => both(builder, past)?.map(Some),
        None => [None, None],
    };
    let k = builder.after_past(past_k, k)?;
    let v = builder.after_past(past_v, v)?;
    let Attended { context, .. } = builder.attend(&Heads {
        q,
        k,
        v,
        mask: given.bias,
        causal: (call.int_or("unidirectional", 0) != 0).then(|| Causal::after(None)),
        scaled: call.float("scale") != Some(1.0),
        capped: false,
        window: None,
    })?;
    let mut present = vec![Expr::whole(2)];
    present.extend(builder.shape(k)?);
    let present = builder.moved(&[k, v], present)?;
    Ok(vec![builder.out_of_heads(context)?, present])
}

/// The keys and the values of earlier calls, of one tensor for both.
fn both(builder: &mut NetBuilder, past: TensorId) -> Result<[TensorId; 2], ImportError> {
    let [_, batch, heads, tokens, head_dim] = builder.shape_of_rank::<5>(past)?;
    let own = vec![batch, heads, tokens, head_dim];
    Ok([
        builder.moved(&[past], own.clone())?,
        builder.moved(&[past], own)?,
    ])
}

fn thirds(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    all: TensorId,
) -> Result<[TensorId; 3], ImportError> {
    let mut shape = builder.shape(all)?;
    let width = shape.pop().unwrap_or_else(Expr::one);
    let widths: Vec<Expr> = match call.ints("qkv_hidden_sizes") {
        Some(sizes) => sizes.iter().map(|size| Expr::whole(*size)).collect(),
        None => vec![width.scale(&(whole(1) / whole(3))); 3],
    };
    let mut parts = Vec::new();
    for width in widths {
        let mut part = shape.clone();
        part.push(width);
        parts.push(builder.moved(&[all], part)?);
    }
    let wrong = |_| ImportError::Invalid("three sizes are needed".to_owned());
    <[TensorId; 3]>::try_from(parts).map_err(wrong)
}

/// `MultiHeadAttention`: queries, keys and values as `b n (h c)`, and a bias
/// for all three. In one tensor they are `b n h 3 c`, keys and values `b n h 2
/// c`.
pub(crate) fn multi_head(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let heads = call.int_or("num_heads", 0);
    let mut q = call.input(0)?;
    let (mut k, mut v) = match (call.optional(1), call.optional(2)) {
        (Some(k), Some(v)) => (k, v),
        (Some(both), None) => {
            let x = part(builder, both)?;
            (x, part(builder, both)?)
        }
        (None, _) => {
            let all = q;
            q = part(builder, all)?;
            (part(builder, all)?, part(builder, all)?)
        }
    };
    if let Some(bias) = call.optional(3) {
        for x in [&mut q, &mut k, &mut v] {
            *x = with_part_of(builder, *x, bias)?;
        }
    }
    let q = builder.in_heads(q, heads)?;
    let mut of_memory = [k, v];
    for x in &mut of_memory {
        if builder.shape(*x)?.len() == 3 {
            *x = builder.in_heads(*x, heads)?;
        }
    }
    let k = builder.after_past(call.optional(6), of_memory[0])?;
    let v = builder.after_past(call.optional(7), of_memory[1])?;
    let Attended { context, .. } = builder.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(5),
        causal: (call.int_or("unidirectional", 0) != 0).then(|| Causal::after(None)),
        scaled: call.float("scale") != Some(1.0),
        capped: false,
        window: None,
    })?;
    Ok(vec![builder.out_of_heads(context)?, k, v])
}

/// `b n (h c)` of one of several in `b n h several c`.
pub(super) fn part(builder: &mut NetBuilder, packed: TensorId) -> Result<TensorId, ImportError> {
    let [batch, tokens, heads, _, head_dim] = builder.shape_of_rank::<5>(packed)?;
    builder.moved(&[packed], vec![batch, tokens, &heads * &head_dim])
}

/// A bias for queries, keys and values, of which one part is added.
pub(super) fn with_part_of(
    builder: &mut NetBuilder,
    x: TensorId,
    bias: TensorId,
) -> Result<TensorId, ImportError> {
    let Some(width) = builder.shape(x)?.pop() else {
        return Ok(x);
    };
    let part = builder.moved(&[bias], vec![width])?;
    builder.binary(Binary::Add, x, part)
}

/// `GroupQueryAttention`: causal unless it says otherwise, with fewer heads of
/// keys and values.
pub(crate) fn group_query(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (heads, own) = (call.int_or("num_heads", 0), call.int_or("kv_num_heads", 0));
    let [q, k, v] = match (call.optional(1), call.optional(2)) {
        (Some(k), Some(v)) => [call.input(0)?, k, v],
        _ => columns(builder, call.input(0)?, [heads, own, own])?,
    };
    let mut q = builder.in_heads(q, heads)?;
    let mut k = builder.in_heads(k, own)?;
    let v = builder.in_heads(v, own)?;
    if let (Some(of_q), Some(of_k)) = (call.optional(14), call.optional(15)) {
        let block = Block::RmsNorm { gain: true };
        q = builder.block(block, &[q, of_q])?;
        k = builder.block(block, &[k, of_k])?;
    }
    if call.int_or("do_rotary", 0) != 0 {
        let columns = columns_of_table(builder, call.optional(7))?;
        q = turned(builder, q, 1, columns)?;
        k = turned(builder, k, 1, columns)?;
    }
    let k = buffered(builder, call, k, 3)?;
    let v = buffered(builder, call, v, 4)?;
    if call.optional(12).or(call.optional(13)).is_some() {
        builder.note("a cache of whole numbers: bringing it to scale and back is left out");
    }
    let q = beside_sink(builder, call, q)?;
    let attended = builder.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(10),
        causal: (call.int_or("causal", 1) != 0).then(|| Causal::after(None)),
        scaled: call.float("scale") != Some(1.0),
        capped: call.float("softcap").is_some_and(|cap| cap != 0.0),
        window: (call.int("local_window_size"))
            .filter(|window| *window > 0)
            .map(Expr::whole),
    })?;
    let shown = match call.int_or("qk_output", 0) {
        2 => attended.weights,
        _ => attended.scores,
    };
    Ok(vec![builder.out_of_heads(attended.context)?, k, v, shown])
}

/// How many columns of each head a table of cosines turns: all that there are if
/// it is left out, which is told as 0.
fn columns_of_table(builder: &NetBuilder, cosines: Option<TensorId>) -> Result<i64, ImportError> {
    let Some(cosines) = cosines else { return Ok(0) };
    let half = builder.shape(cosines)?.pop();
    let half = half.and_then(|half| number(&half).ok());
    Ok(half.unwrap_or(0).saturating_mul(2))
}

/// Queries, with what a softmax does with one score more in each row, of a head
/// or 0: all that it does with those of keys, but for the division.
fn beside_sink(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    q: TensorId,
) -> Result<TensorId, ImportError> {
    let sinks = call.optional(11);
    let shape = builder.shape(q)?;
    let head_dim = shape.last().cloned().unwrap_or_else(Expr::one);
    let Some(of_row) = Expr::one().divide(&head_dim) else {
        return Ok(q);
    };
    if sinks.is_none() && call.int_or("smooth_softmax", 0) <= 0 {
        return Ok(q);
    }
    let steps = [
        (Primitive::Compare, of_row.clone()),
        (Primitive::Add, of_row.scale(&whole(2))),
        (Primitive::Exp, of_row),
    ];
    let element = builder.element(q);
    let result = builder.per_element(&steps, &[q], shape, element)?;
    builder.set_stage(result, "softmax");
    builder.stands_for(result, &[sinks]);
    Ok(result)
}

/// Keys or values after those of earlier calls, input `past`. Where the file
/// tells that the result is no longer than these, they are a buffer for all
/// that will come.
fn buffered(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
    past: usize,
) -> Result<TensorId, ImportError> {
    let Some(earlier) = call.optional(past) else {
        return Ok(x);
    };
    let all = builder.shape(earlier)?;
    if call.told(past - 2) == Some(all.as_slice()) {
        return filled(builder, earlier, x);
    }
    builder.after_past(Some(earlier), x)
}

/// A buffer of keys or values with those of this call, all of it filled.
pub(super) fn filled(
    builder: &mut NetBuilder,
    buffer: TensorId,
    x: TensorId,
) -> Result<TensorId, ImportError> {
    builder.note("a buffer of keys and values that is shared is taken to be filled");
    let all = builder.shape(buffer)?;
    builder.moved(&[buffer, x], all)
}

/// Queries, keys and values of one tensor, of so many heads each.
fn columns(
    builder: &mut NetBuilder,
    all: TensorId,
    heads: [i64; 3],
) -> Result<[TensorId; 3], ImportError> {
    let [batch, tokens, width] = builder.shape_of_rank::<3>(all)?;
    if heads.iter().any(|count| *count < 1) {
        return Err(ImportError::Invalid(format!("heads {heads:?}")));
    }
    let total: i64 = heads
        .iter()
        .fold(0, |sum, count| sum.saturating_add(*count));
    let part = |builder: &mut NetBuilder, count: i64| {
        let columns = width.scale(&(whole(count) / whole(total)));
        builder.moved(&[all], vec![batch.clone(), tokens.clone(), columns])
    };
    Ok([
        part(builder, heads[0])?,
        part(builder, heads[1])?,
        part(builder, heads[2])?,
    ])
}

/// `RotaryEmbedding`, here and in the standard from version 23.
pub(crate) fn rotary(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let columns = call.int_or("rotary_embedding_dim", 0);
    // A tensor of four axes has an axis of heads.
    let heads = match (builder.shape(x)?.len(), call.int_or("num_heads", 0)) {
        (3, count) if count > 0 => count,
        (3, _) if columns != 0 => {
            let missing = "it turns a part of each head, and has no `num_heads`";
            return Err(ImportError::Invalid(missing.to_owned()));
        }
        _ => 1,
    };
    Ok(vec![turned(builder, x, heads, columns)?])
}

/// Rows of so many heads turned: of each head the first columns, or all if 0.
fn turned(
    builder: &mut NetBuilder,
    x: TensorId,
    heads: i64,
    columns: i64,
) -> Result<TensorId, ImportError> {
    if columns == 0 {
        return builder.block(Block::Rotary, &[x]);
    }
    let shape = builder.shape(x)?;
    let Some((width, rows)) = shape.split_last() else {
        return Err(ImportError::Invalid("it has no columns".to_owned()));
    };
    let of_all = Expr::whole(columns).scale(&whole(heads));
    if columns < 0 || larger(&of_all, width) {
        let message = format!("{columns} columns of each of {heads} heads are turned, of {width}");
        return Err(ImportError::Invalid(message));
    }
    if of_all == *width {
        return builder.block(Block::Rotary, &[x]);
    }
    let mut first = rows.to_vec();
    first.push(of_all.clone());
    let mut others = rows.to_vec();
    others.push(width - &of_all);
    let first = builder.moved(&[x], first)?;
    let others = builder.moved(&[x], others)?;
    let first = builder.block(Block::Rotary, &[first])?;
    builder.moved(&[first, others], shape)
}

/// Whether a number is known to be larger than another.
fn larger(a: &Expr, b: &Expr) -> bool {
    match (a.as_constant(), b.as_constant()) {
        (Some(a), Some(b)) => a > b,
        _ => false,
    }
}
