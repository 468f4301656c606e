//! The messages of an ONNX file that say what is computed, with the names of
//! the specification. What tensors hold stays in the file.
//!
//! | file | what it describes |
//! |---|---|
//! | `element` | the types of elements |
//! | `number` | what the bytes of an element mean |
//! | `tensor` | tensors of the file |
//! | `graph` | models, graphs, functions, nodes |

mod element;
mod graph;
mod number;
mod tensor;

pub use element::ElementType;
pub use graph::{Attribute, AttributeValue, Dim, Function, Graph, Model, Node, ValueInfo};
pub(super) use number::Number;
pub use tensor::{Payload, Tensor};
