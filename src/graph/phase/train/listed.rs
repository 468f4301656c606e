//! Steps that a file lists, without saying what is done with them: each is
//! given back by the step that its derivative takes.
//!
//! | step | gives back by |
//! |---|---|
//! | an addition, a subtraction, a rounding | nothing: the gradient is handed on |
//! | a multiplication, a shift, a change of sign, a bit that chooses | the same |
//! | a division | a division |
//! | a comparison, an absolute value | a selection |
//! | an exponential | a multiplication by the result |
//! | a logarithm | a division |
//! | a square root | a multiplication, a division by the result |
//! | `tanh` | two multiplications, a subtraction |
//! | `erf` | three multiplications, a change of sign, an exponential |
//!
//! A file says it better: `backward = { … }` beside `per_element`.

use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// The steps that give the gradient of listed steps back.
pub(super) fn backward(steps: &[(Primitive, Expr)]) -> Vec<(Primitive, Expr)> {
    let mut back: Vec<(Primitive, Expr)> = Vec::new();
    for (primitive, count) in steps {
        for step in of(*primitive) {
            match back.iter_mut().find(|(known, _)| known == step) {
                Some((_, sum)) => *sum += count,
                None => back.push((*step, count.clone())),
            }
        }
    }
    back
}

fn of(primitive: Primitive) -> &'static [Primitive] {
    match primitive {
        Primitive::Add | Primitive::Sub | Primitive::Round | Primitive::Popcount => &[],
        Primitive::Mul | Primitive::Mac | Primitive::Exp => &[Primitive::Mul],
        Primitive::Shift => &[Primitive::Shift],
        Primitive::Negate | Primitive::Xnor => &[Primitive::Negate],
        Primitive::Select | Primitive::And | Primitive::Compare | Primitive::Abs => {
            &[Primitive::Select]
        }
        Primitive::Div | Primitive::Log => &[Primitive::Div],
        Primitive::Sqrt => &[Primitive::Mul, Primitive::Div],
        Primitive::Tanh => &[Primitive::Mul, Primitive::Mul, Primitive::Sub],
        Primitive::Erf => &[
            Primitive::Mul,
            Primitive::Mul,
            Primitive::Mul,
            Primitive::Negate,
            Primitive::Exp,
        ],
    }
}
