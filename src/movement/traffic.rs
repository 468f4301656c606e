//! What moves in a graph, by a convention.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::finder::{Access, Finder};
use super::function::Searches;
use super::setting::{Fuse, Movement, MovementOptions};
use super::sizes::Sizes;
use crate::format::Format;
use crate::graph::OpGraph;
use crate::symbolic::Expr;

/// All that moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// By op, in the order of the graph.
    pub accesses: Vec<Access>,
    /// The least bits that any schedule moves to and from the farthest level;
    /// only for tiles.
    pub lower_bound: Option<Expr>,
}

/// Between which levels data moves, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    /// How data moves.
    pub movement: Movement,
    /// What goes with it.
    pub options: MovementOptions,
    /// The capacity of each level in bits, nearest first; the farthest one
    /// holds everything, whatever is said of it.
    pub capacities: Vec<Option<Expr>>,
}

/// Finds what moves in `graph` where what it leaves open is in `format`.
pub fn traffic(
    graph: &OpGraph,
    format: Format,
    hierarchy: &Hierarchy,
    sizes: Sizes<'_>,
) -> Traffic {
    let tiles = hierarchy.movement.tiles();
    let mut found = Finder {
        graph,
        format,
        capacities: &hierarchy.capacities,
        sizes,
        searches: Searches::new(tiles.unwrap_or_default()),
        spikes: hierarchy.options.spikes,
        accesses: Vec::new(),
        crossed: Vec::new(),
        kept: BTreeMap::new(),
        touched: Arc::default(),
        given: Arc::default(),
        shared: Rc::default(),
        bound: Expr::zero(),
    };
    found.given = Arc::new(found.find_given());
    if tiles.is_some() {
        let all = graph.iter().map(|(at, op)| match op.computes() {
            true => found.touched(at),
            false => Expr::zero(),
        });
        found.touched = Arc::new(all.collect());
    }
    if tiles.is_some() && hierarchy.options.fuse == Fuse::Attention {
        found.fuse_attention();
    }
    for (at, op) in graph.iter() {
        match hierarchy.movement {
            Movement::NoReuse => found.no_reuse(at, op),
            Movement::Compulsory => found.compulsory(at, op),
            Movement::Tiled(_) => found.tiled(at, op),
        }
    }
    Traffic {
        accesses: found.accesses,
        lower_bound: tiles.map(|_| found.bound),
    }
}
