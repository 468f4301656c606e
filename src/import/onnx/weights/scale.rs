//! What few values are multiplied by, in weights that hold them so.

/// What all values of a tensor are multiplied by, beside those of its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// One number.
    Single,
    /// One number for each index of this axis.
    Along(usize),
}
