//! Models that users have in other files, written as model files.
//!
//! An importer reads an ONNX graph or a Hugging Face config and gives the
//! text of a model file. Whatever is estimated is estimated from that text, so
//! that a file and what `picojoule import` writes of it cannot differ.

pub mod huggingface;
pub mod onnx;

/// A model file made from another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of the model file.
    pub text: String,
    /// What the reader of an estimate should know of how it came about.
    pub notes: Vec<String>,
}
