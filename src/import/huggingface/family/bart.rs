//! BART and Marian: an encoder and a decoder over words of one vocabulary.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::{
    limited, positions, tokens, word_table, words,
};
use crate::import::huggingface::mechanism::encoder_decoder::{
    OF_DECODER, decoder_alone, lone_layers, masked_by_half, sides, target_class, target_logits,
    target_scores,
};
use crate::import::huggingface::mechanism::head::logits;
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::Op;

/// What the two differ in.
struct Traits {
    /// Rows of the tables of positions that stand for none.
    spare: u64,
    /// Whether words are normalised before the layers.
    normed: bool,
    activation: &'static str,
}

/// BART.
pub(super) fn bart(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("BartForConditionalGeneration", Head::Words),
        ("BartModel", Head::Hidden),
        ("BartForSequenceClassification", Head::Sequence),
        ("BartForQuestionAnswering", Head::Spans),
        ("BartForCausalLM", Head::DecoderAlone),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let traits = Traits {
        spare: 2,
        normed: true,
        activation: "gelu",
    };
    whole(config, draft, &traits, head);
}

/// Marian.
pub(super) fn marian(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("MarianMTModel", Head::Words),
        ("MarianModel", Head::Hidden),
        ("MarianForCausalLM", Head::DecoderAlone),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    if !config.truth_or("share_encoder_decoder_embeddings", true) {
        config.wrong(
            "share_encoder_decoder_embeddings",
            "tables of words that the two sides do not share are not known here",
        );
    }
    let traits = Traits {
        spare: 0,
        normed: false,
        activation: "gelu",
    };
    whole(config, draft, &traits, head);
}

fn whole(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits, head: Head) {
    // What `is_decoder` says, the class says, too.
    config.without_effect(&["is_decoder", "add_cross_attention", "num_hidden_layers"]);
    match head {
        Head::DecoderAlone => lone(config, draft, traits),
        _ => both(config, draft, traits, head),
    }
    if head == Head::Sequence {
        target_class(config, draft);
    }
}

/// The decoder by itself.
fn lone(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits) {
    let rows = config.size("max_position_embeddings");
    tokens(draft, rows);
    decoder_alone(config, draft);
    draft.attentions();
    let act = activation(config, "activation_function", traits.activation);
    draft.slot("activation", act);
    let tied = config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    let mut last = "words";
    words(draft, &table);
    if config.truth_or("scale_embedding", false) {
        draft.op(Op::new("scaled")
            .comment("by the root of d")
            .stage("embed")
            .scaled()
            .of(&[last]));
        last = "scaled";
    }
    positions(draft, last, rows + traits.spare);
    last = "placed";
    if traits.normed {
        norm(draft, "embedded", "layer-norm", last);
        last = "embedded";
    }
    // Queries, keys, values and the projection behind them have a bias each.
    lone_layers(draft, last, 4);
    logits(draft, "decoder", tied.then_some(&table));
}

fn both(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits, head: Head) {
    masked_by_half(draft);
    let rows = config.size("max_position_embeddings");
    draft.indices("tokens", "batch seq");
    draft.indices("position_ids", "seq");
    draft.indices("target_tokens", "batch target");
    draft.indices("target_position_ids", "target");
    draft.dim("batch", 1, "sequences");
    draft.dim("seq", Config::usual_length(rows), "tokens of the source");
    draft.dim("target", Config::usual_length(rows), "tokens of the target");
    sides(config, draft);
    limited(draft);
    draft.dim(
        "positions",
        rows + traits.spare,
        "rows of either table of positions",
    );
    draft.attentions();
    let act = activation(config, "activation_function", traits.activation);
    draft.slot("activation", act);
    let tied = config.truth_or("tie_word_embeddings", true);
    if !tied {
        config.wrong(
            "tie_word_embeddings",
            "tables of words that are not shared are not known here",
        );
    }
    let table = word_table(draft, true);
    let scaled = config.truth_or("scale_embedding", false);
    side(draft, "", "seq", &table, (scaled, traits));
    draft.op(Op::new("encoder")
        .block("encoder-layer")
        .repeat("layers")
        .of(&[if traits.normed { "embedded" } else { "placed" }]));
    side(draft, "target_", "target", &table, (scaled, traits));
    draft.op(Op::new("decoder")
        .block("decoder-layer")
        .with(&OF_DECODER)
        .repeat("decoder_count")
        .of(&[
            if traits.normed {
                "target_embedded"
            } else {
                "target_placed"
            },
            "encoder",
        ]));
    match head {
        Head::Words => target_logits(draft, "decoder", Some(&table)),
        Head::Spans => target_scores(draft, "decoder", "2"),
        _ => {}
    }
}

/// The words of one side, with their positions.
fn side(draft: &mut Draft, of: &str, length: &str, table: &str, (scaled, traits): (bool, &Traits)) {
    let name = |what: &str| format!("{of}{what}");
    let mut last = name("words");
    draft.op(Op::new(&last)
        .stage("embed")
        .gather(&format!("batch {length}, v d -> batch {length} d"))
        .of(&[&name("tokens"), table]));
    if scaled {
        draft.op(Op::new(&name("scaled"))
            .comment("by the root of d")
            .stage("embed")
            .scaled()
            .of(&[&last]));
        last = name("scaled");
    }
    draft.op(Op::new(&name("placed"))
        .stage("embed")
        .block("positions")
        .of(&[&last, &name("position_ids")]));
    if traits.normed {
        norm(draft, &name("embedded"), "layer-norm", &name("placed"));
    }
}
