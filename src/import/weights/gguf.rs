//! The head of a GGUF file: pairs of keys and values, then the tensors.
//!
//! Versions 2 and 3 differ in nothing that is read here; numbers lie with the
//! lowest byte first, or in files for other machines with the highest.

use std::collections::HashMap;

use super::block::{BlockType, GONE};
use super::cursor::{Cursor, HeaderError, Order};
use super::tensor::{StoredTensor, Tensors, elements};
use crate::import::bytes::Bytes;
use crate::import::huggingface::label::harmless;

/// More keys, or tensors, has no file.
const MOST_KEYS: u64 = 1 << 16;
const MOST_TENSORS: u64 = 1 << 20;
/// Keys and names are this long at most: what the format allows for keys.
const LONGEST_NAME: u64 = 1 << 16;
/// Values that are longer are skipped: vocabularies, merges, templates.
const MOST_KEPT: u64 = 4096;
/// Arrays in arrays go no deeper.
const DEEPEST: usize = 4;
/// Tensors have no more axes.
const MOST_AXES: u32 = 4;
/// Where no key says otherwise.
const ALIGNMENT: u64 = 32;

/// A value, as far as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Whole(i128),
    Fraction(f64),
    Truth(bool),
    Text(String),
    /// A short list of numbers.
    List(Vec<Value>),
    /// How many items a long one has, or how many bytes a text.
    Long(u64),
}

/// A head.
#[derive(Debug)]
pub(super) struct Gguf {
    pub(super) version: u32,
    pub(super) is_big_endian: bool,
    values: HashMap<String, Value>,
}

