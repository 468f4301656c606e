//! What several families share: embeddings, stacks, heads, activations.

use super::class::Head;
use super::config::Config;
use super::draft::{Draft, Op, weight};
use crate::source::{Diagnostic, Spanned};

/// Activations by the names that configs give them, with our blocks.
const ACTIVATIONS: [(&str, &str); 12] = [
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
];

/// The block of the activation that the config names under `key`.
pub(super) fn activation(
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
pub(super) fn activation_named(
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

/// The input of a text model, its batch and its length.
pub(super) fn tokens(draft: &mut Draft, longest: u64) {
    draft.indices("tokens", "batch seq");
    draft.dim("batch", 1, "sequences");
    draft.dim("seq", Config::usual_length(longest), "tokens");
}

/// The table of words: one that the head has too, or its own.
pub(super) fn word_table(draft: &mut Draft, shared: bool) -> String {
    if !shared {
        return weight("vocab d");
    }
    let name = "table";
    draft.weight(name, "vocab d", "of words, for the embedding and the head");
    name.to_owned()
}

/// The words of a sequence, looked up.
pub(super) fn words(draft: &mut Draft, table: &str) {
    draft.op(Op::new("words")
        .stage("embed")
        .gather("batch seq, v d -> batch seq d")
        .of(&["tokens", table]));
}

/// The sentence that goes with every table of positions.
pub(super) fn limited(draft: &mut Draft) {
    draft.remark(
        "The table of positions has as many rows as the config says; a longer sequence is \
         counted all the same.",
    );
}

/// Learned positions, added to `x`. `rows` is how many the table has.
pub(super) fn positions(draft: &mut Draft, x: &str, rows: u64) {
    limited(draft);
    draft.indices("places", "seq");
    draft.dim("positions", rows, "rows of the table of positions");
    draft.op(Op::new("placed")
        .stage("embed")
        .block("positions")
        .of(&[x, "places"]));
}

/// A normalisation of the model's own, beside those of its layers.
pub(super) fn norm(draft: &mut Draft, name: &str, block: &str, x: &str) {
    draft.op(Op::new(name).stage("norm").block(block).of(&[x]));
}

/// The layers, one upon the other.
pub(super) fn layers(draft: &mut Draft, name: &str, block: &str, x: &str) {
    draft.op(Op::new(name).block(block).repeat("layers").of(&[x]));
}

/// Scores of every word, from a table that the embedding has too or from one
/// of the head's own.
pub(super) fn logits(draft: &mut Draft, x: &str, table: Option<&str>) {
    let op = Op::new("logits").stage("head");
    draft.op(match table {
        Some(table) => op.einsum("batch seq d, v d -> batch seq v").of(&[x, table]),
        None => op
            .einsum("batch seq d, d v -> batch seq v")
            .of(&[x, &weight("d vocab")]),
    });
}

/// A linear layer from every token to `out` scores.
pub(super) fn token_scores(draft: &mut Draft, x: &str, out: &str, bias: bool) {
    let op = Op::new("scores")
        .stage("head")
        .einsum("batch seq d, d c -> batch seq c")
        .of(&[x, &weight(&format!("d {out}"))]);
    draft.op(if bias { op.bias() } else { op });
}

/// A linear layer from every sequence to `out` scores.
pub(super) fn sequence_scores(draft: &mut Draft, x: &str, out: &str) {
    draft.op(Op::new("scores")
        .stage("head")
        .einsum("batch d, d c -> batch c")
        .of(&[x, &weight(&format!("d {out}"))])
        .bias());
}

/// The number of classes, as a dim.
pub(super) fn labels(config: &mut Config<'_>, draft: &mut Draft) {
    let labels = config.labels();
    draft.dim("labels", labels, "classes");
}

/// What follows a decoder. `x` is the last hidden state.
pub(super) fn decoder_head(
    config: &mut Config<'_>,
    draft: &mut Draft,
    head: Head,
    x: &str,
    table: Option<&str>,
) {
    match head {
        Head::Words => logits(draft, x, table),
        // Every token is scored; one of them is then chosen.
        Head::Sequence => {
            labels(config, draft);
            token_scores(draft, x, "labels", false);
        }
        Head::Tokens => {
            labels(config, draft);
            token_scores(draft, x, "labels", true);
        }
        Head::Spans => token_scores(draft, x, "2", true),
        Head::Hidden | Head::Pooled | Head::Pretraining => {}
    }
}

/// The sentence that goes with every causal model.
pub(super) fn causal(draft: &mut Draft) {
    draft.remark(
        "Attention is counted in full; the half that a causal mask leaves is `--set share=0.5`.",
    );
}
