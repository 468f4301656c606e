//! Decoders with experts that are rows of the table.

use super::decoders::{COHERE2, EXAONE4, GRANITE, HUNYUAN, KV_REQUIRED, OLMO2, QWEN3};
use crate::import::huggingface::mechanism::heads::{Gate, QkNorm};
use crate::import::huggingface::mechanism::layer::Wiring;
use crate::import::huggingface::mechanism::mixture::{
    Balance, DEEPSEEK, Dense, ExpertTraits, MIXTRAL, Shared,
};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::sizes::{Defaults, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;

/// The experts of Qwen 3.
const QWEN: ExpertTraits = ExpertTraits {
    count: "num_experts",
    ffn: &["moe_intermediate_size"],
    dense: Dense::Steps,
    normalised: false,
    ..MIXTRAL
};

/// A gate on the heads; a number of every expert that is learnt apart.
pub(super) const AFMOE: Traits = Traits {
    classes: "Afmoe",
    wiring: Wiring::Sandwich,
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Every(4),
    turned: Turned::Local,
    gate: Some(Gate::Element),
    mlp_bias: Say::No,
    words_scaled: Say::Field("mup_enabled", false),
    experts: Some(&ExpertTraits {
        count: "num_experts",
        dense: Dense::First("num_dense_layers", 1),
        shared: Shared::Count("num_shared_experts", 2),
        balance: Balance::Learnt,
        ..DEEPSEEK
    }),
    ..LLAMA
};

pub(super) const COHERE2_MOE: Traits = Traits {
    classes: "Cohere2Moe",
    experts: Some(&ExpertTraits {
        count: "num_experts",
        ffn: &["moe_intermediate_size", "intermediate_size"],
        dense: Dense::First("first_k_dense_replace", 0),
        shared: Shared::Count("num_shared_experts", 0),
        scoring: "sigmoid",
        ..MIXTRAL
    }),
    ..COHERE2
};

/// Keys of several heads, experts as DeepSeek's.
pub(super) const DOTS1: Traits = Traits {
    classes: "Dots1",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    windows: Windows::Qwen,
    mlp_bias: Say::No,
    experts: Some(&DEEPSEEK),
    ..LLAMA
};

pub(super) const ERNIE4_5_MOE: Traits = Traits {
    classes: "Ernie4_5_Moe",
    bias: [Say::Field("use_bias", false); 2],
    mlp_bias: Say::Field("use_bias", false),
    head_bias: Say::Field("use_bias", false),
    tied: true,
    experts: Some(&ExpertTraits {
        count: "moe_num_experts",
        ffn: &["moe_intermediate_size"],
        dense: Dense::Between,
        shared: Shared::Count("moe_num_shared_experts", 2),
        balance: Balance::Learnt,
        ..MIXTRAL
    }),
    ..LLAMA
};

pub(super) const EXAONE_MOE: Traits = Traits {
    classes: "ExaoneMoe",
    wiring: Wiring::Pre,
    experts: Some(&ExpertTraits {
        count: "num_experts",
        shared: Shared::Count("num_shared_experts", 1),
        dense: Dense::First("first_k_dense_replace", 1),
        ..DEEPSEEK
    }),
    ..EXAONE4
};

pub(super) const FLEX_OLMO: Traits = Traits {
    classes: "FlexOlmo",
    experts: Some(&ExpertTraits {
        count: "num_experts",
        normalised: false,
        ..MIXTRAL
    }),
    ..OLMO2
};

/// Scores that stand for no token.
pub(super) const FLINT: Traits = Traits {
    classes: "Flint",
    sinks: true,
    windows: Windows::Listed,
    experts: Some(&ExpertTraits {
        shared: Shared::Width("shared_expert_intermediate_size"),
        normalised: true,
        ..QWEN
    }),
    ..QWEN3
};

pub(super) const GLM4_MOE: Traits = Traits {
    classes: "Glm4Moe",
    bias: [Say::Field("attention_bias", false), Say::No],
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Field("use_qk_norm", false)),
    mlp_bias: Say::No,
    percent: 50,
    experts: Some(&ExpertTraits {
        dense: Dense::First("first_k_dense_replace", 1),
        ..DEEPSEEK
    }),
    ..LLAMA
};

/// The text model of a GLM 4.5 that sees.
pub(super) const GLM4V_MOE: Traits = Traits {
    classes: "Glm4vMoe",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::No),
    ..GLM4_MOE
};

pub(super) const SOLAR_OPEN: Traits = Traits {
    classes: "SolarOpen",
    qk_norm: (QkNorm::Head(Norm::Rms), Say::No),
    percent: 100,
    experts: Some(&ExpertTraits {
        dense: Dense::None,
        ..DEEPSEEK
    }),
    ..GLM4_MOE
};

