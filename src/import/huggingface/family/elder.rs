//! Decoders from before Llama, and those built like them: two linear layers
//! with an activation between, norms with a shift, biases, and positions of
//! every kind.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::heads::QkNorm;
use crate::import::huggingface::mechanism::layer::{Mixer, Wiring};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::plan::Outer;
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Places, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;

/// GPT-2's layers under the names of others.
const GPT: Traits = Traits {
    classes: "",
    sizes: Defaults {
        ffn: Some(4),
        ..PLAIN
    },
    norm: Norm::Layer,
    bias: [Say::Yes; 2],
    turned: Turned::None,
    gated: false,
    mlp_bias: Say::Yes,
    activation: (
        &["activation_function", "hidden_act", "afn", "activation"],
        "gelu-tanh",
    ),
    tied: true,
    ..LLAMA
};

/// Its positions are numbers on the scores.
pub(super) const BLOOM: Traits = Traits {
    classes: "Bloom",
    relative: Say::Yes,
    first_norm: Some(Norm::Layer),
    ..GPT
};

pub(super) const BIOGPT: Traits = Traits {
    classes: "BioGpt",
    places: Places::Table(2),
    words_scaled: Say::Field("scale_embedding", true),
    activation: (&["hidden_act"], "gelu"),
    ..GPT
};

/// Both parts side by side, from one norm; a bias in the head.
pub(super) const GPTJ: Traits = Traits {
    classes: "GPTJ",
    wiring: Wiring::Parallel,
    bias: [Say::No; 2],
    turned: Turned::All,
    head_bias: Say::Yes,
    tied: false,
    ..GPT
};

pub(super) const CODEGEN: Traits = Traits {
    classes: "CodeGen",
    ..GPTJ
};

pub(super) const CTRL: Traits = Traits {
    classes: "CTRL",
    places: Places::Waves,
    words_scaled: Say::Yes,
    activation: (&[], "relu"),
    head_bias: Say::Yes,
    ..GPT
};

pub(super) const GPT_BIGCODE: Traits = Traits {
    classes: "GPTBigCode",
    sizes: Defaults {
        kv: KvHeads::MultiQuery,
        ffn: Some(4),
        ..PLAIN
    },
    places: Places::Table(0),
    ..GPT
};

/// Scores without scaling, a window in every second layer.
pub(super) const GPT_NEO: Traits = Traits {
    classes: "GPTNeo",
    bias: [Say::No, Say::Yes],
    places: Places::Table(0),
    scaling: false,
    windows: Windows::Neo,
    ..GPT
};

/// Norms behind both parts, none behind all layers.
pub(super) const OPENAI_GPT: Traits = Traits {
    classes: "OpenAIGPT",
    wiring: Wiring::Post,
    places: Places::Table(0),
    last_norm: false,
    ..GPT
};

pub(super) const MPT: Traits = Traits {
    classes: "Mpt",
    sizes: Defaults {
        ffn: Some(4),
        ..PLAIN
    },
    norm: Norm::LayerGain,
    bias: [Say::No; 2],
    relative: Say::Yes,
    mlp_bias: Say::No,
    activation: (&[], "gelu"),
    ..GPT
};

pub(super) const PERSIMMON: Traits = Traits {
    classes: "Persimmon",
    qk_norm: (QkNorm::Head(Norm::Layer), Say::Field("qk_layernorm", true)),
    turned: Turned::All,
    percent: 50,
    activation: (&["hidden_act"], "relu-squared"),
    tied: false,
    ..GPT
};

pub(super) const XGLM: Traits = Traits {
    classes: "XGLM",
    places: Places::Waves,
    words_scaled: Say::Field("scale_embedding", true),
    activation: (&["activation_function"], "gelu"),
    ..GPT
};

/// The last layer alone has a bias, behind its heads.
const NEOX_JAPANESE: Traits = Traits {
    classes: "GPTNeoXJapanese",
    bias: [Say::No; 2],
    turned: Turned::All,
    mlp_bias: Say::No,
    activation: (&["hidden_act"], "gelu"),
    tied: true,
    ..GPT
};

pub(super) fn gpt_neox_japanese(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let times = config.optional_size("intermediate_multiple_size");
    let traits = Traits {
        sizes: Defaults {
            ffn: Some(times.unwrap_or(4)),
            ..PLAIN
        },
        ..NEOX_JAPANESE
    };
    let mut plan = traits.plan(config, draft);
    if let Some(last) = plan.layers.last_mut() {
        if let Mixer::Attention(attention) = &mut last.mixer {
            let [.., out] = &mut attention.bias;
            *out = true;
        }
        "last".clone_into(&mut last.kind);
    }
    plan.write(config, draft, outer);
}

/// Falcon, old and new.
pub(super) const FALCON: Traits = Traits {
    classes: "Falcon",
    sizes: Defaults {
        kv: KvHeads::MultiQuery,
        ffn: Some(4),
        ..PLAIN
    },
    bias: [Say::Field("bias", false); 2],
    turned: Turned::All,
    mlp_bias: Say::Field("bias", false),
    relative: Say::Field("alibi", false),
    activation: (&["activation"], "gelu"),
    ..GPT
};

pub(super) fn falcon(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let renewed = config.truth_or("new_decoder_architecture", false);
    let parallel = config.truth_or("parallel_attn", true) || renewed;
    let norms = config.optional_size("num_ln_in_parallel_attn");
    let traits = Traits {
        wiring: match (parallel, norms.unwrap_or(if renewed { 2 } else { 1 })) {
            (false, _) => Wiring::Pre,
            (true, 2) => Wiring::ParallelApart,
            (true, _) => Wiring::Parallel,
        },
        turned: match config.truth_or("alibi", false) {
            true => Turned::None,
            false => Turned::All,
        },
        ..FALCON
    };
    traits.write(config, draft, outer);
}

/// StableLM, with both parts side by side if the config says so.
pub(super) const STABLELM: Traits = Traits {
    classes: "StableLm",
    norm: Norm::Layer,
    bias: [Say::Field("use_qkv_bias", false), Say::No],
    qk_norm: (
        QkNorm::EachHead(Norm::LayerGain),
        Say::Field("qk_layernorm", false),
    ),
    percent: 25,
    mlp_bias: Say::No,
    ..LLAMA
};

pub(super) fn stablelm(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let traits = Traits {
        wiring: match config.truth_or("use_parallel_residual", false) {
            true => Wiring::Parallel,
            false => Wiring::Pre,
        },
        ..STABLELM
    };
    traits.write(config, draft, outer);
}
