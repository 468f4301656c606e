//! Decoders with latent attention that are rows of the table.

use crate::import::huggingface::mechanism::latent::{LATENT, Latent};
use crate::import::huggingface::mechanism::mixture::{
    Balance, DEEPSEEK, Dense, ExpertTraits, Shared,
};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits};

/// Without the layers that predict several tokens at once: they take part in
/// training alone.
pub(super) const DEEPSEEK_V3: Traits = Traits {
    classes: "DeepseekV3",
    latent: Some(LATENT),
    mlp_bias: Say::No,
    experts: Some(&DEEPSEEK),
    ..LLAMA
};

pub(super) const DEEPSEEK_V2: Traits = Traits {
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

pub(super) const DEEPSEEK_V32: Traits = Traits {
    classes: "DeepseekV32",
    latent: Some(INDEXED),
    ..DEEPSEEK_V3
};

/// Latent attention to the keys that an indexer chooses.
const INDEXED: Latent = Latent {
    indexer: true,
    ..LATENT
};

pub(super) const GLM4_MOE_LITE: Traits = Traits {
    classes: "Glm4MoeLite",
    ..DEEPSEEK_V3
};

pub(super) const GLM_MOE_DSA: Traits = Traits {
    classes: "GlmMoeDsa",
    ..DEEPSEEK_V32
};

pub(super) const MISTRAL4: Traits = Traits {
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
pub(super) const MINICPM3: Traits = Traits {
    classes: "MiniCPM3",
    mlp_bias: Say::Field("mlp_bias", false),
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

pub(super) const YOUTU: Traits = Traits {
    classes: "Youtu",
    experts: None,
    tied: true,
    ..DEEPSEEK_V3
};
