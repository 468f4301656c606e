//! Groups and datasets of an HDF5 file, as a tree.
//!
//! The format is read by a crate of its own. What it cannot know stands here:
//! how deep groups may lie in each other and how many there may be, that links
//! may lead in a circle, and how many bytes may be read of all datasets
//! together, packed ones unpacked. The values of a dataset are read where they
//! are asked for, so that weights are passed over.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use hdf5_reader::storage::BlockCacheStorage;
use hdf5_reader::{
    ByteOrder, Dataset, Datatype, Hdf5File, OpenOptions, Storage, StorageBuffer, error::Error,
};

use crate::import::bytes::Bytes;

/// How deep groups may lie in each other: three levels for each nested graph.
const DEEPEST: usize = 64;
/// How many groups and datasets are looked at.
const MOST_OBJECTS: usize = 400_000;
/// The largest dataset of which values are read, and the largest chunk.
const LARGEST: usize = 16 << 20;
/// How much is read of all datasets together.
const MOST_READ: u64 = 128 << 20;
/// What an object says of itself before its data.
const LARGEST_HEADER: usize = 1 << 20;
/// Parts of the file that are kept while it is read.
const BLOCK: usize = 64 << 10;
const BLOCKS: usize = 64;

/// What stands under a name.
pub(super) enum Object {
    Group(Group),
    Data(Data),
}

/// A group: objects by their names.
#[derive(Default)]
pub(super) struct Group {
    pub(super) entries: BTreeMap<String, Object>,
}

impl Group {
    pub(super) fn group(&self, name: &str) -> Option<&Group> {
        match self.entries.get(name) {
            Some(Object::Group(group)) => Some(group),
            _ => None,
        }
    }

    pub(super) fn data(&self, name: &str) -> Option<&Data> {
        match self.entries.get(name) {
            Some(Object::Data(data)) => Some(data),
            _ => None,
        }
    }
}

/// A dataset, of which the values have not been read.
pub(super) struct Data(Box<Dataset>);

/// How much may still be read.
pub(super) struct Budget(Cell<u64>);

impl Budget {
    pub(super) fn new() -> Budget {
        Budget(Cell::new(MOST_READ))
    }
}

impl Data {
    /// The extents of its axes; none for a single value.
    pub(super) fn shape(&self) -> &[u64] {
        self.0.shape()
    }

    /// Whether it holds texts.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self.0.dtype(),
            Datatype::String { .. } | Datatype::VarLen { .. }
        )
    }

    /// Texts, row by row.
    pub(super) fn texts(&self, budget: &Budget) -> Result<Vec<String>, String> {
        if self.charge(budget, 16)? == 0 {
            return Ok(Vec::new());
        }
        let texts = self.0.read_strings().map_err(|error| error.to_string())?;
        Ok(texts.iter().map(|text| printable(text)).collect())
    }

    /// Whole numbers, whichever type they are stored as.
    pub(super) fn wholes(&self, budget: &Budget) -> Result<Vec<i64>, String> {
        let whole = |number: Number| match number {
            Number::Whole(whole) => i64::try_from(whole).map_err(|_| format!("{whole} is no size")),
            Number::Real(real) if real.fract() == 0.0 && real.abs() < 2_f64.powi(53) => {
                Ok(real as i64)
            }
            Number::Real(real) => Err(format!("{real} is no whole number")),
        };
        self.numbers(budget)?.into_iter().map(whole).collect()
    }

    /// Numbers, whichever type they are stored as.
    pub(super) fn numbers(&self, budget: &Budget) -> Result<Vec<Number>, String> {
        let (size, order) = match self.0.dtype() {
            Datatype::FixedPoint {
                size, byte_order, ..
            }
            | Datatype::FloatingPoint { size, byte_order } => (usize::from(*size), *byte_order),
            _ => return Err("expected numbers".to_owned()),
        };
        if self.charge(budget, size as u64)? == 0 {
            return Ok(Vec::new());
        }
        let bytes = self.0.read_raw_bytes();
        let bytes = bytes.map_err(|error| error.to_string())?;
        let of = |bytes: &[u8]| {
            let mut little = bytes.to_vec();
            if order == ByteOrder::BigEndian {
                little.reverse();
            }
            number(self.0.dtype(), &little)
        };
        let numbers: Option<Vec<Number>> = bytes.chunks(size.max(1)).map(of).collect();
        numbers.ok_or_else(|| format!("numbers of {size} bytes are not read"))
    }

    /// How many elements there are, of so many bytes each; refused where they
    /// are more than is read.
    fn charge(&self, budget: &Budget, bytes: u64) -> Result<u64, String> {
        let count = self
            .shape()
            .iter()
            .try_fold(1_u64, |all, extent| all.checked_mul(*extent));
        let size = count.and_then(|count| count.checked_mul(bytes));
        let left = budget.0.get();
        match (count, size) {
            (Some(count), Some(size)) if size <= LARGEST as u64 && size <= left => {
                budget.0.set(left - size);
                Ok(count)
            }
            _ => Err(format!("{:?} are more values than are read", self.shape())),
        }
    }
}

/// A number of a dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    pub(super) fn is_zero(self) -> bool {
        matches!(self, Number::Whole(0)) || self == Number::Real(0.0)
    }
}

