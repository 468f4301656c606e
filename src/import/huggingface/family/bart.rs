//! BART and Marian: an encoder and a decoder over words of one vocabulary.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::{limited, word_table};
use crate::import::huggingface::mechanism::encoder_decoder::{
    OF_DECODER, masked_by_half, sides, target_logits,
};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};

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
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let traits = Traits {
        spare: 2,
        normed: true,
        activation: "gelu",
    };
    both(config, draft, &traits, head);
    if head == Head::Sequence {
        classifier(config, draft);
    }
}

/// Marian.
pub(super) fn marian(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("MarianMTModel", Head::Words),
        ("MarianModel", Head::Hidden),
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
    both(config, draft, &traits, head);
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
    if head == Head::Words {
        target_logits(draft, "decoder", Some(&table));
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

/// What BART finds a class with: the last token through two linear layers.
fn classifier(config: &mut Config<'_>, draft: &mut Draft) {
    labels(config, draft);
    draft.op(Op::new("last")
        .stage("head")
        .take("batch target d -> batch d")
        .of(&["decoder"]));
    draft.op(Op::new("dense")
        .stage("head")
        .einsum("batch d, d e -> batch e")
        .of(&["last", &weight("d d")])
        .bias());
    draft.op(Op::new("squeezed").stage("head").apply("tanh(dense)"));
    sequence_scores(draft, "squeezed", "labels");
}
