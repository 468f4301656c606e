//! Encoders of text whose queries and keys are turned by their positions:
//! RoFormer, encoders that embed whole texts, EuroBERT, and ESM, which reads
//! proteins.

use super::bert::{
    USUAL, by_token, classifier, first_dense, masked, outlined, pooler, second_bias, segments,
};
use super::factorised::{marked, scores_of_words, widened};
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::embedding::{limited, positions, word_table, words};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores, token_scores};
use crate::import::huggingface::mechanism::layer::stack;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::plan::Plan;
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::mechanism::traits::LLAMA;
use crate::import::huggingface::op::{Op, weight};

/// RoFormer: ELECTRA's words, BERT's layers, and a table of waves by which heads
/// are turned.
pub(super) fn roformer(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Hidden),
        ("ForMaskedLM", Head::Words),
        ("ForCausalLM", Head::Words),
        ("ForMultipleChoice", Head::Choice),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
        ("ForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class_of(config, "RoFormer", &ends);
    about(draft, class);
    let rows = outlined(config, draft, &USUAL, 0);
    if config.truth_or("rotary_value", false) {
        config.wrong(
            "rotary_value",
            "values that are turned by their positions are not known here",
        );
    }
    turned(draft);
    draft.indices("position_ids", "seq");
    draft.dim("positions", rows, "rows of the table of waves");
    limited(draft);
    draft.op(Op::new("waves")
        .comment("queries and keys are turned by them in every layer, where it is counted")
        .stage("embed")
        .gather("seq, p c -> seq c")
        .of(&["position_ids", &weight("positions (d / h)")]));
    let width = config.optional_size("embedding_size");
    let width = width.unwrap_or_else(|| config.size("hidden_size"));
    let table = marked(config, draft, width, (head == Head::Words, false));
    norm(draft, "embedded", "layer-norm", "marked");
    let mut x = "embedded";
    if draft.value("embedding").is_some() {
        widened(draft);
        x = "widened";
    }
    layers(draft, "encoder", "encoder-layer", x);
    match head {
        Head::Words => {
            scores_of_words(draft, &table);
            second_bias(draft, &table);
        }
        Head::Choice => {
            draft.op(Op::new("last")
                .stage("head")
                .take("batch seq d -> batch d")
                .of(&["encoder"]));
            sequence_scores(draft, "last", "1");
        }
        Head::Sequence => {
            labels(config, draft);
            dense_classifier(draft);
        }
        other => by_token(config, draft, other),
    }
}

/// Every head of queries and keys is turned, in whole.
fn turned(draft: &mut Draft) {
    draft.attentions();
    draft.switch("rotary", true);
}

/// A linear layer over the first token, the activation of the layers, scores.
fn dense_classifier(draft: &mut Draft) {
    first_dense(draft);
    draft.op(Op::new("dense_act")
        .stage("head")
        .slot("activation")
        .of(&["dense"]));
    sequence_scores(draft, "dense_act", "labels");
}

/// What encoders of whole texts differ in.
struct Embedder {
    classes: &'static str,
    /// Whether `Model` has a pooler, and classes come as RoBERTa's do.
    roberta: bool,
    /// Whether the feed-forward layers are gated.
    gated: bool,
    /// The activation of configs that do not say.
    activation: &'static str,
    /// The kinds of segments of configs that do not say.
    kinds: u64,
    /// Biases of attention, of what goes up, and of what comes down.
    bias: [bool; 3],
}

/// Jina's third embeddings: XLM-RoBERTa without a table of positions.
pub(super) fn jina(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Embedder {
        classes: "JinaEmbeddingsV3",
        roberta: true,
        gated: false,
        activation: "gelu",
        kinds: 1,
        bias: [true; 3],
    };
    embedder(config, draft, &traits);
}

/// GTE: gated feed-forward layers with one bias.
pub(super) fn gte(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Embedder {
        classes: "Gte",
        roberta: false,
        gated: true,
        activation: "gelu",
        kinds: 1,
        bias: [true, false, true],
    };
    embedder(config, draft, &traits);
}

/// Nomic's BERT: gated feed-forward layers, no biases.
pub(super) fn nomic(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Embedder {
        classes: "NomicBert",
        roberta: false,
        gated: true,
        activation: "silu",
        kinds: 2,
        bias: [false; 3],
    };
    embedder(config, draft, &traits);
}

