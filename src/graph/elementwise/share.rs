//! Which share of the result of a formula is not zero.
//!
//! | formula | share, with ρ of x and σ of y |
//! |---|---|
//! | `-x`, `abs(x)`, `x * 0.7`, `x / 2` | ρ |
//! | `x * y`, `min(x, y)` of bits | at most the smaller of ρ and σ |
//! | `x + y`, `x - y`, `max(x, y)`, `min(x, y)` | at most ρ + σ |
//! | `1 - x` of bits, `not(x)` | 1 − ρ |
//! | `or(x, y)`, `xor(x, y)` | at most ρ + σ |
//! | `where(c, x, 0)` | at most ρ, and as much as of c |
//!
//! Where two tensors are zero together nobody knows, and so such shares are
//! bounds.

use num_traits::{Signed, Zero};

use super::term::{Term, TermNode};
use super::transfer::Function;
use crate::domain::Domain;
use crate::formula::BinaryOp;
use crate::graph::tensor::{Share, ValueSet};
use crate::symbolic::Expr;

impl Term {
    /// The share of the result that is not zero; nothing where nothing is
    /// known.
    pub(in crate::graph) fn share(&self, operands: &[&ValueSet]) -> Option<Share> {
        match &self.node {
            TermNode::Number(value) if value.is_zero() => Some(Share::exactly(Expr::zero())),
            TermNode::Number(_) => None,
            TermNode::Operand(slot) => operands.get(*slot)?.share(),
            TermNode::Negate(inner) => inner.share(operands),
            TermNode::Binary(op, left, right) => of_binary(*op, left, right, operands),
            TermNode::Call(function, arguments) => of_call(*function, arguments, operands),
        }
    }

    fn number(&self) -> Option<&Expr> {
        match &self.node {
            TermNode::Number(value) => Some(value),
            _ => None,
        }
    }
}

fn of_binary(op: BinaryOp, left: &Term, right: &Term, operands: &[&ValueSet]) -> Option<Share> {
    let (a, b) = (|| left.share(operands), || right.share(operands));
    match op {
        BinaryOp::Mul => match (left.number(), right.number()) {
            (Some(number), _) if !number.is_zero() => b(),
            (_, Some(number)) if !number.is_zero() => a(),
            _ => Share::of_both(a(), b()),
        },
        BinaryOp::Div => a(),
        BinaryOp::Add | BinaryOp::Sub => match (left.number(), right.number()) {
            (Some(number), _) => of_rest(op, number, right, operands),
            (_, Some(number)) => of_rest(op, number, left, operands),
            _ => Share::of_either(a(), b()),
        },
        BinaryOp::Pow | BinaryOp::Compare => None,
    }
}

/// Of a number with a tensor of two values added or taken away: where all that
/// is not zero makes zero of it, zero is what was not.
fn of_rest(op: BinaryOp, number: &Expr, tensor: &Term, operands: &[&ValueSet]) -> Option<Share> {
    let TermNode::Operand(slot) = tensor.node else {
        return None;
    };
    let tensor = operands.get(slot)?;
    let number = number.as_constant()?;
    let makes_zero = match op {
        BinaryOp::Add => -number.clone(),
        _ => number.clone(),
    };
    if number.is_zero() {
        return tensor.share();
    }
    let two = Domain::of([num_rational::BigRational::zero(), makes_zero]);
    let share = tensor.share().filter(|share| !share.is_bound)?;
    (tensor.domain == two).then(|| Share::exactly(&Expr::one() - &share.most))
}

fn are_bits(term: &Term, operands: &[&ValueSet]) -> bool {
    match term.node {
        TermNode::Operand(slot) => operands.get(slot).is_some_and(|x| x.domain.is_binary()),
        _ => false,
    }
}

fn of_call(function: Function, arguments: &[Term], operands: &[&ValueSet]) -> Option<Share> {
    let share = |at: usize| arguments.get(at).and_then(|term| term.share(operands));
    let number = |at: usize| {
        arguments
            .get(at)
            .and_then(|term| term.number()?.as_constant())
    };
    match function {
        Function::Abs | Function::Sqrt | Function::Tanh | Function::Erf => share(0),
        // What is not zero may become it.
        Function::Round => Share::at_most(share(0)?.most),
        Function::Clip => {
            let keeps_zero = !number(1)?.is_positive() && !number(2)?.is_negative();
            Share::at_most(share(0).filter(|_| keeps_zero)?.most)
        }
        // By a number, zeros may become it.
        Function::Max if number(0).is_some_and(|number| !number.is_positive()) => {
            Share::at_most(share(1)?.most)
        }
        Function::Max if number(1).is_some_and(|number| !number.is_positive()) => {
            Share::at_most(share(0)?.most)
        }
        // One that is zero makes it zero.
        Function::Min if arguments.iter().all(|term| are_bits(term, operands)) => {
            Share::of_both(share(0), share(1))
        }
        Function::Max | Function::Min => Share::of_either(share(0), share(1)),
        Function::Where if number(2).is_some_and(|number| number.is_zero()) => {
            Share::of_both(share(0), share(1))
        }
        Function::Where => Share::of_either(share(1), share(2)),
        Function::Not => {
            let share = share(0).filter(|share| !share.is_bound)?;
            Some(Share::exactly(&Expr::one() - &share.most))
        }
        Function::Or | Function::Xor => Share::of_either(share(0), share(1)),
        Function::Exp | Function::Log | Function::Sign => None,
    }
}
