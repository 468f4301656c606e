//! Ops that run once more: where activations are not stored, a block keeps only
//! what goes into it, and the rest is computed again when its backward ops need
//! it.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::graph::{OpGraph, Pass};

/// Adds the ops of all blocks once more; gives for every op the one that its
/// backward op takes the values from.
pub(super) fn again(graph: &mut OpGraph) -> Vec<NodeIndex> {
    let all: Vec<NodeIndex> = graph.ops.node_indices().collect();
    let mut sources = all.clone();
    for at in all {
        let op = &graph.ops[at];
        let Some(layer) = graph.layer(op.region).filter(|_| op.computes()) else {
            continue;
        };
        let mut copy = op.clone();
        copy.name = format!("{} again", copy.name).into();
        copy.pass = Pass::Backward;
        copy.is_kept = false;
        let copy = graph.ops_mut().add_node(copy);
        let edges: Vec<_> = graph
            .ops
            .edges_directed(at, petgraph::Direction::Incoming)
            .map(|edge| (edge.source(), edge.weight().clone()))
            .collect();
        for (from, edge) in edges {
            // What comes from outside the block is there.
            let is_inside = graph.layer(graph.ops[from].region) == Some(layer);
            let from = match sources.get(from.index()).filter(|_| is_inside) {
                Some(again) => *again,
                None => from,
            };
            graph.ops_mut().add_edge(from, copy, edge);
        }
        if let Some(source) = sources.get_mut(at.index()) {
            *source = copy;
        }
    }
    sources
}
