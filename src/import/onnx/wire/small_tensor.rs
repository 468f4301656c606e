//! The elements of a tensor that has few of them.

use super::reader::Reader;
use crate::import::onnx::proto::{ElementType, Number, Payload};

/// Tensors of more whole numbers are not read: shapes, indices and small masks
/// are shorter.
const MAX_INTS: u64 = 4096;

/// Tensors of more fractions are not read: bounds, scales and factors are
/// shorter, and every bias is longer.
const MAX_FLOATS: u64 = 64;

/// Elements of a tensor as they come.
pub(super) struct SmallTensor {
    element: ElementType,
    count: usize,
    step: usize,
    ints: Vec<i64>,
    floats: Vec<f64>,
    fits: bool,
}

impl SmallTensor {
    /// Room for so many elements; `None` if they are too many, or no numbers.
    pub fn new(element: ElementType, count: u64) -> Option<SmallTensor> {
        let most = if element.is_whole() {
            MAX_INTS
        } else {
            MAX_FLOATS
        };
        Some(SmallTensor {
            element,
            count: usize::try_from(count).ok().filter(|_| count <= most)?,
            step: element.step()?,
            ints: Vec::new(),
            floats: Vec::new(),
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
                Number::Real(value) => self.floats.push(value),
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
