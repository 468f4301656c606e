//! A product with what is folded into its weights: biases, gains and shifts for
//! each channel, such as the normalisation of a batch.

use super::scale::scale_of;
use super::wiring::Wiring;
use crate::domain::Domain;
use crate::hash::{FastMap, FastSet};
use crate::import::onnx::net::{Binary, Net, NodeId, Product, ProductAxis, TensorId, Work};
use crate::symbolic::Expr;

/// Joins products and the constants behind them.
pub(super) fn fuse(net: &mut Net) {
    let wiring = Wiring::of(net);
    let mut folding = Folding {
        wiring: &wiring,
        makers: FastMap::default(),
        scaled: FastSet::default(),
    };
    for at in 0..net.nodes.len() {
        let Some(fold) = folding.find(net, at) else {
            continue;
        };
        let constants = net.nodes[at].inputs.iter().copied();
        let constants = constants.filter(|input| net.tensors[*input].constant);
        let mut standing: Vec<TensorId> = constants.collect();
        standing.append(&mut net.nodes[at].folded);
        net.nodes[fold.product].folded.extend(standing);
        if let Work::Product(product) = &mut net.nodes[fold.product].work {
            product.bias |= !fold.gain;
        }
        if fold.gain {
            folding.scaled.insert(fold.product);
        }
        let output = net.nodes[at].output;
        folding.makers.insert(output, fold.last);
        join(net, fold.last, at, output);
    }
}

/// Gives `before` the result of `at`, which goes.
fn join(net: &mut Net, before: NodeId, at: NodeId, output: TensorId) {
    let inner = net.nodes[before].output;
    net.nodes[before].output = output;
    if let Some(axes) = net.kept_axes.remove(&inner) {
        net.kept_axes.insert(output, axes);
    }
    // Nothing reads this any more.
    net.nodes[at].output = inner;
    net.nodes[at].inputs.clear();
}

/// A node that can be folded into a product.
struct Fold {
    product: NodeId,
    /// The node that gives what the folded one reads: the product, or a move
    /// of it.
    last: NodeId,
    /// Whether it multiplies; else it adds.
    gain: bool,
}

struct Folding<'w> {
    wiring: &'w Wiring,
    /// Who makes the results of nodes that were folded.
    makers: FastMap<TensorId, NodeId>,
    /// Products into which a gain was folded.
    scaled: FastSet<NodeId>,
}

impl Folding<'_> {
    /// The product that the node at `at` can be folded into.
    fn find(&self, net: &Net, at: NodeId) -> Option<Fold> {
        let node = &net.nodes[at];
        let Work::Binary(binary) = node.work else {
            return None;
        };
        let [a, b] = node.inputs[..] else {
            return None;
        };
        let constant = |tensor: TensorId| net.tensors[tensor].constant;
        let (sums, vector) = match binary {
            Binary::Add | Binary::Mul if constant(a) => (b, a),
            Binary::Add | Binary::Mul | Binary::Sub | Binary::Div if constant(b) => (a, b),
            _ => return None,
        };
        let gain = matches!(binary, Binary::Mul | Binary::Div);
        let axes = match node.stage {
            Some("norm") => vec![channels_of(net, vector, sums)?],
            _ => axes_of(net, vector, sums)?,
        };
        let (product, last, axes) = self.before(net, at, sums, axes, gain)?;
        let Work::Product(found) = &net.nodes[product].work else {
            return None;
        };
        let weight = net.nodes[product].inputs.get(1);
        let weight = &net.tensors[*weight?];
        let plain = weight.domain == Domain::Real && weight.scale.is_none();
        let fits = match gain {
            // Few values would be few no longer.
            true => plain && net.nodes[product].format.is_none(),
            false => !found.bias || self.scaled.contains(&product),
        };
        let of_weight = axes.iter().all(|axis| {
            let along = found.result.get(*axis);
            along.is_some_and(|along| is_of_weight(found, along))
        });
        (fits && weight.constant && of_weight).then_some(Fold {
            product,
            last,
            gain,
        })
    }

    /// The product whose elements, maybe moved or brought to scale, `tensor`
    /// has; the node that makes the tensor; and which axes of the product some of
    /// the tensor are.
    fn before(
        &self,
        net: &Net,
        reader: NodeId,
        tensor: TensorId,
        axes: Vec<usize>,
        gain: bool,
    ) -> Option<(NodeId, NodeId, Vec<usize>)> {
        let (mut tensor, mut reader, mut axes) = (tensor, reader, axes);
        let mut last = None;
        loop {
            let maker = self.makers.get(&tensor).copied();
            let maker = maker.or_else(|| self.wiring.maker(tensor))?;
            let node = &net.nodes[maker];
            let alone = self.wiring.readers.get(tensor) == Some(&[reader]);
            if !alone || node.output != tensor {
                return None;
            }
            let last = *last.get_or_insert(maker);
            match (&node.work, node.inputs.as_slice()) {
                (Work::Product(_), _) => return Some((maker, last, axes)),
                (Work::Move, [moved]) => {
                    let kept = net.kept_axes.get(&tensor)?;
                    let before = axes.iter().map(|axis| *kept.get(*axis)?);
                    axes = before.collect::<Option<_>>()?;
                    tensor = *moved;
                    reader = maker;
                }
                // Sums of whole numbers begin at a bias of their own scale.
                _ => {
                    let (sums, _) = scale_of(net, maker).filter(|_| !gain)?;
                    net.nodes[self.wiring.maker(sums)?].format?;
                    tensor = sums;
                    reader = maker;
                }
            }
        }
    }
}

/// The axis of `sums` that a vector for each channel begins with.
fn channels_of(net: &Net, vector: TensorId, sums: TensorId) -> Option<usize> {
    let rank = |tensor: TensorId| net.tensors[tensor].shape.as_ref().map(Vec::len);
    rank(sums)?.checked_sub(rank(vector)?)
}

/// The axes of `sums` along which a constant has several numbers.
fn axes_of(net: &Net, vector: TensorId, sums: TensorId) -> Option<Vec<usize>> {
    let one = Expr::one();
    let vector = net.tensors[vector].shape.as_ref()?;
    let shape = net.tensors[sums].shape.as_ref()?;
    let first = shape.len().checked_sub(vector.len())?;
    let long: Vec<usize> = (0..vector.len()).filter(|at| vector[*at] != one).collect();
    let fits = long.iter().all(|at| vector[*at] == shape[first + at]);
    (fits && !long.is_empty()).then(|| long.iter().map(|at| first + at).collect())
}

/// Whether an axis of the result is one of the weight, or one of the weight
/// within each group.
fn is_of_weight(product: &Product, axis: &ProductAxis) -> bool {
    let Some(weight) = product.operands.get(1) else {
        return false;
    };
    let own = |axis: &ProductAxis| weight.contains(axis);
    match axis {
        ProductAxis::Split(_, inner) => own(axis) || own(&ProductAxis::Index(*inner)),
        axis => own(axis),
    }
}
