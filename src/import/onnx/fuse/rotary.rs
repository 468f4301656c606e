//! Rotary positions: every pair (a, b) of a row becomes (a·cos − b·sin, b·cos +
//! a·sin).
//!
//! It is written as x·cos + rotated(x)·sin, where the parts of a row change
//! places and one of them its sign, or part by part, as complex numbers are
//! multiplied. The parts are the halves of a row, or its even and odd columns.

use super::wiring::Wiring;
use crate::import::onnx::net::{Binary, Block, Net, NodeId, TensorId, Unary, Work};
use crate::number::whole;
use crate::symbolic::Expr;

/// Among so many that are joined, a rotation is looked for.
const MAX_JOINED: usize = 16;

/// Replaces rotations by the block.
pub(super) fn fuse(net: &mut Net) {
    let wiring = Wiring::of(net);
    for at in 0..net.nodes.len() {
        if let Some(x) = rotated(net, &wiring, at) {
            rotate(net, at, x);
        } else if let Some(parts) = turned(net, &wiring, at) {
            let made = net.nodes[at].output;
            if parts.stays == 0 {
                let x = parts.laid_out(net, made);
                rotate(net, at, x);
            } else {
                parts.rotate_among_others(net, at);
            }
        }
    }
}

/// The node at `at` becomes the rotation of `x`.
fn rotate(net: &mut Net, at: NodeId, x: TensorId) {
    net.nodes[at].work = Work::Block(Block::Rotary);
    net.nodes[at].inputs = vec![x];
    net.nodes[at].stage = Some("rotary");
}

/// The tensor that the node at `at` rotates, whole.
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
    let Some(joined) = wiring.maker(whole_of(net, wiring, tensor)) else {
        return false;
    };
    let joined = &net.nodes[joined];
    if joined.work != Work::Move || joined.inputs.len() != 2 {
        return false;
    }
    let x = whole_of(net, wiring, x);
    let negated = |tensor: TensorId| {
        let tensor = whole_of(net, wiring, tensor);
        let node = &net.nodes[wiring.maker(tensor)?];
        (node.work == Work::Unary(Unary::Negate)).then_some(node.inputs[0])
    };
    let part_of = |tensor: TensorId| {
        let half = half_of(net, wiring, tensor).map(|(x, _)| whole_of(net, wiring, x));
        let part = wiring.maker(tensor).map(|maker| &net.nodes[maker]);
        let moved = part.is_some_and(|part| part.work == Work::Move && part.inputs.contains(&x));
        half == Some(x) || moved
    };
    let parts = joined.inputs.iter().map(|part| (negated(*part), *part));
    let mut negative = 0;
    for (negated, part) in parts {
        negative += usize::from(negated.is_some());
        if !part_of(negated.unwrap_or(part)) {
            return false;
        }
    }
    negative == 1
}

/// A tensor whose two parts are turned one by one, and the nodes that make the
/// results.
struct Parts {
    x: TensorId,
    one: NodeId,
    other: NodeId,
    /// The first of the two among what is joined.
    at: usize,
    /// How much else is joined, which stays as it is.
    stays: usize,
}

/// What the node at `at` joins, if two in a row are (a·cos − b·sin, b·cos +
/// a·sin).
fn turned(net: &Net, wiring: &Wiring, at: NodeId) -> Option<Parts> {
    let node = &net.nodes[at];
    if node.work != Work::Move || node.inputs.len() > MAX_JOINED {
        return None;
    }
    let pairs = node.inputs.windows(2).enumerate();
    let mut found = pairs.filter_map(|(from, pair)| {
        let parts = turned_pair(net, wiring, pair[0], pair[1])?;
        let stays = node.inputs.len() - 2;
        Some(Parts {
            at: from,
            stays,
            ..parts
        })
    });
    found
        .next()
        .filter(|parts| parts.stays == 0 || is_joined_last(net, at, parts))
}

/// The rotation whose results are `u` and `v`.
fn turned_pair(net: &Net, wiring: &Wiring, u: TensorId, v: TensorId) -> Option<Parts> {
    let sum = |tensor: TensorId| {
        let at = wiring.maker(whole_of(net, wiring, tensor))?;
        let sum = matches!(net.nodes[at].work, Work::Binary(Binary::Add | Binary::Sub));
        sum.then_some(at)
    };
    let (one, other) = (sum(u)?, sum(v)?);
    let (x, a, b) = halves(net, wiring, one)?;
    let (same, p, q) = halves(net, wiring, other)?;
    let crossed = x == same && a != b && (p, q) == (b, a);
    // In the other order of a sum, the same.
    let straight = x == same && a != b && (p, q) == (a, b);
    let alone = |node: NodeId| wiring.reader(net.nodes[node].output).is_some();
    let all = net.elements(u)?.scale(&whole(2)) == net.elements(x)?;
    let found = (crossed || straight) && alone(one) && all && !net.tensors[x].constant;
    found.then_some(Parts {
        x,
        one,
        other,
        at: 0,
        stays: 0,
    })
}