/// Biases everywhere, and a score of every head that stands for no token.
pub(super) const GPT_OSS: Traits = Traits {
    classes: "GptOss",
    sizes: Defaults {
        head_dim: Some(64),
        ..PLAIN
    },
    bias: [Say::Field("attention_bias", true); 2],
    windows: Windows::Every(2),
    sinks: true,
    // A sigmoid of 1.702 times its input, whatever `hidden_act` says.
    activation: (&[], "quick-gelu"),
    experts: Some(&ExpertTraits {
        late: true,
        router_bias: true,
        bias: true,
        ..MIXTRAL
    }),
    ..LLAMA
};

pub(super) const GRANITE_MOE: Traits = Traits {
    classes: "GraniteMoe",
    experts: Some(&ExpertTraits {
        late: true,
        ..MIXTRAL
    }),
    ..GRANITE
};

pub(super) const GRANITE_MOE_SHARED: Traits = Traits {
    classes: "GraniteMoeShared",
    experts: Some(&GRANITE_EXPERTS),
    ..GRANITE
};

const GRANITE_EXPERTS: ExpertTraits = ExpertTraits {
    shared: Shared::Width("shared_intermediate_size"),
    late: true,
    ..MIXTRAL
};

pub(super) const GRANITE_MOE_SWA: Traits = Traits {
    classes: "GraniteMoeSWA",
    sinks: true,
    windows: Windows::Listed,
    experts: Some(&GRANITE_EXPERTS),
    tied: true,
    ..GRANITE
};

pub(super) const HUNYUAN_MOE: Traits = Traits {
    classes: "HunYuanMoEV1",
    experts: Some(&ExpertTraits {
        count: "num_experts",
        shared: Shared::One,
        ..MIXTRAL
    }),
    ..HUNYUAN
};

pub(super) const HY_V3: Traits = Traits {
    classes: "HYV3",
    mlp_bias: Say::Field("mlp_bias", false),
    experts: Some(&ExpertTraits {
        count: "num_experts",
        dense: Dense::First("first_k_dense_replace", 1),
        shared: Shared::Count("num_shared_experts", 1),
        ..DEEPSEEK
    }),
    ..HUNYUAN
};

pub(super) const KOLIBRI1: Traits = Traits {
    classes: "Kolibri1",
    wiring: Wiring::Sandwich,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::Listed,
    turned: Turned::Local,
    experts: Some(&ExpertTraits {
        dense: Dense::None,
        shared: Shared::Width("shared_expert_intermediate_size"),
        balance: Balance::Moved,
        scoring: "sigmoid",
        ..QWEN
    }),
    ..QWEN3
};

/// Without the gate of its heads, which depends on the config.
pub(super) const LAGUNA: Traits = Traits {
    classes: "Laguna",
    windows: Windows::Listed,
    mlp_bias: Say::No,
    experts: Some(&ExpertTraits {
        shared: Shared::Width("shared_expert_intermediate_size"),
        dense: Dense::First("first_k_dense_replace", 1),
        balance: Balance::Learnt,
        scoring: "sigmoid",
        scaled: true,
        ..QWEN
    }),
    ..QWEN3
};

pub(super) const MELLUM: Traits = Traits {
    classes: "Mellum",
    windows: Windows::Listed,
    mlp_bias: Say::No,
    experts: Some(&ExpertTraits {
        dense: Dense::None,
        ..QWEN
    }),
    ..QWEN3
};

pub(super) const MINIMAX_M2: Traits = Traits {
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

pub(super) const MIXTRAL_8X: Traits = Traits {
    classes: "Mixtral",
    sizes: KV_REQUIRED,
    bias: [Say::No; 2],
    mlp_bias: Say::No,
    windows: Windows::All(None),
    experts: Some(&MIXTRAL),
    ..LLAMA
};

pub(super) const OLMOE: Traits = Traits {
    classes: "Olmoe",
    wiring: Wiring::Pre,
    experts: Some(&ExpertTraits {
        count: "num_experts",
        normalised: false,
        ..MIXTRAL
    }),
    ..OLMO2
};

pub(super) const PHIMOE: Traits = Traits {
    classes: "Phimoe",
    norm: Norm::Layer,
    windows: Windows::All(None),
    mlp_bias: Say::No,
    head_bias: Say::Field("lm_head_bias", false),
    experts: Some(&MIXTRAL),
    ..LLAMA
};

/// A shared expert behind a gate.
pub(super) const QWEN2_MOE: Traits = Traits {
    classes: "Qwen2Moe",
    bias: [Say::Field("qkv_bias", true), Say::No],
    mlp_bias: Say::No,
    windows: Windows::Qwen,
    experts: Some(&ExpertTraits {
        shared: Shared::Width("shared_expert_intermediate_size"),
        shared_gate: true,
        ..QWEN
    }),
    ..LLAMA
};

pub(super) const QWEN3_MOE: Traits = Traits {
    classes: "Qwen3Moe",
    sizes: KV_REQUIRED,
    windows: Windows::QwenAll,
    experts: Some(&QWEN),
    ..QWEN3
};

/// The text model of a Qwen 3 that sees: no windows.
pub(super) const QWEN3_VL_MOE: Traits = Traits {
    classes: "Qwen3VLMoe",
    windows: Windows::None,
    ..QWEN3_MOE
};
