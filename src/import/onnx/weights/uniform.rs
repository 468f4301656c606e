//! Whether all fractions of a tensor are zero, or plus or minus one number.
//!
//! That is what a binarised or ternary weight holds, and the one thing that
//! takes reading it to its end: of others a row tells. So it is asked first,
//! of the bits as they stand in the file, in parts that are read side by side.

use std::ops::Range;

use num_traits::PrimInt;
use rayon::prelude::*;

use crate::import::onnx::proto::{ElementType, Number};
use crate::import::onnx::wire::Bytes;

/// Bytes read at a time, a whole number of elements; so many that a count of
/// them fits into an element of two bytes.
const BLOCK: usize = 32 * 1024;
/// Bytes that one worker reads on its own.
const PART: u64 = 1 << 20;

/// What is known of elements of which all are zero, or plus or minus one number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Uniform {
    /// The number, above zero; none where all are zero.
    pub(super) size: Option<f64>,
    pub(super) zeros: u64,
    pub(super) has_negative: bool,
}

/// Why no such number was found.
enum Stopped {
    /// There are several.
    Many,
    Unread(std::io::Error),
}

/// Looks at the elements that stand in `range`; nothing where they are of
/// several sizes, not finite, or no fractions.
///
/// # Errors
/// They cannot be read.
pub(super) fn look(
    range: Range<u64>,
    element: ElementType,
    bytes: &dyn Bytes,
) -> std::io::Result<Option<Uniform>> {
    let read = |range: Range<u64>| -> Result<Uniform, Stopped> {
        let mut held = vec![0; BLOCK];
        let mut found = Uniform::default();
        let mut at = range.start;
        while at < range.end {
            let length = usize::try_from(range.end - at).map_or(BLOCK, |left| left.min(BLOCK));
            let block = &mut held[..length];
            bytes.fill(at, block).map_err(Stopped::Unread)?;
            let next = of_block(block, element).ok_or(Stopped::Many)?;
            found = found.with(next).ok_or(Stopped::Many)?;
            at += length as u64;
        }
        Ok(found)
    };
    let both = |a: Uniform, b: Uniform| a.with(b).ok_or(Stopped::Many);
    // Of most tensors the first block tells.
    let first = range.start..range.end.min(range.start + BLOCK as u64);
    let rest = first.end..range.end;
    let parts = (rest.end - rest.start).div_ceil(PART);
    let found = read(first).and_then(|first| {
        let parts = (0..parts).into_par_iter().map(|part| {
            let start = rest.start + part * PART;
            read(start..rest.end.min(start + PART))
        });
        both(first, parts.try_reduce(Uniform::default, both)?)
    });
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Stopped::Many) => Ok(None),
        Err(Stopped::Unread(error)) => Err(error),
    }
}

impl Uniform {
    /// What is known of these elements and of others; nothing where the two are
    /// of two sizes.
    fn with(self, other: Uniform) -> Option<Uniform> {
        let is_same = match (self.size, other.size) {
            (Some(size), Some(other)) => size == other,
            _ => true,
        };
        is_same.then_some(Uniform {
            size: self.size.or(other.size),
            zeros: self.zeros + other.zeros,
            has_negative: self.has_negative || other.has_negative,
        })
    }
}

fn of_block(block: &[u8], element: ElementType) -> Option<Uniform> {
    match element {
        ElementType::Float => of_words(block, element, u32::from_le_bytes),
        ElementType::Double => of_words(block, element, u64::from_le_bytes),
        ElementType::Float16 | ElementType::Bfloat16 => {
            of_words(block, element, u16::from_le_bytes)
        }
        _ => None,
    }
}