/// Whether both parts and the rest are joined along the last axis, and nothing
/// else reads the parts.
fn is_joined_last(net: &Net, at: NodeId, parts: &Parts) -> bool {
    let node = &net.nodes[at];
    let shape = |tensor: TensorId| net.tensors[tensor].shape.as_deref().unwrap_or(&[]);
    let rows = |shape: &[Expr]| shape.split_last().map(|(_, rows)| rows.to_vec());
    let all = rows(shape(node.output));
    let (one, other) = (&net.nodes[parts.one], &net.nodes[parts.other]);
    let plain = node.inputs[parts.at..][..2] == [one.output, other.output];
    all.is_some() && rows(shape(one.output)) == all && plain
}

impl Parts {
    /// What is rotated, in the layout of `like`: the node of one part, which
    /// nothing else reads, makes it.
    fn laid_out(&self, net: &mut Net, like: TensorId) -> TensorId {
        if net.tensors[like].shape == net.tensors[self.x].shape {
            return self.x;
        }
        let mut laid = net.tensors[self.x].clone();
        laid.shape.clone_from(&net.tensors[like].shape);
        net.tensors.push(laid);
        let laid = net.tensors.len() - 1;
        let node = &mut net.nodes[self.one];
        node.work = Work::Move;
        node.inputs = vec![self.x];
        node.output = laid;
        laid
    }

    /// The node of the other part makes both, which the node at `at` joins with
    /// what stays as it is.
    fn rotate_among_others(&self, net: &mut Net, at: NodeId) {
        let mut both = net.tensors[net.nodes[self.one].output].clone();
        if let Some(last) = both.shape.as_mut().and_then(|shape| shape.last_mut()) {
            *last = last.scale(&whole(2));
        }
        net.tensors.push(both);
        let both = net.tensors.len() - 1;
        let x = self.laid_out(net, both);
        net.nodes[self.other].output = both;
        rotate(net, self.other, x);
        net.nodes[at].inputs.splice(self.at..self.at + 2, [both]);
    }
}

/// The tensor of which the node at `at` adds or subtracts two parts, each
/// times something, and the parts.
fn halves(net: &Net, wiring: &Wiring, at: NodeId) -> Option<(TensorId, TensorId, TensorId)> {
    let [left, right] = net.nodes[at].inputs[..] else {
        return None;
    };
    let candidates = |product: TensorId| -> Option<Vec<(TensorId, TensorId)>> {
        let mut product = whole_of(net, wiring, product);
        if let Some(maker) = wiring.maker(product)
            && net.nodes[maker].work == Work::Unary(Unary::Negate)
        {
            product = net.nodes[maker].inputs[0];
        }
        let node = &net.nodes[wiring.maker(product)?];
        let parts = node.inputs.iter().filter_map(|x| {
            let computed = !net.tensors[*x].constant;
            computed.then(|| half_of(net, wiring, *x)).flatten()
        });
        (node.work == Work::Binary(Binary::Mul)).then(|| parts.collect())
    };
    let (left, right) = (candidates(left)?, candidates(right)?);
    // A table of cosines may be half of something, too: both are of one tensor.
    let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
    let mut pairs = pairs.filter(|((x, a), (same, b))| x == same && a != b);
    let ((x, a), (_, b)) = pairs.next()?;
    Some((*x, *a, *b))
}

/// The tensor that `tensor` is one half of, and the half where it was taken.
fn half_of(net: &Net, wiring: &Wiring, tensor: TensorId) -> Option<(TensorId, TensorId)> {
    let half = whole_of(net, wiring, tensor);
    let node = &net.nodes[wiring.maker(half)?];
    let (Work::Move, [x]) = (&node.work, node.inputs.as_slice()) else {
        return None;
    };
    let twice = net.elements(half)?.scale(&whole(2));
    (net.elements(*x)? == twice).then_some((*x, half))
}

/// A tensor before changes of its layout and its element type alone.
fn whole_of(net: &Net, wiring: &Wiring, mut tensor: TensorId) -> TensorId {
    while let Some(maker) = wiring.maker(tensor) {
        let node = &net.nodes[maker];
        let (Work::Move | Work::Unary(Unary::Cast), [x]) = (&node.work, node.inputs.as_slice())
        else {
            break;
        };
        if net.elements(*x) != net.elements(tensor) {
            break;
        }
        tensor = *x;
    }
    tensor
}
