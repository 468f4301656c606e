//! What stands for a mistake that has been reported.

/// A mistake has been noted among the problems: those further up need to know
/// only that something is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reported;