/// What the fractions of one block are, by their bits: the first tells the sign,
/// the others the size.
fn of_words<W: PrimInt, const N: usize>(
    block: &[u8],
    element: ElementType,
    word: impl Fn([u8; N]) -> W,
) -> Option<Uniform> {
    let words = || block.as_chunks::<N>().0.iter().map(|bytes| word(*bytes));
    let (zero, one) = (W::zero(), W::one());
    let sizes = W::max_value() >> 1;
    let found = words().map(|word| word & sizes).find(|size| *size != zero);
    let size = found.unwrap_or(zero);
    let (mut zeros, mut others, mut signs) = (zero, zero, zero);
    for word in words() {
        let is_zero = word & sizes == zero;
        zeros = zeros + if is_zero { one } else { zero };
        let word = if is_zero { size } else { word };
        others = others | ((word & sizes) ^ size);
        signs = signs | word;
    }
    let value = match found {
        None => None,
        Some(size) => {
            let bytes = size.to_u64()?.to_le_bytes();
            let value = element.decode(&bytes[..N]).next().map(Number::as_real);
            Some(value.filter(|value| value.is_finite())?)
        }
    };
    (others == zero).then_some(Uniform {
        size: value,
        zeros: zeros.to_u64()?,
        has_negative: signs & !sizes != zero,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ElementType as E;

    fn of(values: &[f32]) -> Option<Uniform> {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        look(0..bytes.len() as u64, E::Float, &bytes).unwrap()
    }

    fn uniform(size: Option<f64>, zeros: u64, has_negative: bool) -> Option<Uniform> {
        Some(Uniform {
            size,
            zeros,
            has_negative,
        })
    }

    #[test]
    fn one_number_and_zeros_are_told_from_several_numbers() {
        assert_eq!(of(&[]), uniform(None, 0, false));
        assert_eq!(of(&[0.0, -0.0]), uniform(None, 2, false));
        assert_eq!(of(&[-0.0, 0.5]), uniform(Some(0.5), 1, false));
        assert_eq!(
            of(&[0.3, 0.0, -0.3]),
            uniform(Some(f64::from(0.3f32)), 1, true)
        );
        assert_eq!(of(&[0.3, 0.6]), None);
        assert_eq!(of(&[f32::NAN, f32::NAN]), None);
        assert_eq!(of(&[f32::INFINITY]), None);
        assert_eq!(
            of(&[1e-45, 0.0]),
            uniform(Some(f64::from(1e-45f32)), 1, false)
        );
    }

    /// One element more than a part has, of which the last, or one in any of the
    /// first blocks, is another number.
    #[test]
    fn one_other_number_is_found_wherever_it_stands() {
        let mut values = vec![-2.0; (PART as usize + 2 * BLOCK) / 4 + 1];
        let all = values.len();
        values[5] = 0.0;
        assert_eq!(of(&values), uniform(Some(2.0), 1, true));
        for at in [0, 6, BLOCK / 4, BLOCK / 2 + 1, all - 2, all - 1] {
            values[at] = 4.0;
            assert_eq!(of(&values), None, "{at}");
            values[at] = 2.0;
        }
        assert_eq!(of(&values), uniform(Some(2.0), 1, true));
    }

    /// Minus three in every kind of fractions, and a zero.
    #[test]
    fn all_kinds_of_fractions_are_read() {
        let kinds: [(E, &[u8]); 4] = [
            (E::Float, &[0, 0, 0x40, 0xc0, 0, 0, 0, 0]),
            (E::Float16, &[0, 0xc2, 0, 0]),
            (E::Bfloat16, &[0x40, 0xc0, 0, 0]),
            (
                E::Double,
                &[0, 0, 0, 0, 0, 0, 8, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0x80],
            ),
        ];
        for (kind, bytes) in kinds {
            let found = look(0..bytes.len() as u64, kind, &bytes).unwrap();
            assert_eq!(found, uniform(Some(3.0), 1, true), "{kind:?}");
        }
        let whole: &[u8] = &[1, 1];
        assert_eq!(look(0..2, E::Int8, &whole).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let bytes = vec![0u8; 2 * BLOCK];
        assert!(look(0..4 * BLOCK as u64, E::Float, &bytes).is_err());
    }
}
