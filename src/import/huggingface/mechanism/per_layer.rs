//! Inputs of every layer beside what the layer before gives: rows of a table
//! of words of their own, and a projection of the words.
//!
//! Gemma Team, "Gemma 3n", 2025.

use crate::import::huggingface::block::Block;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::layer::added;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::op::{Op, weight};

/// The name of an input of one layer. Those of all layers cost the same.
pub(crate) const INPUT: &str = "per_layer";

/// Writes the inputs of all layers, if there are any; gives whether there are.
/// `x` are the words.
pub(crate) fn per_layer_inputs(
    config: &mut Config<'_>,
    draft: &mut Draft,
    usual: u64,
    x: &str,
) -> bool {
    let size = config.count_or("hidden_size_per_layer_input", usual);
    let vocab = config.count_or("vocab_size_per_layer_input", 262_144);
    if size == 0 || vocab == 0 {
        return false;
    }
    draft.dim("extra", size, "size of the input of each layer");
    draft.dim("extra_vocab", vocab, "words of the table of these inputs");
    let op = |name: &str| Op::new(name).stage("embed");
    draft.op(op("extra_words")
        .gather("batch seq, v p -> batch seq p")
        .of(&["tokens", &weight("extra_vocab (layers * extra)")]));
    draft.op(op("extra_scaled").scaled().of(&["extra_words"]));
    draft.op(op("extra_projected")
        .einsum("batch seq d, d p -> batch seq p")
        .of(&[x, &weight("d (layers * extra)")]));
    draft.op(op("extra_projected_scaled")
        .scaled()
        .of(&["extra_projected"]));
    draft.op(op("extra_split")
        .einsum("batch seq (layers extra) -> batch seq layers extra")
        .of(&["extra_projected_scaled"]));
    draft.op(Norm::Rms.of("extra_normed", "extra_split"));
    draft.op(op("extra_joined")
        .einsum("batch seq layers extra -> batch seq (layers extra)")
        .of(&["extra_normed"]));
    draft.op(op("extra_sum").apply("extra_joined + extra_scaled"));
    draft.op(op("extra_inputs").scaled().of(&["extra_sum"]));
    draft.op(op("extra_layers")
        .einsum("batch seq (layers extra) -> batch seq layers extra")
        .of(&["extra_inputs"]));
    draft.op(op(INPUT)
        .comment("that of one layer; those of the others cost the same")
        .take("batch seq l e -> batch seq e")
        .of(&["extra_layers"]));
    true
}

/// What a layer does with its input, from `x`: a gate, the input, a projection
/// and a norm. Gives the name of the last op.
pub(crate) fn taken(block: &mut Block, x: &str) -> &'static str {
    block.needs(&["extra"]);
    let op = |name: &str| Op::new(name).stage("per-layer");
    block.op(op("extra_gate")
        .einsum("b n d, d c -> b n c")
        .of(&[x, &weight("d extra")]));
    block.slot("activation", "gelu-tanh");
    block.op(op("extra_act").slot("activation").of(&["extra_gate"]));
    block.op(op("extra_gated").apply("extra_act * p"));
    block.op(op("extra_out")
        .einsum("b n c, c e -> b n e")
        .of(&["extra_gated", &weight("extra d")]));
    block.op(Norm::Rms.of("extra_out_norm", "extra_out"));
    "extra_out_norm"
}

/// The same, added to `x`.
pub(crate) fn taken_and_added(block: &mut Block, x: &str) -> &'static str {
    let last = taken(block, x);
    block.op(added("extended", x, last));
    "extended"
}
