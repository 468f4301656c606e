//! Decoders in which some layers attend and others, or all beside it, are state
//! spaces: Jamba, Bamba, Granite 4, Falcon H1, Nemotron-H.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::hybrid::{
    BOTH, FULL, LINEAR, attentions, beside, kinds, of_kind, put,
};
use crate::import::huggingface::mechanism::layer::Mixer;
use crate::import::huggingface::mechanism::mixture::{
    DEEPSEEK, Dense, ExpertTraits, MIXTRAL, Shared,
};
use crate::import::huggingface::mechanism::mlp::mlp;
use crate::import::huggingface::mechanism::part::Part;
use crate::import::huggingface::mechanism::plan::Outer;
use crate::import::huggingface::mechanism::recurrent::mixer_activation;
use crate::import::huggingface::mechanism::sizes::{Defaults, PLAIN};
use crate::import::huggingface::mechanism::state_space::{
    MAMBA_AMONG, MAMBA2, MAMBA2_AMONG, Mamba2Fields,
};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits, Turned};

/// Attention without positions.
const JAMBA: Traits = Traits {
    classes: "Jamba",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    turned: Turned::None,
    ..LLAMA
};

pub(super) fn jamba(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = JAMBA.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let [attention, experts] = [
        (("attn_layer_period", 8), ("attn_layer_offset", 4)),
        (("expert_layer_period", 2), ("expert_layer_offset", 1)),
    ]
    .map(|(period, offset)| every(config, period, offset));
    let kinds: Vec<&str> = (0..layers)
        .map(|at| {
            if at % attention.0 == attention.1 {
                FULL
            } else {
                LINEAR
            }
        })
        .collect();
    let d = config.size("hidden_size");
    let part = MAMBA_AMONG
        .part(config, draft, d)
        .switch("select_norm", true);
    mixer_activation(config, draft, "hidden_act", "silu");
    let several = config.size_or("num_experts", 16) > 1;
    if several {
        let traits = ExpertTraits {
            count: "num_experts",
            normalised: false,
            ..MIXTRAL
        };
        let mixture = traits.part(config, draft);
        for (at, layer) in (0..layers).zip(&mut plan.layers) {
            if at % experts.0 == experts.1 {
                layer.mlp = Some(mixture.clone());
            } else {
                "dense".clone_into(&mut layer.kind);
            }
        }
    } else {
        config.without_effect(&["num_experts_per_tok"]);
    }
    put(&mut plan.layers, &kinds, LINEAR, (&part, "mamba"));
    plan.write(config, draft, outer);
}

