//! Encoders whose words have fewer numbers than their layers: ALBERT, whose
//! layers all have the same weights, and ELECTRA.

use super::bert::{by_token, classifier, outline, pooler, second_bias};
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::embedding::{TABLE, positions};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores, token_scores};
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::op::{Op, weight};

/// The activation of ELECTRA's classifier, whatever that of its layers is.
const GELU: &str = "(0.5 * dense) * (1 + erf(0.70710678 * dense))";

/// ALBERT. Its layers are in groups; one group is computed as often as it
/// takes for all layers, with the same weights.
pub(super) fn albert(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Pooled),
        ("ForMaskedLM", Head::Words),
        ("ForPreTraining", Head::Pretraining),
        ("ForMultipleChoice", Head::Choice),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
        ("ForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class_of(config, "Albert", &ends);
    about(draft, class);
    let rows = outline(config, draft);
    let groups = config.layers_or("num_hidden_groups", 1);
    draft.dim(
        "groups",
        groups,
        "groups of layers with weights of their own",
    );
    let inner = config.layers_or("inner_group_num", 1);
    draft.dim("inner_layers", inner, "layers of a group");
    if groups * inner > 10_000 {
        config.wrong("inner_group_num", "no network has more than 10000 layers");
    }
    config.without_effect(&["net_structure_type", "gap_size", "num_memory_blocks"]);
    let scores_words = matches!(head, Head::Words | Head::Pretraining);
    let table = embedded(config, draft, rows, (scores_words, true));
    widened(draft);
    draft.op(Op::new("encoder")
        .comment("the same weights for all layers of a group")
        .block("encoder-layer")
        .repeat("groups * inner_layers")
        .times("layers / groups")
        .of(&["widened"]));
    if !matches!(head, Head::Words | Head::Tokens | Head::Spans) {
        pooler(draft);
    }
    match head {
        Head::Words => {
            scores_of_words(draft, &table);
            second_bias(draft, &table);
        }
        Head::Pretraining => {
            labels(config, draft);
            sequence_scores(draft, "pooled", "labels");
            scores_of_words(draft, &table);
            second_bias(draft, &table);
        }
        Head::Choice => sequence_scores(draft, "pooled", "1"),
        Head::Sequence => {
            labels(config, draft);
            sequence_scores(draft, "pooled", "labels");
        }
        other => by_token(config, draft, other),
    }
}

/// ELECTRA: BERT, with a linear layer behind words that are narrower.
pub(super) fn electra(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("ForPreTraining", Head::Pretraining),
        ("Model", Head::Hidden),
        ("ForMaskedLM", Head::Words),
        ("ForCausalLM", Head::Words),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
        ("ForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class_of(config, "Electra", &ends);
    about(draft, class);
    let rows = outline(config, draft);
    // Of a summary that the class for choices alone has.
    config.without_effect(&[
        "summary_activation",
        "summary_last_dropout",
        "summary_type",
        "summary_use_proj",
    ]);
    let table = embedded(config, draft, rows, (head == Head::Words, false));
    let mut x = "embedded";
    if draft.value("embedding").is_some() {
        widened(draft);
        x = "widened";
    }
    layers(draft, "encoder", "encoder-layer", x);
    match head {
        Head::Words => scores_of_words(draft, &table),
        Head::Pretraining => originality(draft),
        Head::Sequence => {
            labels(config, draft);
            classifier(draft, GELU, "labels");
        }
        other => by_token(config, draft, other),
    }
}

/// Words, segments and positions, normed; see [`marked`].
fn embedded(config: &mut Config<'_>, draft: &mut Draft, rows: u64, head: (bool, bool)) -> String {
    let width = config.size_or("embedding_size", 128);
    let table = marked(config, draft, width, head);
    positions(draft, "marked", rows);
    norm(draft, "embedded", "layer-norm", "placed");
    table
}

/// Words and segments of `width` numbers; of `d` where these are as many, unless
/// they are `apart` all the same. Gives the table of words, for a head that
/// `looks` words up in it.
pub(super) fn marked(
    config: &mut Config<'_>,
    draft: &mut Draft,
    width: u64,
    (looks, apart): (bool, bool),
) -> String {
    let mut name = "d";
    if apart || draft.value(name) != Some(&*width.to_string()) {
        name = "embedding";
        draft.dim(name, width, "numbers of a word");
    }
    let shape = format!("vocab {name}");
    let tied = looks && config.truth_or("tie_word_embeddings", true);
    let own = weight(&shape);
    let table = if tied { TABLE } else { &own };
    if tied {
        draft.weight(TABLE, &shape, "of words, for the embedding and the head");
    }
    draft.op(Op::new("words")
        .stage("embed")
        .gather("batch seq, v e -> batch seq e")
        .of(&["tokens", table]));
    let kinds = config.size_or("type_vocab_size", 2);
    draft.dim("kinds", kinds, "kinds of segments");
    draft.indices("segments", "batch seq");
    draft.op(Op::new("parts")
        .stage("embed")
        .gather("batch seq, s e -> batch seq e")
        .of(&["segments", &weight(&format!("kinds {name}"))]));
    draft.op(Op::new("marked").stage("embed").apply("words + parts"));
    table.to_owned()
}

/// As many numbers as the layers have.
pub(super) fn widened(draft: &mut Draft) {
    draft.op(Op::new("widened")
        .stage("embed")
        .einsum("batch seq e, e o -> batch seq o")
        .of(&["embedded", &weight("embedding d")])
        .bias());
}

/// Scores of every word: as many numbers as a word has, an activation, a norm,
/// and the table.
pub(super) fn scores_of_words(draft: &mut Draft, table: &str) {
    let narrow = draft.value("embedding").is_some();
    let width = if narrow { "embedding" } else { "d" };
    draft.op(Op::new("narrowed")
        .stage("head")
        .einsum("batch seq o, o e -> batch seq e")
        .of(&["encoder", &weight(&format!("d {width}"))])
        .bias());
    draft.op(Op::new("sought_act")
        .stage("head")
        .slot("activation")
        .of(&["narrowed"]));
    draft.op(Op::new("sought")
        .stage("head")
        .block("layer-norm")
        .of(&["sought_act"]));
    draft.op(Op::new("logits")
        .stage("head")
        .einsum("batch seq e, v e -> batch seq v")
        .of(&["sought", table])
        .bias());
}

/// Whether each token is the one that was written.
fn originality(draft: &mut Draft) {
    draft.op(Op::new("judged")
        .stage("head")
        .einsum("batch seq d, d e -> batch seq e")
        .of(&["encoder", &weight("d d")])
        .bias());
    draft.op(Op::new("judged_act")
        .stage("head")
        .slot("activation")
        .of(&["judged"]));
    token_scores(draft, "judged_act", "1", true);
}
