//! A reader of the protobuf wire format of ONNX files.
//!
//! Weights are most of a file, and all that matters of most is where they
//! are. So a file is read through a small buffer that jumps over them, and
//! only tensors of a few elements are read: shapes, bounds, scales.
//!
//! Nothing that a file claims is believed: a length is held against the end of
//! what it is in, and how many parts and how deep a graph may be is bounded.
//! Fields that are not known are passed over.

mod attribute;
mod graph;
mod list;
mod malformed;
mod message;
mod model;
mod reader;
mod schema;
mod small_tensor;
mod tensor;
#[cfg(test)]
mod tests;
mod typed;
mod window;

pub use malformed::Malformed;

pub use crate::import::bytes::Bytes;

use std::ops::Range;

use super::proto::{ElementType, Model};
use reader::Reader;

/// Reads a model, without its large tensors.
///
/// # Errors
///
/// If the bytes are no ONNX model, or one that is cut short.
pub fn read(bytes: &dyn Bytes) -> Result<Model, Malformed> {
    model::model(&mut Reader::new(bytes)?)
}

/// Hands over the numbers of a typed list that was not read, each as the bytes
/// of one step of elements and more; how many there were.
pub(super) fn read_packed(
    range: &Range<u64>,
    element: ElementType,
    bytes: &dyn Bytes,
    take: &mut dyn FnMut(&[u8]),
) -> Result<u64, Malformed> {
    let mut count = 0;
    let reader = &mut Reader::new(bytes)?;
    typed::each_entry(range, element, reader, &mut |_, bits, _| {
        count += 1;
        take(&bits.to_le_bytes());
        Ok(())
    })?;
    Ok(count)
}
