//! Shapes, followed from the inputs: what each node takes, and what it gives.
//!
//! What a file claims of shapes is not trusted: libraries write the batch and
//! the steps into that of an `Input`, and the `input_shape` of a convolution is
//! wrong behind another. The parameters are, and where what comes in can only
//! mean one thing it is mended, with a note.

use std::collections::VecDeque;

use super::flat::{Flat, FlatNode, NodeId, Work};
use super::node::{Conv, Padding, Pool, Shape};
use crate::source::{Diagnostic, Problems};

/// What every node takes and gives; nothing of an `Output` to which no edge
/// leads.
pub(super) struct Shapes {
    pub(super) taken: Vec<Option<Shape>>,
    pub(super) given: Vec<Option<Shape>>,
}

/// What a node makes of a tensor.
struct Accepted {
    taken: Shape,
    given: Shape,
    note: Option<String>,
}

impl Accepted {
    fn new(taken: &[u64], given: Shape) -> Accepted {
        Accepted {
            taken: taken.to_vec(),
            given,
            note: None,
        }
    }

    fn alike(taken: &[u64]) -> Accepted {
        Accepted::new(taken, taken.to_vec())
    }

    fn noted(mut self, note: String) -> Accepted {
        self.note = Some(note);
        self
    }
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

/// What a node makes of a tensor of this shape, or why it cannot.
fn accept(work: &Work, comes: &[u64]) -> Result<Accepted, String> {
    match work {
        Work::Input(_) | Work::Sum => Ok(Accepted::alike(comes)),
        Work::Output(claimed) if claimed == comes || claimed.ends_with(comes) => {
            Ok(Accepted::alike(comes))
        }
        Work::Output(claimed) => Ok(Accepted::alike(comes).noted(format!(
            "has the shape {claimed:?} in the file, and {comes:?} comes in"
        ))),
        Work::Linear { weight, .. } => linear(weight, comes),
        Work::Conv(conv) => convolved(conv, comes),
        Work::Pool(pool) => pooled(pool, comes),
        Work::Flatten { first, last } => flattened(*first, *last, comes),
        Work::Scale(shape) | Work::Threshold(shape) | Work::Delay(shape) => alike(shape, comes),
        Work::Neuron(neuron) => alike(&neuron.shape, comes),
    }
}

fn linear_takes(weight: &[u64]) -> Option<Shape> {
    let [front @ .., _, inputs] = weight else {
        return None;
    };
    Some([front, &[*inputs]].concat())
}

fn linear(weight: &[u64], comes: &[u64]) -> Result<Accepted, String> {
    let takes = linear_takes(weight).unwrap_or_default();
    let [front @ .., outputs, _] = weight else {
        return Err(format!("has a weight of shape {weight:?}"));
    };
    if comes.ends_with(&takes) {
        let before = comes.len() - takes.len();
        let before = comes.get(..before).unwrap_or(&[]);
        let given = [before, front, &[*outputs]].concat();
        return Ok(Accepted::new(comes, given));
    }
    if product(comes) == product(&takes) {
        let given = [front, &[*outputs]].concat();
        return Ok(Accepted::new(&takes, given).noted(reshaped(&takes, comes)));
    }
    Err(refused(&takes, comes))
}

fn reshaped(takes: &[u64], comes: &[u64]) -> String {
    format!("takes {takes:?}, and {comes:?} comes in: taken as if it was flattened before")
}

fn refused(takes: &[u64], comes: &[u64]) -> String {
    format!("takes {takes:?}, and {comes:?} comes in")
}

/// How many channels a convolution takes.
fn channels(conv: &Conv) -> Option<u64> {
    conv.weight.get(1)?.checked_mul(conv.groups)
}

fn convolved(conv: &Conv, comes: &[u64]) -> Result<Accepted, String> {
    let axes = conv.weight.len().saturating_sub(2);
    let kernel = conv.weight.get(2..).unwrap_or(&[]);
    let channels = channels(conv).ok_or("has more channels than can be counted")?;
    let split = comes.len().checked_sub(axes + 1);
    let split = split.and_then(|at| Some((comes.get(..at)?, comes.get(at)?, comes.get(at + 1..)?)));
    let Some((before, found, along)) = split.filter(|(_, found, _)| **found == channels) else {
        return Err(format!(
            "takes {channels} channels ({} groups of {}) along {axes} axes, and {comes:?} comes in",
            conv.groups,
            channels / conv.groups.max(1)
        ));
    };
    let mut given = before.to_vec();
    given.push(conv.weight.first().copied().unwrap_or(*found));
    for (axis, extent) in along.iter().enumerate() {
        let of = |shape: &[u64]| shape.get(axis).copied().unwrap_or(1);
        let window = Window {
            kernel: of(kernel),
            stride: of(&conv.stride),
            dilation: of(&conv.dilation),
        };
        given.push(match &conv.padding {
            Padding::Same => *extent,
            Padding::Of(padding) => window.fits(*extent, of(padding), comes)?,
        });
    }
    let accepted = Accepted::new(comes, given);
    Ok(match &conv.along {
        Some(claimed) if claimed != along => accepted.noted(format!(
            "has the input shape {claimed:?} in the file, and {along:?} comes in"
        )),
        _ => accepted,
    })
}

/// What goes over an axis.
struct Window {
    kernel: u64,
    stride: u64,
    dilation: u64,
}

impl Window {
    /// How often it fits.
    fn fits(&self, extent: u64, padding: u64, comes: &[u64]) -> Result<u64, String> {
        let covers = self.dilation.checked_mul(self.kernel.saturating_sub(1));
        let room = padding
            .checked_mul(2)
            .and_then(|both| both.checked_add(extent));
        let over = room
            .zip(covers)
            .and_then(|(room, covers)| room.checked_sub(covers)?.checked_sub(1));
        match over {
            Some(over) => Ok(over / self.stride.max(1) + 1),
            None => Err(format!("has a kernel that does not fit into {comes:?}")),
        }
    }
}

fn pooled(pool: &Pool, comes: &[u64]) -> Result<Accepted, String> {
    let [before @ .., rows, columns] = comes else {
        return Err(format!("takes rows and columns, and {comes:?} comes in"));
    };
    let mut given = before.to_vec();
    for (axis, extent) in [rows, columns].into_iter().enumerate() {
        let of = |shape: &[u64]| shape.get(axis).copied().unwrap_or(1);
        let window = Window {
            kernel: of(&pool.kernel),
            stride: of(&pool.stride),
            dilation: 1,
        };
        given.push(window.fits(*extent, of(&pool.padding), comes)?);
    }
    Ok(Accepted::new(comes, given))
}

fn flattened(first: i64, last: i64, comes: &[u64]) -> Result<Accepted, String> {
    let rank = comes.len() as i64;
    let axis = |at: i64| {
        let at = if at < 0 {
            at.checked_add(rank)
        } else {
            Some(at)
        };
        at.filter(|at| (0..rank).contains(at)).map(|at| at as usize)
    };
    let ends = axis(first)
        .zip(axis(last))
        .filter(|(first, last)| first <= last);
    let parts = ends.and_then(|(first, last)| {
        Some((
            comes.get(..first)?,
            comes.get(first..=last)?,
            comes.get(last + 1..)?,
        ))
    });
    let Some((before, joined, behind)) = parts else {
        return Err(format!(
            "joins the axes {first} to {last}, which {comes:?} has not"
        ));
    };
    let joined = product(joined).ok_or("gives more numbers than can be counted")?;
    Ok(Accepted::new(comes, [before, &[joined], behind].concat()))
}

/// What has parameters of its own shape for each element.
fn alike(own: &[u64], comes: &[u64]) -> Result<Accepted, String> {
    match broadcast(own, comes) {
        Some(both) if both == comes => return Ok(Accepted::alike(comes)),
        Some(both) => {
            let note = format!("has parameters of {own:?}, and {comes:?} comes in for all of them");
            return Ok(Accepted::new(comes, both).noted(note));
        }
        None => {}
    }
    if let ([channels], [first, _, ..]) = (own, comes)
        && channels == first
    {
        let note =
            format!("has parameters of {own:?}, and {comes:?} comes in: one for each channel");
        return Ok(Accepted::alike(comes).noted(note));
    }
    if product(own) == product(comes) {
        return Ok(Accepted::alike(own).noted(reshaped(own, comes)));
    }
    Err(format!("has parameters of {own:?}, and {comes:?} comes in"))
}

fn product(shape: &[u64]) -> Option<u64> {
    shape
        .iter()
        .try_fold(1_u64, |all, extent| all.checked_mul(*extent))
}

/// The shape of two tensors together, aligned at their last axes, where an
/// extent of 1 stretches.
pub(super) fn broadcast(a: &[u64], b: &[u64]) -> Option<Shape> {
    let rank = a.len().max(b.len());
    let extent = |shape: &[u64], axis: usize| {
        let at = (axis + shape.len()).checked_sub(rank);
        at.and_then(|at| shape.get(at).copied()).unwrap_or(1)
    };
    let both = (0..rank).map(|axis| match (extent(a, axis), extent(b, axis)) {
        (x, y) if x == y || y == 1 => Some(x),
        (1, y) => Some(y),
        _ => None,
    });
    both.collect()
}
