//! Mistakes in how a command was called.

use crate::source::{Diagnostic, Problems};

/// A mistake on the command line that has no place to point at.
pub(super) fn usage_error(message: impl Into<String>) -> Problems {
    Diagnostic::new(message).into()
}
