//! T5, mT5's like and FLAN-T5: biases by distance instead of positions, scores
//! without scaling, no biases of linear layers.

use crate::import::huggingface::block::Block;
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation_named;
use crate::import::huggingface::mechanism::embedding::word_table;
use crate::import::huggingface::mechanism::encoder_decoder::{
    masked_by_half, target_class, target_logits, target_scores,
};
use crate::import::huggingface::mechanism::head::{labels, token_scores};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};

/// What families built like T5 differ in.
struct Traits {
    classes: &'static str,
    /// The feed-forward layers of configs that do not say.
    feed_forward: (bool, &'static str),
    /// Whether every layer has a table of biases by distance of its own.
    own_biases: bool,
    /// Whether tokens of the encoder attend to those near them.
    local: bool,
}

/// T5.
pub(super) fn t5(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        classes: "T5",
        feed_forward: (false, "relu"),
        own_biases: false,
        local: false,
    };
    family(config, draft, &traits);
}

/// mT5.
pub(super) fn mt5(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        classes: "MT5",
        feed_forward: (true, "gelu-tanh"),
        own_biases: false,
        local: false,
    };
    family(config, draft, &traits);
}

/// uMT5.
pub(super) fn umt5(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        classes: "UMT5",
        feed_forward: (true, "gelu-tanh"),
        own_biases: true,
        local: false,
    };
    family(config, draft, &traits);
}

/// LongT5.
pub(super) fn longt5(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        classes: "LongT5",
        feed_forward: (false, "relu"),
        own_biases: false,
        local: true,
    };
    family(config, draft, &traits);
}

/// The encoder of LongT5: every token attends to those within a radius, and to
/// sums over blocks of tokens where the config says `transient-global`.
fn local_layers(config: &mut Config<'_>, draft: &mut Draft) {
    let radius = config.size_or("local_radius", 127);
    draft.dim(
        "radius",
        radius,
        "tokens to either side that one attends to",
    );
    draft.remark(
        "Every token of the encoder is counted with those within the radius on both sides, at \
         the ends of a sequence too; `transformers` computes three blocks of them.",
    );
    let global = config.word("encoder_attention_type");
    let size = config.size_or("global_block_size", 16);
    if global.is_none_or(|kind| kind.value != "transient-global") {
        let share = "min(2 * radius + 1, seq) / seq";
        draft.op(Op::new("encoder_layers")
            .block("encoder-layer")
            .with(&[("relative", "1"), ("share", share)])
            .repeat("layers")
            .of(&["words"]));
        return;
    }
    draft.dim(
        "global_block",
        size,
        "tokens of a block of which there is a sum",
    );
    draft.dim_as("globals", "max(1, floor(seq / global_block))", "blocks");
    draft.indices("global_distances", "seq globals");
    draft.op(Op::new("global_biases")
        .stage("relative")
        .gather("q g, r h -> h q g")
        .of(&["global_distances", &weight("buckets h")]));
    let block = global_layer();
    let name = draft.block("global-layer", block);
    draft.op(Op::new("encoder_layers")
        .block(&name)
        .repeat("layers")
        .of(&["words"]));
}

/// A layer whose tokens attend to sums over blocks besides.
fn global_layer() -> Block {
    let mut block = Block::new(&[("x", "b n d")]);
    block.needs(&["h", "ffn", "radius", "globals"]);
    block.slot("attention", "vanilla");
    block.slot("norm", "rms-norm");
    block.slot("feed-forward", "mlp");
    let op = |name: &str, stage: &str| Op::new(name).stage(stage);
    block.op(op("summed", "globals").per_element("add = 1").of(&["x"]));
    block.op(op("sums", "globals").reshape("b globals d").of(&["summed"]));
    block.op(op("sums_norm", "norm").slot("norm").of(&["sums"]));
    block.op(op("memory", "globals")
        .concat("b n d, b g d -> b (n + g) d")
        .of(&["x", "sums_norm"]));
    let share = "(min(2 * radius + 1, n) + globals) / (n + globals)";
    block.op(Op::new("attention")
        .slot("attention")
        .with(&[("relative", "1"), ("share", share)])
        .of(&["x", "memory"]));
    block.op(op("attended", "residual").apply("x + attention"));
    block.op(op("attended_norm", "norm").slot("norm").of(&["attended"]));
    block.op(Op::new("ffn_out")
        .slot("feed-forward")
        .of(&["attended_norm"]));
    block.op(op("fed", "residual").apply("attended_norm + ffn_out"));
    block.op(op("fed_norm", "norm").slot("norm").of(&["fed"]));
    block
}

/// The ends of the names of their classes.
const HEADS: [(&str, Head); 6] = [
    ("ForConditionalGeneration", Head::Words),
    ("Model", Head::Hidden),
    ("EncoderModel", Head::Pooled),
    ("ForSequenceClassification", Head::Sequence),
    ("ForTokenClassification", Head::Tokens),
    ("ForQuestionAnswering", Head::Spans),
];

