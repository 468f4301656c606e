//! Configs that have a part of their fields in objects of their own.

use super::ignored::has_no_effect;
use crate::source::{Datum, Spanned, Value};

/// By `model_type` and object: the fields that are read, and those that say
/// once more what stands outside, or change nothing here.
const PARTS: [(&str, &str, &[&str], &[&str]); 2] = [
    (
        "dbrx",
        "attn_config",
        &["kv_n_heads", "clip_qkv"],
        &["attn_pdrop"],
    ),
    (
        "dbrx",
        "ffn_config",
        &[
            "ffn_hidden_size",
            "moe_num_experts",
            "moe_top_k",
            "moe_normalize_expert_weights",
            "ffn_act_fn",
        ],
        &["hidden_size", "moe_jitter_eps", "moe_loss_weight"],
    ),
];

/// The config with these fields among its own, unless it has them. What else
/// stands in such an object stays there.
pub(super) fn joined(mut root: Datum) -> Datum {
    let Value::Table(entries) = &mut root.value else {
        return root;
    };
    let kind = entries.iter().find(|(key, _)| key.value == "model_type");
    let Some(Value::Text(kind)) = kind.map(|(_, node)| node.value.clone()) else {
        return root;
    };
    for (_, part, read, other) in PARTS.iter().filter(|(known, ..)| *known == kind) {
        let found = entries.iter_mut().find(|(key, _)| key.value == *part);
        let Some((
            _,
            Datum {
                value: Value::Table(inner),
                ..
            },
        )) = found
        else {
            continue;
        };
        let is_read = |(name, _): &(Spanned<String>, Datum)| read.contains(&&*name.value);
        let (moved, rest): (Vec<_>, Vec<_>) = std::mem::take(inner).into_iter().partition(is_read);
        let says = |name: &str| !other.contains(&name) && !has_no_effect(name);
        *inner = rest
            .into_iter()
            .filter(|(name, _)| says(&name.value))
            .collect();
        for field in moved {
            // What stands outside is set anew from within when the library reads it.
            if field.0.value == "kv_n_heads" {
                entries.retain(|(key, _)| key.value != "num_key_value_heads");
            }
            if !entries.iter().any(|(key, _)| key.value == field.0.value) {
                entries.push(field);
            }
        }
    }
    root
}
