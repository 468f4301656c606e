//! What the bytes of an element mean.

use super::element::ElementType;

/// What one element holds, exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A whole number or a truth value.
    Whole(i128),
    /// A fraction, an infinity or none at all.
    Real(f64),
}

impl Number {
    /// The number as a double; NaN where none holds it exactly.
    pub(crate) fn as_real(self) -> f64 {
        match self {
            Number::Real(value) => value,
            Number::Whole(value) => {
                let near = value as f64;
                if near as i128 == value {
                    near
                } else {
                    f64::NAN
                }
            }
        }
    }
}

impl ElementType {
    /// How many bytes the smallest piece of the file takes that holds whole
    /// elements: one, or several of less than eight bits. `None` where elements are no
    /// numbers.
    pub(crate) fn step(self) -> Option<usize> {
        match self {
            ElementType::Complex64 | ElementType::Complex128 => None,
            _ => Some(self.bits()?.div_ceil(8) as usize),
        }
    }

    /// How many elements one step holds.
    pub(crate) fn per_step(self) -> usize {
        8 / self.bits().filter(|width| *width < 8).unwrap_or(8) as usize
    }

    /// What these bytes hold, step by step, as doubles; NaN where none holds an
    /// element exactly. Each common kind has a loop of its own.
    pub(crate) fn decode_all(self, bytes: &[u8], into: &mut Vec<f64>) {
        use ElementType as E;
        match self {
            E::Float => into.extend(words(bytes).map(|word| f64::from(f32::from_le_bytes(word)))),
            E::Double => into.extend(words(bytes).map(f64::from_le_bytes)),
            E::Bfloat16 => into.extend(words(bytes).map(|word| {
                let bits = u32::from(u16::from_le_bytes(word)) << 16;
                f64::from(f32::from_bits(bits))
            })),
            E::Int8 => into.extend(bytes.iter().map(|byte| f64::from(*byte as i8))),
            E::Uint8 => into.extend(bytes.iter().map(|byte| f64::from(*byte))),
            E::Int32 => into.extend(words(bytes).map(|word| f64::from(i32::from_le_bytes(word)))),
            _ => {
                let step = self.step().unwrap_or(1);
                for step in bytes.chunks(step) {
                    into.extend(self.decode(step).map(Number::as_real));
                }
            }
        }
    }

    /// What the bytes of one step hold, lowest byte first: one element, two of
    /// four bits, or four of two.
    pub(crate) fn decode(self, bytes: &[u8]) -> impl Iterator<Item = Number> {
        let mut all = [0; 8];
        for (to, from) in all.iter_mut().zip(bytes) {
            *to = *from;
        }
        let bits = u64::from_le_bytes(all);
        let width = self.bits().filter(|width| *width < 8).unwrap_or(8);
        (0..8 / width).map(move |at| self.element(bits >> (at * width)))
    }

    /// The element with these bits; those above its width are not looked at.
    fn element(self, bits: u64) -> Number {
        use ElementType as E;
        // The casts cut off what is above the width of the element.
        match self {
            E::Bool => Number::Whole(i128::from(bits as u8 != 0)),
            E::Uint2 => Number::Whole(i128::from(bits & 3)),
            E::Int2 => Number::Whole(i128::from((bits as i8) << 6 >> 6)),
            E::Uint4 => Number::Whole(i128::from(bits & 15)),
            E::Int4 => Number::Whole(i128::from((bits as i8) << 4 >> 4)),
            E::Uint8 => Number::Whole(i128::from(bits as u8)),
            E::Int8 => Number::Whole(i128::from(bits as i8)),
            E::Uint16 => Number::Whole(i128::from(bits as u16)),
            E::Int16 => Number::Whole(i128::from(bits as i16)),
            E::Uint32 => Number::Whole(i128::from(bits as u32)),
            E::Int32 => Number::Whole(i128::from(bits as i32)),
            E::Uint64 => Number::Whole(i128::from(bits)),
            E::Int64 => Number::Whole(i128::from(bits as i64)),
            _ => Number::Real(self.fraction(bits)),
        }
    }

    fn fraction(self, bits: u64) -> f64 {
        use ElementType as E;
        match self {
            E::Double => f64::from_bits(bits),
            E::Float => f64::from(f32::from_bits(bits as u32)),
            E::Bfloat16 => f64::from(f32::from_bits((bits as u32 & 0xffff) << 16)),
            E::Float16 => ieee(bits, 5, 10),
            E::Float8E5M2 => ieee(bits, 5, 2),
            E::Float8E4M3Fn if bits & 0x7f == 0x7f => f64::NAN,
            E::Float8E4M3Fn => finite(bits, 4, 3, 7),
            E::Float8E4M3Fnuz | E::Float8E5M2Fnuz if bits & 0xff == 0x80 => f64::NAN,
            E::Float8E4M3Fnuz => finite(bits, 4, 3, 8),
            E::Float8E5M2Fnuz => finite(bits, 5, 2, 16),
            // No mantissa and no sign: powers of two.
            E::Float8E8M0 if bits & 0xff == 0xff => f64::NAN,
            E::Float8E8M0 => 2f64.powi((bits & 0xff) as i32 - 127),
            E::Float4E2M1 => finite(bits, 2, 1, 1),
            _ => f64::NAN,
        }
    }
}

