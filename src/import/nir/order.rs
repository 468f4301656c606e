//! Which node comes before which, and which edges lead back.
//!
//! A graph of spiking neurons may lead in circles: what a neuron gives comes
//! back to it in the next time step. Nodes are followed from the inputs, depth
//! first; an edge to a node that is being followed leads back, and takes what
//! its beginning gave in the step before. What is only made of spikes on the way
//! back is moved with it: the spikes are kept, a bit each, and not the sums of
//! weights that they choose.

use std::collections::BTreeSet;

use super::flat::{Flat, NodeId, Work};

/// The nodes in an order in which they can be computed.
pub(super) struct Order {
    pub(super) nodes: Vec<NodeId>,
    /// The edges, from and to, that take what was given a step ago.
    pub(super) delayed: BTreeSet<(NodeId, NodeId)>,
}

/// The order of the nodes of a graph.
pub(super) fn order(flat: &Flat) -> Order {
    let successors = flat.successors();
    let back = edges_back(flat, &successors);
    let mut delayed = BTreeSet::new();
    for edge in back {
        delayed.insert(before_spikes(flat, &successors, edge));
    }
    let is_now = |from: NodeId, to: NodeId| !delayed.contains(&(from, to)) && !is_delay(flat, to);
    let mut waiting: Vec<usize> = (flat.nodes.iter().enumerate())
        .map(|(to, node)| node.inputs.iter().filter(|from| is_now(**from, to)).count())
        .collect();
    let mut ready: BTreeSet<NodeId> = (0..waiting.len())
        .filter(|at| waiting.get(*at) == Some(&0))
        .collect();
    let mut nodes = Vec::with_capacity(waiting.len());
    while let Some(at) = ready.pop_first() {
        nodes.push(at);
        for to in successors.get(at).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(*to).filter(|_| is_now(at, *to)) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(*to);
                }
            }
        }
    }
    Order { nodes, delayed }
}

/// Whether a node gives what came in some steps ago, and so needs nothing that
/// is computed in this one.
fn is_delay(flat: &Flat, at: NodeId) -> bool {
    let node = flat.nodes.get(at);
    node.is_some_and(|node| matches!(node.work, Work::Delay(_)))
}

/// Where following a node has come to.
struct Visit {
    at: NodeId,
    next: usize,
}

/// The edges that lead to a node through which the way came, with delays
/// apart, which are no way within a step.
fn edges_back(flat: &Flat, successors: &[Vec<NodeId>]) -> Vec<(NodeId, NodeId)> {
    let inputs = (flat.nodes.iter().enumerate())
        .filter(|(_, node)| node.inputs.is_empty())
        .map(|(at, _)| at);
    let starts: Vec<NodeId> = inputs.chain(0..flat.nodes.len()).collect();
    let mut seen = vec![false; flat.nodes.len()];
    let mut on_way = vec![false; flat.nodes.len()];
    let mut back = Vec::new();
    for start in starts {
        let mut way = vec![Visit { at: start, next: 0 }];
        if seen.get(start) != Some(&false) {
            continue;
        }
        mark(&mut seen, start, true);
        mark(&mut on_way, start, true);
        while let Some(visit) = way.last_mut() {
            let at = visit.at;
            let next = successors.get(at).and_then(|all| all.get(visit.next));
            visit.next += 1;
            match next.copied() {
                None => {
                    mark(&mut on_way, at, false);
                    way.pop();
                }
                Some(to) if is_delay(flat, to) => {}
                Some(to) if on_way.get(to) == Some(&true) => back.push((at, to)),
                Some(to) if seen.get(to) == Some(&false) => {
                    mark(&mut seen, to, true);
                    mark(&mut on_way, to, true);
                    way.push(Visit { at: to, next: 0 });
                }
                Some(_) => {}
            }
        }
    }
    back
}

fn mark(marks: &mut [bool], at: NodeId, mark: bool) {
    if let Some(place) = marks.get_mut(at) {
        *place = mark;
    }
}

/// The edge of the way back along which spikes go: as long as an edge begins at
/// a node that is no neuron, takes one input and gives to nothing else, the
/// edge to that node is delayed in its place.
fn before_spikes(
    flat: &Flat,
    successors: &[Vec<NodeId>],
    (mut from, mut to): (NodeId, NodeId),
) -> (NodeId, NodeId) {
    for _ in 0..flat.nodes.len() {
        let Some(node) = flat.nodes.get(from) else {
            break;
        };
        let is_only = successors.get(from).is_some_and(|all| all.len() == 1);
        let keeps = matches!(
            node.work,
            Work::Neuron(_) | Work::Threshold(_) | Work::Input(_) | Work::Delay(_)
        );
        match node.inputs.as_slice() {
            [only] if is_only && !keeps => {
                to = from;
                from = *only;
            }
            _ => break,
        }
    }
    (from, to)
}
