//! What is done with heads of queries, keys and values, op by op.

use super::norm::Norm;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::op::{Op, weight};

/// How queries and keys are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QkNorm {
    /// Every head by itself, all with one gain.
    Head(Norm),
    /// Every head by itself, each with a gain of its own.
    EachHead(Norm),
    /// All heads in one row.
    Full(Norm),
}

/// What the result of the heads is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// A number of every element.
    Element,
    /// The same in one piece with the queries, and with a bias where they have one.
    Queries,
    /// A number of every head.
    Head,
}

pub(super) fn turned(name: &str, x: &str, share: &str) -> Op {
    let op = Op::new(name).stage("rotary").times(share);
    op.block("rotary").of(&[x])
}

pub(super) fn projected(name: &str, columns: &str, bias: bool) -> Op {
    let op = Op::new(name)
        .stage(&format!("{name}-proj"))
        .einsum("b n d, d c -> b n c")
        .of(&["x", &weight(&format!("d ({columns})"))]);
    if bias { op.bias() } else { op }
}

/// A norm of heads, with the names of its ops.
pub(super) fn split_norm(
    block: &mut Block,
    [heads, normed, joined]: [&str; 3],
    x: &str,
    (count, columns): (&str, &str),
    each: QkNorm,
) {
    let op = |name: &str| Op::new(name).stage("qk-norm");
    let norm = match each {
        QkNorm::Full(norm) => return block.op(norm.within_heads(joined, x)),
        QkNorm::Head(norm) => norm,
        QkNorm::EachHead(norm) => norm.plain(),
    };
    let split = op(heads).einsum("b n (a c) -> b n a c");
    block.op(split.axes(&[("c", columns)]).of(&[x]));
    block.op(norm.within_heads(normed, heads));
    let mut last = normed.to_owned();
    if let QkNorm::EachHead(_) = each {
        last.push_str("_each");
        let gains = weight(&format!("{count} {columns}"));
        let gained = op(&last).einsum("b n a c, a c -> b n a c");
        block.op(gained.of(&[normed, &gains]));
    }
    block.op(op(joined).einsum("b n a c -> b n (a c)").of(&[&last]));
}

/// A score of every head beside those of the tokens: one more column of the
/// softmax.
pub(super) fn sinks(block: &mut Block, last: &str) {
    block.op(Op::new("rows")
        .stage("softmax")
        .take("b kv group n m -> b kv group n")
        .of(&[last]));
    block.op(Op::new("sinks")
        .comment("one more column for every row, which stands for no token")
        .stage("softmax")
        .per_element("compare = 1, add = 2, exp = 1")
        .of(&["rows", &weight("h")]));
}

/// A number of every head of keys, from all its values.
pub(super) fn by_values(block: &mut Block, (v, columns): (&str, &str), bias: bool) -> &'static str {
    let op = |name: &str| Op::new(name).stage("relative");
    let numbers = op("numbers")
        .einsum("b n c, c k -> b n k")
        .of(&[v, &weight(&format!("(kv * {columns}) kv"))]);
    block.op(if bias { numbers.bias() } else { numbers });
    block.op(op("positive").block("softplus").of(&["numbers"]));
    block.op(op("scaled_numbers")
        .einsum("b n k, k -> b n k")
        .of(&["positive", &weight("kv")]));
    block.op(op("raised").apply("exp(scaled_numbers)"));
    "raised"
}

/// Heads in two halves, the second of which, times a number that is learnt, is
/// taken from the first. A head of either half has the values of two heads of
/// keys in one row.
pub(super) fn differential(block: &mut Block, context: Op, v: &str) {
    block.op(context
        .einsum("b (half pair) group n m, b m (pair c) -> b half n (pair group c)")
        .axes(&[("half", "2"), ("pair", "kv / 2"), ("c", "2 * width")])
        .of(&["probabilities", v]));
    let op = |name: &str| Op::new(name).stage("difference");
    block.op(op("first").take("b half n c -> b n c").of(&["context"]));
    block.op(op("second").take("b half n c -> b n c").of(&["context"]));
    block.op(op("lambdas")
        .comment("products of two rows, summed, for each half")
        .per_element("mul = 1, add = 1")
        .of(&[&weight("2 width"), &weight("2 width")]));
    block.op(op("difference")
        .per_element("mul = 1, sub = 1")
        .of(&["first", "second"]));
    split_norm(
        block,
        [
            "difference_heads",
            "difference_normed",
            "unscaled_difference",
        ],
        "difference",
        ("h / 2", "2 * width"),
        QkNorm::Head(Norm::RmsPlain),
    );
    block.op(op("normed_difference")
        .scaled()
        .of(&["unscaled_difference"]));
}

/// `bias` is that of the queries.
pub(super) fn gated(block: &mut Block, gate: Gate, (columns, bias): (&str, bool)) -> &'static str {
    let weights = match gate {
        Gate::Element | Gate::Queries => weight(&format!("d (h * {columns})")),
        Gate::Head => weight("d h"),
    };
    let scores = Op::new("gate")
        .stage("gate")
        .einsum("b n d, d c -> b n c")
        .of(&["x", &weights]);
    block.op(match bias && gate == Gate::Queries {
        true => scores.bias(),
        false => scores,
    });
    block.op(Op::new("opened")
        .stage("gate")
        .block("sigmoid")
        .of(&["gate"]));
    let op = Op::new("gated").stage("gate");
    block.op(match gate {
        Gate::Element | Gate::Queries => op.apply("context * opened"),
        Gate::Head => op
            .einsum("b n (a c), b n a -> b n (a c)")
            .axes(&[("c", columns)])
            .of(&["context", "opened"]),
    });
    "gated"
}
