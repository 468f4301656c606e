//! Strength reduction: a product costs what the values of its operands allow.
//!
//! It assumes that every tensor has its value domain, which the pass over the
//! domains leaves. It leaves every einsum with the cheapest map that gives its
//! products, and every elementwise op with the primitives that it takes:
//!
//! | operands | becomes |
//! |---|---|
//! | {0, 1} × {0, 1} | and, counted |
//! | {−1, 1} × {−1, 1} | xnor, counted |
//! | {0, 1} × any | selection; sums only over the ones |
//! | {−1, 1} × any | conditional negation |
//! | {−1, 0, 1} × any | selected addition or subtraction |
//! | ±2^k × any | shift |
//! | {0, c}, {−c, c}, {−c, 0, c} × any, summed | as without c, and one factor a sum |
//!
//! Nobody writes that a layer is cheap: it follows from how its operands were
//! made.

use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::product::{product_in_sum, product_of};
use super::{Einsum, OpGraph, OpKind};
use crate::domain::Domain;
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;

/// Works out what the domains allow for every op of the graph.
pub(super) fn reduce(graph: &mut OpGraph) {
    let all: Vec<NodeIndex> = graph.ops.node_indices().collect();
    for at in all {
        if !matches!(
            graph.ops[at].kind,
            OpKind::Einsum(_) | OpKind::Elementwise(_)
        ) {
            continue;
        }
        let domains: Vec<Domain> = (graph.inputs(at).iter())
            .map(|(_, edge)| edge.tensor.domain.clone())
            .collect();
        let domains: Vec<&Domain> = domains.iter().collect();
        let Some(op) = graph.ops_mut().node_weight_mut(at) else {
            continue;
        };
        match &mut op.kind {
            OpKind::Einsum(einsum) => {
                let cheapest = cheapest(einsum, &domains);
                if cheapest != (einsum.map, einsum.factor, einsum.reduce) {
                    let einsum = Arc::make_mut(einsum);
                    (einsum.map, einsum.factor, einsum.reduce) = cheapest;
                }
            }
            OpKind::Elementwise(elementwise) => {
                if let Some(formula) = &elementwise.formula {
                    let steps = formula.steps(&domains);
                    Arc::make_mut(elementwise).steps = steps;
                }
            }
            _ => {}
        }
    }
}

/// The cheapest map for the operands of an einsum of products, what every sum
/// then takes once, and how its terms are gathered; of others those that they have.
fn cheapest(einsum: &Einsum, domains: &[&Domain]) -> (Map, Option<Primitive>, Reduce) {
    let (map, factor, reduce) = (einsum.map, einsum.factor, einsum.reduce);
    // Behind the operands there may be a bias.
    let (Map::Mul, 2, [a, b, ..]) = (map, einsum.operands.len(), domains) else {
        return (map, factor, reduce);
    };
    let (map, factor) = match einsum.has_reduction() && reduce == Reduce::Add {
        true => product_in_sum(a, b),
        false => (product_of(a, b), factor),
    };
    match (map, reduce) {
        (Map::And | Map::Xnor, Reduce::Add) => (map, factor, Reduce::Popcount),
        _ => (map, factor, reduce),
    }
}
