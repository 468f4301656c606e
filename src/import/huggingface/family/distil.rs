//! DistilBERT, with names of its own for all sizes.

use super::bert::{Names, by_token, classifier, masked, sizes};
use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::embedding::{positions, word_table, words};
use crate::import::huggingface::mechanism::head::labels;
use crate::import::huggingface::mechanism::stack::{layers, norm};

const DISTIL: Names = Names {
    d: "dim",
    heads: "n_heads",
    ffn: "hidden_dim",
    layers: "n_layers",
    activation: "activation",
};

/// DistilBERT: no segments, no pooler.
pub(super) fn distilbert(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("DistilBertModel", Head::Hidden),
        ("DistilBertForMaskedLM", Head::Words),
        ("DistilBertForMultipleChoice", Head::Choice),
        ("DistilBertForSequenceClassification", Head::Sequence),
        ("DistilBertForTokenClassification", Head::Tokens),
        ("DistilBertForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let rows = sizes(config, draft, &DISTIL, 0);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    words(draft, &table);
    positions(draft, "words", rows);
    norm(draft, "embedded", "layer-norm", "placed");
    layers(draft, "encoder", "encoder-layer", "embedded");
    match head {
        Head::Words => masked(draft, tied, &table),
        Head::Choice => classifier(draft, "max(dense, 0)", "1"),
        Head::Sequence => {
            labels(config, draft);
            classifier(draft, "max(dense, 0)", "labels");
        }
        other => by_token(config, draft, other),
    }
}
