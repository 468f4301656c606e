//! The elements of a tensor that has few of them.

use super::reader::Reader;
use crate::import::onnx::proto::{ElementType, Number, Payload};

/// Tensors of more whole numbers are not read: shapes, indices and small masks
/// are shorter.
const MAX_INTS: u64 = 4096;

/// Tensors of more fractions are not read: bounds, scales and factors are
/// shorter, and every bias is longer.
const MAX_FLOATS: u64 = 64;

/// Constants of nodes are read up to here, and kept if all elements are equal:
/// the shift of zeros that TorchScript gives a normalisation without one.
const MAX_EQUAL: u64 = 4096;

/// Elements of a tensor as they come.
pub(super) struct SmallTensor {
    element: ElementType,
    count: usize,
    step: usize,
    ints: Vec<i64>,
    floats: Vec<f64>,
    /// Whether it is kept only if all elements are equal.
    equal: bool,
    fits: bool,
}

impl SmallTensor {
    /// Room for so many elements, of a constant that a node holds or not; `None`
    /// if they are too many, or no numbers.
    pub fn new(element: ElementType, count: u64, of_node: bool) -> Option<SmallTensor> {
        let most = match (element.is_whole(), of_node) {
            (true, _) => MAX_INTS,
            (false, true) => MAX_EQUAL,
            (false, false) => MAX_FLOATS,
        };
        let count = usize::try_from(count).ok().filter(|_| count <= most)?;
        let (ints, floats) = match element.is_whole() {
            true => (count, 0),
            false => (0, count),
        };
        Some(SmallTensor {
            element,
            count,
            step: element.step()?,
            ints: Vec::with_capacity(ints),
            floats: Vec::with_capacity(floats),
            equal: !element.is_whole() && count as u64 > MAX_FLOATS,
            fits: true,
        })
    }

    /// Whether the reader has room for them.
    pub fn may_be_kept(&self, reader: &mut Reader<'_>) -> bool {
        reader.keep_numbers(self.count)
    }

    /// How many bytes a step of elements takes: one element, or two of four
    /// bits.
    pub fn step(&self) -> usize {
        self.step
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        match self.element.bits() {
            Some(bits @ (2 | 4)) => self.count.div_ceil(8 / bits as usize),
            _ => self.count,
        }
    }

    /// Adds one step; beyond the last, nothing.
    pub fn push(&mut self, bytes: &[u8]) {
        for number in self.element.decode(bytes) {
            if self.ints.len() + self.floats.len() >= self.count {
                return;
            }
            match number {
                Number::Whole(value) => match i64::try_from(value) {
                    Ok(value) => self.ints.push(value),
                    Err(_) => self.fits = false,
                },
                Number::Real(value) => {
                    self.fits &= !self.equal || self.floats.first().is_none_or(|one| *one == value);
                    self.floats.push(value);
                }
            }
        }
    }

    /// What was added; `None` if a number is beyond those that can be held.
    pub fn finish(self) -> Option<Payload> {
        let payload = if self.element.is_whole() {
            Payload::Ints(self.ints)
        } else {
            Payload::Floats(self.floats)
        };
        self.fits.then_some(payload)
    }
}
