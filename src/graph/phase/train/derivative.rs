//! The derivative of an elementwise formula, as a formula of the gradient.
//!
//! | part | what its gradient g becomes |
//! |---|---|
//! | `x + y`, `x - y` | g; −g for y of a difference |
//! | `x * y` | g·y and g·x |
//! | `x / y` | g/y and −g·(x/y)/y |
//! | `x ^ n` | g·n·xⁿ⁻¹ |
//! | `exp(x)`, `log(x)`, `sqrt(x)` | g·e with e the result, g/x, g·(0.5/r) with r the result |
//! | `tanh(x)`, `erf(x)` | g·(1 − t·t) with t the result, g·(2/√π · exp(−x·x)) |
//! | `abs(x)` | g·sign(x) |
//! | `max(x, y)`, `min(x, y)`, `clip(x, a, b)`, `where(c, x, y)` | g where the value comes from, 0 elsewhere |
//! | `x > y`, `sign(x)`, `round(x)` | g, as if nothing had been done: a straight-through estimate |
//!
//! A result is that of the op where the part is the whole formula, and is
//! computed anew where it is a part of a larger one.

use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

use crate::formula::BinaryOp;
use crate::graph::elementwise::{Function, Term, TermNode};
use crate::number::whole;
use crate::symbolic::Expr;

/// Derives one formula.
pub(super) struct Derivation<'t> {
    /// The whole formula.
    pub(super) whole: &'t Term,
    /// The slot of its result.
    pub(super) result: usize,
    /// The slot of the gradient of its result.
    pub(super) gradient: usize,
}

impl Derivation<'_> {
    /// The gradient of the operand in a slot; nothing where the formula does
    /// not depend on it.
    pub(super) fn of(&self, slot: usize) -> Option<Term> {
        let gradient = Term {
            shape: Arc::clone(&self.whole.shape),
            node: TermNode::Operand(self.gradient),
        };
        let mut found = Vec::new();
        self.part(self.whole, gradient, slot, &mut found);
        found.into_iter().reduce(|a, b| binary(BinaryOp::Add, a, b))
    }

    /// Follows the gradient of a part down to an operand.
    fn part(&self, term: &Term, gradient: Term, slot: usize, found: &mut Vec<Term>) {
        if !depends(term, slot) {
            return;
        }
        match &term.node {
            TermNode::Number(_) => {}
            TermNode::Operand(_) => found.push(gradient),
            TermNode::Negate(inner) => self.part(inner, negate(gradient), slot, found),
            TermNode::Binary(op, left, right) => {
                let (of_left, of_right) = self.of_binary(term, *op, (left, right), gradient);
                for (part, gradient) in [(left, of_left), (right, of_right)] {
                    if let Some(gradient) = gradient {
                        self.part(part, gradient, slot, found);
                    }
                }
            }
            TermNode::Call(function, arguments) => {
                let gradients = self.of_call(term, *function, arguments, &gradient);
                for (part, gradient) in arguments.iter().zip(gradients) {
                    if let Some(gradient) = gradient {
                        self.part(part, gradient, slot, found);
                    }
                }
            }
        }
    }

    fn of_binary(
        &self,
        term: &Term,
        op: BinaryOp,
        (left, right): (&Term, &Term),
        gradient: Term,
    ) -> (Option<Term>, Option<Term>) {
        let times = |a: Term, b: &Term| binary(BinaryOp::Mul, a, b.clone());
        match op {
            BinaryOp::Add => (Some(gradient.clone()), Some(gradient)),
            BinaryOp::Sub => (Some(gradient.clone()), Some(negate(gradient))),
            BinaryOp::Mul => (
                Some(times(gradient.clone(), right)),
                Some(times(gradient, left)),
            ),
            BinaryOp::Div => {
                let over = |a: Term| binary(BinaryOp::Div, a, right.clone());
                let of_divisor = negate(over(times(gradient.clone(), &self.value(term))));
                (Some(over(gradient)), Some(of_divisor))
            }
            BinaryOp::Pow => (self.of_power(term, left, right, gradient), None),
            BinaryOp::Compare => (Some(gradient.clone()), Some(gradient)),
        }
    }

    fn of_power(&self, term: &Term, base: &Term, exponent: &Term, gradient: Term) -> Option<Term> {
        let TermNode::Number(power) = &exponent.node else {
            return None;
        };
        let constant = power.as_constant();
        let slope = match constant.as_ref() {
            Some(power) if power.is_one() => return Some(gradient),
            Some(power) if power.is_integer() && *power > whole(1) => {
                let less = power - whole(1);
                match less.is_one() {
                    true => base.clone(),
                    false => binary(BinaryOp::Pow, base.clone(), number(Expr::constant(less))),
                }
            }
            _ => binary(BinaryOp::Div, self.value(term), base.clone()),
        };
        let scaled = binary(BinaryOp::Mul, number(power.clone()), slope);
        Some(binary(BinaryOp::Mul, gradient, scaled))
    }

    fn of_call(
        &self,
        term: &Term,
        function: Function,
        arguments: &[Term],
        gradient: &Term,
    ) -> Vec<Option<Term>> {
        let times = |slope: Term| Some(binary(BinaryOp::Mul, gradient.clone(), slope));
        let value = || self.value(term);
        let choose = |condition: Term, is_first: bool| {
            let zero = number(Expr::zero());
            let (first, second) = match is_first {
                true => (gradient.clone(), zero),
                false => (zero, gradient.clone()),
            };
            Some(call(Function::Where, vec![condition, first, second]))
        };
        match (function, arguments) {
            (Function::Abs, [x]) => vec![times(call(Function::Sign, vec![x.clone()]))],
            (Function::Exp, [_]) => vec![times(value())],
            (Function::Log, [x]) => vec![Some(binary(BinaryOp::Div, gradient.clone(), x.clone()))],
            (Function::Sqrt, [_]) => {
                let half = number(Expr::constant(BigRational::new(1.into(), 2.into())));
                vec![times(binary(BinaryOp::Div, half, value()))]
            }
            (Function::Tanh, [_]) => {
                let square = binary(BinaryOp::Mul, value(), value());
                vec![times(binary(BinaryOp::Sub, number(Expr::one()), square))]
            }
            (Function::Erf, [x]) => {
                let square = binary(BinaryOp::Mul, x.clone(), x.clone());
                let bell = call(Function::Exp, vec![negate(square)]);
                vec![times(binary(BinaryOp::Mul, two_by_root_pi(), bell))]
            }
            (Function::Sign | Function::Round, [_]) => vec![Some(gradient.clone())],
            (Function::Max | Function::Min, [a, b]) => {
                let first = || binary(BinaryOp::Compare, a.clone(), b.clone());
                vec![choose(first(), true), choose(first(), false)]
            }
            (Function::Clip, [x, low, high]) => {
                let above = binary(BinaryOp::Compare, x.clone(), low.clone());
                let below = binary(BinaryOp::Compare, x.clone(), high.clone());
                let within = choose(below, true)
                    .map(|inner| call(Function::Where, vec![above, inner, number(Expr::zero())]));
                vec![within, None, None]
            }
            (Function::Where, [condition, _, _]) => vec![
                None,
                choose(condition.clone(), true),
                choose(condition.clone(), false),
            ],
            _ => Vec::new(),
        }
    }

    /// The value of a part: the result of the op where it is all of it.
    fn value(&self, term: &Term) -> Term {
        match std::ptr::eq(term, self.whole) {
            true => Term {
                shape: Arc::clone(&term.shape),
                node: TermNode::Operand(self.result),
            },
            false => term.clone(),
        }
    }
}

