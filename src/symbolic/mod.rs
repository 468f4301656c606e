//! Expressions over dims, kept exact and in a canonical form.
//!
//! A count such as `2·b·n·d²/h` is a polynomial in the dims, with exact
//! rational coefficients and with negative exponents where a dim divides. Two
//! expressions that are equal as polynomials are equal as values of [`Expr`],
//! so the same type checks shapes, adds up a census, prints a closed form and
//! evaluates it.
//!
//! What is no polynomial (a floor, a maximum, a division by a sum) is an
//! [`Atom`] of its own inside a polynomial.

mod arithmetic;
mod bind;
mod block;
mod bounded;
mod build;
mod call;
mod compile;
mod constant;
mod derive;
mod error;
mod evaluate;
mod expr;
mod function;
mod keeps_sign;
mod print;
mod round;
mod signs;
mod staircase;
mod steps;
mod substitute;
mod symbol;

pub(crate) use self::arithmetic::MAX_TERMS;
pub(crate) use self::block::{BLOCK, Block, BlockColumns, VariableColumn};
pub(crate) use self::bounded::{floor, is_whole, power};
pub(crate) use self::build::MAX_EXPONENT;
pub use self::build::build;
pub use self::compile::Compiled;
pub(crate) use self::compile::MAX_CANCELLED;
pub(crate) use self::constant::constant;
pub use self::error::EvalError;
pub use self::evaluate::Bindings;
pub(crate) use self::evaluate::Evaluation;
pub use self::expr::{Atom, Call, Expr, Monomial};
pub use self::function::{Function, Prepared};
pub use self::print::{Notation, Printer};
pub use self::steps::Steps;
pub use self::symbol::Symbol;
