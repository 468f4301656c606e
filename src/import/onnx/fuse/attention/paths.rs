//! The ways from a softmax to the products around it, and on to the
//! projections.

use crate::import::onnx::fuse::wiring::Wiring;
use std::collections::BTreeSet;

use crate::import::onnx::net::{
    Binary, Block, FoldKind, Net, NetNode, NodeId, Origin, Product, ProductAxis, TensorId, Unary,
    Work,
};
use crate::symbolic::Expr;

/// Paths are followed over at most so many nodes.
pub(super) const MAX_STEPS: usize = 64;

/// The nodes that make the scores, from the last to the first, noting those
/// on the way.
pub(super) fn score_of(
    net: &Net,
    wiring: &Wiring,
    tensor: TensorId,
    above: &mut Vec<NodeId>,
    steps: &mut usize,
) -> Option<Vec<NodeId>> {
    *steps = steps.checked_sub(1)?;
    let at = wiring.maker(tensor)?;
    let node = &net.nodes[at];
    if node.inputs.is_empty() {
        return None;
    }
    match &node.work {
        Work::Product(_) if is_score(net, at) => return Some(vec![at]),
        Work::Product(_) => {
            let (x, heads) = mix_of(net, at)?;
            above.push(at);
            let found = score_of(net, wiring, x, above, steps)?;
            return mixes(net, *found.first()?, &heads).then_some(found);
        }
        Work::Fold(fold) if fold.kind == FoldKind::Sum => return distance_of(net, wiring, at),
        Work::Binary(_) | Work::Where | Work::Clip(..) | Work::Move | Work::Unary(_) => {}
        _ => return None,
    }
    let length = above.len();
    above.push(at);
    for input in &node.inputs {
        if let Some(found) = score_of(net, wiring, *input, above, steps) {
            return Some(found);
        }
        above.truncate(length + 1);
    }
    above.truncate(length);
    None
}

/// Whether a product is one of queries and keys. Queries that are learnt are
/// constants, computed from parameters before the network runs, or before the
/// export; the weight of a linear layer has no axis of heads.
fn is_score(net: &Net, at: NodeId) -> bool {
    let [q, k] = net.nodes[at].inputs[..] else {
        return false;
    };
    let learnt = |tensor: TensorId| {
        let tensor = &net.tensors[tensor];
        let rank = tensor.shape.as_ref().map_or(0, Vec::len);
        let computed = !tensor.stored && !tensor.made_of.is_empty();
        (computed || tensor.origin == Some(Origin::Computed)) && rank >= 3
    };
    match [q, k].map(|tensor| net.tensors[tensor].constant) {
        [false, false] => true,
        [true, false] => learnt(q),
        [false, true] => learnt(k),
        [true, true] => false,
    }
}

/// What a product with a square matrix mixes, and how many there are: heads
/// that talk with each other before or after the softmax.
fn mix_of(net: &Net, at: NodeId) -> Option<(TensorId, Expr)> {
    let [x, weight] = net.nodes[at].inputs[..] else {
        return None;
    };
    let (x, weight) = match [x, weight].map(|tensor| net.tensors[tensor].constant) {
        [false, true] => (x, weight),
        [true, false] => (weight, x),
        _ => return None,
    };
    let one = Expr::one();
    let shape = net.tensors[weight].shape.as_ref()?;
    let wide: Vec<&Expr> = shape.iter().filter(|extent| **extent != one).collect();
    match wide[..] {
        [rows, columns] if rows == columns => Some((x, rows.clone())),
        _ => None,
    }
}

/// Whether what makes the scores makes them for so many heads.
fn mixes(net: &Net, score: NodeId, heads: &Expr) -> bool {
    let shape = net.tensors[net.nodes[score].output].shape.as_deref();
    let batch = shape.and_then(|shape| shape.get(..shape.len().checked_sub(2)?));
    batch.is_some_and(|batch| batch.contains(heads))
}

/// A sum of |q − k|: the sum, the absolute value, the difference.
pub(super) fn distance_of(net: &Net, wiring: &Wiring, sum: NodeId) -> Option<Vec<NodeId>> {
    let size = wiring.maker(net.nodes[sum].inputs[0])?;
    let difference = wiring.maker(*net.nodes[size].inputs.first()?)?;
    let abs = net.nodes[size].work == Work::Unary(Unary::Abs);
    let sub = net.nodes[difference].work == Work::Binary(Binary::Sub);
    (abs && sub).then(|| vec![sum, size, difference])
}

