//! Decoders that are rows of a table: Llama, and what differs from it.

use super::{elder, mixtures};
use crate::import::huggingface::mechanism::grouped::QkNorm;
use crate::import::huggingface::mechanism::latent::{LATENT, Latent};
use crate::import::huggingface::mechanism::layer::Wiring;
use crate::import::huggingface::mechanism::mixture::{
    Balance, DEEPSEEK, Dense, ExpertTraits, Shared,
};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;

/// Biases of queries, keys and values alone.
const QKV: [Say; 2] = [Say::Field("attention_bias", true), Say::No];

/// The families by their `model_type`.
pub(super) const ROWS: &[(&str, &Traits)] = &[
    ("afmoe", &mixtures::AFMOE),
    ("arcee", &ARCEE),
    ("biogpt", &elder::BIOGPT),
    ("bitnet", &BITNET),
    ("bloom", &elder::BLOOM),
    ("codegen", &elder::CODEGEN),
    ("cohere", &COHERE),
    ("cohere2", &COHERE2),
    ("cohere2_moe", &mixtures::COHERE2_MOE),
    ("ctrl", &elder::CTRL),
    ("cwm", &CWM),
    ("deepseek_v2", &DEEPSEEK_V2),
    ("deepseek_v3", &DEEPSEEK_V3),
    ("deepseek_v32", &DEEPSEEK_V32),
    ("dots1", &mixtures::DOTS1),
    ("ernie4_5", &ERNIE4_5),
    ("ernie4_5_moe", &mixtures::ERNIE4_5_MOE),
    ("exaone4", &EXAONE4),
    ("exaone_moe", &mixtures::EXAONE_MOE),
    ("flex_olmo", &mixtures::FLEX_OLMO),
    ("flint", &mixtures::FLINT),
    ("gemma", &GEMMA),
    ("gemma2", &GEMMA2),
    ("gemma3_text", &GEMMA3),
    ("glm", &GLM),
    ("glm4", &GLM4),
    ("glm4_moe", &mixtures::GLM4_MOE),
    ("glm4_moe_lite", &GLM4_MOE_LITE),
    ("glm4v_moe_text", &mixtures::GLM4V_MOE),
    ("glm4v_text", &GLM4V),
    ("glm_moe_dsa", &GLM_MOE_DSA),
    ("gpt_bigcode", &elder::GPT_BIGCODE),
    ("gpt_neo", &elder::GPT_NEO),
    ("gpt_oss", &mixtures::GPT_OSS),
    ("gptj", &elder::GPTJ),
    ("granite", &GRANITE),
    ("granite_swa", &GRANITE_SWA),
    ("granitemoe", &mixtures::GRANITE_MOE),
    ("granitemoe_swa", &mixtures::GRANITE_MOE_SWA),
    ("granitemoeshared", &mixtures::GRANITE_MOE_SHARED),
    ("helium", &HELIUM),
    ("hunyuan_v1_dense", &HUNYUAN),
    ("hunyuan_v1_moe", &mixtures::HUNYUAN_MOE),
    ("hy_v3", &mixtures::HY_V3),
    ("jais2", &JAIS2),
    ("kimi_k2", &DEEPSEEK_V3),
    ("kolibri1", &mixtures::KOLIBRI1),
    ("laguna", &mixtures::LAGUNA),
    ("llama", &LLAMA),
    ("mellum", &mixtures::MELLUM),
    ("minicpm3", &MINICPM3),
    ("minimax_m2", &mixtures::MINIMAX_M2),
    ("ministral", &MINISTRAL),
    ("ministral3", &MINISTRAL3),
    ("mistral", &MISTRAL),
    ("mistral4", &MISTRAL4),
    ("mixtral", &mixtures::MIXTRAL_8X),
    ("mpt", &elder::MPT),
    ("nanochat", &NANOCHAT),
    ("nemotron", &NEMOTRON),
    ("olmo", &OLMO),
    ("olmo2", &OLMO2),
    ("olmo3", &OLMO3),
    ("olmoe", &mixtures::OLMOE),
    ("openai-gpt", &elder::OPENAI_GPT),
    ("persimmon", &elder::PERSIMMON),
    ("phi", &PHI),
    ("phi3", &PHI3),
    ("phimoe", &mixtures::PHIMOE),
    ("qwen2", &QWEN2),
    ("qwen2_5_vl_text", &QWEN2_5_VL),
    ("qwen2_moe", &mixtures::QWEN2_MOE),
    ("qwen2_vl_text", &QWEN2_VL),
    ("qwen3", &QWEN3),
    ("qwen3_moe", &mixtures::QWEN3_MOE),
    ("qwen3_vl_moe_text", &mixtures::QWEN3_VL_MOE),
    ("qwen3_vl_text", &QWEN3_VL),
    ("seed_oss", &SEED_OSS),
    ("smollm3", &SMOLLM3),
    ("solar_open", &mixtures::SOLAR_OPEN),
    ("starcoder2", &STARCODER2),
    ("vaultgemma", &VAULTGEMMA),
    ("xglm", &elder::XGLM),
    ("youtu", &YOUTU),
];

