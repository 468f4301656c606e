//! ONNX graphs.

pub mod proto;