/// A period and an offset within it.
fn every(
    config: &mut Config<'_>,
    (period_key, period): (&'static str, u64),
    (offset_key, offset): (&'static str, u64),
) -> (u64, u64) {
    let period = config.size_or(period_key, period);
    let offset = config.count_or(offset_key, offset);
    if offset >= period {
        let message = format!("`{offset_key}` = {offset} is not below `{period_key}` = {period}");
        config.wrong(offset_key, message);
    }
    (period, offset)
}

/// Half of each head is rotated, whatever a config says.
const BAMBA: Traits = Traits {
    classes: "Bamba",
    percent: 50,
    ..LLAMA
};

pub(super) fn bamba(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = BAMBA.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let full = config.counts("attn_layer_indices").unwrap_or_default();
    if let Some(beyond) = full.iter().find(|at| **at >= layers) {
        let message = format!("there is no layer {beyond} among {layers}");
        config.wrong("attn_layer_indices", message);
    }
    let kinds: Vec<&str> = (0..layers)
        .map(|at| if full.contains(&at) { FULL } else { LINEAR })
        .collect();
    let d = config.size("hidden_size");
    let part = MAMBA2_AMONG.part(config, draft, d);
    mixer_activation(config, draft, "hidden_act", "silu");
    put(&mut plan.layers, &kinds, LINEAR, (&part, "mamba"));
    plan.write(config, draft, outer);
}

/// A dense expert beside the others; none but that if there are no others.
const GRANITE_HYBRID: Traits = Traits {
    classes: "GraniteMoeHybrid",
    mlp_bias: Say::No,
    residual_scaled: Say::Factor("residual_multiplier"),
    words_scaled: Say::Factor("embedding_multiplier"),
    logits_scaled: Say::Factor("logits_scaling"),
    ..LLAMA
};

pub(super) fn granite_hybrid(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = GRANITE_HYBRID.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let keys = ["layer_types", "layers_block_type"];
    let kinds = kinds(config, &keys, layers, &BOTH, |_| LINEAR);
    let some = config.count_or("num_local_experts", 8) > 0;
    let part = match some {
        true => ExpertTraits {
            late: true,
            shared: Shared::Width("shared_intermediate_size"),
            ..MIXTRAL
        }
        .part(config, draft),
        false => {
            config.without_effect(&["num_experts_per_tok"]);
            let width = config.size_or("shared_intermediate_size", 1024);
            draft.dim("shared_ffn", width, "width of the feed-forward layers");
            mlp(true, "shared_ffn", false)
        }
    };
    for layer in &mut plan.layers {
        layer.mlp = Some(part.clone());
    }
    if !config.says("position_embedding_type", "rope") {
        attentions(&mut plan.layers, |attention| attention.rotary = None);
    }
    let d = config.size("hidden_size");
    let part = MAMBA2_AMONG.part(config, draft, d);
    mixer_activation(config, draft, "hidden_act", "silu");
    put(&mut plan.layers, &kinds, LINEAR, (&part, "mamba"));
    plan.write(config, draft, outer);
}

const FALCON_H1: Traits = Traits {
    classes: "FalconH1",
    words_scaled: Say::Factor("embedding_multiplier"),
    logits_scaled: Say::Factor("lm_head_multiplier"),
    ..LLAMA
};

/// Attention and a state space side by side in every layer.
pub(super) fn falcon_h1(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = FALCON_H1.plan(config, draft);
    let d = config.size("hidden_size");
    let fields = Mamba2Fields {
        all: Some("mamba_d_ssm"),
        out_bias: "projectors_bias",
        ..MAMBA2_AMONG
    };
    let normed = config.truth_or("mamba_rms_norm", false);
    let part = fields.part(config, draft, d);
    let part = part
        .switch("inner_norm", normed)
        .switch("inner_scale", true);
    mixer_activation(config, draft, "hidden_act", "silu");
    config.without_effect(&[
        "attention_in_multiplier",
        "attention_out_multiplier",
        "key_multiplier",
        "mlp_multipliers",
        "ssm_in_multiplier",
        "ssm_multipliers",
        "ssm_out_multiplier",
    ]);
    draft.remark(
        "Of the multipliers those of words, of scores of words and of what goes into the state \
         spaces are counted; the others are not.",
    );
    for layer in &mut plan.layers {
        if let Mixer::Attention(attention) = &layer.mixer {
            let both = beside(draft, attention, &part);
            layer.mixer = Mixer::Block(both);
        }
    }
    plan.write(config, draft, outer);
}

/// Attention without positions.
const NEMOTRON_H: Traits = Traits {
    classes: "NemotronH",
    sizes: Defaults {
        head_dim: Some(128),
        ..PLAIN
    },
    bias: [Say::No; 2],
    turned: Turned::None,
    gated: false,
    activation: (&["mlp_hidden_act"], "relu-squared"),
    ..LLAMA
};

/// The words of Nemotron-H for kinds of layers.
const NEMOTRON_KINDS: [&str; 6] = [LINEAR, FULL, "mlp", "moe", "mamba", "attention"];

/// Layers that are one of four things.
pub(super) fn nemotron_h(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    config.without_effect(&[
        "expand",
        "sliding_window",
        "n_shared_experts",
        "attention_bias",
    ]);
    config.without_effect(&["use_cache", "mamba_proj_bias"]);
    let mut plan = NEMOTRON_H.plan(config, draft);
    // The class ties nothing, whatever a config says.
    plan.logits.tied = false;
    let layers = plan.layers.len() as u64;
    let keys = ["layers_block_type", "layer_types"];
    let kinds = match config.letters("hybrid_override_pattern", ("M*E-", layers)) {
        Some(letters) => letters
            .chars()
            .map(|letter| match letter {
                'M' => LINEAR,
                '*' => FULL,
                'E' => "moe",
                _ => "mlp",
            })
            .collect(),
        None => kinds(config, &keys, layers, &NEMOTRON_KINDS, |_| LINEAR),
    };
    let fields = Mamba2Fields {
        heads: ("mamba_num_heads", 128),
        columns: "mamba_head_dim",
        groups: ("n_groups", 8),
        state: ("ssm_state_size", 128),
        expand: None,
        ..MAMBA2
    };
    let part = fields.part(config, draft, 0);
    mixer_activation(config, draft, "mamba_hidden_act", "silu");
    put(&mut plan.layers, &kinds, LINEAR, (&part, "mamba"));
    for (layer, _) in of_kind(&mut plan.layers, &kinds, "mlp") {
        layer.mixer = Mixer::None;
        "mlp".clone_into(&mut layer.kind);
    }
    if kinds.contains(&"moe") {
        let part = nemotron_experts(config, draft);
        for (layer, _) in of_kind(&mut plan.layers, &kinds, "moe") {
            layer.mixer = Mixer::None;
            layer.mlp = Some(part.clone());
            "sparse".clone_into(&mut layer.kind);
        }
    }
    for kind in [LINEAR, FULL] {
        for (layer, _) in of_kind(&mut plan.layers, &kinds, kind) {
            layer.mlp = None;
        }
    }
    plan.write(config, draft, outer);
}

/// Experts without gates, on fewer numbers than the model is wide where the config
/// says so.
fn nemotron_experts(config: &mut Config<'_>, draft: &mut Draft) -> Part {
    let traits = ExpertTraits {
        dense: Dense::None,
        shared: Shared::Width("moe_shared_expert_intermediate_size"),
        ..DEEPSEEK
    };
    let bias = config.truth_or("mlp_bias", false);
    draft.slot("shared-expert", "mlp");
    let part = traits
        .part(config, draft)
        .switch("gates", false)
        .switch("shared_bias", bias);
    let Some(inner) = config.optional_size("moe_latent_size") else {
        return part;
    };
    draft.dim("inner", inner, "numbers that experts work on");
    let part = part.switch("latent", true).with("inner", "inner");
    match bias {
        true => part.switch("latent_bias", true),
        false => part,
    }
}
