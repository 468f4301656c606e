//! What elements have in common, one after the other.

use std::ops::Range;

use super::scale::Scale;
use super::sizes::Sizes;
use super::uniform;
use crate::import::onnx::proto::ElementType;
use crate::import::onnx::wire::Bytes;

/// Bytes read at a time, a whole number of elements of any kind.
const CHUNK: usize = 16 * 1024;

/// What a tensor holds.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightScan {
    /// The few values that its elements are of, if they are.
    pub pattern: Option<Pattern>,
    /// What the values of the pattern are multiplied by, if by anything.
    pub scale: Option<Scale>,
    /// Whether all elements are zero, or plus or minus a power of two.
    pub powers_of_two: bool,
    /// How many elements are zero; `None` if they were not all read.
    pub zeros: Option<u64>,
    /// How many elements there are.
    pub total: u64,
}

/// Few values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// 0 and 1.
    Bits,
    /// −1 and 1.
    Signs,
    /// −1, 0 and 1.
    Ternary,
}

/// What is known of the elements so far.
pub(super) struct Tally {
    total: u64,
    seen: u64,
    zeros: u64,
    sizes: Sizes,
    has_negative: bool,
    powers_of_two: bool,
}

impl Tally {
    /// Of a tensor of these extents, which are so many elements together.
    pub(super) fn new(extents: &[u64], total: u64) -> Tally {
        Tally {
            total,
            seen: 0,
            zeros: 0,
            sizes: Sizes::new(extents),
            has_negative: false,
            powers_of_two: true,
        }
    }

    /// Whether no further element can change what is found. Zeros matter only
    /// among few values.
    fn is_settled(&self) -> bool {
        !self.powers_of_two && self.sizes.are_many()
    }

    pub(super) fn add_raw(
        &mut self,
        range: Range<u64>,
        element: ElementType,
        bytes: &dyn Bytes,
    ) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("cannot be read: {error}");
        let size = bytes.size().map_err(failed)?;
        if range.end > size {
            return Err(format!("it ends at byte {} of a file of {size}", range.end));
        }
        let Some(step) = element.step() else {
            return Ok(());
        };
        if !(range.end - range.start).is_multiple_of(step as u64) {
            return Err("its last element is cut short".to_owned());
        }
        let elements = (range.end - range.start) / step as u64;
        if self.seen == 0
            && elements == self.total
            && let Some(all) = uniform::look(range.clone(), element, bytes).map_err(failed)?
        {
            self.seen = self.total;
            self.zeros = all.zeros;
            self.has_negative = all.has_negative;
            self.powers_of_two = all.size.is_none_or(is_zero_or_power);
            self.sizes = Sizes::of_one(all.size);
            return Ok(());
        }
        let mut held = vec![0; CHUNK];
        let mut values = Vec::with_capacity(CHUNK);
        let mut at = range.start;
        while at < range.end && !self.is_settled() {
            let left = range.end - at;
            let length = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
            let chunk = &mut held[..length];
            bytes.fill(at, chunk).map_err(failed)?;
            values.clear();
            element.decode_all(chunk, &mut values);
            self.cut(&mut values, element);
            self.add(&values);
            at += length as u64;
        }
        Ok(())
    }

    /// Drops the rest of the last byte, which is no element.
    pub(super) fn cut(&self, values: &mut Vec<f64>, element: ElementType) {
        let left = usize::try_from(self.total.saturating_sub(self.seen)).unwrap_or(usize::MAX);
        if values.len().saturating_sub(left) < element.per_step() {
            values.truncate(left);
        }
    }

    /// The next elements.
    pub(super) fn add(&mut self, values: &[f64]) {
        let at = self.seen;
        self.seen += values.len() as u64;
        self.zeros += values.iter().filter(|value| **value == 0.0).count() as u64;
        self.has_negative |= values.iter().any(|value| *value < 0.0);
        self.powers_of_two &= values.iter().all(|value| is_zero_or_power(*value));
        self.sizes.add(at, values);
    }

    pub(super) fn finish(self) -> Result<WeightScan, String> {
        let stopped = self.is_settled() && self.seen < self.total;
        if self.seen != self.total && !stopped {
            let Tally { seen, total, .. } = self;
            return Err(format!(
                "it has {seen} elements, while its shape has {total}"
            ));
        }
        let pattern = match (self.has_negative, self.zeros > 0) {
            (false, _) => Pattern::Bits,
            (true, false) => Pattern::Signs,
            (true, true) => Pattern::Ternary,
        };
        let few = self.sizes.few().filter(|_| self.total > 0);
        Ok(WeightScan {
            pattern: few.map(|_| pattern),
            scale: few.flatten(),
            powers_of_two: self.powers_of_two,
            zeros: (!stopped).then_some(self.zeros),
            total: self.total,
        })
    }
}

/// Whether a number is zero, or plus or minus a power of two: one bit is set in
/// it, be it the one that is not written.
fn is_zero_or_power(value: f64) -> bool {
    const MANTISSA: u64 = (1 << (f64::MANTISSA_DIGITS - 1)) - 1;
    let mantissa = value.to_bits() & MANTISSA;
    if value.is_normal() {
        mantissa == 0
    } else {
        value.is_finite() && mantissa & mantissa.wrapping_sub(1) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_go_down_to_the_smallest() {
        assert!(is_zero_or_power(f64::MIN_POSITIVE));
        assert!(is_zero_or_power(f64::from_bits(1)));
        assert!(!is_zero_or_power(f64::from_bits(3)));
        assert!(!is_zero_or_power(f64::INFINITY));
        assert!(!is_zero_or_power(f64::NAN));
    }
}
