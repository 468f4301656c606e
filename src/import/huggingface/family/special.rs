//! Decoders of which a row says most, and their layers the rest.

use super::decoders::GRANITE;
use super::mixtures::LAGUNA;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::grouped::Attention;
use crate::import::huggingface::mechanism::heads::{Gate, QkNorm};
use crate::import::huggingface::mechanism::latent::LATENT;
use crate::import::huggingface::mechanism::layer::{Layer, Mixer, Wiring};
use crate::import::huggingface::mechanism::mixture::{
    Balance, DEEPSEEK, Dense, ExpertTraits, MIXTRAL, Shared,
};
use crate::import::huggingface::mechanism::mlp::mlp;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::plan::Outer;
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;
use crate::source::{Datum, Value};

/// HyperCLOVA X: Granite, with norms behind both parts too if it says so.
pub(super) fn hyperclovax(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let traits = Traits {
        classes: "HyperCLOVAX",
        wiring: match config.truth_or("use_post_norm", true) {
            true => Wiring::Sandwich,
            false => Wiring::Pre,
        },
        ..GRANITE
    };
    traits.write(config, draft, outer);
}

/// The text model of Molmo 2: heads normed one by one as Qwen's or in one row as
/// OLMo's, norms before or behind, and words that are read and never written.
const MOLMO2: Traits = Traits {
    classes: "Molmo2",
    bias: [Say::Either(["attention_bias", "qkv_bias"], false), Say::No],
    mlp_bias: Say::No,
    ..LLAMA
};

pub(super) fn molmo2(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let kind = config.word("qk_norm_type");
    let qk_norm = match kind.as_ref().map_or("qwen3", |kind| kind.value.as_str()) {
        "olmo" => QkNorm::Full(Norm::Rms),
        "qwen3" => QkNorm::Head(Norm::Rms),
        _ => {
            config.wrong("qk_norm_type", "one of `qwen3` and `olmo`");
            QkNorm::Head(Norm::Rms)
        }
    };
    let traits = Traits {
        qk_norm: (qk_norm, Say::Yes),
        wiring: match config.truth_or("norm_after", false) {
            true => Wiring::Post,
            false => Wiring::Pre,
        },
        ..MOLMO2
    };
    config.without_effect(&["rope_scaling_layers"]);
    let mut plan = traits.plan(config, draft);
    plan.embed.spare = config.count_or("additional_vocab_size", 128);
    plan.write(config, draft, outer);
}

/// Llama 4: chunks of tokens in layers that know positions, experts in every
/// layer or in some, wider layers between.
const LLAMA4: Traits = Traits {
    classes: "Llama4",
    qk_norm: (
        QkNorm::Head(Norm::RmsPlain),
        Say::Field("use_qk_norm", true),
    ),
    windows: Windows::Chunks(4),
    turned: Turned::Listed("no_rope_layers"),
    mlp_bias: Say::No,
    experts: Some(&ExpertTraits {
        dense: Dense::Interleaved("interleave_moe_layer_step"),
        shared: Shared::One,
        scoring: "sigmoid",
        late: true,
        normalised: false,
        ..MIXTRAL
    }),
    ..LLAMA
};

/// Layers without positions normalise no heads; there a number of the position
/// multiplies the queries.
pub(super) fn llama4(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let tuned = config.truth_or("attn_temperature_tuning", true);
    config.without_effect(&["attn_scale", "floor_scale"]);
    draft.remark(
        "`transformers` runs every expert on every token, most of them on zeros; what is \
         counted is the expert that is chosen.",
    );
    let mut plan = LLAMA4.plan(config, draft);
    for attention in plan.layers.iter_mut().filter_map(heads) {
        if attention.rotary.is_none() {
            attention.qk_norm = None;
            attention.query_scaled = tuned;
        }
    }
    plan.write(config, draft, outer);
}

/// The attention of a layer that has heads of keys.
pub(super) fn heads(layer: &mut Layer) -> Option<&mut Attention> {
    match &mut layer.mixer {
        Mixer::Attention(attention) => Some(attention),
        _ => None,
    }
}

/// Laguna, whose layers may have other numbers of heads, and gates of heads or
/// of elements.
pub(super) fn laguna(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    // Whatever is neither is a gate of elements in the library, `false` too.
    let gate = match config.take("gating").map(|node| &node.value) {
        None | Some(Value::Bool(true)) => Gate::Head,
        Some(Value::Text(kind)) if kind == "per-head" => Gate::Head,
        _ => Gate::Element,
    };
    config.without_effect(&[
        "moe_apply_router_weight_on_input",
        "moe_router_logit_softcapping",
    ]);
    let mut plan = LAGUNA.plan(config, draft);
    let count = plan.layers.len() as u64;
    let listed = config.by_layer("num_attention_heads_per_layer", count);
    let listed = listed.unwrap_or_default();
    let usual = config.size("num_attention_heads");
    let kv = config.optional_size("num_key_value_heads").unwrap_or(1);
    for own in &listed {
        config.divides(
            ("num_key_value_heads", kv),
            ("num_attention_heads_per_layer", *own),
        );
    }
    for (at, attention) in plan.layers.iter_mut().filter_map(heads).enumerate() {
        attention.gate = Some(gate);
        if let Some(own) = listed.get(at).filter(|own| **own != usual) {
            attention.h = own.to_string();
        }
    }
    plan.write(config, draft, outer);
}

