//! BERT, RoBERTa and DistilBERT.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::attention::causal;
use crate::import::huggingface::mechanism::embedding::{positions, tokens, word_table, words};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores, token_scores};
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::op::{Op, weight};

/// The names under which a family has its sizes.
struct Names {
    d: &'static str,
    heads: &'static str,
    ffn: &'static str,
    layers: &'static str,
    activation: &'static str,
}

const USUAL: Names = Names {
    d: "hidden_size",
    heads: "num_attention_heads",
    ffn: "intermediate_size",
    layers: "num_hidden_layers",
    activation: "hidden_act",
};
const DISTIL: Names = Names {
    d: "dim",
    heads: "n_heads",
    ffn: "hidden_dim",
    layers: "n_layers",
    activation: "activation",
};

/// Sizes and slots. `spare` rows of the table of positions stand for none.
fn sizes(config: &mut Config<'_>, draft: &mut Draft, names: &Names, spare: u64) -> u64 {
    let rows = config.size("max_position_embeddings");
    tokens(draft, rows.saturating_sub(spare).max(1));
    let d = config.size(names.d);
    let heads = config.size(names.heads);
    config.divides((names.heads, heads), (names.d, d));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "heads");
    let ffn = config.size(names.ffn);
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let count = config.layers(names.layers);
    draft.dim("layers", count, "layers");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    draft.attentions();
    let act = activation(config, names.activation, "gelu");
    draft.slot("activation", act);
    if config.truth_or("is_decoder", false) {
        causal(draft);
    }
    if config.truth_or("add_cross_attention", false) {
        config.wrong(
            "add_cross_attention",
            "an encoder that attends to another one is not known here",
        );
    }
    let kind = config.word("position_embedding_type");
    if kind.is_some_and(|kind| kind.value != "absolute") {
        config.wrong(
            "position_embedding_type",
            "positions other than `absolute` are not known here",
        );
    }
    rows
}

/// Words, segments and positions, and the layers over them.
fn stack(config: &mut Config<'_>, draft: &mut Draft, rows: u64, table: &str) {
    words(draft, table);
    let kinds = config.size_or("type_vocab_size", 2);
    draft.dim("kinds", kinds, "kinds of segments");
    draft.indices("segments", "batch seq");
    draft.op(Op::new("parts")
        .stage("embed")
        .gather("batch seq, s d -> batch seq d")
        .of(&["segments", &weight("kinds d")]));
    draft.op(Op::new("marked").stage("embed").apply("words + parts"));
    positions(draft, "marked", rows);
    norm(draft, "embedded", "layer-norm", "placed");
    layers(draft, "encoder", "encoder-layer", "embedded");
}

/// Scores of every word, with the table of the embedding and a bias.
fn masked(draft: &mut Draft, tied: bool, table: &str) {
    draft.op(Op::new("sought")
        .stage("head")
        .block("masked-head")
        .of(&["encoder"]));
    let own = weight("vocab d");
    let table = if tied { table } else { &own };
    draft.op(Op::new("logits")
        .stage("head")
        .einsum("batch seq d, v d -> batch seq v")
        .of(&["sought", table])
        .bias());
}

fn pooler(draft: &mut Draft) {
    draft.op(Op::new("pooled")
        .stage("pooler")
        .block("pooler")
        .of(&["encoder"]));
}

/// BERT.
pub(super) fn bert(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("BertModel", Head::Pooled),
        ("BertForMaskedLM", Head::Words),
        ("BertForPreTraining", Head::Pretraining),
        ("BertLMHeadModel", Head::Words),
        ("BertForNextSentencePrediction", Head::NextSentence),
        ("BertForMultipleChoice", Head::Choice),
        ("BertForSequenceClassification", Head::Sequence),
        ("BertForTokenClassification", Head::Tokens),
        ("BertForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let rows = sizes(config, draft, &USUAL, 0);
    let scores_words = matches!(head, Head::Words | Head::Pretraining);
    let tied = scores_words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    stack(config, draft, rows, &table);
    if !matches!(head, Head::Words | Head::Tokens | Head::Spans) {
        pooler(draft);
    }
    match head {
        Head::Words => masked(draft, tied, &table),
        Head::Pretraining => {
            sequence_scores(draft, "pooled", "2");
            masked(draft, tied, &table);
        }
        Head::NextSentence => sequence_scores(draft, "pooled", "2"),
        Head::Choice => sequence_scores(draft, "pooled", "1"),
        Head::Sequence => {
            labels(config, draft);
            sequence_scores(draft, "pooled", "labels");
        }
        other => by_token(config, draft, other),
    }
}

/// Heads that look at every token by itself.
fn by_token(config: &mut Config<'_>, draft: &mut Draft, head: Head) {
    match head {
        Head::Tokens => {
            labels(config, draft);
            token_scores(draft, "encoder", "labels", true);
        }
        // Begin and end are as many labels, if a config says otherwise.
        Head::Spans => {
            labels(config, draft);
            token_scores(draft, "encoder", "labels", true);
        }
        _ => {}
    }
}

/// A linear layer over the first token, an activation, and scores.
fn classifier(draft: &mut Draft, activation: &str, out: &str) {
    draft.op(Op::new("first")
        .stage("head")
        .take("batch seq d -> batch d")
        .of(&["encoder"]));
    draft.op(Op::new("dense")
        .stage("head")
        .einsum("batch d, d e -> batch e")
        .of(&["first", &weight("d d")])
        .bias());
    draft.op(Op::new("squeezed").stage("head").apply(activation));
    sequence_scores(draft, "squeezed", out);
}

/// RoBERTa and XLM-RoBERTa's like; two rows of positions stand for none.
pub(super) fn roberta(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("RobertaModel", Head::Pooled),
        ("RobertaForMaskedLM", Head::Words),
        ("RobertaForCausalLM", Head::Words),
        ("RobertaForMultipleChoice", Head::Choice),
        ("RobertaForSequenceClassification", Head::Sequence),
        ("RobertaForTokenClassification", Head::Tokens),
        ("RobertaForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let rows = sizes(config, draft, &USUAL, 2);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    stack(config, draft, rows, &table);
    match head {
        Head::Pooled => pooler(draft),
        Head::Words => masked(draft, tied, &table),
        Head::Choice => {
            pooler(draft);
            sequence_scores(draft, "pooled", "1");
        }
        Head::Sequence => {
            labels(config, draft);
            classifier(draft, "tanh(dense)", "labels");
        }
        other => by_token(config, draft, other),
    }
}

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
