//! ONNX graphs.

mod element;
pub mod proto;
pub mod wire;