/// The number in these bytes, the lowest first.
fn number(kind: &Datatype, bytes: &[u8]) -> Option<Number> {
    match kind {
        Datatype::FloatingPoint { .. } => {
            let real = match bytes.len() {
                2 => half(u16::from_le_bytes(bytes.try_into().ok()?)),
                4 => f32::from_le_bytes(bytes.try_into().ok()?).into(),
                8 => f64::from_le_bytes(bytes.try_into().ok()?),
                _ => return None,
            };
            Some(Number::Real(real))
        }
        Datatype::FixedPoint { signed, .. } if bytes.len() <= 8 => {
            let is_negative = *signed && bytes.last().is_some_and(|last| last & 0x80 != 0);
            let mut wide = [if is_negative { 0xff } else { 0 }; 16];
            wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
            Some(Number::Whole(i128::from_le_bytes(wide)))
        }
        _ => None,
    }
}

/// A number of half precision.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}

/// A text without what moves the cursor of a terminal.
fn printable(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

/// The bytes of the file, as the crate asks for them.
struct Stored {
    bytes: Box<dyn Bytes>,
    size: u64,
}

impl Storage for Stored {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_range(&self, offset: u64, len: usize) -> Result<StorageBuffer, Error> {
        let end = offset.checked_add(len as u64);
        if end.is_none_or(|end| end > self.size) {
            return Err(Error::UnexpectedEof {
                offset,
                needed: len as u64,
                available: self.size.saturating_sub(offset),
            });
        }
        let mut buffer = vec![0; len];
        self.bytes.fill(offset, &mut buffer)?;
        Ok(StorageBuffer::from_vec(buffer))
    }
}

/// The tree of a file.
pub(super) fn read(bytes: Box<dyn Bytes>) -> Result<Group, String> {
    let size = bytes.size().map_err(|error| error.to_string())?;
    let stored: Arc<dyn Storage> = Arc::new(Stored { bytes, size });
    let cached = BlockCacheStorage::new(stored, BLOCK, BLOCKS);
    let options = OpenOptions::default()
        .with_chunk_cache_bytes(0)
        .with_max_chunk_bytes(LARGEST)
        .with_max_read_bytes(LARGEST)
        .with_max_object_header_bytes(LARGEST_HEADER);
    let file = Hdf5File::from_storage_with_options(Arc::new(cached), options);
    let root = file.and_then(|file| file.root_group());
    let root = root.map_err(|error| match error {
        Error::InvalidMagic => "it is no HDF5 file, and NIR graphs are".to_owned(),
        error => error.to_string(),
    })?;
    let mut walk = Walk {
        path: Vec::new(),
        objects: 0,
    };
    walk.group(&root, "")
}

/// The way to the group that is read.
struct Walk {
    /// Where the groups around it lie in the file.
    path: Vec<u64>,
    objects: usize,
}

impl Walk {
    fn group(&mut self, group: &hdf5_reader::group::Group, path: &str) -> Result<Group, String> {
        if self.path.contains(&group.address()) {
            return Err(format!(
                "links lead in a circle: `{path}` is a group around itself"
            ));
        }
        if self.path.len() >= DEEPEST {
            return Err(format!("groups lie more than {DEEPEST} deep in each other"));
        }
        self.path.push(group.address());
        let members = group.members();
        let (groups, data) = members.map_err(|error| format!("the group `{path}/`: {error}"))?;
        self.objects += groups.len() + data.len();
        if self.objects > MOST_OBJECTS {
            return Err(format!(
                "there are more than {MOST_OBJECTS} groups and datasets"
            ));
        }
        let mut read = Group::default();
        for inner in groups {
            let name = printable(inner.name());
            // Notes of tools that wrote the file, in any form.
            if name != "metadata" {
                let inner = self.group(&inner, &format!("{path}/{name}"))?;
                read.entries.insert(name, Object::Group(inner));
            }
        }
        for data in data {
            let name = printable(data.name());
            read.entries
                .insert(name, Object::Data(Data(Box::new(data))));
        }
        self.path.pop();
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_half_precision_are_those_of_the_standard() {
        let read = |bits: u16| {
            let kind = Datatype::FloatingPoint {
                size: 2,
                byte_order: ByteOrder::LittleEndian,
            };
            number(&kind, &bits.to_le_bytes())
        };
        for (bits, right) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x0001, 2_f64.powi(-24)),
            (0x7bff, 65504.0),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(read(bits), Some(Number::Real(right)), "{bits:x}");
        }
    }

    #[test]
    fn whole_numbers_keep_their_sign_and_all_their_digits() {
        let read = |signed, bytes: &[u8]| {
            let kind = Datatype::FixedPoint {
                size: bytes.len() as u8,
                signed,
                byte_order: ByteOrder::LittleEndian,
            };
            number(&kind, bytes)
        };
        assert_eq!(read(true, &[0xfe, 0xff]), Some(Number::Whole(-2)));
        assert_eq!(read(false, &[0xfe, 0xff]), Some(Number::Whole(65534)));
        let large = (1_u64 << 60) + 1;
        let whole = Some(Number::Whole(large.into()));
        assert_eq!(read(false, &large.to_le_bytes()), whole);
    }
}