fn depends(term: &Term, slot: usize) -> bool {
    match &term.node {
        TermNode::Number(_) => false,
        TermNode::Operand(own) => *own == slot,
        TermNode::Negate(inner) => depends(inner, slot),
        TermNode::Binary(_, left, right) => depends(left, slot) || depends(right, slot),
        TermNode::Call(_, arguments) => arguments.iter().any(|part| depends(part, slot)),
    }
}

fn number(value: Expr) -> Term {
    Term {
        shape: Arc::from([]),
        node: TermNode::Number(value),
    }
}

fn two_by_root_pi() -> Term {
    let digits = BigRational::new(BigInt::from(11_283_792), BigInt::from(10_000_000));
    number(Expr::constant(digits))
}

fn negate(term: Term) -> Term {
    Term {
        shape: Arc::clone(&term.shape),
        node: TermNode::Negate(Box::new(term)),
    }
}

fn binary(op: BinaryOp, left: Term, right: Term) -> Term {
    let shape = wider(&left.shape, &right.shape);
    Term {
        shape,
        node: TermNode::Binary(op, Box::new(left), Box::new(right)),
    }
}

fn call(function: Function, arguments: Vec<Term>) -> Term {
    let shapes = arguments.iter().map(|part| Arc::clone(&part.shape));
    let shape = shapes.reduce(|a, b| wider(&a, &b));
    Term {
        shape: shape.unwrap_or_else(|| Arc::from([])),
        node: TermNode::Call(function, arguments),
    }
}

/// The shape of two that lie over each other.
fn wider(a: &Arc<[Expr]>, b: &Arc<[Expr]>) -> Arc<[Expr]> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let lacking = long.len() - short.len();
    let axes = long.iter().enumerate().map(|(at, extent)| {
        let other = at.checked_sub(lacking).and_then(|at| short.get(at));
        match other {
            Some(other) if *extent == Expr::one() => other.clone(),
            _ => extent.clone(),
        }
    });
    axes.collect()
}

/// The slots that a formula takes, each once.
pub(super) fn slots(term: &Term, found: &mut Vec<usize>) {
    match &term.node {
        TermNode::Number(_) => {}
        TermNode::Operand(slot) => {
            if !found.contains(slot) {
                found.push(*slot);
            }
        }
        TermNode::Negate(inner) => slots(inner, found),
        TermNode::Binary(_, left, right) => {
            slots(left, found);
            slots(right, found);
        }
        TermNode::Call(_, arguments) => arguments.iter().for_each(|part| slots(part, found)),
    }
}

/// The same formula with its slots by their places among `order`.
pub(super) fn renumbered(term: &Term, order: &[usize]) -> Term {
    let one = |part: &Term| Box::new(renumbered(part, order));
    let node = match &term.node {
        TermNode::Number(value) => TermNode::Number(value.clone()),
        TermNode::Operand(slot) => {
            let place = order.iter().position(|known| known == slot);
            TermNode::Operand(place.unwrap_or(*slot))
        }
        TermNode::Negate(inner) => TermNode::Negate(one(inner)),
        TermNode::Binary(op, left, right) => TermNode::Binary(*op, one(left), one(right)),
        TermNode::Call(function, arguments) => {
            let arguments = arguments.iter().map(|part| renumbered(part, order));
            TermNode::Call(*function, arguments.collect())
        }
    };
    Term {
        shape: Arc::clone(&term.shape),
        node,
    }
}
