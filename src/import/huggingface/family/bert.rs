//! BERT, RoBERTa, and families that differ from these in a norm or
//! in nothing but their names.

use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::attention::causal;
use crate::import::huggingface::mechanism::embedding::{
    TABLE, positions, tokens, word_table, words,
};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores, token_scores};
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::op::{Op, weight};

/// The names under which a family has its sizes.
pub(super) struct Names {
    pub(super) d: &'static str,
    pub(super) heads: &'static str,
    pub(super) ffn: &'static str,
    pub(super) layers: &'static str,
    pub(super) activation: &'static str,
}

pub(super) const USUAL: Names = Names {
    d: "hidden_size",
    heads: "num_attention_heads",
    ffn: "intermediate_size",
    layers: "num_hidden_layers",
    activation: "hidden_act",
};

/// Sizes and slots. `spare` rows of the table of positions stand for none.
pub(super) fn sizes(config: &mut Config<'_>, draft: &mut Draft, names: &Names, spare: u64) -> u64 {
    let rows = outlined(config, draft, names, spare);
    absolute(config);
    draft.attentions();
    rows
}

/// The sizes of an encoder that says nothing of its positions.
pub(super) fn outlined(
    config: &mut Config<'_>,
    draft: &mut Draft,
    names: &Names,
    spare: u64,
) -> u64 {
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
    rows
}

/// Positions are those of a table.
fn absolute(config: &mut Config<'_>) {
    let kind = config.word("position_embedding_type");
    if kind.is_some_and(|kind| kind.value != "absolute") {
        config.wrong(
            "position_embedding_type",
            "positions other than `absolute` are not known here",
        );
    }
}

/// The sizes and slots of an encoder whose fields have their usual names; gives
/// the rows of its table of positions.
pub(super) fn outline(config: &mut Config<'_>, draft: &mut Draft) -> u64 {
    sizes(config, draft, &USUAL, 0)
}

/// The same where no other attention may take the place of the model's own.
pub(super) fn outline_without_attentions(config: &mut Config<'_>, draft: &mut Draft) -> u64 {
    let rows = outlined(config, draft, &USUAL, 0);
    absolute(config);
    rows
}

/// Where norms stand beside those of the layers.
#[derive(Clone, Copy)]
struct Norms {
    first: bool,
    last: bool,
}

/// Those of BERT: layers end with a norm.
const BEFORE: Norms = Norms {
    first: true,
    last: false,
};

/// Words, segments and positions, and the layers over them.
fn stack(config: &mut Config<'_>, draft: &mut Draft, rows: u64, (table, norms): (&str, Norms)) {
    words(draft, table);
    segments(config, draft, 2);
    positions(draft, "marked", rows);
    let x = tasks(config, draft, "placed");
    stacked(draft, x, norms);
}

/// A row for the segment that a token is of, added to its word.
pub(super) fn segments(config: &mut Config<'_>, draft: &mut Draft, usual: u64) {
    let kinds = config.size_or("type_vocab_size", usual);
    draft.dim("kinds", kinds, "kinds of segments");
    draft.indices("segments", "batch seq");
    draft.op(Op::new("parts")
        .stage("embed")
        .gather("batch seq, s d -> batch seq d")
        .of(&["segments", &weight("kinds d")]));
    draft.op(Op::new("marked").stage("embed").apply("words + parts"));
}

/// A row for the task that a token is read for, added to `x` where the config
/// says so, as those of ERNIE may.
fn tasks(config: &mut Config<'_>, draft: &mut Draft, x: &'static str) -> &'static str {
    if !config.truth_or("use_task_id", false) {
        config.without_effect(&["task_type_vocab_size"]);
        return x;
    }
    let count = config.size_or("task_type_vocab_size", 3);
    draft.dim("tasks", count, "tasks that are told apart");
    draft.indices("task_ids", "batch seq");
    draft.op(Op::new("task")
        .stage("embed")
        .gather("batch seq, t d -> batch seq d")
        .of(&["task_ids", &weight("tasks d")]));
    let sum = format!("{x} + task");
    draft.op(Op::new("tasked").stage("embed").apply(&sum));
    "tasked"
}

