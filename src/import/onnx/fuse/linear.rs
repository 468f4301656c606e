//! A product with what is folded into its weights: a bias, the normalisation
//! of a batch.

use super::wiring::Wiring;
use crate::import::onnx::net::{Binary, Net, NodeId, Product, ProductAxis, TensorId, Work};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// Joins products and the constants behind them.
pub(super) fn fuse(net: &mut Net) {
    let wiring = Wiring::of(net);
    // Where a node went: its result is that of an earlier one.
    for at in 0..net.nodes.len() {
        let Some(before) = folded(net, &wiring, at) else {
            continue;
        };
        let output = net.nodes[at].output;
        let constants = net.nodes[at].inputs.iter().copied();
        let constants = constants.filter(|input| net.tensors[*input].constant);
        let mut standing: Vec<TensorId> = constants.collect();
        standing.append(&mut net.nodes[at].folded);
        net.nodes[before].folded.extend(standing);
        if let Work::Product(product) = &mut net.nodes[before].work {
            product.bias = true;
        }
        join(net, before, at, output);
    }
}

/// Gives `before` the result of `at`, which goes.
fn join(net: &mut Net, before: NodeId, at: NodeId, output: TensorId) {
    let inner = net.nodes[before].output;
    net.nodes[before].output = output;
    // Nothing reads this any more.
    net.nodes[at].output = inner;
    net.nodes[at].inputs.clear();
}

/// The product that the node at `at` can be folded into.
fn folded(net: &Net, wiring: &Wiring, at: NodeId) -> Option<NodeId> {
    let node = &net.nodes[at];
    let (sums, added) = match (&node.work, node.inputs.as_slice()) {
        (Work::Binary(Binary::Add), [a, b]) if net.tensors[*b].constant => (*a, Some(*b)),
        (Work::Binary(Binary::Add), [a, b]) if net.tensors[*a].constant => (*b, Some(*a)),
        (Work::PerElement(counts), [x]) if node.stage == Some("norm") && is_affine(counts) => {
            (*x, None)
        }
        _ => return None,
    };
    let before = wiring.maker(sums)?;
    let Work::Product(product) = &net.nodes[before].work else {
        return None;
    };
    // A node that was joined has given its result away.
    let alone = wiring.reader(sums) == Some(at) && net.nodes[before].output == sums;
    let weight = *net.nodes[before].inputs.get(1)?;
    let fits = added.is_none_or(|added| !product.bias && is_bias(net, product, added, sums));
    (alone && net.tensors[weight].constant && fits).then_some(before)
}

fn is_affine(counts: &[(Primitive, Expr)]) -> bool {
    let one = Expr::one();
    counts == [(Primitive::Mul, one.clone()), (Primitive::Add, one)]
}

/// Whether a constant is a vector along an axis that the weight tells.
fn is_bias(net: &Net, product: &Product, added: TensorId, sums: TensorId) -> bool {
    let one = Expr::one();
    let (Some(bias), Some(shape)) = (&net.tensors[added].shape, &net.tensors[sums].shape) else {
        return false;
    };
    if bias.len() > shape.len() {
        return false;
    }
    let first = shape.len() - bias.len();
    let mut long = (0..bias.len()).filter(|at| bias[*at] != one);
    let Some(along) = long.next() else {
        return false;
    };
    if long.next().is_some() || bias[along] != shape[first + along] {
        return false;
    }
    let of_weight = |axis: &ProductAxis| {
        product
            .operands
            .get(1)
            .is_some_and(|axes| axes.contains(axis))
    };
    product.result.get(first + along).is_some_and(of_weight)
}
