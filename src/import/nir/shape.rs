//! Shapes, followed from the inputs: what each node takes, and what it gives.
//!
//! What a file claims of shapes is not trusted: libraries write the batch and
//! the steps into that of an `Input`, and the `input_shape` of a convolution is
//! wrong behind another. The parameters are, and where what comes in can only
//! mean one thing it is mended, with a note.

use std::collections::VecDeque;

use super::fit::{accept, channels, linear_takes};
use super::flat::{Flat, FlatNode, NodeId, Work};
use super::node::Shape;
use crate::source::{Diagnostic, Problems};

/// What every node takes and gives; nothing of an `Output` to which no edge
/// leads.
pub(super) struct Shapes {
    pub(super) taken: Vec<Option<Shape>>,
    pub(super) given: Vec<Option<Shape>>,
}

/// The shapes of all nodes.
pub(super) fn infer(flat: &mut Flat, notes: &mut Vec<String>) -> Result<Shapes, Problems> {
    begin(flat, notes)?;
    without_batch(flat, notes);
    let count = flat.nodes.len();
    let mut shapes = Shapes {
        taken: vec![None; count],
        given: vec![None; count],
    };
    let successors = flat.successors();
    let mut problems = Problems::new();
    let mut ready: VecDeque<(NodeId, Shape)> = VecDeque::new();
    for (at, node) in flat.nodes.iter().enumerate() {
        if let Work::Input(shape) = &node.work {
            ready.push_back((at, shape.clone()));
        }
    }
    while let Some((at, comes)) = ready.pop_front() {
        let (Some(node), Some(taken @ None)) = (flat.nodes.get(at), shapes.taken.get_mut(at))
        else {
            continue;
        };
        let accepted = match accept(&node.work, &comes) {
            Ok(accepted) => accepted,
            Err(why) => {
                problems.push(Diagnostic::new(format!("`{}` {why}", node.label)));
                continue;
            }
        };
        notes.extend(accepted.note.map(|note| format!("`{}` {note}", node.label)));
        *taken = Some(accepted.taken);
        for to in successors.get(at).into_iter().flatten() {
            ready.push_back((*to, accepted.given.clone()));
        }
        if let Some(given) = shapes.given.get_mut(at) {
            *given = Some(accepted.given);
        }
    }
    problems.or(())?;
    check(flat, &shapes)?;
    Ok(shapes)
}

/// Puts an input before the nodes to which no edge leads.
fn begin(flat: &mut Flat, notes: &mut Vec<String>) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let is_input = |node: &FlatNode| matches!(node.work, Work::Input(_));
    let lacks = !flat.nodes.iter().any(is_input);
    let mut begun = Vec::new();
    for (at, node) in flat.nodes.iter_mut().enumerate() {
        if !node.inputs.is_empty() || is_input(node) {
            continue;
        }
        if let Work::Output(_) = node.work {
            notes.push(format!("no edge leads to the `Output` `{}`", node.label));
            continue;
        }
        match own_shape(&node.work) {
            Some(shape) => begun.push((at, shape)),
            None => problems.push(Diagnostic::new(format!(
                "no edge leads to `{}`, and nothing says the shape of what it takes",
                node.label
            ))),
        }
    }
    problems.or(())?;
    if lacks && begun.is_empty() {
        let message = "the graph has no `Input`, and no node with which it could begin";
        return Err(Diagnostic::new(message).into());
    }
    for (at, shape) in begun {
        let new = flat.nodes.len();
        let Some(node) = flat.nodes.get_mut(at) else {
            continue;
        };
        notes.push(format!(
            "no edge leads to `{}`: an `Input` of {shape:?} is put before it",
            node.label
        ));
        node.inputs.push(new);
        let label = format!("input_{}", node.label);
        flat.nodes.push(FlatNode {
            label,
            work: Work::Input(shape),
            inputs: Vec::new(),
        });
    }
    Ok(())
}

/// The shape that a node takes, where its parameters say it.
fn own_shape(work: &Work) -> Option<Shape> {
    match work {
        Work::Linear { weight, .. } => linear_takes(weight),
        Work::Conv(conv) => {
            let along = conv.along.as_ref()?;
            let channels = channels(conv)?;
            Some([&[channels], along.as_slice()].concat())
        }
        Work::Scale(shape) | Work::Threshold(shape) | Work::Delay(shape) => Some(shape.clone()),
        Work::Neuron(neuron) => Some(neuron.shape.clone()),
        _ => None,
    }
}

/// The number of axes that a node takes, where the format says it.
fn own_rank(work: &Work) -> Option<usize> {
    match work {
        Work::Linear { weight, .. } => weight.len().checked_sub(1),
        Work::Conv(conv) => conv.weight.len().checked_sub(1),
        Work::Pool(_) => Some(3),
        Work::Scale(shape) | Work::Threshold(shape) | Work::Delay(shape) => {
            Some(shape.len()).filter(|rank| *rank > 0)
        }
        Work::Neuron(neuron) => Some(neuron.shape.len()).filter(|rank| *rank > 0),
        _ => None,
    }
}

/// Leaves out the batch and the steps that the shape of an input has in front.
fn without_batch(flat: &mut Flat, notes: &mut Vec<String>) {
    let successors = flat.successors();
    for at in 0..flat.nodes.len() {
        let behind = successors.get(at).into_iter().flatten();
        let works: Vec<(String, Work)> = behind
            .filter_map(|to| flat.nodes.get(*to))
            .map(|node| (node.label.clone(), node.work.clone()))
            .collect();
        let Some(node) = flat.nodes.get_mut(at) else {
            continue;
        };
        let Work::Input(claimed) = &mut node.work else {
            continue;
        };
        if claimed.is_empty() {
            claimed.push(1);
        }
        for (label, work) in works {
            let more = own_rank(&work).and_then(|rank| claimed.len().checked_sub(rank));
            let (Some(more @ 1..), true) = (more, claimed.len() > 1) else {
                continue;
            };
            let kept = claimed.split_off(more);
            let whole = [claimed.as_slice(), &kept].concat();
            if accept(&work, &kept).is_ok() {
                notes.push(format!(
                    "the `Input` `{}` has the shape {whole:?} in the file, and `{label}` takes \
                     {kept:?}: what stands before is taken for a batch or for steps, and left out",
                    node.label
                ));
                *claimed = kept;
            } else {
                *claimed = whole;
            }
        }
    }
}

/// Whether every node was reached, and all that is summed has one shape.
fn check(flat: &Flat, shapes: &Shapes) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let given = |at: &NodeId| shapes.given.get(*at).and_then(Option::as_ref);
    for (at, node) in flat.nodes.iter().enumerate() {
        if shapes.taken.get(at).is_some_and(Option::is_none) && !node.inputs.is_empty() {
            let message = format!("no way leads from an `Input` to `{}`", node.label);
            problems.push(Diagnostic::new(message));
            continue;
        }
        let known: Vec<&Shape> = node.inputs.iter().filter_map(given).collect();
        if known.iter().any(|shape| Some(shape) != known.first()) {
            let message = format!("`{}` takes a sum of the shapes {known:?}", node.label);
            problems.push(Diagnostic::new(message));
        }
    }
    problems.or(())
}
