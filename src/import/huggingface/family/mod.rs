//! The families, each as a model file that calls the shipped blocks.

mod bart;
mod bert;
mod deepseek;
mod gemma;
mod gpt;
mod llama;
mod qwen;
mod t5;
mod vit;
mod whisper;

use super::config::Config;
use super::draft::Draft;

/// Writes a family down in a draft.
pub(super) type Family = fn(&mut Config<'_>, &mut Draft);

/// The families by their `model_type`.
pub(super) const FAMILIES: [(&str, Family); 22] = [
    ("bart", bart::bart),
    ("bert", bert::bert),
    ("deepseek_v3", deepseek::deepseek_v3),
    ("distilbert", bert::distilbert),
    ("gemma2", gemma::gemma2),
    ("gemma3", gemma::gemma3_seeing),
    ("gemma3_text", gemma::gemma3_text),
    ("gpt2", gpt::gpt2),
    ("gpt_neox", gpt::gpt_neox),
    ("llama", llama::llama),
    ("marian", bart::marian),
    ("mistral", llama::mistral),
    ("mixtral", llama::mixtral),
    ("opt", gpt::opt),
    ("phi3", llama::phi3),
    ("qwen2", qwen::qwen2),
    ("qwen3", qwen::qwen3),
    ("qwen3_moe", qwen::qwen3_moe),
    ("roberta", bert::roberta),
    ("t5", t5::t5),
    ("vit", vit::vit),
    ("whisper", whisper::whisper),
];
