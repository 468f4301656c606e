//! What an importer is given, and what it gives.

use std::collections::BTreeMap;

/// Sizes that were set, by the names that the imported file has for its dims.
/// None is below 0.
pub type Given = BTreeMap<String, i64>;

/// A model file made from another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of the model file.
    pub text: String,
    /// What the reader of an estimate should know of how it came about.
    pub notes: Vec<String>,
}
