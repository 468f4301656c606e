//! Gemma 1 to 3 as rows of the table: words that are multiplied, norms on both
//! sides, scores within bounds.

use crate::import::huggingface::mechanism::heads::QkNorm;
use crate::import::huggingface::mechanism::layer::Wiring;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits};
use crate::import::huggingface::mechanism::window::Windows;

pub(super) const GEMMA: Traits = Traits {
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

/// Norms on both sides of everything, scores within bounds.
pub(super) const GEMMA2: Traits = Traits {
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
pub(super) const VAULTGEMMA: Traits = Traits {
    classes: "VaultGemma",
    wiring: Wiring::Pre,
    ..GEMMA2
};