fn family(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits) {
    let (class, head) = class_of(config, traits.classes, &HEADS);
    about(draft, class);
    // A class of every token comes from the encoder alone.
    let decodes = !matches!(head, Head::Pooled | Head::Tokens);
    if decodes {
        masked_by_half(draft);
    }
    sizes(config, draft, decodes);
    style(config, draft, traits.feed_forward);
    // The two sides share their words; the head too, unless the file says no,
    // under the name of old or under that of today.
    let shared = ["tie_word_embeddings", "scale_decoder_outputs"];
    let tied = shared.map(|key| config.truth_or(key, true)) == [true, true];
    let table = word_table(draft, decodes);
    side(
        draft,
        "",
        "seq",
        &table,
        traits.own_biases.then_some("layers"),
    );
    match traits.local {
        true => local_layers(config, draft),
        false => draft.op(Op::new("encoder_layers")
            .block("encoder-layer")
            .with(&[("relative", "1")])
            .repeat("layers")
            .of(&["words"])),
    }
    norm(draft, "encoder", "rms-norm", "encoder_layers");
    if head == Head::Tokens {
        labels(config, draft);
        token_scores(draft, "encoder", "labels", true);
    }
    if !decodes {
        return;
    }
    side(
        draft,
        "target_",
        "target",
        &table,
        traits.own_biases.then_some("decoder_count"),
    );
    draft.op(Op::new("decoder_layers")
        .block("t5-decoder-layer")
        .repeat("decoder_count")
        .of(&["target_words", "encoder"]));
    norm(draft, "decoder", "rms-norm", "decoder_layers");
    match head {
        Head::Words => words_of(draft, tied.then_some(&table)),
        Head::Sequence => target_class(config, draft),
        Head::Spans => {
            labels(config, draft);
            target_scores(draft, "decoder", "labels");
        }
        _ => {}
    }
}

pub(super) fn sizes(config: &mut Config<'_>, draft: &mut Draft, decodes: bool) {
    let longest = config.optional_size("n_positions").unwrap_or(512);
    draft.dim("batch", 1, "sequences");
    draft.dim("seq", Config::usual_length(longest), "tokens of the source");
    if decodes {
        draft.dim(
            "target",
            Config::usual_length(longest),
            "tokens of the target",
        );
    }
    for (name, key, comment) in [
        ("d", "d_model", "model width"),
        ("h", "num_heads", "heads"),
        ("ffn", "d_ff", "width of the feed-forward layers"),
    ] {
        let size = config.size(key);
        draft.dim(name, size, comment);
    }
    let layers = config.layers("num_layers");
    draft.dim("layers", layers, "layers of the encoder");
    if decodes {
        // As many as the encoder where nothing is said, as in `transformers`.
        let count = match config.take("num_decoder_layers") {
            Some(_) => config.layers("num_decoder_layers"),
            None => layers,
        };
        draft.dim("decoder_count", count, "layers of the decoder");
    }
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    let distances = config.size_or("relative_attention_num_buckets", 32);
    draft.dim("buckets", distances, "distances that are told apart");
    let head_dim = config.size("d_kv");
    draft.param("width", head_dim, "size of each head");
}

fn style(config: &mut Config<'_>, draft: &mut Draft, usual: (bool, &'static str)) {
    draft.attentions();
    draft.slot("norm", "rms-norm");
    draft.switch("bias", false);
    draft.switch("scaling", false);
    let (gated, act) = feed_forward(config, usual);
    draft.slot("feed-forward", if gated { "swiglu" } else { "mlp" });
    draft.slot("activation", act);
}

/// `gated-gelu` means the approximation by a tanh.
fn feed_forward(config: &mut Config<'_>, usual: (bool, &'static str)) -> (bool, &'static str) {
    let Some(word) = config.word("feed_forward_proj") else {
        return usual;
    };
    match word.value.strip_prefix("gated-") {
        Some("gelu") => (true, "gelu-tanh"),
        Some(name) => (true, activation_named(config, &word, name)),
        None => (false, activation_named(config, &word, &word.value)),
    }
}

/// The words of one side, and the table of its biases by distance: one for all
/// layers, or one for each, which add from it to their scores.
pub(super) fn side(draft: &mut Draft, of: &str, length: &str, table: &str, tables: Option<&str>) {
    let name = |what: &str| format!("{of}{what}");
    let rows = match tables {
        Some(layers) => weight(&format!("{layers} buckets h")),
        None => weight("buckets h"),
    };
    draft.indices(&name("tokens"), &format!("batch {length}"));
    draft.indices(&name("distances"), &format!("{length} {length}"));
    draft.op(Op::new(&name("words"))
        .stage("embed")
        .gather(&format!("batch {length}, v d -> batch {length} d"))
        .of(&[&name("tokens"), table]));
    draft.op(Op::new(&name("biases"))
        .comment("added to the scores in every layer, where it is counted")
        .stage("relative")
        .gather(if tables.is_some() {
            "q k, l r h -> l h q k"
        } else {
            "q k, r h -> h q k"
        })
        .of(&[&name("distances"), &rows]));
}

/// The head; a shared table is met by what is scaled down.
pub(super) fn words_of(draft: &mut Draft, table: Option<&String>) {
    let mut last = "decoder";
    if table.is_some() {
        draft.op(Op::new("scaled")
            .comment("by 1 / the root of d")
            .stage("head")
            .scaled()
            .of(&[last]));
        last = "scaled";
    }
    target_logits(draft, last, table.map(String::as_str));
}
