//! What stays as it is while tokens are decoded: what follows from inputs that
//! count no tokens, as an encoder's result and the keys and values that a decoder
//! makes of it.
//!
//! All of it is computed once, before the first token. What is read of it at
//! every step is a state that no step changes; of tensors that are only moved on
//! the way the smallest.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::labels::Labels;
use crate::graph::{OpGraph, OpKind, RegionId};

/// What a step finds done.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// Ops that no step runs.
    pub(super) done: BTreeSet<NodeIndex>,
    /// The block in which the state stands that holds the result of one of them.
    pub(super) states: BTreeMap<NodeIndex, RegionId>,
}

/// What an op follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    /// Nothing but weights.
    Weights,
    /// Inputs that count no tokens.
    Others,
    /// The tokens.
    Tokens,
}

impl Fixed {
    pub(super) fn find(labels: &Labels<'_>) -> Fixed {
        let graph = labels.graph;
        let mut follows: Vec<From> = Vec::with_capacity(graph.ops.node_count());
        for (at, op) in graph.iter() {
            let before = graph.ops.neighbors_directed(at, Direction::Incoming);
            let of_input = match labels.of(at).iter().any(Option::is_some) {
                true => From::Tokens,
                false => From::Others,
            };
            let from = match op.kind {
                OpKind::Input => of_input,
                _ => (before
                    .filter_map(|before| follows.get(before.index()).copied())
                    .max())
                .unwrap_or(From::Weights),
            };
            follows.push(from);
        }
        let is_done = |at: NodeIndex| {
            graph.ops[at].computes() && follows.get(at.index()) == Some(&From::Others)
        };
        let mut fixed = Fixed {
            done: graph.ops.node_indices().filter(|at| is_done(*at)).collect(),
            states: BTreeMap::new(),
        };
        let needed: Vec<EdgeIndex> = graph
            .ops
            .edge_references()
            .filter_map(|edge| {
                let is_needed = is_done(edge.source()) && !is_done(edge.target());
                is_needed.then(|| edge.id())
            })
            .collect();
        for edge in needed {
            fixed.hold(labels, edge);
        }
        fixed
    }

    /// Holds what comes along an edge from what is done.
    fn hold(&mut self, labels: &Labels<'_>, edge: EdgeIndex) {
        let (smallest, moved) = labels.smallest(edge, Labels::only_moved);
        let graph = labels.graph;
        let ends = |edge| graph.ops.edge_endpoints(edge).unwrap_or_default();
        let ((source, _), (_, reader)) = (ends(smallest), ends(edge));
        for at in moved {
            self.done.remove(&at);
        }
        if self.done.contains(&source) {
            let region = around(graph, source, reader);
            let known = self.states.entry(source).or_insert(region);
            *known = outer(graph, *known, region);
        }
    }
}

/// The block that a state stands in: that of its maker, unless it is read
/// outside of it.
fn around(graph: &OpGraph, maker: NodeIndex, reader: NodeIndex) -> RegionId {
    let [mut region, reader] = [maker, reader].map(|at| graph.ops[at].region);
    while !graph.is_within(reader, region) {
        region = graph.region(region).parent.unwrap_or(RegionId::ROOT);
    }
    region
}

/// Of two blocks of which one stands in the other the outer one.
fn outer(graph: &OpGraph, a: RegionId, b: RegionId) -> RegionId {
    if graph.is_within(a, b) { b } else { a }
}
