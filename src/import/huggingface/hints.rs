//! What the fields of a config suggest of a model whose family nobody knows.

use num_traits::Zero;

use crate::source::{Datum, Spanned, Value};

/// Mechanisms, and fields of configs that speak of them.
const HINTS: [(&str, &[&str]); 20] = [
    (
        "grouped-query attention",
        &["num_key_value_heads", "num_kv_heads", "multi_query"],
    ),
    ("latent attention", &["kv_lora_rank", "q_lora_rank"]),
    ("an indexer that chooses keys", &["index_topk"]),
    (
        "experts",
        &[
            "num_local_experts",
            "n_routed_experts",
            "num_experts",
            "num_experts_per_tok",
            "moe_intermediate_size",
        ],
    ),
    (
        "shared experts",
        &[
            "n_shared_experts",
            "num_shared_experts",
            "shared_expert_intermediate_size",
        ],
    ),
    (
        "sliding windows",
        &["sliding_window", "local_attention", "window_size"],
    ),
    ("attention in chunks", &["attention_chunk_size"]),
    (
        "layers of several kinds",
        &[
            "layer_types",
            "layers_block_type",
            "hybrid_override_pattern",
        ],
    ),
    (
        "rotary positions",
        &["rope_theta", "rope_parameters", "rope_scaling"],
    ),
    (
        "numbers by distance",
        &[
            "relative_attention",
            "relative_attention_num_buckets",
            "use_relative_position_bias",
        ],
    ),
    (
        "normed queries and keys",
        &["use_qk_norm", "qk_layernorm", "qk_norm"],
    ),
    (
        "the delta rule or linear attention",
        &[
            "linear_num_key_heads",
            "linear_conv_kernel_dim",
            "linear_attn_config",
        ],
    ),
    (
        "state spaces",
        &[
            "mamba_d_state",
            "ssm_state_size",
            "state_size",
            "mamba_expand",
        ],
    ),
    ("short convolutions", &["conv_L_cache"]),
    (
        "bounded scores",
        &["final_logit_softcapping", "attn_logit_softcapping"],
    ),
    (
        "an encoder and a decoder",
        &["decoder_layers", "num_decoder_layers"],
    ),
    ("a text model within", &["text_config", "llm_config"]),
    ("images", &["vision_config", "patch_size", "image_size"]),
    ("sound", &["audio_config", "num_mel_bins", "sampling_rate"]),
    ("stages of convolutions", &["depths", "hidden_sizes"]),
];

/// The mechanisms that a config speaks of, each with the first field that does.
fn suggested(entries: &[(Spanned<String>, Datum)]) -> Vec<(&'static str, &'static str)> {
    let says = |field: &str| {
        let found = entries.iter().find(|(key, _)| key.value == field);
        found.is_some_and(|(_, node)| says_something(&node.value))
    };
    let shares = !as_many_heads(entries);
    let hints = HINTS.iter().filter_map(|(mechanism, fields)| {
        let field = fields.iter().find(|field| says(field))?;
        Some((*mechanism, *field))
    });
    hints
        .filter(|(_, field)| shares || *field != "num_key_value_heads")
        .collect()
}

/// The same in a sentence, if there are any.
pub(super) fn sentence(entries: &[(Spanned<String>, Datum)]) -> Option<String> {
    let suggested = suggested(entries);
    let one = |(what, field): &(&str, &str)| format!("{what} (`{field}`)");
    let all: Vec<String> = suggested.iter().map(one).collect();
    (!all.is_empty()).then(|| {
        format!(
            "its fields look like: {}; if a family below is built so, say its name in \
             `model_type`",
            all.join(", ")
        )
    })
}

/// The same for the names of fields alone.
pub(super) fn named<'n>(fields: impl Iterator<Item = &'n str>) -> Vec<&'static str> {
    let fields: Vec<&str> = fields.collect();
    let hints = HINTS.iter();
    let told = hints.filter(|(_, known)| known.iter().any(|field| fields.contains(field)));
    told.map(|(mechanism, _)| *mechanism).collect()
}

/// Whether there are as many heads of keys as of queries.
fn as_many_heads(entries: &[(Spanned<String>, Datum)]) -> bool {
    let number = |field: &str| {
        let found = entries.iter().find(|(key, _)| key.value == field);
        match found.map(|(_, node)| &node.value) {
            Some(Value::Number(value)) => Some(value),
            _ => None,
        }
    };
    let heads = number("num_attention_heads");
    heads.is_some() && heads == number("num_key_value_heads")
}

/// Whether a value is more than none, no or nothing.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Number(value) => !value.is_zero(),
        Value::Bool(value) => *value,
        Value::Text(value) => !value.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Table(entries) => !entries.is_empty(),
        _ => false,
    }
}
