//! ONNX graphs.

mod element;
pub mod external;
pub mod proto;
pub mod scan;
pub mod wire;
