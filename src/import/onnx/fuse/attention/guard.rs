//! Softmaxes guarded against rows without any score.

use std::collections::BTreeMap;

use crate::import::onnx::fuse::wiring::drop_unread;
use crate::import::onnx::net::{Block, Net, NetNode, Work};
use crate::primitive::Primitive;

/// Some exporters guard a softmax against rows without any score: `where(x is
/// no number, 0, x)`. No network means that.
pub(super) fn unguard(net: &mut Net) {
    let makers = net.makers();
    let mut stands_for = BTreeMap::new();
    for node in &net.nodes {
        if let (Work::Where, [test, _, x]) = (&node.work, node.inputs.as_slice()) {
            let test = makers[*test].map(|at| &net.nodes[at]);
            let guards = |test: &NetNode| is_test(test) && test.inputs.first() == Some(x);
            let softmax =
                makers[*x].is_some_and(|at| net.nodes[at].work == Work::Block(Block::Softmax));
            if softmax && test.is_some_and(guards) {
                stands_for.insert(node.output, *x);
            }
        }
    }
    for input in net.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
        if let Some(x) = stands_for.get(input) {
            *input = *x;
        }
    }
    drop_unread(net);
}

/// Whether a node only asks whether elements are numbers.
fn is_test(node: &NetNode) -> bool {
    match &node.work {
        Work::PerElement(counts) => counts.iter().all(|(step, _)| *step == Primitive::Compare),
        _ => false,
    }
}
