//! The stages of one attention.

use super::find::{Attention, PROJECTIONS};
use super::paths::bits_before;
use crate::import::onnx::fuse::scale::scale_of;
use crate::import::onnx::fuse::wiring::Wiring;
use crate::import::onnx::net::{Binary, Block, Net, NodeId, TensorId, Unary, Work};
use crate::symbolic::Expr;

/// Names the stages.
pub(super) fn name(attention: &Attention, net: &mut Net, wiring: &Wiring) {
    let mut name = |at: NodeId, stage: &'static str| {
        net.nodes[at].stage.get_or_insert(stage);
    };
    name(attention.softmax, "softmax");
    name(attention.context, "context");
    attention.score.iter().for_each(|at| name(*at, "score"));
    attention
        .outputs
        .iter()
        .for_each(|at| name(*at, "out-proj"));
    for paths in attention.streams() {
        for ((_, projection), stage) in paths.iter().zip(PROJECTIONS) {
            projection.iter().for_each(|at| name(*at, stage));
        }
    }
    for at in &attention.below {
        let mixes = matches!(net.nodes[*at].work, Work::Product(_));
        let stage = if mixes { "head-mix" } else { "softmax" };
        net.nodes[*at].stage.get_or_insert(stage);
    }
    let products =
        (attention.above.iter()).filter(|at| matches!(net.nodes[**at].work, Work::Product(_)));
    let talk = products.count() > 0;
    for at in &attention.above {
        let stage = match &net.nodes[*at].work {
            Work::Product(_) => "head-mix",
            Work::Move if talk => "head-mix",
            Work::Unary(Unary::Tanh) => "scale",
            _ if is_temperature(net, *at) => "scale",
            _ => "mask",
        };
        net.nodes[*at].stage.get_or_insert(stage);
    }
    for (path, projection) in attention.streams().flatten() {
        for at in path {
            let scale = scale_of(net, *at).is_some();
            if net.nodes[*at].work == Work::Block(Block::Rotary) {
                net.nodes[*at].stage.get_or_insert("rotary");
            }
            let norm = matches!(
                net.nodes[*at].work,
                Work::Block(Block::LayerNorm { .. } | Block::RmsNorm { .. })
            );
            match (scale, norm) {
                (true, _) => net.nodes[*at].stage.get_or_insert("scale"),
                (_, true) => net.nodes[*at].stage.get_or_insert("norm"),
                _ => continue,
            };
        }
        if let Some(bits) = projection.and_then(|at| bits_before(net, wiring, at)) {
            net.nodes[bits].stage.get_or_insert("binarise");
        }
    }
}

/// Whether a node multiplies the scores by one number, or by one number for
/// each head.
fn is_temperature(net: &Net, at: NodeId) -> bool {
    let node = &net.nodes[at];
    let one = Expr::one();
    let single = |tensor: &TensorId| {
        let shape = net.tensors[*tensor].shape.as_ref();
        shape.is_some_and(|shape| shape.iter().rev().take(2).all(|extent| *extent == one))
    };
    match &node.work {
        Work::Binary(Binary::Mul) => node.inputs.iter().any(single),
        Work::Binary(Binary::Div) => node.inputs.get(1).is_some_and(single),
        _ => false,
    }
}
