//! Models that users have in other files, written as model files.
//!
//! An importer reads an ONNX graph, a NIR graph, a Hugging Face config or the head
//! of a file of weights and gives the text of a model file. Whatever is estimated is estimated from that
//! text, so that a file and what `picojoule import` writes of it cannot differ: it
//! is read back, or, of a graph that may be large, it is noted while it is written
//! what a reader will find in it ([`Outline`](crate::source::Outline)).

pub mod bytes;
pub mod huggingface;
mod imported;
pub mod nir;
pub mod onnx;
mod stored;
pub mod weights;

pub use imported::{Given, Imported};
