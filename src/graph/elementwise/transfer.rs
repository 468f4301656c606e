//! What an operator or a function of an elementwise formula does to each
//! element, in primitives, and which values come out of it.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::operand::{Operand, Transfer};
use super::power::{power, reciprocals};
use crate::domain::Domain;
use crate::formula::BinaryOp;
use crate::graph::product::{domain_of_product, product_by_number, product_of};
use crate::model::Map;
use crate::primitive::Primitive;

/// A function of elementwise formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) enum Function {
    Abs,
    Exp,
    Log,
    Sqrt,
    Tanh,
    Erf,
    Sign,
    Round,
    Max,
    Min,
    Clip,
    Where,
    Not,
    Or,
    Xor,
}

impl Function {
    /// All of them: name, and how many values each takes.
    const ALL: [(Function, &'static str, usize); 15] = [
        (Function::Abs, "abs", 1),
        (Function::Exp, "exp", 1),
        (Function::Log, "log", 1),
        (Function::Sqrt, "sqrt", 1),
        (Function::Tanh, "tanh", 1),
        (Function::Erf, "erf", 1),
        (Function::Sign, "sign", 1),
        (Function::Round, "round", 1),
        (Function::Max, "max", 2),
        (Function::Min, "min", 2),
        (Function::Clip, "clip", 3),
        (Function::Where, "where", 3),
        (Function::Not, "not", 1),
        (Function::Or, "or", 2),
        (Function::Xor, "xor", 2),
    ];

    /// The function of this name, and how many values it takes.
    pub(in crate::graph) fn named(name: &str) -> Option<(Function, usize)> {
        let found = Function::ALL
            .into_iter()
            .find(|(_, known, _)| *known == name);
        found.map(|(function, _, arity)| (function, arity))
    }

    /// The names of all functions.
    pub(in crate::graph) fn names() -> impl Iterator<Item = &'static str> {
        Function::ALL.into_iter().map(|(_, name, _)| name)
    }
}

/// `-x`
pub(in crate::graph) fn negate(operand: &Operand) -> Transfer {
    let domain = signed(&operand.domain, |x| -x);
    let result = Operand::result(domain, operand.is_number);
    Transfer::of(vec![Primitive::Negate], result)
}

/// What an operator does with two operands.
///
/// # Errors
/// What is wrong with the right one: a divisor of 0, an exponent that is too
/// large. It rests on numbers alone, never on the values of a tensor.
pub(in crate::graph) fn binary(op: BinaryOp, a: &Operand, b: &Operand) -> Result<Transfer, String> {
    let (steps, domain) = match op {
        BinaryOp::Add => (
            vec![Primitive::Add],
            a.domain.combine(&b.domain, |x, y| x + y),
        ),
        BinaryOp::Sub => (
            vec![Primitive::Sub],
            a.domain.combine(&b.domain, |x, y| x - y),
        ),
        BinaryOp::Mul => product(a, b),
        BinaryOp::Div if b.constant().is_some_and(BigRational::is_zero) => {
            return Err("division by zero".to_owned());
        }
        // The reciprocal of a number is computed once, by nobody's hardware.
        BinaryOp::Div if b.is_number => product(a, &Operand::result(reciprocals(&b.domain), true)),
        BinaryOp::Div => (vec![Primitive::Div], Domain::Real),
        BinaryOp::Pow => return power(a, b),
        BinaryOp::Compare => (vec![Primitive::Compare], Domain::binary()),
    };
    let is_number = a.is_number && b.is_number;
    Ok(Transfer::of(steps, Operand::result(domain, is_number)))
}

/// What a product is done with, and its values. Between tensors the domains
/// decide; of a tensor by a number, it is a multiplication unless the tensor
/// chooses: the number or 0, the number or its negative.
fn product(a: &Operand, b: &Operand) -> (Vec<Primitive>, Domain) {
    let map = match (a.is_number, b.is_number) {
        (true, true) => Map::Mul,
        (true, false) => product_by_number(&b.domain),
        (false, true) => product_by_number(&a.domain),
        (false, false) => product_of(&a.domain, &b.domain),
    };
    let steps = match map {
        Map::And => vec![Primitive::And],
        Map::Xnor => vec![Primitive::Xnor],
        Map::Select => vec![Primitive::Select],
        Map::Ternary => vec![Primitive::Select, Primitive::Negate],
        Map::Negate => vec![Primitive::Negate],
        Map::Shift => vec![Primitive::Shift],
        _ => vec![Primitive::Mul],
    };
    (steps, domain_of_product(&a.domain, &b.domain))
}

/// What a function does with its arguments.
pub(in crate::graph) fn call(function: Function, arguments: &[Operand]) -> Transfer {
    let values = |at: usize| {
        let argument = arguments.get(at);
        argument.map_or(Domain::Real, |argument| argument.domain.clone())
    };
    let (steps, domain) = match function {
        Function::Abs => (vec![Primitive::Abs], signed(&values(0), |x| x.abs())),
        Function::Exp => (vec![Primitive::Exp], Domain::Real),
        Function::Log => (vec![Primitive::Log], Domain::Real),
        Function::Sqrt => (vec![Primitive::Sqrt], Domain::Real),
        Function::Tanh => (vec![Primitive::Tanh], Domain::Real),
        Function::Erf => (vec![Primitive::Erf], Domain::Real),
        // The sign of a number is one comparison; zero counts as positive.
        Function::Sign => (vec![Primitive::Compare], Domain::sign()),
        Function::Round => (vec![Primitive::Round], values(0).rounded()),
        Function::Max => (vec![Primitive::Compare], extreme(arguments, true)),
        Function::Min => (vec![Primitive::Compare], extreme(arguments, false)),
        Function::Clip => (
            vec![Primitive::Compare, Primitive::Compare],
            clipped(arguments),
        ),
        Function::Where => (vec![Primitive::Select], values(1).join(&values(2))),
        // One gate for each bit.
        Function::Not | Function::Or | Function::Xor => (vec![Primitive::And], Domain::binary()),
    };
    let is_number = arguments.iter().all(|argument| argument.is_number);
    Transfer::of(steps, Operand::result(domain, is_number))
}

/// The values after a change of sign alone, which keeps powers of two.
fn signed(domain: &Domain, change: impl Fn(&BigRational) -> BigRational) -> Domain {
    match domain {
        Domain::PowerOfTwo => Domain::PowerOfTwo,
        other => other.map(true, change),
    }
}

fn extreme(arguments: &[Operand], largest: bool) -> Domain {
    match arguments {
        // One of two powers of two is one.
        [a, b]
            if [&a.domain, &b.domain].contains(&&Domain::PowerOfTwo)
                && a.domain.is_power_of_two()
                && b.domain.is_power_of_two() =>
        {
            Domain::PowerOfTwo
        }
        [a, b] => a.domain.combine(&b.domain, |x, y| {
            if (x > y) == largest {
                x.clone()
            } else {
                y.clone()
            }
        }),
        _ => Domain::Real,
    }
}

/// The values after a clip, where its bounds are known numbers.
fn clipped(arguments: &[Operand]) -> Domain {
    let [value, low, high] = arguments else {
        return Domain::Real;
    };
    match (low.constant(), high.constant()) {
        (Some(low), Some(high)) => value.domain.clipped(low, high),
        _ => Domain::Real,
    }
}
