//! Messages of the protobuf wire format, field by field.
//!
//! A message is a run of fields, each a number, a kind of value and the value.
//! Whatever the file says of a length is held against the end of the message
//! that it is in before anything is read by it.

use std::ops::Range;

use super::malformed::Malformed;
use super::reader::Reader;
use super::schema::MessageKind;

/// A message: where it is, and how far it has been read.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub kind: &'static MessageKind,
    pub at: u64,
    pub end: u64,
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    /// The specification's name for it; empty if it is not one that is read.
    pub name: &'static str,
    /// Where it begins.
    pub at: u64,
    /// The message that it is in.
    pub(super) within: &'static MessageKind,
    pub(super) value: FieldValue,
}

/// The value of a field, of one of four kinds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FieldValue {
    Varint(u64),
    Fixed64(u64),
    Bytes(Range<u64>),
    Fixed32(u32),
}

impl Message {
    /// The next field; `None` at the end.
    pub fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<Field>, Malformed> {
        if self.at >= self.end {
            return Ok(None);
        }
        let at = self.at;
        let tag = self.varint(reader)?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| {
            // Field numbers have 29 bits, and 0 is none.
            (1..1 << 29).contains(number)
        });
        let Some(number) = number else {
            return Err(self.wrong(at, "no field begins like this"));
        };
        let name = self.kind.field(number).unwrap_or("");
        let value = match tag & 7 {
            0 => FieldValue::Varint(self.varint(reader)?),
            1 => FieldValue::Fixed64(u64::from_le_bytes(self.fixed(reader)?)),
            2 => FieldValue::Bytes(self.bytes(number, reader)?),
            5 => FieldValue::Fixed32(u32::from_le_bytes(self.fixed(reader)?)),
            3 | 4 => return Err(self.wrong(at, "a group, which ONNX has none of")),
            _ => return Err(self.wrong(at, "no field begins like this")),
        };
        Ok(Some(Field {
            name,
            at,
            within: self.kind,
            value,
        }))
    }

    fn wrong(&self, at: u64, what: impl Into<String>) -> Malformed {
        Malformed {
            what: what.into(),
            at,
            within: self.kind.name,
        }
    }

    /// A number of at most ten bytes, seven bits in each.
    pub(super) fn varint(&mut self, reader: &mut Reader<'_>) -> Result<u64, Malformed> {
        let start = self.at;
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            if self.at >= self.end {
                return Err(self.wrong(start, self.cut("a number", reader)));
            }
            let byte = reader.byte(self.at)?;
            self.at += 1;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.wrong(start, "a number of more than 64 bits"))
    }

    pub(super) fn fixed<const N: usize>(
        &mut self,
        reader: &mut Reader<'_>,
    ) -> Result<[u8; N], Malformed> {
        if self.end - self.at < N as u64 {
            return Err(self.wrong(self.at, self.cut("a number", reader)));
        }
        let mut bytes = [0; N];
        reader.copy(self.at, &mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn bytes(&mut self, number: u32, reader: &mut Reader<'_>) -> Result<Range<u64>, Malformed> {
        let at = self.at;
        let length = self.varint(reader)?;
        if length > self.end - self.at {
            let field = match self.kind.field(number) {
                Some(name) => format!("`{name}`"),
                None => format!("{number}"),
            };
            let what = format!("the length of field {field} ({length})");
            let past = self
                .at
                .checked_add(length)
                .is_none_or(|end| end > reader.size());
            let whose = if past { "the file" } else { self.kind.name };
            return Err(self.wrong(at, format!("{what} goes beyond the end of {whose}")));
        }
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }

    fn cut(&self, what: &str, reader: &Reader<'_>) -> String {
        let whose = if self.end == reader.size() {
            "the file"
        } else {
            self.kind.name
        };
        format!("{what} goes beyond the end of {whose}")
    }
}

impl Field {
    /// What is wrong with it.
    pub fn wrong(&self, what: impl Into<String>) -> Malformed {
        Malformed {
            what: what.into(),
            at: self.at,
            within: self.within.name,
        }
    }

    pub(super) fn unlike(&self, wanted: &str) -> Malformed {
        let found = match self.value {
            FieldValue::Varint(_) => "a whole number",
            FieldValue::Fixed64(_) => "a number of 64 bits",
            FieldValue::Bytes(_) => "bytes",
            FieldValue::Fixed32(_) => "a number of 32 bits",
        };
        self.wrong(format!("field `{}` has {found}, not {wanted}", self.name))
    }

    /// A whole number.
    pub fn int(&self) -> Result<i64, Malformed> {
        match self.value {
            // Negative ones are written as their 64 bits.
            FieldValue::Varint(value) => Ok(value as i64),
            _ => Err(self.unlike("a whole number")),
        }
    }

    /// A whole number of 32 bits.
    pub fn int32(&self) -> Result<i32, Malformed> {
        // The upper half is cut off, as protobuf does.
        self.int().map(|value| value as i32)
    }

    /// A single-precision number.
    pub fn float(&self) -> Result<f32, Malformed> {
        match self.value {
            FieldValue::Fixed32(bits) => Ok(f32::from_bits(bits)),
            _ => Err(self.unlike("a number of 32 bits")),
        }
    }

    /// Where its bytes are.
    pub fn bytes(&self) -> Result<Range<u64>, Malformed> {
        match &self.value {
            FieldValue::Bytes(range) => Ok(range.clone()),
            _ => Err(self.unlike("bytes")),
        }
    }

    /// A message.
    pub fn message(
        &self,
        kind: &'static MessageKind,
        reader: &mut Reader<'_>,
    ) -> Result<Message, Malformed> {
        reader.count_part(self.at)?;
        let range = self.bytes()?;
        Ok(Message {
            kind,
            at: range.start,
            end: range.end,
        })
    }

    /// A name.
    pub fn text(&self, reader: &mut Reader<'_>) -> Result<String, Malformed> {
        self.text_if_any(reader)?.ok_or_else(|| {
            self.wrong(format!(
                "field `{}` is not UTF-8 or too long for a name",
                self.name
            ))
        })
    }

    /// Bytes, if they are a text.
    pub fn text_if_any(&self, reader: &mut Reader<'_>) -> Result<Option<String>, Malformed> {
        reader.count_part(self.at)?;
        let range = self.bytes()?;
        reader.text(range.start, range.end - range.start)
    }
}
