//! What one op makes of the values of its operands.

use crate::domain::Domain;
use crate::graph::lower::LoweredOp;
use crate::graph::product::domain_of_product;
use crate::graph::tensor::ValueSet;
use crate::graph::{Einsum, Movement, OpKind};
use crate::model::{Map, Reduce};

/// The values of the result of `op`. What its file says of them stands before
/// what follows from the operands.
pub(super) fn transfer(op: &LoweredOp<'_>, operands: &[&ValueSet]) -> ValueSet {
    let found = match &op.kind {
        OpKind::Input | OpKind::Weight | OpKind::Constant => ValueSet::dense(Domain::Real),
        OpKind::Einsum(einsum) => of_einsum(einsum, operands),
        OpKind::Elementwise(elementwise) => ValueSet::dense(match &elementwise.formula {
            Some(formula) => {
                let domains = operands.iter().map(|operand| &operand.domain);
                formula.domain(&domains.collect::<Vec<_>>())
            }
            None if elementwise.keeps_values => joined(operands),
            None => Domain::Real,
        }),
        OpKind::Move(movement) => of_movement(*movement, operands),
        // Of what nobody knows nothing can be said.
        OpKind::Unsupported(_) => ValueSet::dense(Domain::Real),
    };
    stated(op, found)
}

/// The values of the result of `op`, with what its file says of them in place
/// of what was found.
pub(super) fn stated(op: &LoweredOp<'_>, found: ValueSet) -> ValueSet {
    ValueSet {
        domain: op.domain.clone().unwrap_or(found.domain),
        density: op.density.clone().or(found.density),
    }
}

fn of_einsum(einsum: &Einsum, operands: &[&ValueSet]) -> ValueSet {
    let has_bias = !einsum.bias.is_none();
    match operands {
        // Only rearranged: the values stay what they were.
        [only] if einsum.only_moves() => (*only).clone(),
        [only] if !has_bias && matches!(einsum.reduce, Reduce::Max | Reduce::Min) => {
            ValueSet::dense(only.domain.clone())
        }
        [a, b] if einsum.map == Map::Mul && !einsum.has_reduction() && !has_bias => {
            ValueSet::dense(domain_of_product(&a.domain, &b.domain))
        }
        // A bias is any number.
        _ if !has_bias && operands.iter().all(|operand| operand.domain.is_whole()) => {
            ValueSet::dense(Domain::Integer)
        }
        _ => ValueSet::dense(Domain::Real),
    }
}

fn of_movement(movement: Movement, operands: &[&ValueSet]) -> ValueSet {
    match (movement, operands) {
        (Movement::Reshape, [only]) => (*only).clone(),
        (Movement::Gather | Movement::Index, [.., last]) => ValueSet::dense(last.domain.clone()),
        _ => ValueSet::dense(joined(operands)),
    }
}

/// What any of the operands may hold.
fn joined(operands: &[&ValueSet]) -> Domain {
    let domains = operands.iter().map(|operand| operand.domain.clone());
    let all = domains.reduce(|all, domain| all.join(&domain));
    all.unwrap_or(Domain::Real)
}
