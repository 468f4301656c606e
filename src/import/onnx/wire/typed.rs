//! The fields in which a tensor can hold its elements by type.

use std::ops::Range;

use super::list::{Take, Width};
use super::malformed::Malformed;
use super::message::Message;
use super::reader::Reader;
use super::schema::TENSOR;
use crate::import::onnx::proto::ElementType;

/// The field that holds elements of this type, and how it is written. `None`
/// for texts and for types that are not known.
pub(super) fn field_of(element: ElementType) -> Option<(&'static str, Width)> {
    use ElementType as E;
    Some(match element {
        E::Undefined | E::String | E::Other(_) => return None,
        E::Float | E::Complex64 => ("float_data", Width::Four),
        E::Double | E::Complex128 => ("double_data", Width::Eight),
        E::Int64 => ("int64_data", Width::Varint),
        E::Uint32 | E::Uint64 => ("uint64_data", Width::Varint),
        _ => ("int32_data", Width::Varint),
    })
}

/// Hands over the numbers of a typed list in the fields of a tensor that are
/// at `range`. Each has the bits of one step of elements.
pub(super) fn each_entry(
    range: &Range<u64>,
    element: ElementType,
    reader: &mut Reader<'_>,
    take: Take<'_>,
) -> Result<(), Malformed> {
    let Some((name, width)) = field_of(element) else {
        return Ok(());
    };
    let mut fields = Message {
        kind: &TENSOR,
        at: range.start,
        end: range.end,
    };
    while let Some(field) = fields.next(reader)? {
        if field.name == name {
            field.each(width, reader, take)?;
        }
    }
    Ok(())
}