/// DBRX: experts everywhere, and norms without a shift.
const DBRX: Traits = Traits {
    classes: "Dbrx",
    norm: Norm::LayerGain,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    activation: (&[], "silu"),
    experts: Some(&ExpertTraits {
        count: "moe_num_experts",
        ffn: &["ffn_hidden_size"],
        ..MIXTRAL
    }),
    ..LLAMA
};

/// The shares of the chosen sum to 1 unless the config says `null`.
pub(super) fn dbrx(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let apart = Traits {
        experts: Some(&ExpertTraits {
            count: "moe_num_experts",
            ffn: &["ffn_hidden_size"],
            normalised: false,
            ..MIXTRAL
        }),
        ..DBRX
    };
    config.without_effect(&["clip_qkv"]);
    if let Some(Value::Table(fields)) = config.take("ffn_act_fn").map(|node| &node.value) {
        let is_silu = |node: &Datum| matches!(&node.value, Value::Text(name) if name == "silu");
        let named = fields.iter().find(|(key, _)| key.value == "name");
        if named.is_some_and(|(_, node)| !is_silu(node)) {
            config.wrong("ffn_act_fn", "only `silu` is known here as its activation");
        }
    }
    match config.is_null("moe_normalize_expert_weights") {
        true => apart.write(config, draft, outer),
        false => DBRX.write(config, draft, outer),
    }
}

/// LongCat-Flash: two attentions and two dense feed-forward layers in each of
/// its layers, with experts beside the first of these; some experts give back
/// what they are given.
const LONGCAT: Traits = Traits {
    classes: "LongcatFlash",
    latent: Some(LATENT),
    mlp_bias: Say::No,
    experts: Some(&ExpertTraits {
        ffn: &["expert_ffn_hidden_size", "moe_intermediate_size"],
        dense: Dense::None,
        shared: Shared::Dense,
        scoring: "softmax",
        normalised: false,
        balance: Balance::Moved,
        router_bias: false,
        ..DEEPSEEK
    }),
    ..LLAMA
};

pub(super) fn longcat(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let key = config.first_of(&["num_layers", "num_hidden_layers"]);
    let count = config.layers(key);
    draft.dim("layers", 2 * count, "layers, two for each of the config's");
    let mut plan = LONGCAT.plan(config, draft);
    let zero = config.count_or("zero_expert_num", 0);
    config.without_effect(&["zero_expert_type"]);
    let biased = config.truth_or("router_bias", false);
    if zero > 0 {
        draft.dim("zero", zero, "experts that give back what they are given");
        draft.param("idle", zero, "matrices of theirs that nothing reads");
        draft.remark(
            "`transformers` 5.24 has two matrices for each of these, which are parameters that \
             nothing reads; `--set idle=0` leaves them out.",
        );
        draft.remark(
            "Experts that give back what they are given are taken to be chosen as often as the \
             others, so that a part of the chosen ones computes nothing.",
        );
    }
    let mut seconds = Vec::new();
    for layer in &mut plan.layers {
        "first".clone_into(&mut layer.kind);
        if let Some(part) = layer.mlp.take() {
            let part = match zero {
                0 => part,
                _ => part.with("zero", "zero").with("idle", "idle"),
            };
            layer.mlp = Some(match biased {
                true => part.switch("logit_bias", true),
                false => part,
            });
        }
        seconds.push(Layer {
            mlp: Some(mlp(true, "ffn", false)),
            kind: "second".to_owned(),
            ..layer.clone()
        });
    }
    plan.layers.append(&mut seconds);
    plan.write(config, draft, outer);
}

/// MiMo-V2-Flash: twice as many heads of keys in layers with a window, and
/// there a score of every head that stands for no token; values of a size of
/// their own.
const MIMO: Traits = Traits {
    classes: "MiMoV2Flash",
    bias: [Say::Field("attention_bias", false), Say::No],
    windows: Windows::Listed,
    turned: Turned::All,
    mlp_bias: Say::No,
    experts: Some(&ExpertTraits {
        dense: Dense::First("first_k_dense_replace", 1),
        shared: Shared::None,
        ..DEEPSEEK
    }),
    ..LLAMA
};

pub(super) fn mimo(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = MIMO.plan(config, draft);
    let value = config.optional_size("v_head_dim");
    if let Some(value) = value {
        draft.dim("value", value, "size of each head of values");
    }
    let local = config.optional_size("swa_num_key_value_heads");
    if let Some(local) = local {
        draft.dim(
            "local_kv",
            local,
            "key and value heads in a layer with a window",
        );
    }
    let heads_of = config.size("num_attention_heads");
    let kv = config
        .optional_size("num_key_value_heads")
        .unwrap_or(heads_of);
    let of_local = local.unwrap_or(2 * kv);
    config.divides(
        ("num_key_value_heads", of_local),
        ("num_attention_heads", heads_of),
    );
    let scaled = config.number("attention_value_scale").is_some();
    for attention in plan.layers.iter_mut().filter_map(heads) {
        attention.value = value.map(|_| "value".to_owned());
        attention.value_scaled = scaled;
        if attention.window.is_some() {
            attention.sinks = true;
            attention.kv = match local {
                Some(_) => "local_kv".to_owned(),
                None => "2 * kv".to_owned(),
            };
        }
    }
    plan.write(config, draft, outer);
}
