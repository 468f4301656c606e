//! Disentangled attention: beside the product of a query and a key, that of the
//! query and a key made of their distance, and that of the key and a query made
//! of it.
//!
//! He et al., "DeBERTa: decoding-enhanced BERT with disentangled attention",
//! ICLR 2021. As in their algorithm 1, each token meets every row of the table
//! of distances once, and the scores of its pairs are taken from that.

use crate::import::huggingface::block::Block;
use crate::import::huggingface::op::{Op, weight};

/// What keys and queries are made of distances with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The weights that make them of tokens.
    Shared,
    /// Weights of their own; whether those of keys and of queries have a bias.
    Own([bool; 2]),
}

/// Which products with distances there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Distances {
    pub(crate) content_to_position: bool,
    pub(crate) position_to_content: bool,
    pub(crate) keys: Keys,
}

impl Distances {
    /// The attention as a block of tokens `x` and rows of `distances`. `biases`
    /// are those of queries, keys and values.
    pub(crate) fn block(self, biases: [bool; 3]) -> Block {
        let mut block = Block::new(&[("x", "b n d"), ("distances", "p d")]);
        block.needs(&["h"]);
        for (name, bias) in ["q", "k", "v"].into_iter().zip(biases) {
            projected(&mut block, (name, "x", "b n"), learnt(name), bias);
        }
        block.op(Op::new("scaled_k").stage("scale").scaled().of(&["k"]));
        block.op(Op::new("score")
            .stage("score")
            .einsum("b n (h c), b m (h c) -> b h n m")
            .of(&["q", "scaled_k"]));
        let mut last = "score".to_owned();
        if self.content_to_position {
            self.of_distances(&mut block, ("position_k", "k", biases[1]), 0);
            last = pairs(&mut block, ["q", "position_k"], ["c2p", &last]);
        }
        if self.position_to_content {
            self.of_distances(&mut block, ("position_q", "q", biases[0]), 1);
            last = pairs(&mut block, ["k", "position_q"], ["p2c", &last]);
        }
        block.op(Op::new("probabilities")
            .stage("softmax")
            .block("softmax")
            .of(&[&last]));
        block.op(Op::new("context")
            .stage("context")
            .einsum("b h n m, b m (h c) -> b n (h c)")
            .of(&["probabilities", "v"]));
        block.op(Op::new("out")
            .stage("out-proj")
            .einsum("b n e, e d -> b n d")
            .of(&["context", &weight("d d")])
            .bias());
        block
    }

    /// Keys or queries of all distances.
    fn of_distances(
        self,
        block: &mut Block,
        (name, of, bias): (&'static str, &'static str, bool),
        at: usize,
    ) {
        let (weights, bias) = match self.keys {
            Keys::Shared => (learnt(of), bias),
            Keys::Own(own) => (learnt(name), own[at]),
        };
        projected(block, (name, "distances", "p"), weights, bias);
    }
}

/// The names of the weights of a linear layer, and of its bias.
type Learnt = (&'static str, &'static str);

fn learnt(name: &str) -> Learnt {
    match name {
        "q" => ("q_weight", "q_bias"),
        "k" => ("k_weight", "k_bias"),
        "v" => ("v_weight", "v_bias"),
        "position_q" => ("position_q_weight", "position_q_bias"),
        _ => ("position_k_weight", "position_k_bias"),
    }
}

/// A linear layer whose weights several ops may use. Its bias is an op by
/// itself, so that it can be theirs, too.
fn projected(
    block: &mut Block,
    (name, x, axes): (&str, &str, &str),
    (weights, shift): Learnt,
    bias: bool,
) {
    let stage = match x {
        "x" => format!("{name}-proj"),
        _ => "position-proj".to_owned(),
    };
    let product = match bias {
        true => format!("{name}_product"),
        false => name.to_owned(),
    };
    block.weight(weights, "d d");
    block.op(Op::new(&product)
        .stage(&stage)
        .einsum(&format!("{axes} d, d e -> {axes} e"))
        .of(&[x, weights]));
    if bias {
        block.weight(shift, "d");
        block.op(Op::new(name)
            .stage(&stage)
            .einsum(&format!("{axes} e, e -> {axes} e"))
            .map("add")
            .of(&[&product, shift]));
    }
}

/// Products of tokens and distances, those of each pair taken from them, scaled
/// and added to the scores.
fn pairs(block: &mut Block, [tokens, rows]: [&str; 2], [name, scores]: [&str; 2]) -> String {
    let [taken, scaled, added] = ["taken", "scaled", "added"].map(|what| format!("{name}_{what}"));
    block.op(Op::new(name)
        .stage("position-score")
        .einsum("b n (h c), p (h c) -> b h n p")
        .of(&[tokens, rows]));
    block.op(Op::new(&taken)
        .comment("of every pair of tokens, by their distance")
        .stage("position-score")
        .reshape("b h n n")
        .of(&[name]));
    block.op(Op::new(&scaled).stage("scale").scaled().of(&[&taken]));
    let sum = format!("{scores} + {scaled}");
    block.op(Op::new(&added).stage("position-score").apply(&sum));
    added
}
