//! Lists of numbers, which a file may hold packed into one field or spread
//! over many.

use super::malformed::Malformed;
use super::message::{Field, FieldValue, Message};
use super::reader::Reader;

/// How the numbers of a list are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// In as many bytes as they need.
    Varint,
    /// In four bytes.
    Four,
    /// In eight bytes.
    Eight,
}

/// Takes the bits of a number and where it is.
pub(super) type Take<'t> = &'t mut dyn FnMut(u64, u64, &mut Reader<'_>) -> Result<(), Malformed>;

impl Field {
    /// Hands over the numbers in this field, one or many.
    pub fn each(
        &self,
        width: Width,
        reader: &mut Reader<'_>,
        take: Take<'_>,
    ) -> Result<(), Malformed> {
        match (&self.value, width) {
            (FieldValue::Varint(bits), Width::Varint) => take(self.at, *bits, reader),
            (FieldValue::Fixed32(bits), Width::Four) => take(self.at, u64::from(*bits), reader),
            (FieldValue::Fixed64(bits), Width::Eight) => take(self.at, *bits, reader),
            (FieldValue::Bytes(range), _) => {
                let mut list = Message {
                    kind: self.within,
                    at: range.start,
                    end: range.end,
                };
                while list.at < list.end {
                    let at = list.at;
                    let bits = match width {
                        Width::Varint => list.varint(reader)?,
                        Width::Four => u64::from(u32::from_le_bytes(list.fixed(reader)?)),
                        Width::Eight => u64::from_le_bytes(list.fixed(reader)?),
                    };
                    take(at, bits, reader)?;
                }
                Ok(())
            }
            _ => Err(self.unlike("a list of another kind of numbers")),
        }
    }

    /// Adds one whole number or a list of them.
    pub fn ints(&self, reader: &mut Reader<'_>, to: &mut Vec<i64>) -> Result<(), Malformed> {
        self.each(Width::Varint, reader, &mut |at, bits, reader| {
            to.push(bits as i64);
            reader.count_number(at)
        })
    }

    /// Adds one single-precision number or a list of them.
    pub fn floats(&self, reader: &mut Reader<'_>, to: &mut Vec<f32>) -> Result<(), Malformed> {
        self.each(Width::Four, reader, &mut |at, bits, reader| {
            to.push(f32::from_bits(bits as u32));
            reader.count_number(at)
        })
    }
}
