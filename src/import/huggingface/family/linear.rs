//! Decoders in which most layers are linear attention or short convolutions: Qwen
//! from Qwen3-Next on, OLMo Hybrid, Kimi Linear, MiniMax, LFM2 and LFM3.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::heads::{Gate, QkNorm};
use crate::import::huggingface::mechanism::hybrid::{
    BOTH, FULL, LINEAR, attentions, kinds, of_kind, put,
};
use crate::import::huggingface::mechanism::latent::LATENT;
use crate::import::huggingface::mechanism::layer::{Mixer, Wiring};
use crate::import::huggingface::mechanism::mixture::{
    DEEPSEEK, Dense, ExpertTraits, MIXTRAL, Shared,
};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::part::Part;
use crate::import::huggingface::mechanism::plan::{Outer, Plan};
use crate::import::huggingface::mechanism::recurrent::{
    DeltaDefaults, delta, gated_conv, kimi_delta, lightning, mixer_activation,
};
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits};
use crate::import::huggingface::mechanism::window::{SLIDING, sliding};
use crate::number;

/// Full attention in every fourth layer, with a gate; a quarter of each head is
/// rotated.
const QWEN3_5: Traits = Traits {
    classes: "Qwen3_5",
    sizes: Defaults {
        head_dim: Some(256),
        kv: KvHeads::Required,
        ..PLAIN
    },
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    percent: 25,
    gate: Some(Gate::Queries),
    ..LLAMA
};

/// Experts and one that computes every token, with a gate.
const QWEN_EXPERTS: ExpertTraits = ExpertTraits {
    count: "num_experts",
    ffn: &["moe_intermediate_size"],
    shared: Shared::Width("shared_expert_intermediate_size"),
    shared_gate: true,
    ..MIXTRAL
};

const QWEN3_5_MOE: Traits = Traits {
    classes: "Qwen3_5Moe",
    experts: Some(&QWEN_EXPERTS),
    ..QWEN3_5
};

const QWEN3_NEXT: Traits = Traits {
    classes: "Qwen3Next",
    experts: Some(&ExpertTraits {
        dense: Dense::Steps,
        ..QWEN_EXPERTS
    }),
    ..QWEN3_5
};

pub(super) fn qwen3_next(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    qwen(config, draft, outer, &QWEN3_NEXT);
}

pub(super) fn qwen3_5(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    qwen(config, draft, outer, &QWEN3_5);
}

pub(super) fn qwen3_5_moe(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    qwen(config, draft, outer, &QWEN3_5_MOE);
}

fn qwen(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer, traits: &Traits) {
    let mut plan = traits.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let every = config.optional_size("full_attention_interval").unwrap_or(4);
    let every_fourth = |at: u64| match (at + 1).is_multiple_of(every) {
        true => FULL,
        false => LINEAR,
    };
    let kinds = kinds(config, &["layer_types"], layers, &BOTH, every_fourth);
    let defaults = DeltaDefaults {
        key_heads: 16,
        value_heads: 32,
        key: |_, _| 128,
        value: |_| 128,
    };
    let d = config.size("hidden_size");
    let part = delta(config, draft, (d, &defaults));
    mixer_activation(config, draft, "hidden_act", "silu");
    put(&mut plan.layers, &kinds, LINEAR, (&part, "linear"));
    plan.write(config, draft, outer);
}

