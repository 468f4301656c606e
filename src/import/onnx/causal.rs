//! Whether a graph decodes: whether no token sees a later one.
//!
//! Attention is causal where a mask that was known before any input is added to
//! its scores, and tells rows from columns: a triangle, an order of positions,
//! or a table of queries and keys that stands in the file.

use std::cmp::Ordering;

use super::net::{Block, KnownValue, Net, NodeId, TensorId, Work};
use crate::hash::FastSet;
use crate::symbolic::Expr;

/// How many nodes and tensors are looked at for one mask.
const MAX_LOOKED_AT: usize = 1_000;

/// What counts tokens: the extent of the second axis of the inputs, where all
/// attention is causal. Where there is other attention too, the graph does not
/// decode by itself.
pub(super) fn tokens(net: &Net) -> Option<Expr> {
    let makers = net.makers();
    let is_softmax = |at: &NodeId| {
        let node = &net.nodes[*at];
        node.stage == Some("softmax") && node.work == Work::Block(Block::Softmax)
    };
    let softmaxes = (0..net.nodes.len()).filter(is_softmax);
    let mut tokens: Option<Expr> = None;
    for softmax in softmaxes {
        let masked = mask_before(net, &makers, softmax)?;
        if tokens.get_or_insert_with(|| masked.clone()) != &masked {
            return None;
        }
    }
    let tokens = tokens?;
    let mut inputs = net.inputs.iter();
    let counts = |input: &TensorId| {
        let shape = net.tensors[*input].shape.as_deref();
        shape.and_then(|shape| shape.get(1)) == Some(&tokens)
    };
    inputs.any(counts).then_some(tokens)
}

/// How many tokens the causal mask has that stands before a softmax.
fn mask_before(net: &Net, makers: &[Option<NodeId>], softmax: NodeId) -> Option<Expr> {
    let mut seen = FastSet::default();
    let mut open = net.nodes[softmax].inputs.clone();
    while let Some(tensor) = open.pop() {
        if !seen.insert(tensor) || seen.len() > MAX_LOOKED_AT {
            continue;
        }
        if net.tensors[tensor].constant {
            if let Some(tokens) = square(net, tensor).filter(|_| orders(net, tensor)) {
                return Some(tokens);
            }
            continue;
        }
        let maker = makers.get(tensor).copied().flatten();
        let node = maker.map(|maker| &net.nodes[maker]);
        let is_product = |work: &Work| matches!(work, Work::Product(_) | Work::Gather);
        open.extend(
            node.filter(|node| !is_product(&node.work))
                .iter()
                .flat_map(|node| &node.inputs),
        );
    }
    None
}

/// The extent of the last two axes, where it is one and there are no heads.
fn square(net: &Net, tensor: TensorId) -> Option<Expr> {
    let shape = net.tensors[tensor].shape.as_deref()?;
    match shape {
        [.., rows, columns] if rows == columns && *rows != Expr::one() => Some(rows.clone()),
        _ => None,
    }
}

/// Whether a constant was made of what tells earlier tokens from later ones.
fn orders(net: &Net, mask: TensorId) -> bool {
    let mut seen = FastSet::default();
    let mut open = vec![mask];
    while let Some(id) = open.pop() {
        if !seen.insert(id) || seen.len() > MAX_LOOKED_AT {
            continue;
        }
        if net.orders.contains(&id) || is_triangle(net, id) || is_stored_table(net, id) {
            return true;
        }
        open.extend(&net.tensors[id].made_of);
    }
    false
}

/// Whether what stands above the diagonal of a square is one value, and nothing
/// on it: each token sees itself, and none behind it.
fn is_triangle(net: &Net, id: TensorId) -> bool {
    let Some(side) = square(net, id).and_then(|side| side.as_constant()) else {
        return false;
    };
    let value = net.tensors[id].value.as_ref().and_then(KnownValue::reals);
    let (Some(value), Ok(side)) = (value, usize::try_from(side.to_integer())) else {
        return false;
    };
    let Some(square) = side.checked_mul(side).and_then(|size| value.get(..size)) else {
        return false;
    };
    let values = |wanted: Ordering| {
        let of = move |(at, value): (usize, &f64)| {
            ((at % side).cmp(&(at / side)) == wanted).then_some(value.to_bits())
        };
        square
            .iter()
            .enumerate()
            .filter_map(of)
            .collect::<FastSet<u64>>()
    };
    let (above, diagonal) = (values(Ordering::Greater), values(Ordering::Equal));
    above.len() == 1 && above.is_disjoint(&diagonal)
}

/// Whether a mask of queries and keys stands in the file, which nobody does for
/// one that masks nothing.
fn is_stored_table(net: &Net, id: TensorId) -> bool {
    let tensor = &net.tensors[id];
    let shape = tensor.shape.as_deref().unwrap_or(&[]);
    let heads = shape.len().checked_sub(3).and_then(|at| shape.get(at));
    let alone = heads.is_none_or(|heads| *heads == Expr::one());
    let unknown = tensor.value.is_none();
    tensor.stored && unknown && alone && square(net, id).is_some()
}
