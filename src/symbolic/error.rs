//! Why there is no value.

use std::fmt;

use super::symbol::Symbol;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvalError {
    /// A symbol without a value.
    Unbound(Symbol),
    /// A divisor that is 0.
    DivisionByZero,
    /// A function that has no value there, and why.
    NoValue(String),
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvalError::Unbound(symbol) => write!(f, "`{}` has no value", symbol.name()),
            EvalError::DivisionByZero => f.write_str("division by zero"),
            EvalError::NoValue(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for EvalError {}
