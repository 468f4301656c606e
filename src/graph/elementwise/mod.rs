//! Elementwise formulas: what `x > 0` or `a * sigmoid(b)` does to every
//! element, in primitives, and which values come out.
//!
//! | file | what it holds |
//! |---|---|
//! | `term` | a formula whose names and shapes are resolved, and how to follow it |
//! | `transfer` | one operator or function: its primitives, the values it gives |
//! | `power` | the same for powers |
//! | `share` | which share of the result is not zero |
//! | `operand` | what is known of an operand on the way, and what is done to it |
//!
//! One walk serves two passes. That over the domains follows a formula for the
//! values of its result; strength reduction follows it once more and counts
//! what each operator takes, given the values of its operands.

mod operand;
mod power;
mod share;
mod term;
mod transfer;

pub(super) use self::operand::Operand;
pub(super) use self::term::{Term, TermNode};
pub(super) use self::transfer::{Function, binary, call, negate};
