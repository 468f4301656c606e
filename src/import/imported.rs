//! What an importer gives.

/// A model file made from another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of the model file.
    pub text: String,
    /// What the reader of an estimate should know of how it came about.
    pub notes: Vec<String>,
}
