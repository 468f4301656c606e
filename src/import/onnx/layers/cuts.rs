//! Where a run of nodes may end and the next begin.

use crate::import::onnx::net::{Net, NodeId, Readers};

/// For every place between two nodes what is handed on over it: of the nodes
/// before it whose results are read behind it, the last two.
///
/// The second of two runs reads one result of the first, and nobody else reads
/// any other. So of the nodes of the first run exactly one is handed on over the
/// place between both, and most places are told not to be one at a glance.
pub(super) struct Cuts {
    last_two: Vec<[Option<NodeId>; 2]>,
    /// For each node the first whose result it alone reads; 0 where it alone reads
    /// what comes from outside. It must lie in the run before: what all runs read
    /// has many readers.
    alone: Vec<Option<NodeId>>,
}

impl Cuts {
    pub(super) fn of(net: &Net, makers: &[Option<NodeId>], readers: &Readers) -> Cuts {
        let mut last_two = Vec::with_capacity(net.nodes.len());
        // Nodes with the last reader of each; those further down may be read no more.
        let mut open: Vec<(NodeId, NodeId)> = Vec::new();
        for (at, node) in net.nodes.iter().enumerate() {
            let last = drop_read(&mut open, at);
            let second = drop_read(&mut open, at).map(|(maker, _)| maker);
            last_two.push([last.map(|(maker, _)| maker), second]);
            open.extend(last);
            if let Some(reader) = readers[node.output].iter().max() {
                open.push((at, *reader));
            }
        }
        let alone = net.nodes.iter().map(|node| {
            let own = node
                .inputs
                .iter()
                .filter(|input| !net.tensors[**input].constant && readers[**input].len() == 1);
            own.map(|input| makers[*input].unwrap_or(0)).min()
        });
        Cuts {
            last_two,
            alone: alone.collect(),
        }
    }

    /// Whether a run of so many nodes may begin at `start` and another one behind it.
    pub(super) fn may_part(&self, start: NodeId, period: usize) -> bool {
        let place = start + period;
        let is_within = |maker: Option<NodeId>| maker.is_some_and(|maker| maker >= start);
        let hands_on_one = self
            .last_two
            .get(place)
            .is_some_and(|[last, second]| is_within(*last) && !is_within(*second));
        let reads_near = |alone: &Option<NodeId>| alone.is_none_or(|maker| maker >= start);
        hands_on_one && self.alone.get(place).is_some_and(reads_near)
    }
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