/// From the softmax down to the product with the values, and which of its
/// operands the probabilities are. They may be read elsewhere too.
pub(super) fn context_of(
    net: &Net,
    wiring: &Wiring,
    tensor: TensorId,
    score: NodeId,
    steps: &mut usize,
) -> Option<(Vec<NodeId>, NodeId, usize)> {
    for at in &wiring.readers[tensor] {
        *steps = steps.checked_sub(1)?;
        if *at == NodeId::MAX {
            continue;
        }
        let node = &net.nodes[*at];
        match &node.work {
            Work::Product(_) => {
                let side = node.inputs.iter().position(|input| *input == tensor)?;
                let computed = (node.inputs.iter()).all(|input| !net.tensors[*input].constant);
                if computed && node.inputs.len() == 2 {
                    return Some((Vec::new(), *at, side));
                }
                if mix_of(net, *at).is_some_and(|(_, heads)| mixes(net, score, &heads))
                    && let Some((mut below, context, side)) =
                        context_of(net, wiring, node.output, score, steps)
                {
                    below.push(*at);
                    return Some((below, context, side));
                }
            }
            Work::Move
            | Work::Unary(Unary::Cast | Unary::Round | Unary::Floor | Unary::Ceil)
            | Work::Clip(..)
            | Work::Where
            | Work::Binary(Binary::Mul | Binary::Add | Binary::Sub) => {
                if let Some((mut below, context, side)) =
                    context_of(net, wiring, node.output, score, steps)
                {
                    below.push(*at);
                    return Some((below, context, side));
                }
            }
            _ => {}
        }
    }
    None
}

/// The nodes between a tensor and the projection that it comes from, the
/// nearest first: those that all of the tensor goes through.
pub(super) fn projection_of(
    net: &Net,
    wiring: &Wiring,
    mut tensor: TensorId,
) -> (Vec<NodeId>, Option<NodeId>) {
    let mut path = Vec::new();
    for _ in 0..MAX_STEPS {
        let Some(at) = wiring.maker(tensor) else {
            break;
        };
        let node = &net.nodes[at];
        if let Work::Product(product) = &node.work {
            let weight = node.inputs.iter().any(|input| net.tensors[*input].constant);
            if !weight || !is_depthwise(net, at, product) {
                return (path, weight.then_some(at));
            }
        }
        path.push(at);
        let next = source_of(net, wiring, at).or_else(|| match &node.work {
            // Earlier keys stand before those of this call.
            Work::Move => node.inputs.last().copied(),
            Work::Binary(_) => main_of(net, &node.inputs),
            _ => None,
        });
        match next {
            Some(next) => tensor = next,
            None => break,
        }
    }
    (path, None)
}

/// The tensors that stand before the one that a path goes on with, where several
/// are joined.
pub(super) fn joined_before(net: &Net, wiring: &Wiring, path: &[NodeId]) -> Vec<TensorId> {
    let is_join = |at: &&NodeId| {
        let node = &net.nodes[**at];
        let computed = |input: &TensorId| !net.tensors[*input].constant;
        node.work == Work::Move
            && node.inputs.len() > 1
            && node.inputs.iter().all(computed)
            && source_of(net, wiring, **at).is_none()
    };
    let join = path.iter().find(is_join);
    let inputs = join.and_then(|at| net.nodes[*at].inputs.split_last());
    inputs.map_or(Vec::new(), |(_, before)| before.to_vec())
}

/// Whether every channel keeps to itself, as where windows are pooled.
fn is_depthwise(net: &Net, at: NodeId, product: &Product) -> bool {
    let ([x, _], [_, weight]) = (&product.operands[..], &net.nodes[at].inputs[..]) else {
        return false;
    };
    let window = |axis: &ProductAxis| matches!(axis, ProductAxis::Window { .. });
    let grouped = matches!(x.get(1), Some(ProductAxis::Split(..)));
    let shape = net.tensors[*weight].shape.as_ref();
    let single = shape.and_then(|shape| shape.get(1)) == Some(&Expr::one());
    grouped && single && x.iter().any(window)
}

