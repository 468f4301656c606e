//! Decoders that are rows of a table: Llama, and what differs from it.

use crate::import::huggingface::mechanism::heads::QkNorm;
use crate::import::huggingface::mechanism::layer::Wiring;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;

/// Biases of queries, keys and values alone.
const QKV: [Say; 2] = [Say::Field("attention_bias", true), Say::No];

/// Norms of heads; an activation of two numbers that are learnt.
pub(super) const APERTUS: Traits = Traits {
    classes: "Apertus",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    gated: false,
    mlp_bias: Say::No,
    activation: (&["hidden_act"], "xielu"),
    ..LLAMA
};

pub(super) const ARCEE: Traits = Traits {
    classes: "Arcee",
    gated: false,
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

/// A norm before the last projection of each part; weights of three values.
pub(super) const BITNET: Traits = Traits {
    classes: "BitNet",
    inner_norm: true,
    mlp_bias: Say::No,
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

pub(super) const CWM: Traits = Traits {
    classes: "Cwm",
    bias: [Say::No; 2],
    windows: Windows::Every(4),
    ..LLAMA
};

/// Attention and feed-forward layer side by side; norms without a shift.
pub(super) const COHERE: Traits = Traits {
    classes: "Cohere",
    norm: Norm::LayerGain,
    wiring: Wiring::Parallel,
    qk_norm: (
        QkNorm::EachHead(Norm::LayerGain),
        Say::Field("use_qk_norm", false),
    ),
    mlp_bias: Say::No,
    tied: true,
    logits_scaled: Say::Factor("logit_scale"),
    ..LLAMA
};

pub(super) const COHERE2: Traits = Traits {
    classes: "Cohere2",
    qk_norm: (QkNorm::EachHead(Norm::LayerGain), Say::No),
    windows: Windows::Every(4),
    turned: Turned::Local,
    ..COHERE
};

pub(super) const ERNIE4_5: Traits = Traits {
    classes: "Ernie4_5",
    bias: [Say::Field("use_bias", false); 2],
    mlp_bias: Say::Field("use_bias", false),
    tied: true,
    ..LLAMA
};

/// Norms behind both parts; positions in layers with a window alone.
pub(super) const EXAONE4: Traits = Traits {
    classes: "Exaone4",
    wiring: Wiring::Post,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Every(4),
    turned: Turned::Local,
    ..LLAMA
};

/// Half of each head is rotated.
pub(super) const GLM: Traits = Traits {
    classes: "Glm",
    bias: QKV,
    mlp_bias: Say::No,
    percent: 50,
    ..LLAMA
};

pub(super) const GLM4: Traits = Traits {
    classes: "Glm4",
    wiring: Wiring::Sandwich,
    ..GLM
};

/// The text model of a GLM 4 that sees.
pub(super) const GLM4V: Traits = Traits {
    classes: "Glm4v",
    ..GLM4
};

pub(super) const GRANITE: Traits = Traits {
    classes: "Granite",
    residual_scaled: Say::Factor("residual_multiplier"),
    words_scaled: Say::Factor("embedding_multiplier"),
    logits_scaled: Say::Factor("logits_scaling"),
    ..LLAMA
};

/// Windows, and a score of every head that stands for no token.
pub(super) const GRANITE_SWA: Traits = Traits {
    classes: "GraniteSWA",
    sinks: true,
    windows: Windows::Listed,
    tied: true,
    ..GRANITE
};

pub(super) const JAIS2: Traits = Traits {
    classes: "Jais2",
    norm: Norm::Layer,
    bias: [Say::Field("attention_bias", true); 2],
    gated: false,
    mlp_bias: Say::Field("mlp_bias", true),
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

pub(super) const HELIUM: Traits = Traits {
    classes: "Helium",
    sizes: Defaults {
        head_dim: Some(128),
        ..PLAIN
    },
    bias: [Say::Field("attention_bias", false), Say::No],
    ..LLAMA
};

pub(super) const HUNYUAN: Traits = Traits {
    classes: "HunYuanDenseV1",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    ..LLAMA
};

pub(super) const MINISTRAL: Traits = Traits {
    classes: "Ministral",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(Some(4096)),
    ..LLAMA
};

pub(super) const MINISTRAL3: Traits = Traits {
    classes: "Ministral3",
    query_scaled: true,
    windows: Windows::All(None),
    ..MINISTRAL
};

/// How many heads keys and values have must be said.
pub(super) const KV_REQUIRED: Defaults = Defaults {
    kv: KvHeads::Required,
    ..PLAIN
};

/// Where the file lacks a window, it is that of `transformers`; `null` means
/// none.
pub(super) const MISTRAL: Traits = Traits {
    classes: "Mistral",
    sizes: KV_REQUIRED,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(Some(4096)),
    ..LLAMA
};

/// Norms that learn nothing, of heads too, and one before the layers.
pub(super) const NANOCHAT: Traits = Traits {
    classes: "NanoChat",
    norm: Norm::RmsPlain,
    first_norm: Some(Norm::RmsPlain),
    qk_norm: (QkNorm::Head(Norm::RmsPlain), Say::Yes),
    gated: false,
    mlp_bias: Say::No,
    activation: (&["hidden_act"], "relu-squared"),
    caps: [
        ("attn_logit_softcapping", None),
        ("final_logit_softcapping", Some(15)),
    ],
    ..LLAMA
};

pub(super) const NEMOTRON: Traits = Traits {
    classes: "Nemotron",
    norm: Norm::Layer,
    gated: false,
    activation: (&["hidden_act"], "relu-squared"),
    percent: 50,
    ..LLAMA
};

/// Norms that learn nothing.
pub(super) const OLMO: Traits = Traits {
    classes: "Olmo",
    norm: Norm::LayerPlain,
    mlp_bias: Say::No,
    ..LLAMA
};

/// Norms behind both parts; all heads of queries in one row, likewise keys.
pub(super) const OLMO2: Traits = Traits {
    classes: "Olmo2",
    wiring: Wiring::Post,
    qk_norm: (QkNorm::Full(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    ..LLAMA
};

pub(super) const OLMO3: Traits = Traits {
    classes: "Olmo3",
    windows: Windows::Every(4),
    ..OLMO2
};

pub(super) const PHI: Traits = Traits {
    classes: "Phi",
    norm: Norm::Layer,
    wiring: Wiring::Parallel,
    bias: [Say::Yes; 2],
    qk_norm: (QkNorm::Head(Norm::Layer), Say::Field("qk_layernorm", false)),
    percent: 50,
    gated: false,
    mlp_bias: Say::Yes,
    activation: (&["hidden_act"], "gelu-tanh"),
    head_bias: Say::Yes,
    ..LLAMA
};

/// Its projections in one piece, which changes nothing, and a part of each head
/// not rotated, which does.
pub(super) const PHI3: Traits = Traits {
    classes: "Phi3",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(None),
    ..LLAMA
};

/// Biases on queries, keys and values.
pub(super) const QWEN2: Traits = Traits {
    classes: "Qwen2",
    sizes: KV_REQUIRED,
    bias: [Say::Yes, Say::No],
    mlp_bias: Say::No,
    windows: Windows::Qwen,
    ..LLAMA
};

/// The text model of a Qwen 2 that sees.
pub(super) const QWEN2_VL: Traits = Traits {
    classes: "Qwen2VL",
    sizes: PLAIN,
    ..QWEN2
};

pub(super) const QWEN2_5_VL: Traits = Traits {
    classes: "Qwen2_5_VL",
    ..QWEN2_VL
};

/// The text model of a Qwen 3 that sees: no windows.
pub(super) const QWEN3_VL: Traits = Traits {
    classes: "Qwen3VL",
    windows: Windows::None,
    ..QWEN3
};

/// Every head of queries and keys is normalised.
pub(super) const QWEN3: Traits = Traits {
    classes: "Qwen3",
    sizes: Defaults {
        head_dim: Some(128),
        ..KV_REQUIRED
    },
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Qwen,
    ..LLAMA
};

pub(super) const SEED_OSS: Traits = Traits {
    classes: "SeedOss",
    sizes: Defaults {
        head_dim: Some(128),
        ..PLAIN
    },
    bias: [
        Say::Field("attention_bias", true),
        Say::Field("attention_out_bias", false),
    ],
    ..LLAMA
};

/// Every fourth layer knows no positions.
pub(super) const SMOLLM3: Traits = Traits {
    classes: "SmolLM3",
    windows: Windows::Listed,
    turned: Turned::Listed("no_rope_layers"),
    tied: true,
    ..LLAMA
};

pub(super) const STARCODER2: Traits = Traits {
    classes: "Starcoder2",
    norm: Norm::Layer,
    bias: [Say::Field("use_bias", true); 2],
    gated: false,
    mlp_bias: Say::Field("use_bias", true),
    activation: (&["hidden_act"], "gelu-tanh"),
    windows: Windows::All(None),
    tied: true,
    ..LLAMA
};
