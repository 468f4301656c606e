//! Decoders that `transformers` builds with the code of another family, and
//! text models of models that see or hear: rows that differ from it in a few
//! fields, or in the names of their classes alone.

use super::decoders::{APERTUS, COHERE2, ERNIE4_5, GLM4V, GRANITE, HUNYUAN, QWEN2_5_VL};
use super::latents::DEEPSEEK_V3;
use super::mixtures::{GLM4_MOE, QWEN3_MOE};
use crate::import::huggingface::mechanism::heads::QkNorm;
use crate::import::huggingface::mechanism::latent::{LATENT, Latent};
use crate::import::huggingface::mechanism::mixture::{
    Balance, DEEPSEEK, Dense, ExpertTraits, MIXTRAL, Shared,
};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::sizes::{Defaults, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits};
use crate::import::huggingface::mechanism::window::Windows;

/// Where the field of the activation has its first name.
pub(super) const EXAONE: Traits = Traits {
    activation: (&["hidden_act", "activation_function"], "silu"),
    ..LLAMA
};

/// Biases under the names that its first configs have, or Llama's.
pub(super) const INTERNLM3: Traits = Traits {
    sizes: Defaults {
        head_dim: Some(128),
        ..PLAIN
    },
    bias: [Say::Either(["attention_bias", "qkv_bias"], false); 2],
    mlp_bias: Say::Either(["mlp_bias", "bias"], false),
    ..LLAMA
};

pub(super) const IQUESTCODER: Traits = Traits {
    sizes: Defaults {
        head_dim: Some(128),
        ..PLAIN
    },
    ..LLAMA
};

pub(super) const EMU3: Traits = Traits {
    classes: "Emu3",
    ..LLAMA
};

/// No gate, and squares of what is above 0.
pub(super) const COSMOS3_EDGE: Traits = Traits {
    classes: "Cosmos3Edge",
    sizes: Defaults {
        head_dim: Some(128),
        ..PLAIN
    },
    gated: false,
    activation: (&["hidden_act"], "relu-squared"),
    ..LLAMA
};

pub(super) const APERTUS1P5: Traits = Traits {
    classes: "Apertus1p5Text",
    ..APERTUS
};

pub(super) const COHERE_COMPASS: Traits = Traits {
    classes: "CohereCompass",
    ..COHERE2
};

pub(super) const GLM_OCR: Traits = Traits {
    classes: "GlmOcr",
    bias: [Say::No; 2],
    ..GLM4V
};

pub(super) const GLM_IMAGE: Traits = Traits {
    classes: "GlmImage",
    ..GLM4V
};

pub(super) const GRANITE4_VISION: Traits = Traits {
    classes: "Granite4Vision",
    ..GRANITE
};

pub(super) const GRANITE_DOCLING: Traits = Traits {
    classes: "GraniteDocling",
    ..GRANITE
};

pub(super) const HUNYUAN_VL: Traits = Traits {
    classes: "HunYuanVL",
    ..HUNYUAN
};

pub(super) const PADDLEOCR_VL: Traits = Traits {
    classes: "PaddleOCR",
    ..ERNIE4_5
};

pub(super) const QWEN2_5_OMNI: Traits = Traits {
    classes: "Qwen2_5OmniThinker",
    ..QWEN2_5_VL
};

pub(super) const QWEN3_OMNI_MOE: Traits = Traits {
    classes: "Qwen3OmniMoeThinker",
    sizes: PLAIN,
    windows: Windows::None,
    ..QWEN3_MOE
};

/// Experts as wide as the config's feed-forward layers, some of which compute
/// every token.
pub(super) const ARIA: Traits = Traits {
    classes: "AriaText",
    experts: Some(&ExpertTraits {
        count: "moe_num_experts",
        shared: Shared::Count("moe_num_shared_experts", 2),
        late: true,
        ..MIXTRAL
    }),
    ..LLAMA
};

/// DeepSeek V2's experts behind Llama's attention.
pub(super) const DEEPSEEK_OCR2: Traits = Traits {
    classes: "DeepseekOcr2",
    experts: Some(&ExpertTraits {
        dense: Dense::First("first_k_dense_replace", 0),
        shared: Shared::Count("n_shared_experts", 2),
        balance: Balance::None,
        scoring: "softmax",
        normalised: false,
        ..DEEPSEEK
    }),
    ..LLAMA
};

/// GLM 4.5's layers, with normed heads all of which are rotated.
pub(super) const SARVAM_MOE: Traits = Traits {
    bias: [
        Say::Either(["attention_bias", "use_qkv_bias"], false),
        Say::No,
    ],
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Field("use_qk_norm", true)),
    percent: 100,
    ..GLM4_MOE
};

/// DeepSeek V3's layers, with queries that are not narrowed.
pub(super) const SARVAM_MLA: Traits = Traits {
    latent: Some(Latent {
        q_rank: 0,
        ..LATENT
    }),
    experts: Some(&FIRST_DENSE),
    ..DEEPSEEK_V3
};

/// DeepSeek V3's layers, with a norm behind what experts give.
pub(super) const AXK1: Traits = Traits {
    classes: "AXK1",
    experts: Some(&ExpertTraits {
        out_norm: true,
        ..FIRST_DENSE
    }),
    ..DEEPSEEK_V3
};

const FIRST_DENSE: ExpertTraits = ExpertTraits {
    dense: Dense::First("first_k_dense_replace", 1),
    ..DEEPSEEK
};