/// Attention as in OLMo 3, with norms behind both parts; before them where a
/// delta rule takes its place.
const OLMO_HYBRID: Traits = Traits {
    classes: "OlmoHybrid",
    wiring: Wiring::Post,
    qk_norm: (QkNorm::Full(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    ..LLAMA
};

pub(super) fn olmo_hybrid(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = OLMO_HYBRID.plan(config, draft);
    let layers = plan.layers.len() as u64;
    // Every fourth layer, and the last one if that were none.
    let usual = |at: u64| match at % 4 == 3 || (layers < 4 && at + 1 == layers) {
        true => FULL,
        false => LINEAR,
    };
    let kinds = kinds(config, &["layer_types"], layers, &BOTH, usual);
    let heads = config.size("num_attention_heads");
    let defaults = DeltaDefaults {
        key_heads: heads,
        value_heads: heads,
        key: |d, heads| (3 * d / (4 * heads)).max(1),
        value: |key| 2 * key,
    };
    let d = config.size("hidden_size");
    let negative = config.truth_or("linear_allow_neg_eigval", true);
    let part = delta(config, draft, (d, &defaults)).switch("negative", negative);
    mixer_activation(config, draft, "hidden_act", "silu");
    // Without a base of the angles no positions are known.
    let theta = match config.has("rope_parameters") && !config.is_null("rope_parameters") {
        true => {
            let read = |inner: &mut Config<'_>| inner.number("rope_theta").is_some();
            config.within("rope_parameters", read).unwrap_or(false)
        }
        false => config.number("rope_theta").is_some(),
    };
    if !theta {
        attentions(&mut plan.layers, |attention| attention.rotary = None);
    }
    for (layer, _) in of_kind(&mut plan.layers, &kinds, LINEAR) {
        layer.wiring = Wiring::Pre;
    }
    put(&mut plan.layers, &kinds, LINEAR, (&part, "linear"));
    plan.write(config, draft, outer);
}

/// Latent attention that knows no positions, experts as DeepSeek's.
const KIMI_LINEAR: Traits = Traits {
    classes: "KimiLinear",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    latent: Some(LATENT),
    experts: Some(&ExpertTraits {
        count: "num_experts",
        dense: Dense::First("first_k_dense_replace", 1),
        shared: Shared::Count("num_shared_experts", 1),
        ..DEEPSEEK
    }),
    ..LLAMA
};

pub(super) fn kimi_linear(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    config.without_effect(&["qk_head_dim", "attention_bias"]);
    let mut plan = KIMI_LINEAR.plan(config, draft);
    // The class ties nothing, whatever a config says.
    plan.logits.tied = false;
    let layers = plan.layers.len() as u64;
    let kinds = match config.has("layer_types") {
        true => kinds(config, &["layer_types"], layers, &BOTH, |_| LINEAR),
        false => kimi_kinds(config, layers),
    };
    let part = kimi_delta(config, draft);
    mixer_activation(config, draft, "hidden_act", "silu");
    let narrowed = config.has("q_lora_rank");
    for layer in &mut plan.layers {
        if let Mixer::Latent(part) = &mut layer.mixer {
            part.with.retain(|(name, _)| narrowed || *name != "q_rank");
            part.with.push(("rotary", "0".to_owned()));
        }
    }
    put(&mut plan.layers, &kinds, LINEAR, (&part, "linear"));
    plan.write(config, draft, outer);
}

/// The kinds of layers as the configs that are published list them: those of
/// full attention, counted from 1.
fn kimi_kinds(config: &mut Config<'_>, layers: u64) -> Vec<&'static str> {
    let mut full: Option<Vec<u64>> = None;
    let mut listed = None;
    if config.has("linear_attn_config") && !config.is_null("linear_attn_config") {
        config.within("linear_attn_config", |inner| {
            full = inner.counts("full_attn_layers");
            listed = inner.counts("kda_layers").map(|kda| kda.len());
        });
    }
    let kind = |is_full: bool| if is_full { FULL } else { LINEAR };
    match (full, listed) {
        (Some(full), Some(linear)) => {
            config.as_many("linear_attn_config", full.len() + linear, layers);
            (0..layers)
                .map(|at| kind(full.contains(&(at + 1))))
                .collect()
        }
        _ => (0..layers)
            .map(|at| kind(at > 0 && at.is_multiple_of(4)))
            .collect(),
    }
}

const MINIMAX: Traits = Traits {
    classes: "MiniMax",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    experts: Some(&MIXTRAL),
    ..LLAMA
};

pub(super) fn minimax(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    config.without_effect(&["sliding_window", "block_size"]);
    let mut plan = MINIMAX.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let every_second = |at: u64| if at.is_multiple_of(2) { FULL } else { LINEAR };
    let kinds = kinds(config, &["layer_types"], layers, &BOTH, every_second);
    let part = lightning(draft);
    mixer_activation(config, draft, "hidden_act", "silu");
    let mut factors = [
        (
            "full_attn",
            ["full_attn_alpha_factor", "full_attn_beta_factor"],
        ),
        (
            "linear_attn",
            ["linear_attn_alpha_factor", "linear_attn_beta_factor"],
        ),
        ("mlp", ["mlp_alpha_factor", "mlp_beta_factor"]),
    ]
    .into_iter()
    .map(|(_, keys)| {
        keys.map(|key| Say::Factor(key).read(config))
            .contains(&true)
    });
    let [full, linear, mlp] = [(); 3].map(|()| factors.next().unwrap_or(false));
    put(&mut plan.layers, &kinds, LINEAR, (&part, "linear"));
    for (layer, kind) in plan.layers.iter_mut().zip(&kinds) {
        layer.scaled = mlp || if *kind == LINEAR { linear } else { full };
    }
    plan.write(config, draft, outer);
}

/// Every head of queries and keys is normalised; words and head share a table.
const LFM2: Traits = Traits {
    classes: "Lfm2",
    bias: [Say::No; 2],
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    tied: true,
    ..LLAMA
};

const LFM2_MOE: Traits = Traits {
    classes: "Lfm2Moe",
    experts: Some(&ExpertTraits {
        count: "num_experts",
        dense: Dense::First("num_dense_layers", 2),
        shared: Shared::None,
        ..DEEPSEEK
    }),
    ..LFM2
};

/// LFM2's words for kinds of layers.
const LFM2_KINDS: [&str; 2] = ["conv", FULL];

pub(super) fn lfm2(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = LFM2.plan(config, draft);
    let ffn = lfm2_width(config);
    if let Some(ffn) = ffn {
        draft.dim(
            "block_ffn",
            ffn,
            "width of the feed-forward layers, as adjusted",
        );
        for layer in &mut plan.layers {
            layer.mlp = layer.mlp.take().map(|_| {
                Part::new("swiglu")
                    .with("ffn", "block_ffn")
                    .switch("ffn_bias", false)
            });
        }
    }
    let indices = config.counts("full_attn_idxs");
    let is_full = |at: u64| indices.as_ref().is_none_or(|full| full.contains(&at));
    lfm2_layers(config, draft, (plan, outer), |at| {
        if is_full(at) { FULL } else { "conv" }
    });
}

pub(super) fn lfm2_moe(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = LFM2_MOE.plan(config, draft);
    if !config.truth_or("use_expert_bias", true) {
        for layer in &mut plan.layers {
            for (name, value) in layer.mlp.iter_mut().flat_map(|part| &mut part.with) {
                if *name == "router_bias" {
                    "0".clone_into(value);
                }
            }
        }
    }
    lfm2_layers(config, draft, (plan, outer), |_| FULL);
}

fn lfm2_layers(
    config: &mut Config<'_>,
    draft: &mut Draft,
    (mut plan, outer): (Plan, &Outer),
    usual: impl Fn(u64) -> &'static str,
) {
    if config.has("tie_embedding") {
        plan.logits.tied = config.truth_or("tie_embedding", true);
    }
    let layers = plan.layers.len() as u64;
    let kinds = kinds(config, &["layer_types"], layers, &LFM2_KINDS, usual);
    config.without_effect(&["full_attn_idxs"]);
    let part = gated_conv(config, draft, 3);
    put(&mut plan.layers, &kinds, "conv", (&part, "conv"));
    plan.write(config, draft, outer);
}

/// LFM3: windows in some of the layers that attend, a gate of every head, and norms
/// behind the parts, too.
pub(super) fn lfm3(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let traits = Traits {
        classes: "Lfm3",
        sizes: Defaults {
            head_dim: Some(128),
            ..PLAIN
        },
        bias: [Say::Field("attention_bias", false); 2],
        wiring: match config.truth_or("use_sandwich_norm", true) {
            true => Wiring::Sandwich,
            false => Wiring::Pre,
        },
        gate: config
            .truth_or("use_attention_gate", true)
            .then_some(Gate::Head),
        ..LFM2
    };
    let mut plan = traits.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let known = ["conv", FULL, SLIDING];
    let usual = |at: u64| match at % 4 {
        2 => FULL,
        0 if at > 0 => SLIDING,
        _ => "conv",
    };
    let kinds = kinds(config, &["layer_types"], layers, &known, usual);
    if kinds.contains(&SLIDING) {
        let window = sliding(config, draft, 256);
        for (layer, _) in of_kind(&mut plan.layers, &kinds, SLIDING) {
            if let Mixer::Attention(attention) = &mut layer.mixer {
                attention.window.clone_from(&window);
                "local".clone_into(&mut layer.kind);
            }
        }
    } else {
        config.without_effect(&["sliding_window"]);
    }
    let part = gated_conv(config, draft, 7);
    put(&mut plan.layers, &kinds, "conv", (&part, "conv"));
    plan.write(config, draft, outer);
}

/// The width of the feed-forward layers where it is adjusted: two thirds of what
/// the config says, times a factor, up to a multiple.
fn lfm2_width(config: &mut Config<'_>) -> Option<u64> {
    let own = config.optional_size("block_ff_dim");
    let ffn = own.unwrap_or_else(|| config.size("intermediate_size"));
    let factor = config.number("block_ffn_dim_multiplier");
    let unit = config.size_or("block_multiple_of", 256);
    if !config.truth_or("block_auto_adjust_ff_dim", true) {
        return own;
    }
    let thirds = 2 * ffn / 3;
    let Some(factor) = factor else {
        return Some(thirds);
    };
    let wide = (factor * number::whole(thirds)).to_integer();
    let wide = u64::try_from(wide).unwrap_or(thirds);
    Some(wide.div_ceil(unit).max(1) * unit)
}
