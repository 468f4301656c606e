//! Experts that are single neurons, of which there are very many, beside a gated
//! feed-forward layer that computes every token. A neuron is found by two keys,
//! each the best of a square root of them.
//!
//! He, "Mixture of a million experts", 2024; as Doge has it.

use super::part::Part;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// The feed-forward part; `normalised` makes the shares of the chosen sum to 1 once
/// more.
pub(crate) fn neurons(draft: &mut Draft, bias: bool, normalised: bool) -> Part {
    let mut block = Block::new(&[("x", "b n d")]);
    block.needs(&["ffn", "experts", "chosen", "keys"]);
    block.slot("activation", "silu");
    block.op(Op::new("shared")
        .block("swiglu")
        .with(&[("ffn", "ffn"), ("ffn_bias", if bias { "1" } else { "0" })])
        .of(&["x"]));
    router(&mut block, normalised);
    own(&mut block, if normalised { "divided" } else { "shares" });
    block.op(Op::new("all").stage("combine").apply("shared + combined"));
    let name = draft.block("neurons", block);
    let part = Part::new(&name).with("ffn", "ffn").with("keys", "keys");
    part.with("experts", "experts").with("chosen", "chosen")
}

/// Scores of two sets of keys, of all pairs of them, and shares of the best.
fn router(block: &mut Block, normalised: bool) {
    let op = |name: &str| Op::new(name).stage("router");
    block.op(op("router")
        .einsum("b n d, d s e -> b n s e")
        .of(&["x", &weight("d 2 keys")]));
    let half = |name: &str| op(name).take("b n s e -> b n e").of(&["router"]);
    block.op(half("first_keys"));
    block.op(half("second_keys"));
    block.op(op("pairs")
        .einsum("b n e, b n f -> b n e f")
        .map("add")
        .of(&["first_keys", "second_keys"]));
    block.op(op("choice")
        .comment("the best, then the best of the others, and so on")
        .einsum("b n e f -> b n chosen")
        .reduce("max")
        .of(&["pairs"]));
    block.op(op("shares").block("softmax").of(&["choice"]));
    if normalised {
        let divided = op("divided").per_element("add = 1, div = 1");
        block.op(divided.of(&["shares"]));
    }
}

/// What the chosen neurons give.
fn own(block: &mut Block, shares: &str) {
    let gathered = |name: &str, stage: &str| {
        let op = Op::new(name).stage(stage).gather("b n k, e d -> b n k d");
        op.of(&["choice", &weight("experts d")])
    };
    block.op(gathered("in_weights", "ffn-up"));
    block.op(Op::new("up")
        .stage("ffn-up")
        .einsum("b n k d, b n d -> b n k")
        .of(&["in_weights", "x"]));
    block.op(Op::new("active")
        .stage("ffn-act")
        .slot("activation")
        .of(&["up"]));
    block.op(Op::new("weighed")
        .stage("combine")
        .apply(&format!("active * {shares}")));
    block.op(gathered("out_weights", "ffn-down"));
    block.op(Op::new("combined")
        .stage("ffn-down")
        .einsum("b n k, b n k d -> b n d")
        .of(&["weighed", "out_weights"]));
}
