//! Which ops stand in one row.
//!
//! A page of ten thousand ops is neither quick nor of use to anyone. Where there
//! are many, those of one stage in one layer are one row, and if that is not
//! enough, those of one stage.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use crate::graph::{Op, OpGraph, RegionId};

/// What a row of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    /// An op.
    Op,
    /// All ops of a stage in a layer.
    LayerStage,
    /// All ops of a stage.
    Stage,
}

impl Grain {
    /// The next coarser one.
    pub(super) fn coarser(self) -> Option<Grain> {
        match self {
            Grain::Op => Some(Grain::LayerStage),
            Grain::LayerStage => Some(Grain::Stage),
            Grain::Stage => None,
        }
    }

    /// What a page says of it.
    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Grain::Op => None,
            Grain::LayerStage => Some("the ops of a stage in a layer are shown as one"),
            Grain::Stage => Some("the ops of a stage are shown as one"),
        }
    }
}

/// A row: an op, or several as one.
#[derive(Debug)]
pub(super) struct Row {
    /// Its ops, in the order of the graph.
    pub(super) ops: Vec<NodeIndex>,
}

/// The rows of a graph, and in which of them an op is.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    of_op: BTreeMap<NodeIndex, usize>,
}

impl Rows {
    /// The ops of a graph that do anything; inputs too where each op is a row, so
    /// that one sees where data comes from.
    pub(super) fn of(graph: &OpGraph, grain: Grain) -> Rows {
        let mut rows: Vec<Row> = Vec::new();
        let mut of_op = BTreeMap::new();
        let mut known: BTreeMap<(Option<RegionId>, &str), usize> = BTreeMap::new();
        for (at, op) in graph.iter().filter(|(_, op)| op.computes()) {
            let row = match key(graph, op, grain) {
                Some(key) => *known.entry(key).or_insert(rows.len()),
                None => rows.len(),
            };
            match rows.get_mut(row) {
                Some(row) => row.ops.push(at),
                None => rows.push(Row { ops: vec![at] }),
            }
            of_op.insert(at, row);
        }
        Rows { rows, of_op }
    }

    /// The row of an op, if it is in one.
    pub(super) fn row(&self, op: NodeIndex) -> Option<usize> {
        self.of_op.get(&op).copied()
    }
}

fn key<'g>(graph: &OpGraph, op: &'g Op, grain: Grain) -> Option<(Option<RegionId>, &'g str)> {
    match grain {
        Grain::Op => None,
        Grain::LayerStage => Some((graph.layer(op.region), &op.stage)),
        Grain::Stage => Some((None, &op.stage)),
    }
}
