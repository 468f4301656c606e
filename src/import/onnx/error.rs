//! Why an operator cannot be read.

use super::net::TensorId;

/// Why an operator cannot be read.
#[derive(Debug)]
pub(super) enum ImportError {
    /// It is not counted, or not in this form: it is left out, and listed with
    /// this reason.
    Unsupported(String),
    /// The file is wrong.
    Invalid(String),
}

/// What reading an operator gives: its results, in order.
pub(super) type Results = Result<Vec<TensorId>, ImportError>;
