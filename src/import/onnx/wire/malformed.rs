//! What is wrong with a file, and where.

use std::fmt;

/// Why a file cannot be read as an ONNX model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub what: String,
    /// The byte of the file at which it is.
    pub at: u64,
    /// The message of the format that it is in, such as `a tensor`.
    pub within: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Malformed { what, at, within } = self;
        write!(f, "{what}, at byte {at}, in {within}")
    }
}

impl std::error::Error for Malformed {}
