//! Activations, by the names that configs give them.

use crate::import::huggingface::config::Config;
use crate::source::{Diagnostic, Spanned};

/// Activations by the names that configs give them, with our blocks.
const ACTIVATIONS: [(&str, &str); 18] = [
    ("gelu", "gelu"),
    ("gelu_python", "gelu"),
    ("gelu_new", "gelu-tanh"),
    ("gelu_fast", "gelu-tanh"),
    ("gelu_pytorch_tanh", "gelu-tanh"),
    ("quick_gelu", "quick-gelu"),
    ("relu", "relu"),
    ("relu6", "relu6"),
    ("silu", "silu"),
    ("swish", "silu"),
    ("mish", "mish"),
    ("sigmoid", "sigmoid"),
    ("tanh", "tanh"),
    ("xielu", "xielu"),
    ("relu2", "relu-squared"),
    ("gelu_accurate", "gelu-tanh"),
    ("gelu_10", "gelu"),
    ("leaky_relu", "leaky-relu"),
];

/// The block of the activation that the config names under `key`.
pub(crate) fn activation(
    config: &mut Config<'_>,
    key: &'static str,
    default: &'static str,
) -> &'static str {
    match config.word(key) {
        Some(word) => activation_named(config, &word, &word.value),
        None => default,
    }
}

/// The block of the activation `name`, which stands in `word`.
pub(crate) fn activation_named(
    config: &mut Config<'_>,
    word: &Spanned<String>,
    name: &str,
) -> &'static str {
    let found = ACTIVATIONS.iter().find(|(known, _)| *known == name);
    found.map_or_else(
        || {
            let message = format!("the activation `{name}` is not known here");
            let known = ACTIVATIONS.iter().map(|(known, _)| *known);
            let mistake = Diagnostic::at(&word.place, message).known(name, known);
            config.problems.push(mistake);
            "relu"
        },
        |(_, block)| block,
    )
}
