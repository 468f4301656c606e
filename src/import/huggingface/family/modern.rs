//! ModernBERT: an encoder with rotary positions, gated feed-forward layers and
//! windows in most layers.

use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::{tokens, word_table, words};
use crate::import::huggingface::mechanism::grouped::{Attention, Window};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores, token_scores};
use crate::import::huggingface::mechanism::layer::{Layer, Mixer, Wiring, stack};
use crate::import::huggingface::mechanism::mlp::mlp;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::op::{Op, weight};

/// ModernBERT. Its first layer has no norm before its attention, and its words
/// have one: as many norms as if it were the other way around.
pub(super) fn modernbert(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Hidden),
        ("ForMaskedLM", Head::Words),
        ("ForMultipleChoice", Head::Choice),
        ("ForSequenceClassification", Head::Sequence),
        ("ForTokenClassification", Head::Tokens),
        ("ForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class_of(config, "ModernBert", &ends);
    about(draft, class);
    let count = sizes(config, draft);
    let norm = match config.truth_or("norm_bias", false) {
        true => Norm::Layer,
        false => Norm::LayerGain,
    };
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    words(draft, &table);
    draft.attentions();
    let layers = layers(config, draft, count, norm);
    let last = stack(draft, &layers, "words");
    draft.op(norm.of("normed", &last));
    let bias = config.truth_or("decoder_bias", true);
    config.without_effect(&[
        "classifier_pooling",
        "deterministic_flash_attn",
        "global_rope_theta",
        "initializer_cutoff_factor",
        "local_rope_theta",
        "reference_compile",
        "sparse_pred_ignore_index",
        "sparse_prediction",
    ]);
    follows(config, draft, head, norm);
    if head == Head::Words {
        let own = weight("vocab d");
        let scores = Op::new("logits")
            .stage("head")
            .einsum("batch seq d, v d -> batch seq v")
            .of(&["sought", if tied { &table } else { &own }]);
        draft.op(if bias { scores.bias() } else { scores });
    }
}

/// The sizes; gives the number of layers.
fn sizes(config: &mut Config<'_>, draft: &mut Draft) -> u64 {
    let longest = config.size("max_position_embeddings");
    tokens(draft, longest);
    let d = config.size("hidden_size");
    let heads = config.size("num_attention_heads");
    config.divides(("num_attention_heads", heads), ("hidden_size", d));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "heads");
    let ffn = config.size("intermediate_size");
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let count = config.layers("num_hidden_layers");
    draft.dim("layers", count, "layers");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    let act = activation(config, "hidden_activation", "gelu");
    draft.slot("activation", act);
    count
}

/// The layers, with the window of each.
fn layers(config: &mut Config<'_>, draft: &mut Draft, count: u64, norm: Norm) -> Vec<Layer> {
    let every = config
        .size_above_zero("global_attn_every_n_layers")
        .unwrap_or(3);
    let kinds = match config.has("layer_types") && !config.holds_null("layer_types") {
        true => config.kinds(
            "layer_types",
            count,
            &["full_attention", "sliding_attention"],
        ),
        false => (0..count)
            .map(|at| match at.is_multiple_of(every) {
                true => "full_attention",
                false => "sliding_attention",
            })
            .collect(),
    };
    if kinds.contains(&"sliding_attention") {
        let both = config.size_or("local_attention", 128);
        draft.dim(
            "window",
            both / 2 * 2 + 1,
            "tokens that one attends to in a layer with a window",
        );
        draft.remark(
            "A token with a window is counted with all of it, at the ends of a sequence too.",
        );
    } else {
        config.without_effect(&["local_attention"]);
    }
    let bias = config.truth_or("attention_bias", false);
    let ffn_bias = config.truth_or("mlp_bias", false);
    let layer = |kind: &&str| {
        let local = *kind == "sliding_attention";
        Layer {
            mixer: Mixer::Attention(Attention {
                bias: [bias; 4],
                rotary: Some("1".to_owned()),
                window: local.then(|| Window {
                    size: "window".to_owned(),
                    chunked: false,
                }),
                ..Attention::new("h", "h", "d / h")
            }),
            mlp: Some(mlp(true, "ffn", ffn_bias)),
            wiring: Wiring::Pre,
            norm,
            scaled: false,
            kind: if local { "local" } else { "" }.to_owned(),
        }
    };
    kinds.iter().map(layer).collect()
}

/// What all of its heads begin with: a linear layer, an activation, a norm; of
/// one token where a sequence has one class.
fn follows(config: &mut Config<'_>, draft: &mut Draft, head: Head, norm: Norm) {
    let act = activation(config, "classifier_activation", "gelu");
    let bias = config.truth_or("classifier_bias", false);
    let of_one = matches!(head, Head::Sequence | Head::Choice);
    let (mut x, mut axes) = ("normed", "batch seq");
    if head == Head::Hidden {
        return;
    }
    if of_one {
        draft.op(Op::new("first")
            .stage("head")
            .take("batch seq d -> batch d")
            .of(&["normed"]));
        (x, axes) = ("first", "batch");
    }
    let dense = Op::new("dense")
        .stage("head")
        .einsum(&format!("{axes} d, d e -> {axes} e"))
        .of(&[x, &weight("d d")]);
    draft.op(if bias { dense.bias() } else { dense });
    draft.op(Op::new("dense_act").stage("head").block(act).of(&["dense"]));
    draft.op(norm.of("sought", "dense_act"));
    match head {
        Head::Choice => sequence_scores(draft, "sought", "1"),
        Head::Sequence => {
            labels(config, draft);
            sequence_scores(draft, "sought", "labels");
        }
        Head::Tokens | Head::Spans => {
            labels(config, draft);
            token_scores(draft, "sought", "labels", true);
        }
        _ => {}
    }
}
