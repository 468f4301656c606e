//! Rotary positions: x·cos + rotated(x)·sin, where the halves of a row change
//! places and one of them its sign.

use super::wiring::Wiring;
use crate::import::onnx::net::{Binary, Block, Net, NodeId, TensorId, Unary, Work};

/// Replaces rotations by the block.
pub(super) fn fuse(net: &mut Net) {
    let wiring = Wiring::of(net);
    for at in 0..net.nodes.len() {
        if let Some(x) = rotated(net, &wiring, at) {
            net.nodes[at].work = Work::Block(Block::Rotary);
            net.nodes[at].inputs = vec![x];
            net.nodes[at].stage = Some("rotary");
        }
    }
}

/// The tensor that the node at `at` rotates.
fn rotated(net: &Net, wiring: &Wiring, at: NodeId) -> Option<TensorId> {
    let node = &net.nodes[at];
    let (Work::Binary(Binary::Add), [a, b]) = (&node.work, node.inputs.as_slice()) else {
        return None;
    };
    let product = |tensor: TensorId| {
        let node = &net.nodes[wiring.maker(tensor)?];
        (node.work == Work::Binary(Binary::Mul)).then_some(&node.inputs)
    };
    let (left, right) = (product(*a)?, product(*b)?);
    for (plain, swapped) in [(left, right), (right, left)] {
        for x in plain {
            let rotates = |other: &TensorId| is_rotated(net, wiring, *other, *x);
            if !net.tensors[*x].constant && swapped.iter().any(rotates) {
                return Some(*x);
            }
        }
    }
    None
}

/// Whether `tensor` is made of two parts of `x`, one with its sign changed.
fn is_rotated(net: &Net, wiring: &Wiring, tensor: TensorId, x: TensorId) -> bool {
    let Some(joined) = wiring.maker(tensor).map(|maker| &net.nodes[maker]) else {
        return false;
    };
    if joined.work != Work::Move || joined.inputs.len() != 2 {
        return false;
    }
    let part_of = |tensor: TensorId| {
        let part = wiring.maker(tensor).map(|maker| &net.nodes[maker]);
        part.is_some_and(|part| part.work == Work::Move && part.inputs.contains(&x))
    };
    let negative = |tensor: TensorId| {
        let node = wiring.maker(tensor).map(|maker| &net.nodes[maker]);
        node.is_some_and(|node| {
            node.work == Work::Unary(Unary::Negate) && node.inputs.iter().all(|part| part_of(*part))
        })
    };
    let one = joined.inputs.iter().filter(|part| negative(**part)).count() == 1;
    one && joined.inputs.iter().any(|part| part_of(*part))
}
