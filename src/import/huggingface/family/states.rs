//! The families that keep a state of a fixed size, by their `model_type`, with what
//! the names of their classes begin with.

use super::{hybrid, linear, state_space, xlstm, zamba};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::plan::Outer;

/// How a family is written down.
type Write = fn(&mut Config<'_>, &mut Draft, &Outer);

pub(super) const STATES: [(&str, &str, Write); 22] = [
    ("bamba", "Bamba", hybrid::bamba),
    ("falcon_h1", "FalconH1", hybrid::falcon_h1),
    ("falcon_mamba", "FalconMamba", state_space::falcon_mamba),
    (
        "granitemoehybrid",
        "GraniteMoeHybrid",
        hybrid::granite_hybrid,
    ),
    ("jamba", "Jamba", hybrid::jamba),
    ("kimi_linear", "KimiLinear", linear::kimi_linear),
    ("lfm2", "Lfm2", linear::lfm2),
    ("lfm2_moe", "Lfm2Moe", linear::lfm2_moe),
    ("lfm3", "Lfm3", linear::lfm3),
    ("mamba", "Mamba", state_space::mamba),
    ("mamba2", "Mamba2", state_space::mamba2),
    ("minimax", "MiniMax", linear::minimax),
    ("nemotron_h", "NemotronH", hybrid::nemotron_h),
    ("olmo_hybrid", "OlmoHybrid", linear::olmo_hybrid),
    ("qwen3_5_moe_text", "Qwen3_5Moe", linear::qwen3_5_moe),
    ("qwen3_5_text", "Qwen3_5", linear::qwen3_5),
    ("qwen3_next", "Qwen3Next", linear::qwen3_next),
    (
        "recurrent_gemma",
        "RecurrentGemma",
        state_space::recurrent_gemma,
    ),
    ("rwkv", "Rwkv", state_space::rwkv),
    ("xlstm", "xLSTM", xlstm::xlstm),
    ("zamba", "Zamba", zamba::zamba),
    ("zamba2", "Zamba2", zamba::zamba2),
];