/// The row of a `model_type`.
pub(super) fn row(name: &str) -> Option<&'static Traits> {
    ROWS.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, row)| *row)
}

const ARCEE: Traits = Traits {
    classes: "Arcee",
    gated: false,
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

/// A norm before the last projection of each part; weights of three values.
const BITNET: Traits = Traits {
    classes: "BitNet",
    inner_norm: true,
    mlp_bias: Say::No,
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

const CWM: Traits = Traits {
    classes: "Cwm",
    bias: [Say::No; 2],
    windows: Windows::Every(4),
    ..LLAMA
};

/// Attention and feed-forward layer side by side; norms without a shift.
const COHERE: Traits = Traits {
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

/// Without the layers that predict several tokens at once: they take part in
/// training alone.
const DEEPSEEK_V3: Traits = Traits {
    classes: "DeepseekV3",
    latent: Some(LATENT),
    mlp_bias: Say::No,
    experts: Some(&DEEPSEEK),
    ..LLAMA
};

const DEEPSEEK_V2: Traits = Traits {
    classes: "DeepseekV2",
    mlp_bias: Say::Field("mlp_bias", false),
    experts: Some(&ExpertTraits {
        dense: Dense::First("first_k_dense_replace", 0),
        shared: Shared::Count("n_shared_experts", 2),
        balance: Balance::None,
        scoring: "softmax",
        normalised: false,
        ..DEEPSEEK
    }),
    ..DEEPSEEK_V3
};

const DEEPSEEK_V32: Traits = Traits {
    classes: "DeepseekV32",
    latent: Some(INDEXED),
    ..DEEPSEEK_V3
};

/// Latent attention to the keys that an indexer chooses.
const INDEXED: Latent = Latent {
    indexer: true,
    ..LATENT
};

const GLM4_MOE_LITE: Traits = Traits {
    classes: "Glm4MoeLite",
    ..DEEPSEEK_V3
};

const GLM_MOE_DSA: Traits = Traits {
    classes: "GlmMoeDsa",
    ..DEEPSEEK_V32
};

const MISTRAL4: Traits = Traits {
    classes: "Mistral4",
    latent: Some(Latent {
        q_rank: 1024,
        query_scaled: true,
        ..LATENT
    }),
    experts: Some(&ExpertTraits {
        dense: Dense::First("first_k_dense_replace", 0),
        balance: Balance::None,
        scoring: "softmax",
        ..DEEPSEEK
    }),
    ..DEEPSEEK_V3
};

/// No experts; all that is added is scaled down by the depth.
const MINICPM3: Traits = Traits {
    classes: "MiniCPM3",
    latent: Some(Latent {
        q_rank: 768,
        ..LATENT
    }),
    experts: None,
    residual_scaled: Say::Yes,
    words_scaled: Say::Factor("scale_emb"),
    tied: true,
    logits_scaled: Say::Yes,
    ..DEEPSEEK_V3
};

const YOUTU: Traits = Traits {
    classes: "Youtu",
    experts: None,
    tied: true,
    ..DEEPSEEK_V3
};

const ERNIE4_5: Traits = Traits {
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

/// Norms on both sides of everything, scores within bounds.
const GEMMA2: Traits = Traits {
    classes: "Gemma2",
    wiring: Wiring::Sandwich,
    windows: Windows::Every(2),
    caps: [
        ("attn_logit_softcapping", Some(50)),
        ("final_logit_softcapping", Some(30)),
    ],
    activation: (&["hidden_activation"], "gelu-tanh"),
    ..GEMMA
};

/// Norms of heads instead of bounds.
pub(super) const GEMMA3: Traits = Traits {
    classes: "Gemma3",
    // The configs that are published with the larger models leave these out.
    sizes: Defaults {
        heads: Some(8),
        kv: KvHeads::Usual(4),
        head_dim: Some(256),
        vocab: Some(262_208),
        ffn: None,
    },
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Every(6),
    caps: [
        ("attn_logit_softcapping", None),
        ("final_logit_softcapping", None),
    ],
    ..GEMMA2
};

/// Gemma 2 without the norms behind.
const VAULTGEMMA: Traits = Traits {
    classes: "VaultGemma",
    wiring: Wiring::Pre,
    ..GEMMA2
};

const GEMMA: Traits = Traits {
    classes: "Gemma",
    sizes: Defaults {
        head_dim: Some(256),
        ..PLAIN
    },
    mlp_bias: Say::No,
    activation: (&["hidden_activation", "hidden_act"], "gelu-tanh"),
    words_scaled: Say::Yes,
    tied: true,
    ..LLAMA
};

/// Half of each head is rotated.
const GLM: Traits = Traits {
    classes: "Glm",
    bias: QKV,
    mlp_bias: Say::No,
    percent: 50,
    ..LLAMA
};

const GLM4: Traits = Traits {
    classes: "Glm4",
    wiring: Wiring::Sandwich,
    ..GLM
};

/// The text model of a GLM 4 that sees.
const GLM4V: Traits = Traits {
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
const GRANITE_SWA: Traits = Traits {
    classes: "GraniteSWA",
    sinks: true,
    windows: Windows::Listed,
    tied: true,
    ..GRANITE
};

const JAIS2: Traits = Traits {
    classes: "Jais2",
    norm: Norm::Layer,
    bias: [Say::Field("attention_bias", true); 2],
    gated: false,
    mlp_bias: Say::Field("mlp_bias", true),
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

const HELIUM: Traits = Traits {
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

const MINISTRAL: Traits = Traits {
    classes: "Ministral",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(Some(4096)),
    ..LLAMA
};

const MINISTRAL3: Traits = Traits {
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
const MISTRAL: Traits = Traits {
    classes: "Mistral",
    sizes: KV_REQUIRED,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(Some(4096)),
    ..LLAMA
};

/// Norms that learn nothing, of heads too, and one before the layers.
const NANOCHAT: Traits = Traits {
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

const NEMOTRON: Traits = Traits {
    classes: "Nemotron",
    norm: Norm::Layer,
    gated: false,
    activation: (&["hidden_act"], "relu-squared"),
    percent: 50,
    ..LLAMA
};

/// Norms that learn nothing.
const OLMO: Traits = Traits {
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

const OLMO3: Traits = Traits {
    classes: "Olmo3",
    windows: Windows::Every(4),
    ..OLMO2
};

const PHI: Traits = Traits {
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
const PHI3: Traits = Traits {
    classes: "Phi3",
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(None),
    ..LLAMA
};

/// Biases on queries, keys and values.
const QWEN2: Traits = Traits {
    classes: "Qwen2",
    sizes: KV_REQUIRED,
    bias: [Say::Yes, Say::No],
    mlp_bias: Say::No,
    windows: Windows::Qwen,
    ..LLAMA
};

/// The text model of a Qwen 2 that sees.
const QWEN2_VL: Traits = Traits {
    classes: "Qwen2VL",
    sizes: PLAIN,
    ..QWEN2
};

const QWEN2_5_VL: Traits = Traits {
    classes: "Qwen2_5_VL",
    ..QWEN2_VL
};

/// The text model of a Qwen 3 that sees: no windows.
const QWEN3_VL: Traits = Traits {
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

const SEED_OSS: Traits = Traits {
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
const SMOLLM3: Traits = Traits {
    classes: "SmolLM3",
    windows: Windows::Listed,
    turned: Turned::Listed("no_rope_layers"),
    tied: true,
    ..LLAMA
};

const STARCODER2: Traits = Traits {
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
