//! Multiplications by one number, one after the other.

use super::wiring::Wiring;
use crate::import::onnx::net::{Binary, Net, NodeId, TensorId, Unary, Work};
use crate::symbolic::Expr;

/// One number times another is one number, and so is one less than nothing: of
/// two scales in a row, or a scale and a change of sign, one scale is left.
pub(super) fn fuse(net: &mut Net) {
    let wiring = Wiring::of(net);
    let factor = |net: &Net, at: NodeId| match &net.nodes[at] {
        node if node.work == Work::Unary(Unary::Negate) => Some((*node.inputs.first()?, None)),
        _ => scale_of(net, at).map(|(x, factor)| (x, Some(factor))),
    };
    for at in 0..net.nodes.len() {
        let Some((x, outer)) = factor(net, at) else {
            continue;
        };
        let Some(before) = wiring.maker(x) else {
            continue;
        };
        let Some((inner, own)) = factor(net, before) else {
            continue;
        };
        let alone = wiring.reader(x) == Some(at) && net.nodes[before].output == x;
        if let (true, Some(number)) = (alone, outer.or(own)) {
            net.nodes[at].work = Work::Binary(Binary::Mul);
            net.nodes[at].inputs = vec![inner, number];
        }
    }
}

/// The tensor that a node multiplies by one number, and that number.
pub(super) fn scale_of(net: &Net, at: NodeId) -> Option<(TensorId, TensorId)> {
    let node = &net.nodes[at];
    let single = |tensor: TensorId| {
        let tensor = &net.tensors[tensor];
        let one = Expr::one();
        tensor.constant
            && tensor
                .shape
                .as_ref()
                .is_some_and(|shape| shape.iter().all(|extent| *extent == one))
    };
    match (&node.work, node.inputs.as_slice()) {
        (Work::Binary(Binary::Mul), [a, b]) if single(*b) && !single(*a) => Some((*a, *b)),
        (Work::Binary(Binary::Mul), [a, b]) if single(*a) && !single(*b) => Some((*b, *a)),
        (Work::Binary(Binary::Div), [a, b]) if single(*b) => Some((*a, *b)),
        _ => None,
    }
}