/// The nearest tensor that all that a node reads comes from, over steps that
/// keep to the elements of one tensor: x for x / |x|, and for the parts of a
/// rotation. What is no such step ends the search.
fn source_of(net: &Net, wiring: &Wiring, at: NodeId) -> Option<TensorId> {
    let computed = |node: &NetNode| -> BTreeSet<(Option<NodeId>, TensorId)> {
        let computed = (node.inputs.iter()).filter(|input| !net.tensors[**input].constant);
        computed.map(|x| (wiring.maker(*x), *x)).collect()
    };
    if !keeps_to_one(&net.nodes[at].work) {
        return None;
    }
    let mut open = computed(&net.nodes[at]);
    for _ in 0..MAX_STEPS {
        // What is made last cannot be read by what makes the others.
        let (maker, tensor) = open.pop_last()?;
        if open.is_empty() {
            return Some(tensor);
        }
        let node = &net.nodes[maker?];
        if !keeps_to_one(&node.work) {
            return None;
        }
        open.extend(computed(node));
    }
    None
}

/// Whether some work stands between a projection and a product of attention.
fn keeps_to_one(work: &Work) -> bool {
    matches!(
        work,
        Work::Block(Block::Rotary | Block::LayerNorm { .. } | Block::RmsNorm { .. })
            | Work::Unary(_)
            | Work::Binary(_)
            | Work::Clip(..)
            | Work::Where
            | Work::PerElement(_)
            | Work::Fold(_)
            | Work::Move
    ) || matches!(work, Work::Block(block) if block.is_activation())
}

/// The tensor that a step between two products works on: the only one that is
/// computed, or the only one of more than one number.
pub(super) fn main_of(net: &Net, inputs: &[TensorId]) -> Option<TensorId> {
    let many = |tensor: &&TensorId| {
        let shape = net.tensors[**tensor].shape.as_ref();
        shape.is_some_and(|shape| shape.iter().any(|extent| *extent != Expr::one()))
    };
    let computed: Vec<TensorId> = (inputs.iter())
        .filter(|input| !net.tensors[**input].constant)
        .copied()
        .collect();
    match computed.as_slice() {
        [one] => Some(*one),
        several => {
            let mut large = several.iter().filter(many);
            large.next().copied().filter(|_| large.next().is_none())
        }
    }
}

/// The projection of the output: the next product with a weight, if the
/// context goes nowhere else.
pub(super) fn output_of(net: &Net, wiring: &Wiring, mut tensor: TensorId) -> Option<NodeId> {
    for _ in 0..MAX_STEPS {
        let at = wiring.reader(tensor)?;
        let node = &net.nodes[at];
        match &node.work {
            Work::Product(_) => {
                let weight = node.inputs.iter().any(|input| net.tensors[*input].constant);
                return weight.then_some(at);
            }
            Work::Move
            | Work::Unary(_)
            | Work::Binary(Binary::Mul | Binary::Add | Binary::Sub)
            | Work::Clip(..) => {
                tensor = node.output;
            }
            Work::Block(Block::LayerNorm { .. } | Block::RmsNorm { .. }) => tensor = node.output,
            _ => return None,
        }
    }
    None
}

/// The projections of the outputs of so many streams, which are taken apart
/// behind the context.
pub(super) fn outputs_of(
    net: &Net,
    wiring: &Wiring,
    mut tensor: TensorId,
    streams: usize,
) -> Vec<NodeId> {
    let moves = |at: &NodeId| *at != NodeId::MAX && net.nodes[*at].work == Work::Move;
    for _ in 0..MAX_STEPS {
        match &wiring.readers[tensor] {
            [one] if moves(one) => tensor = net.nodes[*one].output,
            several if several.len() == streams && several.iter().all(moves) => {
                let parts = several.iter().map(|at| net.nodes[*at].output);
                return parts.filter_map(|x| output_of(net, wiring, x)).collect();
            }
            _ => break,
        }
    }
    output_of(net, wiring, tensor).into_iter().collect()
}

/// What makes bits of the input of a projection.
pub(super) fn bits_before(net: &Net, wiring: &Wiring, projection: NodeId) -> Option<NodeId> {
    use Binary::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let inputs = &net.nodes[projection].inputs;
    let mut tensor = *inputs.iter().find(|input| !net.tensors[**input].constant)?;
    for _ in 0..MAX_STEPS {
        let at = wiring.maker(tensor)?;
        let node = &net.nodes[at];
        match &node.work {
            Work::Binary(Greater | GreaterOrEqual | Less | LessOrEqual)
            | Work::Unary(Unary::Sign) => {
                return Some(at);
            }
            Work::Move | Work::Unary(Unary::Cast) | Work::Where => tensor = *node.inputs.first()?,
            _ => return None,
        }
    }
    None
}
