//! BART and Marian: an encoder and a decoder over words of one vocabulary.

use super::class::{Head, class};
use super::common::{activation, labels, limited, norm, sequence_scores, word_table};
use super::config::Config;
use super::draft::{Draft, Op, weight};
use super::llama::about;

/// What the two differ in.
struct Kind {
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
    let kind = Kind {
        spare: 2,
        normed: true,
        activation: "gelu",
    };
    both(config, draft, &kind, head);
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
    let kind = Kind {
        spare: 0,
        normed: false,
        activation: "gelu",
    };
    both(config, draft, &kind, head);
}

/// The sentence that goes with every encoder and decoder.
pub(super) fn masked_by_half(draft: &mut Draft) {
    draft.remark(
        "The decoder's attention to itself is counted in full, masked or not (`--set share=0.5` \
         counts every attention by half).",
    );
}

/// The sizes of both sides.
pub(super) fn sides(config: &mut Config<'_>, draft: &mut Draft) {
    let d = config.size("d_model");
    draft.dim("d", d, "model width");
    let keys = [
        ("encoder_attention_heads", "decoder_attention_heads"),
        ("encoder_ffn_dim", "decoder_ffn_dim"),
    ];
    let [heads, ffn] = keys.map(|(encoder, decoder)| (config.size(encoder), config.size(decoder)));
    let layers = ["encoder_layers", "decoder_layers"].map(|key| config.layers(key));
    config.divides(("encoder_attention_heads", heads.0), ("d_model", d));
    config.divides(("decoder_attention_heads", heads.1), ("d_model", d));
    draft.dim("h", heads.0, "heads of the encoder");
    draft.dim("decoder_h", heads.1, "heads of the decoder");
    draft.dim("ffn", ffn.0, "width of its feed-forward layers");
    draft.dim("decoder_ffn", ffn.1, "width of those of the decoder");
    draft.dim("layers", layers[0], "layers of the encoder");
    draft.dim("decoder_count", layers[1], "layers of the decoder");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
}

/// The sizes of the decoder, for its layers.
pub(super) const OF_DECODER: [(&str, &str); 2] = [("h", "decoder_h"), ("ffn", "decoder_ffn")];

fn both(config: &mut Config<'_>, draft: &mut Draft, kind: &Kind, head: Head) {
    masked_by_half(draft);
    let rows = config.size("max_position_embeddings");
    draft.indices("tokens", "batch seq");
    draft.indices("places", "seq");
    draft.indices("target_tokens", "batch target");
    draft.indices("target_places", "target");
    draft.dim("batch", 1, "sequences");
    draft.dim("seq", Config::usual_length(rows), "tokens of the source");
    draft.dim("target", Config::usual_length(rows), "tokens of the target");
    sides(config, draft);
    limited(draft);
    draft.dim(
        "positions",
        rows + kind.spare,
        "rows of either table of positions",
    );
    draft.attentions();
    let act = activation(config, "activation_function", kind.activation);
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
    side(draft, "", "seq", &table, (scaled, kind));
    draft.op(Op::new("encoder")
        .block("encoder-layer")
        .repeat("layers")
        .of(&[if kind.normed { "embedded" } else { "placed" }]));
    side(draft, "target_", "target", &table, (scaled, kind));
    draft.op(Op::new("decoder")
        .block("decoder-layer")
        .with(&OF_DECODER)
        .repeat("decoder_count")
        .of(&[
            if kind.normed {
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
fn side(draft: &mut Draft, of: &str, length: &str, table: &str, (scaled, kind): (bool, &Kind)) {
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
        .of(&[&last, &name("places")]));
    if kind.normed {
        norm(draft, &name("embedded"), "layer-norm", &name("placed"));
    }
}

/// Scores of every word for the tokens of the target.
pub(super) fn target_logits(draft: &mut Draft, x: &str, table: Option<&str>) {
    let op = Op::new("logits").stage("head");
    draft.op(match table {
        Some(table) => op
            .einsum("batch target d, v d -> batch target v")
            .of(&[x, table]),
        None => op
            .einsum("batch target d, d v -> batch target v")
            .of(&[x, &weight("d vocab")]),
    });
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
