//! Parameters that one token takes: of a mixture of experts, all but those of
//! the experts that are not chosen for it.
//!
//! A weight of which rows are looked up and nothing else is done with, such as
//! the matrices of experts or a table of words, is taken by as many numbers as
//! are looked up for each token. Every other weight is taken whole, a table
//! that the head has too among them.

use num_rational::BigRational;
use num_traits::Zero;
use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::graph::{Movement, Op, OpGraph, OpKind};
use crate::model::Phase;
use crate::symbolic::{Bindings, EvalError};

/// The parameters that one token takes; nothing where the model has no weights
/// of which some are chosen for each token, or trains.
pub(super) fn active(graph: &OpGraph, values: &Bindings) -> Result<Option<BigRational>, EvalError> {
    let input = graph.iter().find(|(_, op)| op.kind == OpKind::Input);
    let (Some((_, input)), Phase::Prefill | Phase::Decode) = (input, graph.phase()) else {
        return Ok(None);
    };
    let tokens = input.output.elements().evaluate(values)?;
    if tokens.is_zero() {
        return Ok(None);
    }
    let weights = graph.iter().filter(|(_, op)| op.kind == OpKind::Weight);
    let weights: Vec<_> = weights.map(|(at, op)| (op, lookups(graph, at))).collect();
    let is_of_experts = |(weight, lookups): &(&Op, Option<Vec<NodeIndex>>)| {
        // Rows that are matrices are experts; those that are vectors, words.
        let is_of_matrices = weight.output.shape.len() > 2;
        let mut lookups = lookups.iter().flatten();
        is_of_matrices && lookups.any(|lookup| is_multiplied(graph, *lookup))
    };
    if !weights.iter().any(is_of_experts) {
        return Ok(None);
    }
    let elements = |op: &Op| (&op.output.elements() * &graph.runs(op)).evaluate(values);
    let mut total = BigRational::zero();
    for (weight, lookups) in weights {
        let all = elements(weight)?;
        let Some(lookups) = lookups else {
            total += all;
            continue;
        };
        let mut taken = BigRational::zero();
        for lookup in lookups {
            taken += elements(&graph.ops()[lookup])?;
        }
        total += all.min(taken / &tokens);
    }
    Ok(Some(total))
}

/// The ops that look up rows of a weight, if all that take it do.
fn lookups(graph: &OpGraph, weight: NodeIndex) -> Option<Vec<NodeIndex>> {
    let readers = graph.ops().neighbors_directed(weight, Direction::Outgoing);
    let mut found = Vec::new();
    for reader in readers {
        let is_lookup = graph.ops()[reader].kind == OpKind::Move(Movement::Gather);
        let last = graph.operands(reader).last().map(|(from, _)| *from);
        if !is_lookup || last != Some(weight) {
            return None;
        }
        found.push(reader);
    }
    (!found.is_empty()).then_some(found)
}

/// Whether what is looked up is a matrix that something is multiplied by.
fn is_multiplied(graph: &OpGraph, lookup: NodeIndex) -> bool {
    let readers = graph.ops().neighbors_directed(lookup, Direction::Outgoing);
    readers
        .filter_map(|reader| match &graph.ops()[reader].kind {
            OpKind::Einsum(einsum) => Some(einsum),
            _ => None,
        })
        .any(|einsum| einsum.is_mac())
}
