//! Decoders that are rows of a table: Llama, and what differs from it.

use super::elder;
use crate::import::huggingface::mechanism::grouped::QkNorm;
use crate::import::huggingface::mechanism::latent::{LATENT, Latent};
use crate::import::huggingface::mechanism::layer::Wiring;
use crate::import::huggingface::mechanism::mixture::{
    Balance, DEEPSEEK, Dense, ExpertTraits, MIXTRAL, Shared,
};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;

/// Biases of queries, keys and values alone.
const QKV: [Say; 2] = [Say::Field("attention_bias", true), Say::No];

/// The families by their `model_type`.
pub(super) const ROWS: &[(&str, &Traits)] = &[
    ("arcee", &ARCEE),
    ("codegen", &elder::CODEGEN),
    ("cohere", &COHERE),
    ("cohere2", &COHERE2),
    ("biogpt", &elder::BIOGPT),
    ("bitnet", &BITNET),
    ("bloom", &elder::BLOOM),
    ("ctrl", &elder::CTRL),
    ("cwm", &CWM),
    ("deepseek_v2", &DEEPSEEK_V2),
    ("deepseek_v3", &DEEPSEEK_V3),
    ("deepseek_v32", &DEEPSEEK_V32),
    ("dots1", &DOTS1),
    ("ernie4_5", &ERNIE4_5),
    ("exaone4", &EXAONE4),
    ("gemma", &GEMMA),
    ("glm", &GLM),
    ("glm4", &GLM4),
    ("glm4_moe", &GLM4_MOE),
    ("glm4_moe_lite", &GLM4_MOE_LITE),
    ("glm_moe_dsa", &GLM_MOE_DSA),
    ("gpt_bigcode", &elder::GPT_BIGCODE),
    ("gpt_neo", &elder::GPT_NEO),
    ("gptj", &elder::GPTJ),
    ("granite", &GRANITE),
    ("granitemoe", &GRANITE_MOE),
    ("helium", &HELIUM),
    ("hunyuan_v1_dense", &HUNYUAN),
    ("llama", &LLAMA),
    ("minimax_m2", &MINIMAX_M2),
    ("ministral", &MINISTRAL),
    ("ministral3", &MINISTRAL3),
    ("mistral", &MISTRAL),
    ("minicpm3", &MINICPM3),
    ("mistral4", &MISTRAL4),
    ("mixtral", &MIXTRAL_8X),
    ("nemotron", &NEMOTRON),
    ("olmo", &OLMO),
    ("olmo2", &OLMO2),
    ("olmo3", &OLMO3),
    ("olmoe", &OLMOE),
    ("openai-gpt", &elder::OPENAI_GPT),
    ("persimmon", &elder::PERSIMMON),
    ("phi", &PHI),
    ("phi3", &PHI3),
    ("phimoe", &PHIMOE),
    ("qwen2", &QWEN2),
    ("qwen2_moe", &QWEN2_MOE),
    ("qwen3", &QWEN3),
    ("qwen3_moe", &QWEN3_MOE),
    ("seed_oss", &SEED_OSS),
    ("smollm3", &SMOLLM3),
    ("starcoder2", &STARCODER2),
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

const COHERE2: Traits = Traits {
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

/// Keys of several heads, experts as DeepSeek's.
const DOTS1: Traits = Traits {
    classes: "Dots1",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Qwen,
    mlp_bias: Say::No,
    experts: Some(&DEEPSEEK),
    ..LLAMA
};

const ERNIE4_5: Traits = Traits {
    classes: "Ernie4_5",
    bias: [Say::Field("use_bias", false); 2],
    mlp_bias: Say::Field("use_bias", false),
    tied: true,
    ..LLAMA
};

/// Norms behind both parts; positions in layers with a window alone.
const EXAONE4: Traits = Traits {
    classes: "Exaone4",
    wiring: Wiring::Post,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Every(4),
    turned: Turned::Local,
    ..LLAMA
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

const GLM4_MOE: Traits = Traits {
    classes: "Glm4Moe",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Field("use_qk_norm", false)),
    experts: Some(&ExpertTraits {
        dense: Dense::First("first_k_dense_replace", 1),
        ..DEEPSEEK
    }),
    bias: [Say::Field("attention_bias", false), Say::No],
    ..GLM
};

const GRANITE: Traits = Traits {
    classes: "Granite",
    residual_scaled: Say::Factor("residual_multiplier"),
    words_scaled: Say::Factor("embedding_multiplier"),
    logits_scaled: Say::Factor("logits_scaling"),
    ..LLAMA
};

const GRANITE_MOE: Traits = Traits {
    classes: "GraniteMoe",
    experts: Some(&ExpertTraits {
        late: true,
        ..MIXTRAL
    }),
    ..GRANITE
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

const HUNYUAN: Traits = Traits {
    classes: "HunYuanDenseV1",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    ..LLAMA
};

const MINIMAX_M2: Traits = Traits {
    classes: "MiniMaxM2",
    bias: [Say::No; 2],
    qk_norm: (QkNorm::Full(Norm::Rms), Say::Yes),
    mlp_bias: Say::No,
    experts: Some(&ExpertTraits {
        balance: Balance::Moved,
        scoring: "sigmoid",
        ..MIXTRAL
    }),
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
    windows: Windows::All(None),
    ..MINISTRAL
};

/// How many heads keys and values have must be said.
const KV_REQUIRED: Defaults = Defaults {
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

const MIXTRAL_8X: Traits = Traits {
    classes: "Mixtral",
    windows: Windows::All(None),
    experts: Some(&MIXTRAL),
    ..MISTRAL
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
const OLMO2: Traits = Traits {
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

const OLMOE: Traits = Traits {
    classes: "Olmoe",
    wiring: Wiring::Pre,
    experts: Some(&ExpertTraits {
        count: "num_experts",
        normalised: false,
        ..MIXTRAL
    }),
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

const PHIMOE: Traits = Traits {
    classes: "Phimoe",
    norm: Norm::Layer,
    windows: Windows::All(None),
    mlp_bias: Say::No,
    head_bias: Say::Field("lm_head_bias", false),
    experts: Some(&MIXTRAL),
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

/// Every head of queries and keys is normalised.
const QWEN3: Traits = Traits {
    classes: "Qwen3",
    sizes: Defaults {
        head_dim: Some(128),
        ..KV_REQUIRED
    },
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Qwen,
    ..LLAMA
};

const QWEN3_MOE: Traits = Traits {
    classes: "Qwen3Moe",
    sizes: KV_REQUIRED,
    windows: Windows::QwenAll,
    experts: Some(&ExpertTraits {
        count: "num_experts",
        ffn: &["moe_intermediate_size"],
        dense: Dense::Steps,
        normalised: false,
        ..MIXTRAL
    }),
    ..QWEN3
};

const QWEN2_MOE: Traits = Traits {
    classes: "Qwen2Moe",
    bias: [Say::Field("qkv_bias", true), Say::No],
    mlp_bias: Say::No,
    windows: Windows::Qwen,
    experts: Some(&ExpertTraits {
        count: "num_experts",
        ffn: &["moe_intermediate_size"],
        dense: Dense::Steps,
        shared: Shared::Width("shared_expert_intermediate_size"),
        shared_gate: true,
        normalised: false,
        ..MIXTRAL
    }),
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
