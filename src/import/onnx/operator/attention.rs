//! Fused attention, taken apart into what it computes.

use super::call::Call;
use crate::import::onnx::build::{Causal, Heads, NetBuilder};
use crate::import::onnx::error::{ImportError, Results};
use crate::symbolic::Expr;

/// `Attention` of version 23 and later: q, k, v, mask, earlier keys and values.
pub(crate) fn attention(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (mut q, mut k, mut v) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let flat = builder.shape(q)?.len() == 3;
    if flat {
        let heads = |name: &str| {
            let missing = || ImportError::Invalid(format!("it has no `{name}`"));
            call.int(name).ok_or_else(missing)
        };
        q = builder.in_heads(q, heads("q_num_heads")?)?;
        k = builder.in_heads(k, heads("kv_num_heads")?)?;
        v = builder.in_heads(v, heads("kv_num_heads")?)?;
    }
    // Without earlier keys the first query sees the first key alone.
    let before = match call.optional(4) {
        Some(past) => {
            let [_, _, before, _] = builder.shape_of_rank::<4>(past)?;
            before
        }
        None => Expr::zero(),
    };
    k = builder.after_past(call.optional(4), k)?;
    v = builder.after_past(call.optional(5), v)?;
    if call.optional(6).is_some() {
        builder.note("attention to keys of lengths that an input tells: all keys are counted");
    }
    let causal = call.int_or("is_causal", 0) != 0;
    let window = window(builder, call, causal);
    let attended = builder.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(3),
        causal: causal.then(|| Causal::after(Some(before))),
        scaled: call.float("scale") != Some(1.0),
        capped: call.float("softcap").is_some_and(|cap| cap != 0.0),
        window,
    })?;
    let context = attended.context;
    let result = if flat {
        builder.out_of_heads(context)?
    } else {
        context
    };
    let shown = match call.int_or("qk_matmul_output_mode", 0) {
        3 => attended.weights,
        _ => attended.scores,
    };
    Ok(vec![result, k, v, shown])
}

/// How many keys a query sees at most: so many on its left, itself, and so many
/// on its right.
fn window(builder: &mut NetBuilder, call: &Call<'_>, causal: bool) -> Option<Expr> {
    let side = |name| call.int(name).filter(|size| *size >= 0);
    let left = side("left_window_size");
    let right = match causal {
        true => Some(0),
        false => side("right_window_size"),
    };
    match (left, right) {
        (Some(left), Some(right)) => {
            let others = &Expr::whole(left) + &Expr::whole(right);
            Some(&others + &Expr::one())
        }
        (Some(_), None) | (None, Some(1..)) => {
            builder.note("attention in a window that one side bounds: all keys are counted");
            None
        }
        (None, _) => None,
    }
}
