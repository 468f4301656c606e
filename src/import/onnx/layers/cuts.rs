//! Where a run of nodes may end and the next begin.

use std::ops::Range;

use crate::import::onnx::net::{Net, NodeId, Readers};

/// For every place between two nodes where a run may begin that ends there.
///
/// The second of two runs reads one result of the first, and nobody else reads
/// any other. So of the nodes of the first run exactly one is handed on over the
/// place between both, and what the first node behind it alone reads was made in
/// the first run: what all runs read has many readers. At most places of a network
/// no run can end, and nothing else is asked there.
pub(super) struct Cuts {
    /// For each node where a run before it may begin.
    starts: Vec<Range<NodeId>>,
    /// For each of [`LENGTHS`], and then for each node, the first from that on before
    /// which a run of so many nodes or more may end.
    next: [Vec<NodeId>; LENGTHS.len()],
}

/// How long runs are told apart, in rising order: to skip the places of short ones.
const LENGTHS: [usize; 7] = [2, 4, 16, 64, 256, 1024, 4096];

impl Cuts {
    pub(super) fn of(net: &Net, makers: &[Option<NodeId>], readers: &Readers) -> Cuts {
        let mut starts = Vec::with_capacity(net.nodes.len());
        // Nodes with the last reader of each; those further down may be read no more.
        let mut open: Vec<(NodeId, NodeId)> = Vec::new();
        for (at, node) in net.nodes.iter().enumerate() {
            let last = drop_read(&mut open, at);
            let second = drop_read(&mut open, at);
            let own = (node.inputs.iter())
                .filter(|input| !net.tensors[**input].constant && readers[**input].len() == 1)
                .map(|input| makers[*input].unwrap_or(0));
            // Behind the second that is handed on, and not behind the last.
            let first = second.map_or(0, |(second, _)| second + 1);
            let behind = last.and_then(|(last, _)| own.chain([last]).min());
            // A single node is no run.
            starts.push(first..behind.map_or(0, |latest| (latest + 1).min(at.saturating_sub(1))));
            open.extend(second.into_iter().chain(last));
            if let Some(reader) = readers[node.output].iter().max() {
                open.push((at, *reader));
            }
        }
        let next = LENGTHS.map(|length| next(&starts, length));
        Cuts { starts, next }
    }

    /// Up to which node from `place` on no run of so many nodes ends; nothing where none
    /// does in all the rest.
    pub(super) fn next(&self, place: NodeId, period: usize) -> Option<NodeId> {
        let mut lengths = LENGTHS.iter().zip(&self.next).rev();
        let (_, next) = lengths.find(|(length, _)| **length <= period)?;
        let next = *next.get(place)?;
        (next < self.starts.len()).then_some(next)
    }

    /// Whether a run of so many nodes may begin at `start` and another one behind it.
    pub(super) fn may_part(&self, start: NodeId, period: usize) -> bool {
        let starts = self.starts.get(start + period);
        starts.is_some_and(|starts| starts.contains(&start))
    }
}

/// For each place the first from it on where a run of so many nodes may end, or the
/// number of places.
fn next(starts: &[Range<NodeId>], length: usize) -> Vec<NodeId> {
    let mut next = vec![starts.len(); starts.len()];
    let mut following = starts.len();
    for (place, starts) in starts.iter().enumerate().rev() {
        if !starts.is_empty() && starts.start + length <= place {
            following = place;
        }
        next[place] = following;
    }
    next
}

/// The last of the nodes that is read from `at` on, taken out; those that are not
/// are dropped on the way.
fn drop_read(open: &mut Vec<(NodeId, NodeId)>, at: NodeId) -> Option<(NodeId, NodeId)> {
    while let Some((maker, reader)) = open.pop() {
        if reader >= at {
            return Some((maker, reader));
        }
    }
    None
}
