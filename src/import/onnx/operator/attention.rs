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
    let context = builder.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(3),
        causal: match call.int_or("is_causal", 0) {
            0 => None,
            _ => Some(Causal::after(Some(before))),
        },
        scaled: call.float("scale") != Some(1.0),
        capped: call.float("softcap").is_some_and(|cap| cap != 0.0),
    })?;
    let result = if flat {
        builder.out_of_heads(context)?
    } else {
        context
    };
    Ok(vec![result, k, v, context])
}
