//! Models that users have in other files, written as model files.
//!
//! An importer reads an ONNX graph, a NIR graph or a Hugging Face config and
//! gives the text of a model file. Whatever is estimated is estimated from that
//! text, so that a file and what `picojoule import` writes of it cannot differ.

pub mod bytes;
pub mod huggingface;
mod imported;
pub mod nir;
pub mod onnx;

pub use imported::{Given, Imported};
