//! The ways from a softmax to the products around it, and on to the
//! projections.

use crate::import::onnx::fuse::wiring::Wiring;
use crate::import::onnx::net::{Binary, Block, FoldKind, Net, NodeId, TensorId, Unary, Work};
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
        Work::Product(_) => {
            let computed = node
                .inputs
                .iter()
                .all(|input| !net.tensors[*input].constant);
            return (computed && node.inputs.len() == 2).then(|| vec![at]);
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
            }
            Work::Move
            | Work::Unary(Unary::Cast | Unary::Round | Unary::Floor | Unary::Ceil)
            | Work::Clip(..)
            | Work::Where
            | Work::Binary(Binary::Mul | Binary::Add | Binary::Sub) => {
                if let Some((mut below, context, side)) =
                    context_of(net, wiring, node.output, steps)
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
/// nearest first.
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
        let next = match &node.work {
            Work::Product(_) => {
                let weight = node.inputs.iter().any(|input| net.tensors[*input].constant);
                return (path, weight.then_some(at));
            }
            Work::Block(Block::Rotary | Block::LayerNorm { .. } | Block::RmsNorm { .. })
            | Work::Unary(Unary::Cast | Unary::Round | Unary::Floor | Unary::Ceil)
            | Work::Clip(..) => node.inputs.first().copied(),
            // Earlier keys stand before those of this call.
            Work::Move => node.inputs.last().copied(),
            Work::Binary(Binary::Mul | Binary::Div | Binary::Add | Binary::Sub) => {
                main_of(net, &node.inputs)
            }
            _ => None,
        };
        path.push(at);
        match next {
            Some(next) => tensor = next,
            None => break,
        }
    }
    (path, None)
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
