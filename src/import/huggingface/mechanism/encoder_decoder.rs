//! An encoder and a decoder that attends to it.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// The sentence that goes with every encoder and decoder.
pub(crate) fn masked_by_half(draft: &mut Draft) {
    draft.remark(
        "The decoder's attention to itself is counted in full, masked or not (`--set share=0.5` \
         counts every attention by half).",
    );
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
