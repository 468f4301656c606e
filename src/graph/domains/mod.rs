//! The pass over the domains: which values every tensor holds, and which share
//! of them is not zero.
//!
//! It assumes that blocks stand in the place of their calls, ops are wired and
//! all shapes known. It leaves the graph, in which every tensor has its values,
//! and no product is reduced yet.
//!
//! A repeated block is followed round by round. Its first round takes what the
//! caller gives, the second what the first has made of it, and so on until a
//! round gives the values that it took: from there on all rounds are equal, and
//! stand in the graph as one repeat. Those before stand there one by one, so
//! that a repeat costs what the same rounds cost written out. Where the number
//! of rounds is a symbol, the graph then holds for some of its values only: it
//! is a switch, with a constraint that says for which.
//!
//! | file | what it does |
//! |---|---|
//! | `transfer` | the values that one op makes of those of its operands |
//! | `straight_through` | the tensor that an estimate for training stands for |
//! | `rounds` | bodies and calls, round by round |
//! | `valued` | what that leaves |
//! | `density` | densities that were measured, found by the names of their ops |
//! | `flatten` | the graph, from all of it |

mod density;
mod flatten;
mod rounds;
mod straight_through;
mod transfer;
mod valued;

pub use self::rounds::Unfold;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::density::DensityTree;
use self::flatten::Flattening;
use self::rounds::Pass;
use super::OpGraph;
use super::limits::Work;
use super::lower::Lowered;
use crate::model::Phase;
use crate::source::Problems;

/// Finds the values of all tensors.
///
/// # Errors
/// Densities that are of no tensor or of one that has another, and models too
/// large once their rounds are told apart.
pub(super) fn find(lowered: Lowered<'_>, unfold: Unfold) -> Result<OpGraph, Problems> {
    let root = &lowered.model.root;
    let mut pass = Pass {
        values: &lowered.symbols.values,
        densities: DensityTree::of(lowered.model, lowered.variant),
        bit_density: lowered.bit_density,
        set: lowered.typed,
        overridden: BTreeMap::new(),
        unfold,
        constraints: lowered.constraints,
        switches: lowered.switches,
        work: Work::on(root),
        problems: Problems::new(),
    };
    let at = pass.densities.root();
    let valued = pass.body(&lowered.body, &[], &at);
    let mut flattening = Flattening::new(root, pass.problems);
    if let Ok(valued) = &valued {
        flattening.root(valued);
    }
    let mut problems = flattening.problems;
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut graph = OpGraph {
        model: root.name.clone(),
        variant: lowered.variant.to_owned(),
        format: root.format,
        source: root.source.name().to_owned(),
        ops: Arc::new(flattening.ops),
        output: flattening.output,
        regions: flattening.regions,
        numbers: lowered.symbols.shown(),
        symbols: Vec::new(),
        set: lowered.set,
        constraints: pass.constraints.into_vec(),
        switches: pass.switches,
        scopes: lowered.scopes,
        densities: None,
        phase: Phase::default(),
        model_stages: lowered.model.stages().into(),
    };
    pass.densities.check(&graph, &mut problems);
    graph.densities =
        pass.densities
            .used(flattening.measured, flattening.declared, pass.overridden);
    graph.symbols = lowered.symbols.made;
    problems.or(graph)
}