impl Gguf {
    /// The keys of a file, its tensors, and how long it is at least if it holds
    /// their data.
    pub(super) fn read(bytes: &dyn Bytes) -> Result<(Gguf, Tensors, u64), HeaderError> {
        let mut cursor = Cursor::new(bytes)?;
        let magic = cursor.take(4)?;
        if magic != b"GGUF" {
            let start = Cursor::new(bytes)?;
            return Err(start.wrong("no GGUF file: it would begin with the letters `GGUF`"));
        }
        let version = version(&mut cursor)?;
        let counted = cursor.u64()?;
        let pairs = cursor.u64()?;
        if counted > MOST_TENSORS || pairs > MOST_KEYS {
            return Err(cursor.wrong(format!(
                "{counted} tensors and {pairs} keys, of which {MOST_TENSORS} and {MOST_KEYS} are \
                 the most that are read"
            )));
        }
        let mut values = HashMap::new();
        for _ in 0..pairs {
            let key = text(&mut cursor, "a key")?;
            let kind = cursor.u32()?;
            let value = value(&mut cursor, kind, 0)?;
            if values.insert(key.clone(), value).is_some() {
                return Err(cursor.wrong(format!("the key `{}` is there twice", harmless(&key))));
            }
        }
        let mut tensors = Tensors::default();
        let mut end = 0;
        for _ in 0..counted {
            let (tensor, offset) = tensor(&mut cursor)?;
            end = offset.saturating_add(tensor.bytes).max(end);
            let name = harmless(&tensor.name);
            if !tensors.add(tensor) {
                return Err(cursor.wrong(format!("the tensor `{name}` is there twice")));
            }
        }
        if let Some(message) = tensors.beyond_measure() {
            return Err(cursor.wrong(message));
        }
        let gguf = Gguf {
            version,
            is_big_endian: cursor.order == Order::Big,
            values,
        };
        // Data begin behind the head at a multiple of this.
        let alignment = match gguf.value("general.alignment") {
            Some(Value::Whole(whole)) => u64::try_from(*whole).unwrap_or(0).max(1),
            _ => ALIGNMENT,
        };
        let start = cursor.at().checked_next_multiple_of(alignment);
        let needed = match end {
            0 => 0,
            _ => start.unwrap_or(u64::MAX).saturating_add(end),
        };
        Ok((gguf, tensors, needed))
    }

    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The version, which tells the order of bytes, too.
fn version(cursor: &mut Cursor<'_>) -> Result<u32, HeaderError> {
    let mut version = cursor.u32()?;
    if version & 0xffff == 0 && version != 0 {
        version = version.swap_bytes();
        cursor.order = Order::Big;
    }
    match version {
        2 | 3 => Ok(version),
        1 => Err(cursor.wrong(
            "GGUF of version 1, whose lengths have 32 bits: no tool writes it since August 2023, \
             and `convert` of llama.cpp makes version 3 of the original weights",
        )),
        other => Err(cursor.wrong(format!(
            "GGUF of version {other}; versions 2 and 3 are read"
        ))),
    }
}

fn text(cursor: &mut Cursor<'_>, what: &str) -> Result<String, HeaderError> {
    let length = cursor.u64()?;
    if length > LONGEST_NAME {
        return Err(cursor.wrong(format!("{what} of {length} bytes")));
    }
    let bytes = cursor.take(length)?;
    String::from_utf8(bytes).map_err(|_| cursor.wrong(format!("{what} that is no text (UTF-8)")))
}

/// A value of this type.
fn value(cursor: &mut Cursor<'_>, kind: u32, depth: usize) -> Result<Value, HeaderError> {
    // Numbers below 0 are the same bits.
    Ok(match kind {
        0 => Value::Whole(cursor.u8()?.into()),
        1 => Value::Whole(i8::from_ne_bytes(cursor.u8()?.to_ne_bytes()).into()),
        2 => Value::Whole(cursor.u16()?.into()),
        3 => Value::Whole(i16::from_ne_bytes(cursor.u16()?.to_ne_bytes()).into()),
        4 => Value::Whole(cursor.u32()?.into()),
        5 => Value::Whole(i32::from_ne_bytes(cursor.u32()?.to_ne_bytes()).into()),
        6 => Value::Fraction(short(f32::from_bits(cursor.u32()?))),
        7 => match cursor.u8()? {
            0 => Value::Truth(false),
            1 => Value::Truth(true),
            other => return Err(cursor.wrong(format!("{other} is neither true (1) nor false (0)"))),
        },
        8 => string(cursor)?,
        9 => array(cursor, depth)?,
        10 => Value::Whole(cursor.u64()?.into()),
        11 => Value::Whole(i64::from_ne_bytes(cursor.u64()?.to_ne_bytes()).into()),
        12 => Value::Fraction(f64::from_bits(cursor.u64()?)),
        other => return Err(cursor.wrong(format!("no type of values has the number {other}"))),
    })
}

/// A single as people write it: 0.1, not 0.10000000149.
fn short(single: f32) -> f64 {
    single.to_string().parse().unwrap_or(f64::from(single))
}

/// A text, kept where it is short.
fn string(cursor: &mut Cursor<'_>) -> Result<Value, HeaderError> {
    let length = cursor.u64()?;
    if length > MOST_KEPT {
        cursor.skip(length)?;
        return Ok(Value::Long(length));
    }
    let bytes = cursor.take(length)?;
    Ok(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
}

/// How many bytes a value of this type takes, if all take as many.
fn size(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Value, HeaderError> {
    let kind = cursor.u32()?;
    let count = cursor.u64()?;
    if depth >= DEEPEST {
        return Err(cursor.wrong(format!("arrays in arrays, more than {DEEPEST} deep")));
    }
    // A text takes 8 bytes at least, an array 12, a number as many as it has.
    let least = size(kind).unwrap_or(8);
    if count > cursor.left() / least {
        return Err(cursor.wrong(format!(
            "an array of {count} items, for which {} bytes are too few",
            cursor.left()
        )));
    }
    match size(kind) {
        Some(_) if count <= MOST_KEPT => {
            let items = (0..count).map(|_| value(cursor, kind, depth + 1));
            Ok(Value::List(items.collect::<Result<_, _>>()?))
        }
        Some(size) => {
            cursor.skip(count * size)?;
            Ok(Value::Long(count))
        }
        None if kind == 8 => {
            for _ in 0..count {
                let length = cursor.u64()?;
                cursor.skip(length)?;
            }
            Ok(Value::Long(count))
        }
        None => {
            for _ in 0..count {
                value(cursor, kind, depth + 1)?;
            }
            Ok(Value::Long(count))
        }
    }
}

/// A tensor, and where its data begin, from the beginning of all data on.
fn tensor(cursor: &mut Cursor<'_>) -> Result<(StoredTensor, u64), HeaderError> {
    let name = text(cursor, "a name")?;
    let shown = harmless(&name);
    let axes = cursor.u32()?;
    if axes > MOST_AXES {
        let message = format!("`{shown}` has {axes} axes, and {MOST_AXES} is the most");
        return Err(cursor.wrong(message));
    }
    let mut shape = Vec::new();
    for _ in 0..axes {
        shape.push(cursor.u64()?);
    }
    let innermost = shape.first().copied().unwrap_or(1);
    shape.reverse();
    let id = cursor.u32()?;
    let Some(kind) = BlockType::of(id) else {
        let why = match GONE.contains(&id) {
            true => "a type that files no longer have",
            false => "which is not known here",
        };
        return Err(cursor.wrong(format!("`{shown}` is stored in type {id}, {why}")));
    };
    let offset = cursor.u64()?;
    if !innermost.is_multiple_of(kind.length) {
        return Err(cursor.wrong(format!(
            "`{shown}` has rows of {innermost} numbers, and blocks of `{}` have {}",
            kind.name, kind.length
        )));
    }
    let measured = elements(&shape).and_then(|elements| {
        let bytes = (elements / kind.length).checked_mul(kind.bytes)?;
        Some((elements, bytes))
    });
    let Some((elements, bytes)) = measured else {
        return Err(cursor.wrong(format!("`{shown}` is larger than any file")));
    };
    let tensor = StoredTensor {
        name,
        shape,
        elements,
        kind: kind.name,
        bytes,
    };
    Ok((tensor, offset))
}