/// Bytes in words of a fixed size; a word that is cut short is none.
fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    let (words, _) = bytes.as_chunks::<N>();
    words.iter().copied()
}

/// A floating-point number whose highest exponent stands for infinities and
/// NaN.
fn ieee(bits: u64, exponent: u32, mantissa: u32) -> f64 {
    let top = (1 << exponent) - 1;
    if bits >> mantissa & top != top {
        return finite(bits, exponent, mantissa, (top >> 1) as i32);
    }
    match (
        bits & ((1 << mantissa) - 1),
        bits >> (exponent + mantissa) & 1,
    ) {
        (0, 0) => f64::INFINITY,
        (0, _) => f64::NEG_INFINITY,
        _ => f64::NAN,
    }
}

/// A floating-point number all of whose exponents stand for numbers.
fn finite(bits: u64, exponent: u32, mantissa: u32, bias: i32) -> f64 {
    let fraction = bits & ((1 << mantissa) - 1);
    let power = (bits >> mantissa & ((1 << exponent) - 1)) as i32;
    let (significand, power) = match power {
        0 => (fraction, 1),
        _ => (fraction | 1 << mantissa, power),
    };
    let size = significand as f64 * 2f64.powi(power - bias - mantissa as i32);
    if bits >> (exponent + mantissa) & 1 == 1 {
        -size
    } else {
        size
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ElementType as E;

    fn one(element: ElementType, bytes: &[u8]) -> Number {
        element.decode(bytes).next().unwrap()
    }

    #[test]
    fn whole_numbers_of_all_widths() {
        assert_eq!(one(E::Int8, &[0xff]), Number::Whole(-1));
        assert_eq!(one(E::Uint8, &[0xff]), Number::Whole(255));
        assert_eq!(one(E::Int16, &[0, 0x80]), Number::Whole(-32768));
        assert_eq!(one(E::Int32, &[0xfe, 0xff, 0xff, 0xff]), Number::Whole(-2));
        assert_eq!(one(E::Uint64, &[0xff; 8]), Number::Whole(u64::MAX.into()));
        assert_eq!(one(E::Int64, &[0xff; 8]), Number::Whole(-1));
        assert_eq!(one(E::Bool, &[2]), Number::Whole(1));
    }

    #[test]
    fn the_lower_half_of_a_byte_comes_first() {
        let all = |element: E, byte: u8| element.decode(&[byte]).collect::<Vec<_>>();
        assert_eq!(all(E::Int4, 0xf7), [7, -1].map(Number::Whole));
        assert_eq!(all(E::Uint4, 0xf7), [7, 15].map(Number::Whole));
        // 11 10 01 00
        assert_eq!(all(E::Uint2, 0xe4), [0, 1, 2, 3].map(Number::Whole));
        assert_eq!(all(E::Int2, 0xe4), [0, 1, -2, -1].map(Number::Whole));
    }

    #[test]
    fn halves_and_eighths_of_a_float() {
        let half = |bits: u16| one(E::Float16, &bits.to_le_bytes());
        assert_eq!(half(0x3c00), Number::Real(1.0));
        assert_eq!(half(0xc000), Number::Real(-2.0));
        assert_eq!(half(0x7bff), Number::Real(65504.0));
        assert_eq!(half(0x0001), Number::Real(2f64.powi(-24)));
        assert_eq!(half(0xfc00), Number::Real(f64::NEG_INFINITY));
        assert_eq!(one(E::Bfloat16, &[0x80, 0x3f]), Number::Real(1.0));
        // The largest of each kind, and the smallest above zero.
        assert_eq!(one(E::Float8E4M3Fn, &[0x7e]), Number::Real(448.0));
        assert_eq!(one(E::Float8E4M3Fnuz, &[0x7f]), Number::Real(240.0));
        assert_eq!(one(E::Float8E5M2, &[0x7b]), Number::Real(57344.0));
        assert_eq!(one(E::Float8E5M2, &[0x7c]), Number::Real(f64::INFINITY));
        assert_eq!(one(E::Float8E5M2Fnuz, &[0x7f]), Number::Real(57344.0));
        assert_eq!(one(E::Float8E4M3Fn, &[0x01]), Number::Real(2f64.powi(-9)));
        let both: Vec<Number> = E::Float4E2M1.decode(&[0x9f]).collect();
        assert_eq!(both, [-6.0, -0.5].map(Number::Real));
        assert_eq!(one(E::Float8E8M0, &[126]), Number::Real(0.5));
        let nan = one(E::Float8E4M3Fn, &[0xff]);
        assert!(matches!(nan, Number::Real(value) if value.is_nan()));
    }
}
