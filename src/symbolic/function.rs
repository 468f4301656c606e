//! Functions that are no formula: how often a tile is loaded, for one.
//!
//! What a search gives for every size of its problem is a function of these
//! sizes like any other. As a factor of an expression it is summed, printed,
//! swept and bound as a floor is; only its value is for it alone to find.

use std::fmt;

use num_rational::BigRational;

use super::error::EvalError;
use super::steps::Steps;

/// A function of numbers, with a value of at least 0.
pub trait Function: fmt::Debug + Send + Sync {
    /// Its name in formulas. Two functions of one name are one function: what
    /// it depends on beside its arguments is a part of the name.
    fn name(&self) -> &str;

    /// The exact value.
    ///
    /// # Errors
    /// Where there is none: no tile fits into a buffer, an extent is not whole.
    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError>;

    /// The same for many evaluations, where some arguments are known
    /// beforehand. It is given all of them at each, and gives what is not a
    /// number where there is no value.
    fn prepare(&self, known: &[Option<f64>]) -> Prepared;

    /// The same as a staircase in the one argument that is not known; nothing
    /// where it is none.
    fn steps(&self, known: &[Option<f64>]) -> Option<Steps> {
        let _ = known;
        None
    }
}

/// A function, prepared for many evaluations.
pub type Prepared = Box<dyn Fn(&[f64]) -> f64 + Send + Sync>;
