//! Which ops of a picture stand in one frame.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;

use crate::graph::{Op, OpGraph, RegionId};
use crate::symbolic::Expr;

/// Which ops share the frame of a stage.
///
/// A stage gets a frame where at least two of its ops in one block feed each
/// other; ops of a stage that lie apart, such as the two residual additions of
/// a layer, would only drag the picture together. A block whose ops are all of
/// one stage has its own frame and carries the stage in its title; a block of
/// one op has none, and gives the op its name.
pub(super) struct Stages {
    /// For each op in a frame, the first op of that frame.
    first: BTreeMap<NodeIndex, NodeIndex>,
    /// The stage of each block that has but one.
    pub(super) alone: BTreeMap<RegionId, String>,
    /// The blocks of one op that stand there once.
    pub(super) single: BTreeSet<RegionId>,
}

impl Stages {
    pub(super) fn of(graph: &OpGraph) -> Stages {
        let mut seen: BTreeMap<RegionId, Option<&str>> = BTreeMap::new();
        let mut counts: BTreeMap<RegionId, usize> = BTreeMap::new();
        for (_, op) in graph.iter().filter(|(_, op)| op.computes()) {
            *counts.entry(op.region).or_insert(0) += 1;
            seen.entry(op.region)
                .and_modify(|stage| *stage = stage.filter(|stage| **stage == *op.stage))
                .or_insert(Some(&op.stage));
        }
        // A block around other blocks has the stages of those too.
        for (_, region) in graph.regions() {
            if let Some(stage) = region.parent.and_then(|parent| seen.get_mut(&parent)) {
                *stage = None;
            }
        }
        seen.remove(&RegionId::ROOT);
        let alone: BTreeMap<RegionId, String> = seen
            .into_iter()
            .filter_map(|(region, stage)| Some((region, stage?.to_owned())))
            .collect();
        let single = alone
            .keys()
            .copied()
            .filter(|id| counts.get(id) == Some(&1) && graph.region(*id).rounds == Expr::one())
            .collect();

        let count = graph.ops().node_count();
        let mut sets = petgraph::unionfind::UnionFind::<usize>::new(count);
        let together = |a: &Op, b: &Op| {
            a.computes()
                && b.computes()
                && a.region == b.region
                && a.stage == b.stage
                && !alone.contains_key(&a.region)
        };
        for edge in graph.ops().raw_edges() {
            let (from, to) = (edge.source(), edge.target());
            if together(&graph.ops()[from], &graph.ops()[to]) {
                sets.union(from.index(), to.index());
            }
        }
        let mut members: BTreeMap<usize, Vec<NodeIndex>> = BTreeMap::new();
        for (at, _) in graph.iter() {
            members.entry(sets.find(at.index())).or_default().push(at);
        }
        let mut first = BTreeMap::new();
        for set in members.values().filter(|set| set.len() > 1) {
            for at in set {
                first.insert(*at, set[0]);
            }
        }
        Stages {
            first,
            alone,
            single,
        }
    }

    pub(super) fn frame(&self, op: NodeIndex) -> Option<NodeIndex> {
        self.first.get(&op).copied()
    }
}
