//! A normalisation and the gain and shift behind it.

use super::wiring::Wiring;
use crate::import::onnx::net::{Binary, Block, Net, NodeId, TensorId, Work};
use crate::symbolic::Expr;

/// Joins normalisations with the vectors that multiply and move them.
pub(super) fn fuse(net: &mut Net) {
    // Joining changes what makes a tensor, not which node reads it.
    let wiring = Wiring::of(net);
    for at in 0..net.nodes.len() {
        if let Some((block, inputs)) = joined(net, &wiring, at) {
            net.nodes[at].work = Work::Block(block);
            net.nodes[at].inputs = inputs;
        } else if is_of_channels(net, &wiring, at) {
            net.nodes[at].stage = Some("norm");
        }
    }
}

/// Whether the node at `at` gives a normalisation of groups the gain or the
/// shift of its channels: what was normalised was moved before.
fn is_of_channels(net: &Net, wiring: &Wiring, at: NodeId) -> bool {
    let node = &net.nodes[at];
    let [a, b] = node.inputs[..] else {
        return false;
    };
    let (x, vector) = if net.tensors[b].constant {
        (a, b)
    } else {
        (b, a)
    };
    let gains = match &node.work {
        Work::Binary(Binary::Mul) => false,
        Work::Binary(Binary::Add) => true,
        _ => return false,
    };
    let along = net.tensors[vector].constant && net.scalar(vector).is_none();
    let Some(maker) = wiring.maker(wiring.before_moves(net, x)) else {
        return false;
    };
    let before = &net.nodes[maker];
    let plain = Block::LayerNorm {
        gain: false,
        shift: false,
    };
    let gained = before.work == Work::Binary(Binary::Mul) && before.stage == Some("norm");
    along && (before.work == Work::Block(plain) || gains && gained)
}

/// The normalisation that the node at `at` and the one before it are together.
fn joined(net: &Net, wiring: &Wiring, at: NodeId) -> Option<(Block, Vec<TensorId>)> {
    let [a, b] = net.nodes[at].inputs[..] else {
        return None;
    };
    let (x, vector) = if net.tensors[b].constant {
        (a, b)
    } else {
        (b, a)
    };
    let before = wiring.before_casts(net, x);
    let norm = wiring.maker(before)?;
    let Work::Block(block) = net.nodes[norm].work else {
        return None;
    };
    let block = match (block, &net.nodes[at].work) {
        (
            Block::LayerNorm {
                gain: false,
                shift: false,
            },
            Work::Binary(Binary::Mul),
        ) => Block::LayerNorm {
            gain: true,
            shift: false,
        },
        (Block::LayerNorm { gain, shift: false }, Work::Binary(Binary::Add)) => {
            Block::LayerNorm { gain, shift: true }
        }
        (Block::RmsNorm { gain: false }, Work::Binary(Binary::Mul)) => {
            Block::RmsNorm { gain: true }
        }
        _ => return None,
    };
    let alone = wiring.readers[before].len() == 1 && wiring.readers[x].len() == 1;
    if !alone || !is_along_last(net, vector, x) {
        return None;
    }
    let mut inputs = net.nodes[norm].inputs.clone();
    inputs.push(vector);
    Some((block, inputs))
}

/// Whether a tensor is a constant vector along the last axis of `x`.
fn is_along_last(net: &Net, vector: TensorId, x: TensorId) -> bool {
    let one = Expr::one();
    let (Some(own), Some(shape)) = (&net.tensors[vector].shape, &net.tensors[x].shape) else {
        return false;
    };
    let rows = own.iter().rev().skip(1).all(|extent| *extent == one);
    net.tensors[vector].constant && !own.is_empty() && own.last() == shape.last() && rows
}
