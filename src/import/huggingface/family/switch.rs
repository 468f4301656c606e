//! Switch Transformers: T5, with experts in some layers, one of which computes
//! each token.

use super::t5::{side, sizes, words_of};
use crate::import::huggingface::block::Block;
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::word_table;
use crate::import::huggingface::mechanism::encoder_decoder::masked_by_half;
use crate::import::huggingface::mechanism::part::Part;
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::Op;

/// Switch Transformers.
pub(super) fn switch(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("ForConditionalGeneration", Head::Words),
        ("Model", Head::Hidden),
        ("EncoderModel", Head::Pooled),
    ];
    let (class, head) = class_of(config, "SwitchTransformers", &ends);
    about(draft, class);
    let decodes = head != Head::Pooled;
    if decodes {
        masked_by_half(draft);
    }
    sizes(config, draft, decodes);
    draft.attentions();
    draft.slot("norm", "rms-norm");
    draft.slot("feed-forward", "mlp");
    draft.slot("activation", activation(config, "dense_act_fn", "relu"));
    draft.switch("bias", false);
    draft.switch("scaling", false);
    let experts = experts(config, draft);
    let tied = config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, decodes);
    side(draft, "", "seq", &table, None);
    let last = layers(config, draft, &experts, &ENCODER);
    norm(draft, "encoder", "rms-norm", last);
    if !decodes {
        config.without_effect(&["num_sparse_decoder_layers"]);
        return;
    }
    side(draft, "target_", "target", &table, None);
    let last = layers(config, draft, &experts, &DECODER);
    norm(draft, "decoder", "rms-norm", last);
    if head == Head::Words {
        words_of(draft, tied.then_some(&table));
    }
}

/// The experts of a layer.
fn experts(config: &mut Config<'_>, draft: &mut Draft) -> Part {
    let count = config.size("num_experts");
    draft.dim("experts", count, "experts of a layer");
    draft.slot("scoring", "softmax");
    draft.remark(
        "Every token is computed by the expert chosen for it, as if none had more than \
         `expert_capacity`; the weights of all experts are parameters.",
    );
    let bias = config.truth_or("router_bias", false);
    config.without_effect(&[
        "expert_capacity",
        "router_dtype",
        "router_ignore_padding_tokens",
    ]);
    Part::new("experts")
        .with("ffn", "ffn")
        .with("experts", "experts")
        .with("chosen", "1")
        .switch("gates", false)
        .switch("normalised", false)
        .switch("logit_bias", bias)
}

/// A side of the model.
struct Side {
    /// The field of how many of its layers have experts.
    sparse: &'static str,
    /// The dim that counts all of them, and what that dim is called in configs.
    layers: (&'static str, &'static str),
    /// The ops of layers without experts and of those with, and the dims that
    /// count them.
    ops: [&'static str; 2],
    dims: [&'static str; 2],
    /// The block of a layer without experts, and what it is called over.
    block: (&'static str, &'static [&'static str]),
}

const ENCODER: Side = Side {
    sparse: "num_sparse_encoder_layers",
    layers: ("layers", "num_layers"),
    ops: ["encoder_dense", "encoder_sparse"],
    dims: ["encoder_dense_layers", "encoder_sparse_layers"],
    block: ("encoder-layer", &["words"]),
};

const DECODER: Side = Side {
    sparse: "num_sparse_decoder_layers",
    layers: ("decoder_count", "num_decoder_layers"),
    ops: ["decoder_dense", "decoder_sparse"],
    dims: ["decoder_dense_layers", "decoder_sparse_layers"],
    block: ("t5-decoder-layer", &["target_words", "encoder"]),
};

/// The layers of a side, those without experts first; gives the last op. Which
/// follows which makes no difference to what is counted.
fn layers(config: &mut Config<'_>, draft: &mut Draft, experts: &Part, side: &Side) -> &'static str {
    let (all, key) = side.layers;
    let key = if config.has(key) { key } else { "num_layers" };
    let count = config.layers(key);
    let sparse = sparse(count, config.count_or(side.sparse, 3));
    let [dense_dim, sparse_dim] = side.dims;
    let [dense_op, sparse_op] = side.ops;
    let (block, inputs) = side.block;
    let mut inputs = inputs.to_vec();
    let mut last = "";
    let mut often = all.to_owned();
    if sparse > 0 && sparse < count {
        draft.dim(dense_dim, count - sparse, "");
        draft.dim_as(sparse_dim, &format!("{all} - {dense_dim}"), "with experts");
        dense_dim.clone_into(&mut often);
    }
    if sparse < count {
        let op = Op::new(dense_op).block(block);
        let op = match block {
            "encoder-layer" => op.with(&[("relative", "1")]),
            _ => op,
        };
        draft.op(op.repeat(&often).of(&inputs));
        last = dense_op;
        if let Some(first) = inputs.first_mut() {
            *first = dense_op;
        }
        sparse_dim.clone_into(&mut often);
    }
    if sparse > 0 {
        let layer = sparse_layer(draft, experts, inputs.len() > 1);
        let name = draft.block(&sparse_op.replace('_', "-"), layer);
        draft.op(Op::new(sparse_op).block(&name).repeat(&often).of(&inputs));
        last = sparse_op;
    }
    last
}

/// How many of the layers have experts where a config asks for `asked`: the
/// library takes every so many, rounded down, from the second on.
fn sparse(layers: u64, asked: u64) -> u64 {
    let step = match asked {
        0 => layers,
        asked => layers / asked,
    };
    let is_sparse = |at: &u64| step == 1 || step > 0 && at % step == 1;
    (0..layers).filter(is_sparse).count() as u64
}

/// A layer with experts, of the encoder or of the decoder.
fn sparse_layer(draft: &Draft, experts: &Part, attends: bool) -> Block {
    let inputs: &[(&str, &str)] = match attends {
        true => &[("x", "b n d"), ("memory", "b m d")],
        false => &[("x", "b n d")],
    };
    let mut block = Block::new(inputs);
    block.needs(&["h"]);
    experts.needed(draft, &mut block);
    block.slot("attention", "vanilla");
    block.slot("norm", "rms-norm");
    let added = |name: &str, formula: &str| Op::new(name).stage("residual").apply(formula);
    let normed = |name: &str, x: &str| Op::new(name).stage("norm").slot("norm").of(&[x]);
    let own = Op::new("self_attention").slot("attention");
    let own = own.with(&[("relative", "1")]).of(&["x", "x"]);
    block.op(if attends { own.causal() } else { own });
    block.op(added("attended", "x + self_attention"));
    block.op(normed("attended_norm", "attended"));
    let mut last = "attended_norm";
    if attends {
        block.op(Op::new("cross_attention")
            .slot("attention")
            .of(&[last, "memory"]));
        block.op(added("crossed", "attended_norm + cross_attention"));
        block.op(normed("crossed_norm", "crossed"));
        last = "crossed_norm";
    }
    block.op(experts.call("ffn_out", &[last]));
    block.op(added("fed", &format!("{last} + ffn_out")));
    block.op(normed("fed_norm", "fed"));
    block
}
