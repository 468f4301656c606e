//! Attention whose projections of queries are experts: every token has the
//! queries of those that are chosen for it, and what comes of these is
//! projected back by the same. Keys and values are of all tokens.

use super::heads::{projected, turned};
use super::part::Part;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// The attention, with the share of each head that is rotated. Each expert has
/// as many heads as there are of keys.
pub(crate) fn chosen(draft: &mut Draft, rotary: &str) -> Part {
    let mut block = Block::new(&[("x", "b n d")]);
    block.needs(&["kv", "width", "experts", "chosen"]);
    router(&mut block);
    gathered(
        &mut block,
        ["q_weights", "q-proj"],
        "experts d (kv * width)",
    );
    block.op(Op::new("q")
        .stage("q-proj")
        .einsum("b n d, b n k d c -> b n k c")
        .of(&["x", "q_weights"]));
    block.op(turned("turned_q", "q", rotary));
    block.op(projected("k", "kv * width", false));
    block.op(turned("turned_k", "k", rotary));
    block.op(projected("v", "kv * width", false));
    scores(&mut block);
    gathered(
        &mut block,
        ["out_weights", "out-proj"],
        "experts (kv * width) d",
    );
    block.op(Op::new("out")
        .stage("out-proj")
        .einsum("b n k c, b n k c d -> b n k d")
        .of(&["context", "out_weights"]));
    block.op(Op::new("weighed")
        .stage("combine")
        .einsum("b n k d, b n k -> b n k d")
        .of(&["out", "shares"]));
    block.op(Op::new("combined")
        .stage("combine")
        .einsum("b n k d -> b n d")
        .of(&["weighed"]));
    block.op(Op::new("biased")
        .stage("out-proj")
        .einsum("b n d, d -> b n d")
        .map("add")
        .of(&["combined", &weight("d")]));
    let name = draft.block("chosen-attention", block);
    Part::new(&name)
        .with("kv", "kv")
        .with("width", "width")
        .with("experts", "experts")
        .with("chosen", "chosen")
}

/// Scores of experts, and shares of the chosen.
fn router(block: &mut Block) {
    let op = |name: &str| Op::new(name).stage("router");
    block.op(op("router")
        .einsum("b n d, d e -> b n e")
        .of(&["x", &weight("d experts")]));
    block.op(op("choice")
        .einsum("b n e -> b n chosen")
        .reduce("max")
        .of(&["router"]));
    block.op(op("shares").block("softmax").of(&["choice"]));
}

/// The weights of the chosen experts.
fn gathered(block: &mut Block, [name, stage]: [&str; 2], shape: &str) {
    block.op(Op::new(name)
        .stage(stage)
        .gather("b n k, e r c -> b n k r c")
        .of(&["choice", &weight(shape)]));
}

fn scores(block: &mut Block) {
    let op = |name: &str, stage: &str| {
        let op = Op::new(name).stage(stage);
        op.share("1", "(n - 1) / (2 * n)")
    };
    block.op(op("score", "score")
        .einsum("b n k (kv c), b m (kv c) -> b k kv n m")
        .axes(&[("c", "width")])
        .of(&["turned_q", "turned_k"]));
    block.op(op("scaled", "scale").scaled().of(&["score"]));
    block.op(op("probabilities", "softmax")
        .block("softmax")
        .of(&["scaled"]));
    block.op(op("context", "context")
        .einsum("b k kv n m, b m (kv c) -> b n k (kv c)")
        .axes(&[("c", "width")])
        .of(&["probabilities", "v"]));
}
