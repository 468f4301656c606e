//! Strength reduction: a product costs what the values of its operands allow.
//!
//! | operands | becomes |
//! |---|---|
//! | {0, 1} × {0, 1} | and, counted |
//! | {−1, 1} × {−1, 1} | xnor, counted |
//! | {0, 1} × any | selection; sums only over the ones |
//! | {−1, 1} × any | conditional negation |
//! | {−1, 0, 1} × any | selected addition or subtraction |
//! | ±2^k × any | shift |
//!
//! Nobody writes that a layer is cheap: it follows from how its operands were
//! made.

use petgraph::graph::NodeIndex;

use super::{OpGraph, OpKind};
use crate::domain::Domain;
use crate::model::{Map, Reduce};

/// The cheapest map that gives the product of values of the two domains.
pub(super) fn product_of(a: &Domain, b: &Domain) -> Map {
    if a.is_binary() && b.is_binary() {
        Map::And
    } else if a.is_sign() && b.is_sign() {
        Map::Xnor
    } else if a.is_binary() || b.is_binary() {
        Map::Select
    } else if a.is_sign() || b.is_sign() {
        Map::Negate
    } else if a.is_ternary() || b.is_ternary() {
        Map::Trit
    } else if a.is_power_of_two() || b.is_power_of_two() {
        Map::Shift
    } else {
        Map::Mul
    }
}

/// The values of the product of values of the two domains.
pub(super) fn domain_of_product(a: &Domain, b: &Domain) -> Domain {
    match (a, b) {
        (Domain::PowerOfTwo, other) | (other, Domain::PowerOfTwo) if other.is_power_of_two() => {
            Domain::PowerOfTwo
        }
        _ => a.combine(b, |x, y| x * y),
    }
}

/// Rewrites every product of the graph to what the domains allow.
pub(super) fn reduce(graph: &mut OpGraph) {
    let all: Vec<NodeIndex> = graph.ops.node_indices().collect();
    for at in all {
        let is_product = (graph.ops.node_weight(at))
            .is_some_and(|op| matches!(&op.kind, OpKind::Einsum(einsum) if einsum.map == Map::Mul));
        if !is_product {
            continue;
        }
        let domains: Vec<Domain> = graph
            .inputs(at)
            .iter()
            .map(|(_, wire)| wire.tensor.domain.clone())
            .collect();
        let Some(op) = graph.ops.node_weight_mut(at) else {
            continue;
        };
        let OpKind::Einsum(einsum) = &mut op.kind else {
            continue;
        };
        let [a, b] = domains.as_slice() else {
            continue;
        };
        einsum.map = product_of(a, b);
        if matches!(einsum.map, Map::And | Map::Xnor) && einsum.reduce == Reduce::Add {
            einsum.reduce = Reduce::Popcount;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_decide() {
        let real = Domain::Real;
        assert_eq!(product_of(&real, &real), Map::Mul);
        assert_eq!(product_of(&Domain::binary(), &real), Map::Select);
        assert_eq!(product_of(&real, &Domain::sign()), Map::Negate);
        assert_eq!(product_of(&real, &Domain::ternary()), Map::Trit);
        assert_eq!(product_of(&Domain::PowerOfTwo, &real), Map::Shift);
        assert_eq!(product_of(&Domain::sign(), &Domain::sign()), Map::Xnor);
        assert_eq!(product_of(&Domain::binary(), &Domain::binary()), Map::And);
        assert_eq!(product_of(&Domain::Integer(Some(8)), &real), Map::Mul);
    }
}
