//! The stages of one attention.

use super::find::{Attention, PROJECTIONS};
use super::paths::bits_before;
use crate::import::onnx::fuse::scale::scale_of;
use crate::import::onnx::fuse::wiring::Wiring;
use crate::import::onnx::net::{Block, Net, NodeId, Unary, Work};

/// Names the stages.
pub(super) fn name(attention: &Attention, net: &mut Net, wiring: &Wiring) {
    let mut name = |at: NodeId, stage: &'static str| {
        net.nodes[at].stage.get_or_insert(stage);
    };
    name(attention.softmax, "softmax");
    name(attention.context, "context");
    attention.score.iter().for_each(|at| name(*at, "score"));
    attention.output.iter().for_each(|at| name(*at, "out-proj"));
    for ((_, projection), stage) in attention.paths.iter().zip(PROJECTIONS) {
        projection.iter().for_each(|at| name(*at, stage));
    }
    for at in &attention.below {
        net.nodes[*at].stage.get_or_insert("softmax");
    }
    for at in &attention.above {
        let scale = scale_of(net, *at).is_some() || net.nodes[*at].work == Work::Unary(Unary::Tanh);
        net.nodes[*at]
            .stage
            .get_or_insert(if scale { "scale" } else { "mask" });
    }
    for (path, projection) in &attention.paths {
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
