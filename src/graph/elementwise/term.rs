//! A formula whose names stand for operands and numbers, each part with its
//! shape.

use std::sync::Arc;

use super::operand::{Operand, Transfer};
use super::transfer::{self, Function};
use crate::domain::Domain;
use crate::formula::BinaryOp;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A part of a formula.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Term {
    /// The shape of what it gives; no axes for a number.
    pub(in crate::graph) shape: Arc<[Expr]>,
    pub(in crate::graph) node: TermNode,
}

/// What a part of a formula is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::graph) enum TermNode {
    Number(Expr),
    /// The operand in this slot.
    Operand(usize),
    Negate(Box<Term>),
    Binary(BinaryOp, Box<Term>, Box<Term>),
    Call(Function, Vec<Term>),
}

impl Term {
    /// The same formula of operands that have other `shapes`, as long as they
    /// lie over each other like those before.
    pub(in crate::graph) fn reshaped(term: &Term, shapes: &[&[Expr]]) -> Term {
        let all = |terms: &[Term]| -> Vec<Term> {
            terms
                .iter()
                .map(|term| Term::reshaped(term, shapes))
                .collect()
        };
        let one = |term: &Term| Box::new(Term::reshaped(term, shapes));
        let (node, parts) = match &term.node {
            TermNode::Number(value) => (TermNode::Number(value.clone()), Vec::new()),
            TermNode::Operand(slot) => {
                let shape = shapes.get(*slot).map_or(&*term.shape, |shape| *shape);
                return Term {
                    shape: shape.into(),
                    node: TermNode::Operand(*slot),
                };
            }
            TermNode::Negate(inner) => {
                let inner = one(inner);
                let shape = Arc::clone(&inner.shape);
                (TermNode::Negate(inner), vec![shape])
            }
            TermNode::Binary(op, left, right) => {
                let (left, right) = (one(left), one(right));
                let parts = vec![Arc::clone(&left.shape), Arc::clone(&right.shape)];
                (TermNode::Binary(*op, left, right), parts)
            }
            TermNode::Call(function, arguments) => {
                let arguments = all(arguments);
                let parts = arguments
                    .iter()
                    .map(|part| Arc::clone(&part.shape))
                    .collect();
                (TermNode::Call(*function, arguments), parts)
            }
        };
        let shape = laid_over(term.shape.len(), &parts);
        Term { shape, node }
    }

    /// How many parts it has.
    pub(in crate::graph) fn size(&self) -> usize {
        1 + match &self.node {
            TermNode::Number(_) | TermNode::Operand(_) => 0,
            TermNode::Negate(inner) => inner.size(),
            TermNode::Binary(_, left, right) => left.size() + right.size(),
            TermNode::Call(_, arguments) => arguments.iter().map(Term::size).sum(),
        }
    }

    /// The operand q of a formula that is `w + (q - w)`, a straight-through
    /// estimate: it gives q, and only training sees w.
    pub(in crate::graph) fn estimated(&self) -> Option<usize> {
        let (sum, other) = self.pair(BinaryOp::Add)?;
        let straight = |difference: &Term, whole: &Term| {
            let (minuend, subtrahend) = difference.pair(BinaryOp::Sub)?;
            let is_taken_back = whole.operand()? == subtrahend.operand()?;
            is_taken_back.then(|| minuend.operand())?
        };
        straight(sum, other).or_else(|| straight(other, sum))
    }

    /// The operands of a formula that is only this operator.
    pub(in crate::graph) fn operands_of(&self, op: BinaryOp) -> Option<(usize, usize)> {
        let (left, right) = self.pair(op)?;
        Some((left.operand()?, right.operand()?))
    }

    fn pair(&self, wanted: BinaryOp) -> Option<(&Term, &Term)> {
        match &self.node {
            TermNode::Binary(op, left, right) if *op == wanted => Some((left, right)),
            _ => None,
        }
    }

    fn operand(&self) -> Option<usize> {
        match self.node {
            TermNode::Operand(slot) => Some(slot),
            _ => None,
        }
    }

    /// The values that come out where the operands have the `domains` given.
    pub(in crate::graph) fn domain(&self, domains: &[&Domain]) -> Domain {
        self.follow(domains, &mut |_, _| {}).into_domain()
    }

    /// Every primitive that it takes in all, with its count.
    pub(in crate::graph) fn steps(&self, domains: &[&Domain]) -> Vec<(Primitive, Expr)> {
        let mut steps: Vec<(Primitive, Expr)> = Vec::new();
        self.follow(domains, &mut |primitives, shape| {
            let elements: Expr = shape.iter().product();
            for primitive in primitives {
                match steps.iter_mut().find(|(known, _)| known == primitive) {
                    Some((_, sum)) => *sum += &elements,
                    None => steps.push((*primitive, elements.clone())),
                }
            }
        });
        steps
    }

    /// Follows it from the operands to the result; `count` is given the
    /// primitives that are applied to every element of a shape.
    fn follow(&self, domains: &[&Domain], count: &mut dyn FnMut(&[Primitive], &[Expr])) -> Operand {
        let (transfer, base) = match &self.node {
            TermNode::Number(value) => return Operand::number(value),
            TermNode::Operand(slot) => {
                let domain = domains.get(*slot).copied();
                return Operand::tensor(domain.cloned().unwrap_or(Domain::Real));
            }
            TermNode::Negate(inner) => {
                let operand = inner.follow(domains, count);
                (transfer::negate(&operand), None)
            }
            TermNode::Binary(op, left, right) => {
                let a = left.follow(domains, count);
                let b = right.follow(domains, count);
                let base = (!a.is_number).then_some(&left.shape);
                // What cannot be computed was refused when the formula was
                // resolved, whatever the values of the tensors.
                let nothing = |_| Transfer::of(Vec::new(), Operand::tensor(Domain::Real));
                let transfer = transfer::binary(*op, &a, &b).unwrap_or_else(nothing);
                (transfer, base)
            }
            TermNode::Call(function, arguments) => {
                let operands: Vec<Operand> = (arguments.iter())
                    .map(|argument| argument.follow(domains, count))
                    .collect();
                (transfer::call(*function, &operands), None)
            }
        };
        if let Some(base) = base {
            count(&transfer.on_base, base);
        }
        if !transfer.result.is_number {
            count(&transfer.on_result, &self.shape);
        }
        transfer.result
    }
}

/// The shape of several laid over each other from the last axis on: an axis of 1
/// stretches.
fn laid_over(axes: usize, parts: &[Arc<[Expr]>]) -> Arc<[Expr]> {
    let axis = |at: usize| {
        let from_end = axes - at;
        let extents = parts.iter().filter_map(|part| {
            let at = part.len().checked_sub(from_end)?;
            part.get(at)
        });
        let mut stretched = extents.filter(|extent| **extent != Expr::one());
        stretched.next().cloned().unwrap_or_else(Expr::one)
    };
    (0..axes).map(axis).collect()
}
