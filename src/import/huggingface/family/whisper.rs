//! Whisper: two convolutions over a spectrum, an encoder, a decoder of words.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::{positions, tokens, word_table, words};
use crate::import::huggingface::mechanism::encoder_decoder::{
    OF_DECODER, decoder_alone, lone_layers, masked_by_half, sides, target_logits,
};
use crate::import::huggingface::mechanism::head::{labels, logits};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};

/// Whisper.
pub(super) fn whisper(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("WhisperForConditionalGeneration", Head::Words),
        ("WhisperModel", Head::Hidden),
        ("WhisperForCausalLM", Head::DecoderAlone),
        ("WhisperForAudioClassification", Head::Sequence),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    config.without_effect(&["is_decoder", "add_cross_attention", "num_hidden_layers"]);
    match head {
        Head::DecoderAlone => config.without_effect(&["max_source_positions"]),
        Head::Sequence => encoder_sizes(config, draft),
        _ => {
            masked_by_half(draft);
            sizes(config, draft);
        }
    }
    if head == Head::DecoderAlone {
        let spoken = config.size("max_target_positions");
        tokens(draft, spoken);
        decoder_alone(config, draft);
    }
    classifier_fields(config, head);
    draft.attentions();
    let act = activation(config, "activation_function", "gelu");
    draft.slot("activation", act);
    draft.switch("k_bias", false);
    // Words are not scaled, whatever `scale_embedding` says.
    config.without_effect(&["scale_embedding"]);
    let scores_words = matches!(head, Head::Words | Head::DecoderAlone);
    let tied = config.truth_or("tie_word_embeddings", true) && scores_words;
    if head == Head::DecoderAlone {
        let table = word_table(draft, tied);
        return lone(config, draft, &table, tied);
    }
    heard(draft);
    draft.op(Op::new("encoder_layers")
        .block("encoder-layer")
        .repeat("layers")
        .of(&["heard_placed"]));
    norm(draft, "encoder", "layer-norm", "encoder_layers");
    if head == Head::Sequence {
        return classifier(config, draft);
    }
    let table = word_table(draft, tied);
    spoken(draft, &table);
    if head == Head::Words {
        target_logits(draft, "decoder", tied.then_some(&table));
    }
}

/// Fields of the classifier, which matter to it alone.
fn classifier_fields(config: &mut Config<'_>, head: Head) {
    if head != Head::Sequence {
        return config.without_effect(&["classifier_proj_size", "use_weighted_layer_sum"]);
    }
    if config.truth_or("use_weighted_layer_sum", false) {
        config.wrong(
            "use_weighted_layer_sum",
            "a sum over the results of all layers is not known here",
        );
    }
}

/// A class for every recording, from the mean of what a linear layer makes of
/// each of its frames.
fn classifier(config: &mut Config<'_>, draft: &mut Draft) {
    let width = config.size_or("classifier_proj_size", 256);
    draft.dim("narrow", width, "width that classes are told by");
    labels(config, draft);
    draft.op(Op::new("projected")
        .stage("head")
        .einsum("batch heard d, d e -> batch heard e")
        .of(&["encoder", &weight("d narrow")])
        .bias());
    draft.op(Op::new("summed")
        .stage("head")
        .einsum("batch heard e -> batch e")
        .of(&["projected"]));
    draft.op(Op::new("mean").stage("head").scaled().of(&["summed"]));
    draft.op(Op::new("scores")
        .stage("head")
        .einsum("batch e, e c -> batch c")
        .of(&["mean", &weight("narrow labels")])
        .bias());
}

/// The decoder by itself. Its keys have no bias.
fn lone(config: &mut Config<'_>, draft: &mut Draft, table: &str, tied: bool) {
    let rows = config.size("max_target_positions");
    words(draft, table);
    positions(draft, "words", rows);
    lone_layers(draft, "placed", 3);
    norm(draft, "normed", "layer-norm", "decoder");
    logits(draft, "normed", tied.then_some(table));
}

/// The sizes of the encoder by itself.
fn encoder_sizes(config: &mut Config<'_>, draft: &mut Draft) {
    config.without_effect(&[
        "decoder_attention_heads",
        "decoder_ffn_dim",
        "decoder_layers",
        "max_target_positions",
        "vocab_size",
    ]);
    let heard = hearing(config, draft);
    heard_rows(draft, heard);
    let d = config.size("d_model");
    draft.dim("d", d, "model width");
    let heads = config.size("encoder_attention_heads");
    config.divides(("encoder_attention_heads", heads), ("d_model", d));
    draft.dim("h", heads, "heads");
    let ffn = config.size("encoder_ffn_dim");
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let layers = config.layers("encoder_layers");
    draft.dim("layers", layers, "layers");
}

/// What is heard, and how long it is; gives the rows of the encoder's table of
/// positions.
fn hearing(config: &mut Config<'_>, draft: &mut Draft) -> u64 {
    let heard = config.size("max_source_positions");
    let mels = config.size("num_mel_bins");
    draft.numbers("spectrum", "batch mels frames");
    draft.indices("heard_position_ids", "heard");
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
    heard
}

fn heard_rows(draft: &mut Draft, heard: u64) {
    draft.dim(
        "heard_positions",
        heard,
        "rows of the encoder's table of positions",
    );
}

fn sizes(config: &mut Config<'_>, draft: &mut Draft) {
    let heard = hearing(config, draft);
    let spoken = config.size("max_target_positions");
    draft.indices("tokens", "batch target");
    draft.indices("position_ids", "target");
    draft.dim("target", spoken, "words");
    sides(config, draft);
    heard_rows(draft, heard);
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
