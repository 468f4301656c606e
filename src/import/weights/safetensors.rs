//! The head of a safetensors file: its length in 8 bytes, then an object that
//! says of every tensor its type, its shape and where it lies.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::cursor::{Cursor, HeaderError};
use super::tensor::{StoredTensor, Tensors, elements};
use crate::import::bytes::Bytes;
use crate::import::huggingface::label::harmless;

/// The format allows no longer object.
const LONGEST: u64 = 100_000_000;
/// Tensors have no more axes.
const MOST_AXES: usize = 16;
/// What a head has beside tensors.
const METADATA: &str = "__metadata__";

/// Types by their names, with our words for them and their bits.
const TYPES: [(&str, &str, u64); 22] = [
    ("BOOL", "bool", 8),
    ("F4", "fp4", 4),
    ("F6_E2M3", "fp6", 6),
    ("F6_E3M2", "fp6", 6),
    ("F8_E4M3", "fp8", 8),
    ("F8_E5M2", "fp8", 8),
    ("F8_E8M0", "exponents of 8 bits", 8),
    ("F8_E4M3FNUZ", "fp8", 8),
    ("F8_E5M2FNUZ", "fp8", 8),
    ("U8", "u8", 8),
    ("I8", "i8", 8),
    ("U16", "u16", 16),
    ("I16", "i16", 16),
    ("F16", "f16", 16),
    ("BF16", "bf16", 16),
    ("U32", "u32", 32),
    ("I32", "i32", 32),
    ("F32", "f32", 32),
    ("U64", "u64", 64),
    ("I64", "i64", 64),
    ("F64", "f64", 64),
    ("C64", "pairs of f32", 64),
];

/// The tensors of a file, and how long it is at least if it holds their data.
pub(super) fn read(bytes: &dyn Bytes) -> Result<(Tensors, u64), HeaderError> {
    let mut cursor = Cursor::new(bytes)?;
    let length = cursor.u64()?;
    if length > LONGEST {
        return Err(cursor.wrong(format!(
            "no safetensors file: its head would be {length} bytes long, and {LONGEST} is the most"
        )));
    }
    let text = cursor.take(length)?;
    let listed: Listed = serde_json::from_slice(&text)
        .map_err(|error| cursor.wrong(format!("its head is no list of tensors: {error}")))?;
    let mut tensors = Tensors::default();
    let mut end = 0;
    for (name, entry) in listed.0 {
        end = entry.data_offsets[1].max(end);
        // The list has each name once.
        tensors.add(tensor(name, entry).map_err(|message| cursor.wrong(message))?);
    }
    if let Some(message) = tensors.beyond_measure() {
        return Err(cursor.wrong(message));
    }
    Ok((tensors, cursor.at().saturating_add(end)))
}

fn tensor(name: String, entry: Entry) -> Result<StoredTensor, String> {
    let shown = harmless(&name);
    let Entry {
        dtype,
        shape,
        data_offsets: [from, to],
    } = entry;
    if shape.len() > MOST_AXES {
        let axes = shape.len();
        return Err(format!(
            "`{shown}` has {axes} axes, and {MOST_AXES} is the most"
        ));
    }
    let elements = elements(&shape);
    let elements = elements.ok_or_else(|| format!("`{shown}` is larger than any file"))?;
    let bytes = to.checked_sub(from);
    let bytes = bytes.ok_or_else(|| format!("`{shown}` ends before it begins"))?;
    let known = TYPES.iter().find(|(known, ..)| *known == dtype);
    let Some((_, kind, bits)) = known else {
        let dtype = harmless(&dtype);
        return Err(format!(
            "`{shown}` is stored in `{dtype}`, which is not known here"
        ));
    };
    let takes = u128::from(elements) * u128::from(*bits);
    if takes != u128::from(bytes) * 8 {
        return Err(format!(
            "`{shown}` has {elements} numbers of {bits} bits, and {bytes} bytes for them"
        ));
    }
    Ok(StoredTensor {
        name,
        shape,
        elements,
        kind,
        bytes,
    })
}

/// What a head says of a tensor.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The tensors of a head, in its order, each once.
struct Listed(Vec<(String, Entry)>);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listed, D::Error> {
        deserializer.deserialize_map(ListedVisitor)
    }
}

struct ListedVisitor;

impl<'de> Visitor<'de> for ListedVisitor {
    type Value = Listed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listed, A::Error> {
        let mut listed = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name.clone()) {
                let name = harmless(&name);
                return Err(A::Error::custom(format!("`{name}` is there twice")));
            }
            match name.as_str() {
                METADATA => drop(map.next_value::<IgnoredAny>()?),
                _ => listed.push((name, map.next_value()?)),
            }
        }
        Ok(Listed(listed))
    }
}
