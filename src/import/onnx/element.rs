//! Elements of tensors: how wide they are, and what their bits mean.

use std::fmt;

use super::proto::{ElementType, Tensor};

/// What one element holds, exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A whole number or a truth value.
    Whole(i128),
    /// A fraction, an infinity or none at all.
    Real(f64),
}

impl ElementType {
    /// The names, by the numbers that stand for them in a file.
    const ALL: [(ElementType, &'static str); 24] = [
        (ElementType::Undefined, "undefined"),
        (ElementType::Float, "float"),
        (ElementType::Uint8, "uint8"),
        (ElementType::Int8, "int8"),
        (ElementType::Uint16, "uint16"),
        (ElementType::Int16, "int16"),
        (ElementType::Int32, "int32"),
        (ElementType::Int64, "int64"),
        (ElementType::String, "string"),
        (ElementType::Bool, "bool"),
        (ElementType::Float16, "float16"),
        (ElementType::Double, "double"),
        (ElementType::Uint32, "uint32"),
        (ElementType::Uint64, "uint64"),
        (ElementType::Complex64, "complex64"),
        (ElementType::Complex128, "complex128"),
        (ElementType::Bfloat16, "bfloat16"),
        (ElementType::Float8E4M3Fn, "float8e4m3fn"),
        (ElementType::Float8E4M3Fnuz, "float8e4m3fnuz"),
        (ElementType::Float8E5M2, "float8e5m2"),
        (ElementType::Float8E5M2Fnuz, "float8e5m2fnuz"),
        (ElementType::Uint4, "uint4"),
        (ElementType::Int4, "int4"),
        (ElementType::Float4E2M1, "float4e2m1"),
    ];

    /// The type that a file means by `number`.
    pub fn from_number(number: i32) -> ElementType {
        usize::try_from(number)
            .ok()
            .and_then(|index| ElementType::ALL.get(index))
            .map_or(ElementType::Other(number), |(element, _)| *element)
    }

    /// How many bits an element takes, where that is known and the same for all.
    pub fn bits(self) -> Option<u32> {
        use ElementType as E;
        Some(match self {
            E::Undefined | E::String | E::Other(_) => return None,
            E::Uint4 | E::Int4 | E::Float4E2M1 => 4,
            E::Uint8 | E::Int8 | E::Bool => 8,
            E::Float8E4M3Fn | E::Float8E4M3Fnuz | E::Float8E5M2 | E::Float8E5M2Fnuz => 8,
            E::Uint16 | E::Int16 | E::Float16 | E::Bfloat16 => 16,
            E::Float | E::Int32 | E::Uint32 => 32,
            E::Int64 | E::Double | E::Uint64 | E::Complex64 => 64,
            E::Complex128 => 128,
        })
    }

    /// Whether its elements are whole numbers or truth values.
    pub fn is_whole(self) -> bool {
        use ElementType as E;
        matches!(
            self,
            E::Uint4
                | E::Int4
                | E::Uint8
                | E::Int8
                | E::Bool
                | E::Uint16
                | E::Int16
                | E::Int32
                | E::Uint32
                | E::Int64
                | E::Uint64
        )
    }

    /// How many bytes the smallest piece of the file takes that holds whole
    /// elements: one, or two of four bits. `None` where elements are no
    /// numbers.
    pub(super) fn step(self) -> Option<usize> {
        match self {
            ElementType::Complex64 | ElementType::Complex128 => None,
            _ => Some(self.bits()?.div_ceil(8) as usize),
        }
    }

    /// What the bytes of one step hold, lowest byte first: one element, or two
    /// of four bits.
    pub(super) fn decode(self, bytes: &[u8]) -> (Number, Option<Number>) {
        let mut all = [0; 8];
        for (to, from) in all.iter_mut().zip(bytes) {
            *to = *from;
        }
        let bits = u64::from_le_bytes(all);
        if self.bits() == Some(4) {
            return (self.element(bits & 15), Some(self.element(bits >> 4 & 15)));
        }
        (self.element(bits), None)
    }

    /// The element with these bits; those above its width are not looked at.
    fn element(self, bits: u64) -> Number {
        use ElementType as E;
        // The casts cut off what is above the width of the element.
        match self {
            E::Bool => Number::Whole(i128::from(bits as u8 != 0)),
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
            E::Float4E2M1 => finite(bits, 2, 1, 1),
            _ => f64::NAN,
        }
    }
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

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ElementType::Other(number) => f.pad(&format!("type {number}")),
            known => f.pad(
                ElementType::ALL
                    .iter()
                    .find(|(element, _)| element == known)
                    .map_or("", |(_, name)| name),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ElementType as E;

    fn one(element: ElementType, bytes: &[u8]) -> Number {
        element.decode(bytes).0
    }

    #[test]
    fn numbers_of_the_specification_name_types() {
        assert_eq!(E::from_number(1), E::Float);
        assert_eq!(E::from_number(10), E::Float16);
        assert_eq!(E::from_number(16), E::Bfloat16);
        assert_eq!(E::from_number(22), E::Int4);
        assert_eq!(E::from_number(23), E::Float4E2M1);
        assert_eq!(E::from_number(99), E::Other(99));
        assert_eq!(E::from_number(-1), E::Other(-1));
        assert_eq!(E::Other(99).to_string(), "type 99");
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
        let (low, high) = E::Int4.decode(&[0xf7]);
        assert_eq!((low, high), (Number::Whole(7), Some(Number::Whole(-1))));
        let (low, high) = E::Uint4.decode(&[0xf7]);
        assert_eq!((low, high), (Number::Whole(7), Some(Number::Whole(15))));
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
        let (low, high) = E::Float4E2M1.decode(&[0x9f]);
        assert_eq!((low, high), (Number::Real(-6.0), Some(Number::Real(-0.5))));
        let Number::Real(nan) = one(E::Float8E4M3Fn, &[0xff]) else {
            return;
        };
        assert!(nan.is_nan());
    }
}
