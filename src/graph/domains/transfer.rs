//! What one op makes of the values of its operands.

use crate::domain::Domain;
use crate::graph::lower::LoweredOp;
use crate::graph::product::domain_of_product;
use crate::graph::tensor::{Share, ValueSet};
use crate::graph::{Einsum, Movement, OpKind};
use crate::model::{Map, Reduce};
use crate::number::whole;
use crate::symbolic::Expr;

/// The values of the result of `op`. What its file says of them stands before
/// what follows from the operands.
pub(super) fn transfer(op: &LoweredOp<'_>, operands: &[&ValueSet]) -> ValueSet {
    let found = match &op.kind {
        OpKind::Input | OpKind::Weight | OpKind::Constant | OpKind::State => {
            ValueSet::dense(Domain::Real)
        }
        OpKind::Einsum(einsum) => of_einsum(einsum, operands),
        OpKind::Elementwise(elementwise) => match &elementwise.formula {
            Some(formula) => {
                let domains = operands.iter().map(|operand| &operand.domain);
                let domain = formula.domain(&domains.collect::<Vec<_>>());
                ValueSet::sparse(domain, formula.share(operands))
            }
            None if elementwise.keeps_values => {
                let share = match (operands, &elementwise.among) {
                    ([only], Some(among)) => Share::of_any(only.share(), among),
                    _ => None,
                };
                ValueSet::sparse(joined(operands), share)
            }
            None => ValueSet::dense(Domain::Real),
        },
        OpKind::Move(movement) => of_movement(*movement, op, operands),
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
        is_bound: op.density.is_none() && found.is_bound,
        density: op.density.clone().or(found.density),
    }
}

fn of_einsum(einsum: &Einsum, operands: &[&ValueSet]) -> ValueSet {
    let has_bias = !einsum.bias.is_none();
    match operands {
        // Only rearranged: the values stay what they were.
        [only] if einsum.only_moves() => (*only).clone(),
        [only] if !has_bias && matches!(einsum.reduce, Reduce::Max | Reduce::Min) => {
            let reduced = einsum.axes.iter().filter(|axis| axis.is_reduced);
            let among = reduced.map(|axis| &axis.extent).product();
            ValueSet::sparse(only.domain.clone(), Share::of_any(only.share(), &among))
        }
        [a, b] if einsum.map == Map::Mul && !einsum.has_reduction() && !has_bias => {
            let domain = domain_of_product(&a.domain, &b.domain);
            ValueSet::sparse(domain, Share::of_both(a.share(), b.share()))
        }
        // A bias is any number.
        _ if !has_bias && operands.iter().all(|operand| operand.domain.is_whole()) => {
            ValueSet::dense(Domain::Integer)
        }
        _ => ValueSet::dense(Domain::Real),
    }
}

fn of_movement(movement: Movement, op: &LoweredOp<'_>, operands: &[&ValueSet]) -> ValueSet {
    match (movement, operands) {
        (Movement::Reshape, [only]) => (*only).clone(),
        // What is taken may be what is not zero, and be taken again and again.
        (Movement::Gather | Movement::Index, [.., last]) => {
            let times = times_larger(op);
            let share = times.and_then(|times| Share::of_any(last.share(), &times));
            ValueSet::sparse(last.domain.clone(), share)
        }
        _ => ValueSet::sparse(joined(operands), share_of_parts(op, operands)),
    }
}

/// How many times larger than one of the parts that are taken of it a tensor
/// is: than a row that one index chooses, or than all that is left of it.
fn times_larger(op: &LoweredOp<'_>) -> Option<Expr> {
    let taken: Expr = op.shape.iter().product();
    match op.elements.as_slice() {
        [all] => all.divide(&taken),
        [indices, all] => (indices * all).divide(&taken),
        _ => None,
    }
}

/// The share of a tensor that is put together from others, each there once:
/// what of all their elements is not zero.
fn share_of_parts(op: &LoweredOp<'_>, operands: &[&ValueSet]) -> Option<Share> {
    if operands.iter().all(|operand| operand.density.is_none()) {
        return None;
    }
    let mut kept = Expr::zero();
    let mut is_bound = false;
    let mut shares = Vec::new();
    for (operand, elements) in operands.iter().zip(&op.elements) {
        if operand.domain == Domain::of([whole(0)]) {
            continue;
        }
        // Of a part of which nothing is known all may be other than zero.
        is_bound |= operand.is_bound || operand.density.is_none();
        let share = operand.density.clone().unwrap_or_else(Expr::one);
        kept = &kept + &(&share * elements);
        shares.push(share);
    }
    let all: Expr = op.shape.iter().product();
    let mean = match shares.as_slice() {
        [first, others @ ..]
            if others.iter().all(|other| other == first) && shares.len() == operands.len() =>
        {
            first.clone()
        }
        _ => kept.divide(&all)?,
    };
    Some(Share {
        is_bound,
        ..Share::at_most(mean)?
    })
}

/// What any of the operands may hold.
fn joined(operands: &[&ValueSet]) -> Domain {
    let domains = operands.iter().map(|operand| operand.domain.clone());
    let all = domains.reduce(|all, domain| all.join(&domain));
    all.unwrap_or(Domain::Real)
}
