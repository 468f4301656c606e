//! An encoder and a decoder that attends to it.

use super::attention::causal;
use super::head::{labels, sequence_scores};
use super::stack::layers;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// What goes with every encoder and decoder: the decoder's tokens see no later
/// ones.
pub(crate) fn masked_by_half(draft: &mut Draft) {
    draft.tokens("target");
    draft.remark(
        "The decoder's attention to itself is counted in full; `--causal skipped` leaves out what \
         its mask hides.",
    );
}

/// The sizes of a decoder by itself, and the sentences that go with it. The
/// model's configs have the sizes of the encoder, too, which is not there.
pub(crate) fn decoder_alone(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    draft.remark(
        "This is the decoder alone: its attention to an encoder is among the parameters, and \
         nothing is computed with it.",
    );
    config.without_effect(&[
        "encoder_attention_heads",
        "encoder_ffn_dim",
        "encoder_layers",
        "num_hidden_layers",
        "max_source_positions",
        "num_mel_bins",
    ]);
    let d = config.size("d_model");
    draft.dim("d", d, "model width");
    let heads = config.size("decoder_attention_heads");
    config.divides(("decoder_attention_heads", heads), ("d_model", d));
    draft.dim("h", heads, "heads");
    let ffn = config.size("decoder_ffn_dim");
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let layers = config.layers("decoder_layers");
    draft.dim("layers", layers, "layers");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
}

/// The layers of a decoder by itself, over `x`. Attention to an encoder has
/// four matrices, `biases` biases and a norm with a gain and a shift.
pub(crate) fn lone_layers(draft: &mut Draft, x: &str, biases: u64) {
    let idle = weight(&format!("layers (4 * d * d + {biases} * d + 2 * d)"));
    layers(draft, "attended", "encoder-layer", x);
    draft.op(Op::new("decoder")
        .comment("with the weights of an attention that has nothing to attend to")
        .stage("residual")
        .reshape("batch seq d")
        .of(&["attended", &idle]));
}

/// The sizes of both sides.
pub(crate) fn sides(config: &mut Config<'_>, draft: &mut Draft) {
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
pub(crate) const OF_DECODER: [(&str, &str); 2] = [("h", "decoder_h"), ("ffn", "decoder_ffn")];

/// Scores of every word for the tokens of the target.
pub(crate) fn target_logits(draft: &mut Draft, x: &str, table: Option<&str>) {
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

/// A linear layer from every token of the target to `out` scores.
pub(crate) fn target_scores(draft: &mut Draft, x: &str, out: &str) {
    draft.op(Op::new("scores")
        .stage("head")
        .einsum("batch target d, d c -> batch target c")
        .of(&[x, &weight(&format!("d {out}"))])
        .bias());
}

/// A class for every sequence: the last token of the target through two linear
/// layers.
pub(crate) fn target_class(config: &mut Config<'_>, draft: &mut Draft) {
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