fn embedder(config: &mut Config<'_>, draft: &mut Draft, traits: &Embedder) {
    let model = match traits.roberta {
        true => Head::Pooled,
        false => Head::Hidden,
    };
    let ends = [
        ("Model", model),
        ("ForMaskedLM", Head::Words),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
        ("ForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class_of(config, traits.classes, &ends);
    about(draft, class);
    if !config.has(USUAL.activation) {
        draft.slot("activation", traits.activation);
    }
    outlined(config, draft, &USUAL, 0);
    let (d, heads) = (config.size(USUAL.d), config.size(USUAL.heads));
    if let Some(width) = config.optional_size("head_dim")
        && width * heads != d
    {
        draft.param("width", width, "size of each head");
    }
    turned(draft);
    let [attention, up, down] = traits.bias;
    for (name, on) in [("bias", attention), ("ffn_bias", up), ("down_bias", down)] {
        draft.switch(name, on);
    }
    draft.slot("feed-forward", if traits.gated { "swiglu" } else { "mlp" });
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    words(draft, &table);
    let mut x = "words";
    if config.count_or("type_vocab_size", traits.kinds) > 0 {
        segments(config, draft, traits.kinds);
        x = "marked";
    }
    norm(draft, "embedded", "layer-norm", x);
    layers(draft, "encoder", "encoder-layer", "embedded");
    match head {
        Head::Pooled => pooler(draft),
        Head::Words => masked(draft, tied, &table),
        Head::Sequence => {
            labels(config, draft);
            match traits.roberta {
                true => classifier(draft, "tanh(dense)", "labels"),
                false => {
                    pooler(draft);
                    sequence_scores(draft, "pooled", "labels");
                }
            }
        }
        other => by_token(config, draft, other),
    }
}

/// ESM-1b and ESM-2. A layer of its norms stands before the parts, so that one
/// is behind the last layer.
pub(super) fn esm(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Pooled),
        ("ForMaskedLM", Head::Words),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
    ];
    let (class, head) = class_of(config, "Esm", &ends);
    about(draft, class);
    let rows = outlined(config, draft, &USUAL, 0);
    if config.truth_or("is_folding_model", false) {
        config.wrong("is_folding_model", "what folds proteins is not known here");
    }
    config.without_effect(&["esmfold_config", "vocab_list"]);
    draft.attentions();
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    words(draft, &table);
    let mut x = placed(config, draft, rows);
    if config.truth_or("emb_layer_norm_before", false) {
        norm(draft, "embedded", "layer-norm", x);
        x = "embedded";
    }
    layers(draft, "layers_out", "encoder-layer", x);
    norm(draft, "encoder", "layer-norm", "layers_out");
    draft.op(Op::new("contacts")
        .comment("of what every head attends to, where contacts are asked for: no pass has it")
        .stage("contacts")
        .einsum("batch seq d, c -> batch c")
        .times("0")
        .of(&["encoder", &weight("(layers * h + 1)")]));
    match head {
        Head::Pooled => pooler(draft),
        Head::Words => masked(draft, tied, &table),
        Head::Sequence => {
            labels(config, draft);
            classifier(draft, "tanh(dense)", "labels");
        }
        other => by_token(config, draft, other),
    }
}

/// Positions from a table, or none where heads are turned by them; and a factor
/// for words of which some are left out in training.
fn placed(config: &mut Config<'_>, draft: &mut Draft, rows: u64) -> &'static str {
    let mut x = "words";
    if config.truth_or("token_dropout", false) {
        draft.op(Op::new("scaled").stage("embed").scaled().of(&[x]));
        x = "scaled";
    }
    let kind = config.word("position_embedding_type");
    match kind.as_ref().map_or("absolute", |kind| kind.value.as_str()) {
        "rotary" => draft.switch("rotary", true),
        "absolute" => {
            positions(draft, x, rows);
            x = "placed";
        }
        _ => config.wrong(
            "position_embedding_type",
            "positions other than `absolute` and `rotary` are not known here",
        ),
    }
    x
}

/// EuroBERT: Llama's layers without a mask.
pub(super) fn eurobert(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Hidden),
        ("ForMaskedLM", Head::Words),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
    ];
    let (class, head) = class_of(config, "EuroBert", &ends);
    about(draft, class);
    let Plan { layers, logits, .. } = LLAMA.plan(config, draft);
    draft.attentions();
    let tied = head == Head::Words && logits.tied;
    let table = word_table(draft, tied);
    words(draft, &table);
    let last = stack(draft, &layers, "words");
    draft.op(Norm::Rms.of("normed", &last));
    let pooling = config.word("classifier_pooling");
    match head {
        Head::Words => {
            let own = weight("vocab d");
            let scores = Op::new("logits")
                .stage("head")
                .einsum("batch seq d, v d -> batch seq v")
                .of(&["normed", if tied { &table } else { &own }]);
            let bias = config.truth_or("mlp_bias", false);
            draft.op(if bias { scores.bias() } else { scores });
        }
        Head::Sequence => {
            labels(config, draft);
            match pooling.as_ref().map_or("late", |word| word.value.as_str()) {
                "late" => late(draft),
                "bos" => early(draft, false),
                "mean" => early(draft, true),
                _ => config.wrong("classifier_pooling", "one of `bos`, `mean` and `late`"),
            }
        }
        Head::Tokens => {
            labels(config, draft);
            token_scores(draft, "normed", "labels", true);
        }
        _ => {}
    }
}

/// Classes of every token, and their mean.
fn late(draft: &mut Draft) {
    draft.op(Op::new("dense")
        .stage("head")
        .einsum("batch seq d, d e -> batch seq e")
        .of(&["normed", &weight("d d")])
        .bias());
    draft.op(Op::new("dense_act")
        .stage("head")
        .block("gelu")
        .of(&["dense"]));
    token_scores(draft, "dense_act", "labels", true);
    draft.op(Op::new("summed")
        .stage("head")
        .einsum("batch seq c -> batch c")
        .of(&["scores"]));
    draft.op(Op::new("mean").stage("head").scaled().of(&["summed"]));
}

/// Classes of the first token, or of the mean of all.
fn early(draft: &mut Draft, mean: bool) {
    match mean {
        true => {
            draft.op(Op::new("summed")
                .stage("head")
                .einsum("batch seq d -> batch d")
                .of(&["normed"]));
            draft.op(Op::new("first").stage("head").scaled().of(&["summed"]));
        }
        false => draft.op(Op::new("first")
            .stage("head")
            .take("batch seq d -> batch d")
            .of(&["normed"])),
    }
    draft.op(Op::new("dense")
        .stage("head")
        .einsum("batch d, d e -> batch e")
        .of(&["first", &weight("d d")])
        .bias());
    draft.op(Op::new("dense_act")
        .stage("head")
        .block("gelu")
        .of(&["dense"]));
    sequence_scores(draft, "dense_act", "labels");
}
