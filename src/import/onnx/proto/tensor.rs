//! Tensors that are part of a file: their shapes, and where their elements are.

use std::ops::Range;

use super::element::ElementType;

/// A tensor that is part of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its shape, as the file claims it.
    pub dims: Vec<i64>,
    /// What its elements are.
    pub element: ElementType,
    /// Where its elements are.
    pub payload: Payload,
}

impl Tensor {
    /// How many elements its shape stands for; `None` if it claims a negative
    /// extent, or more than can be counted.
    pub fn elements(&self) -> Option<u64> {
        // An extent of zero makes the others not matter.
        if self.dims.contains(&0) && self.dims.iter().all(|dim| *dim >= 0) {
            return Some(0);
        }
        self.dims.iter().try_fold(1u64, |count, dim| {
            count.checked_mul(u64::try_from(*dim).ok()?)
        })
    }

    /// How many bytes its elements take, where that can be said.
    pub fn bytes(&self) -> Option<u64> {
        let bits = u128::from(self.elements()?) * u128::from(self.element.bits()?);
        u64::try_from(bits.div_ceil(8)).ok()
    }
}

/// Where the elements of a tensor are.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Payload {
    /// Nowhere: they were taken out of the file.
    #[default]
    Absent,
    /// Few enough to be read: whole numbers and truth values.
    Ints(Vec<i64>),
    /// Few enough to be read: fractions.
    Floats(Vec<f64>),
    /// Raw bytes at this range of the file, not read.
    Raw(Range<u64>),
    /// A typed list in the wire format, not read: the fields of the tensor that
    /// hold it, from the first to the last, are at this range of the file.
    Packed(Range<u64>),
    /// In another file, not opened.
    External {
        /// The file, relative to that of the model.
        location: String,
        /// Where in it they begin.
        offset: u64,
        /// How many bytes they take, if the model says so.
        length: Option<u64>,
    },
}
