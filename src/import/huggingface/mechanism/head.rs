//! What follows the layers: scores of words, classes, spans.

use crate::import::huggingface::class::Head;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// Scores of every word, from a table that the embedding has too or from one
/// of the head's own.
pub(crate) fn logits(draft: &mut Draft, x: &str, table: Option<&str>) {
    let op = Op::new("logits").stage("head");
    draft.op(match table {
        Some(table) => op.einsum("batch seq d, v d -> batch seq v").of(&[x, table]),
        None => op
            .einsum("batch seq d, d v -> batch seq v")
            .of(&[x, &weight("d vocab")]),
    });
}

/// A linear layer from every token to `out` scores.
pub(crate) fn token_scores(draft: &mut Draft, x: &str, out: &str, bias: bool) {
    let op = Op::new("scores")
        .stage("head")
        .einsum("batch seq d, d c -> batch seq c")
        .of(&[x, &weight(&format!("d {out}"))]);
    draft.op(if bias { op.bias() } else { op });
}

/// A linear layer from every sequence to `out` scores.
pub(crate) fn sequence_scores(draft: &mut Draft, x: &str, out: &str) {
    draft.op(Op::new("scores")
        .stage("head")
        .einsum("batch d, d c -> batch c")
        .of(&[x, &weight(&format!("d {out}"))])
        .bias());
}

/// The number of classes, as a dim.
pub(crate) fn labels(config: &mut Config<'_>, draft: &mut Draft) {
    let labels = config.labels();
    draft.dim("labels", labels, "classes");
}

/// What follows a decoder. `x` is the last hidden state.
pub(crate) fn decoder_head(
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
        Head::WordsAndChoice => {
            logits(draft, x, table);
            draft.op(Op::new("chosen")
                .stage("head")
                .take("batch seq d -> batch d")
                .of(&[x]));
            sequence_scores(draft, "chosen", "1");
        }
        // No decoder of this kind has another head.
        _ => {}
    }
}
