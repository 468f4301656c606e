//! Whisper: two convolutions over a spectrum, an encoder, a decoder of words.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::word_table;
use crate::import::huggingface::mechanism::encoder_decoder::{
    OF_DECODER, masked_by_half, sides, target_logits,
};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};

/// Whisper.
pub(super) fn whisper(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("WhisperForConditionalGeneration", Head::Words),
        ("WhisperModel", Head::Hidden),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    masked_by_half(draft);
    sizes(config, draft);
    draft.attentions();
    let act = activation(config, "activation_function", "gelu");
    draft.slot("activation", act);
    draft.switch("k_bias", false);
    if config.truth_or("scale_embedding", false) {
        config.wrong("scale_embedding", "scaled words are not known here");
    }
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    heard(draft);
    draft.op(Op::new("encoder_layers")
        .block("encoder-layer")
        .repeat("layers")
        .of(&["heard_placed"]));
    norm(draft, "encoder", "layer-norm", "encoder_layers");
    spoken(draft, &table);
    if head == Head::Words {
        target_logits(draft, "decoder", tied.then_some(&table));
    }
}

fn sizes(config: &mut Config<'_>, draft: &mut Draft) {
    let heard = config.size("max_source_positions");
    let spoken = config.size("max_target_positions");
    let mels = config.size("num_mel_bins");
    draft.numbers("spectrum", "batch mels frames");
    draft.indices("heard_position_ids", "heard");
    draft.indices("tokens", "batch target");
    draft.indices("position_ids", "target");
    draft.dim("batch", 1, "recordings");
    draft.dim(
        "frames",
        2 * heard,
        "frames of the spectrum, 100 for a second",
    );
    draft.dim("mels", mels, "numbers of a frame");
    draft.dim_as(
        "heard",
        "floor((frames - 1) / 2) + 1",
        "frames after the convolutions",
    );
    draft.dim("target", spoken, "words");
    sides(config, draft);
    draft.dim(
        "heard_positions",
        heard,
        "rows of the encoder's table of positions",
    );
    draft.dim("positions", spoken, "rows of the decoder's");
}

/// The spectrum, through two convolutions.
fn heard(draft: &mut Draft) {
    draft.op(Op::new("near")
        .stage("conv")
        .einsum("batch c (t + k - 1), o c k -> batch t o")
        .of(&["spectrum", &weight("d mels 3")])
        .bias());
    draft.op(Op::new("near_act")
        .stage("conv")
        .slot("activation")
        .of(&["near"]));
    draft.op(Op::new("far")
        .stage("conv")
        .einsum("batch (2*t + k - 1) c, o c k -> batch t o")
        .of(&["near_act", &weight("d d 3")])
        .bias());
    draft.op(Op::new("far_act")
        .stage("conv")
        .slot("activation")
        .of(&["far"]));
    draft.op(Op::new("heard_placed")
        .stage("embed")
        .block("positions")
        .with(&[("positions", "heard_positions")])
        .of(&["far_act", "heard_position_ids"]));
}

/// The words so far.
fn spoken(draft: &mut Draft, table: &str) {
    draft.op(Op::new("words")
        .stage("embed")
        .gather("batch target, v d -> batch target d")
        .of(&["tokens", table]));
    draft.op(Op::new("placed")
        .stage("embed")
        .block("positions")
        .of(&["words", "position_ids"]));
    draft.op(Op::new("decoder_layers")
        .block("decoder-layer")
        .with(&OF_DECODER)
        .repeat("decoder_count")
        .of(&["placed", "encoder"]));
    norm(draft, "decoder", "layer-norm", "decoder_layers");
}