/// The layers over `x`.
fn stacked(draft: &mut Draft, mut x: &'static str, norms: Norms) {
    if norms.first {
        norm(draft, "embedded", "layer-norm", x);
        x = "embedded";
    }
    if norms.last {
        layers(draft, "layers_out", "encoder-layer", x);
        norm(draft, "encoder", "layer-norm", "layers_out");
    } else {
        layers(draft, "encoder", "encoder-layer", x);
    }
}

/// Scores of every word, with the table of the embedding and a bias.
pub(super) fn masked(draft: &mut Draft, tied: bool, table: &str) {
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

/// Heads that share no table have a second bias beside that of their projection, which
/// takes no part.
pub(super) fn second_bias(draft: &mut Draft, table: &str) {
    if table != TABLE {
        draft.op(Op::new("scored")
            .comment("a bias that nothing reads, unless the table is shared")
            .stage("head")
            .reshape("batch seq vocab")
            .of(&["logits", &weight("vocab")]));
    }
}

/// The first token, through a linear layer and a tanh.
pub(super) fn pooler(draft: &mut Draft) {
    draft.op(Op::new("pooled")
        .stage("pooler")
        .block("pooler")
        .of(&["encoder"]));
}

/// The ends of the names of BERT's classes, and of those of its kin.
const ENDS: [(&str, Head); 10] = [
    ("Model", Head::Pooled),
    ("ForMaskedLM", Head::Words),
    ("ForPreTraining", Head::Pretraining),
    ("LMHeadModel", Head::Words),
    ("ForCausalLM", Head::Words),
    ("ForNextSentencePrediction", Head::NextSentence),
    ("ForMultipleChoice", Head::Choice),
    ("ForSequenceClassification", Head::Sequence),
    ("ForTokenClassification", Head::Tokens),
    ("ForQuestionAnswering", Head::Spans),
];

/// BERT.
pub(super) fn bert(config: &mut Config<'_>, draft: &mut Draft) {
    let (head, rows) = bert_begun(config, draft, "Bert");
    bert_kin(config, draft, (head, rows), BEFORE);
}

/// ERNIE: BERT, with tasks besides where its config says so.
pub(super) fn ernie(config: &mut Config<'_>, draft: &mut Draft) {
    let (head, rows) = bert_begun(config, draft, "Ernie");
    bert_kin(config, draft, (head, rows), BEFORE);
}

/// Megatron's BERT: norms before the parts of its layers, so that one stands
/// behind the last layer instead of before the first.
pub(super) fn megatron(config: &mut Config<'_>, draft: &mut Draft) {
    let (head, rows) = bert_begun(config, draft, "MegatronBert");
    let norms = Norms {
        first: false,
        last: true,
    };
    bert_kin(config, draft, (head, rows), norms);
}

fn bert_begun(config: &mut Config<'_>, draft: &mut Draft, base: &str) -> (Head, u64) {
    let (class, head) = class_of(config, base, &ENDS);
    about(draft, class);
    (head, sizes(config, draft, &USUAL, 0))
}

fn bert_kin(config: &mut Config<'_>, draft: &mut Draft, (head, rows): (Head, u64), norms: Norms) {
    let scores_words = matches!(head, Head::Words | Head::Pretraining);
    let tied = scores_words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    stack(config, draft, rows, (&table, norms));
    if !matches!(head, Head::Words | Head::Tokens | Head::Spans) {
        pooler(draft);
    }
    match head {
        Head::Words => {
            masked(draft, tied, &table);
            second_bias(draft, &table);
        }
        Head::Pretraining => {
            sequence_scores(draft, "pooled", "2");
            masked(draft, tied, &table);
            second_bias(draft, &table);
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
pub(super) fn by_token(config: &mut Config<'_>, draft: &mut Draft, head: Head) {
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

/// A linear layer over the first token.
pub(super) fn first_dense(draft: &mut Draft) {
    draft.op(Op::new("first")
        .stage("head")
        .take("batch seq d -> batch d")
        .of(&["encoder"]));
    draft.op(Op::new("dense")
        .stage("head")
        .einsum("batch d, d e -> batch e")
        .of(&["first", &weight("d d")])
        .bias());
}

/// A linear layer over the first token, an activation, and scores.
pub(super) fn classifier(draft: &mut Draft, activation: &str, out: &str) {
    first_dense(draft);
    draft.op(Op::new("squeezed").stage("head").apply(activation));
    sequence_scores(draft, "squeezed", out);
}

/// The ends of the names of RoBERTa's classes, and of those of its kin.
const ROBERTA_ENDS: [(&str, Head); 7] = [
    ("Model", Head::Pooled),
    ("ForMaskedLM", Head::Words),
    ("ForCausalLM", Head::Words),
    ("ForMultipleChoice", Head::Choice),
    ("ForSequenceClassification", Head::Sequence),
    ("ForTokenClassification", Head::Tokens),
    ("ForQuestionAnswering", Head::Spans),
];

/// RoBERTa; two rows of positions stand for none.
pub(super) fn roberta(config: &mut Config<'_>, draft: &mut Draft) {
    roberta_kin(config, draft, "Roberta", BEFORE);
}

/// CamemBERT: RoBERTa.
pub(super) fn camembert(config: &mut Config<'_>, draft: &mut Draft) {
    roberta_kin(config, draft, "Camembert", BEFORE);
}

/// XLM-RoBERTa: RoBERTa.
pub(super) fn xlm_roberta(config: &mut Config<'_>, draft: &mut Draft) {
    roberta_kin(config, draft, "XLMRoberta", BEFORE);
}

/// Its larger sizes, with norms before the parts of the layers.
pub(super) fn xlm_roberta_xl(config: &mut Config<'_>, draft: &mut Draft) {
    let norms = Norms {
        first: false,
        last: true,
    };
    roberta_kin(config, draft, "XLMRobertaXL", norms);
}

/// The text model of data2vec: RoBERTa.
pub(super) fn data2vec_text(config: &mut Config<'_>, draft: &mut Draft) {
    roberta_kin(config, draft, "Data2VecText", BEFORE);
}

/// RoBERTa with norms before the parts of its layers.
pub(super) fn roberta_prelayernorm(config: &mut Config<'_>, draft: &mut Draft) {
    let norms = Norms {
        first: true,
        last: true,
    };
    roberta_kin(config, draft, "RobertaPreLayerNorm", norms);
}

fn roberta_kin(config: &mut Config<'_>, draft: &mut Draft, base: &str, norms: Norms) {
    let (class, head) = class_of(config, base, &ROBERTA_ENDS);
    about(draft, class);
    let rows = sizes(config, draft, &USUAL, 2);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    stack(config, draft, rows, (&table, norms));
    roberta_head(config, draft, head, (tied, &table));
}

fn roberta_head(
    config: &mut Config<'_>,
    draft: &mut Draft,
    head: Head,
    (tied, table): (bool, &str),
) {
    match head {
        Head::Pooled => pooler(draft),
        Head::Words => {
            masked(draft, tied, table);
            second_bias(draft, table);
        }
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

/// MPNet: RoBERTa without segments, and with a number by distance that is added
/// to the scores of every layer.
pub(super) fn mpnet(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, head) = class_of(config, "MPNet", &ROBERTA_ENDS);
    about(draft, class);
    let rows = sizes(config, draft, &USUAL, 2);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    words(draft, &table);
    positions(draft, "words", rows);
    norm(draft, "embedded", "layer-norm", "placed");
    let buckets = config.size_or("relative_attention_num_buckets", 32);
    draft.dim("buckets", buckets, "distances that are told apart");
    draft.indices("distances", "seq seq");
    draft.op(Op::new("biases")
        .comment("added to the scores in every layer, where it is counted")
        .stage("relative")
        .gather("q k, r h -> h q k")
        .of(&["distances", &weight("buckets h")]));
    draft.op(Op::new("encoder")
        .block("encoder-layer")
        .with(&[("relative", "1")])
        .repeat("layers")
        .of(&["embedded"]));
    roberta_head(config, draft, head, (tied, &table));
}
