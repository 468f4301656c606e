//! Numbers as rows show them: the fewest digits that tell a double from all
//! others.
//!
//! The standard library finds the same digits, and takes seven times as long.

/// How a finite number is written.
#[derive(Clone, Copy)]
pub(super) enum Notation {
    /// With all its digits and no exponent, as `{}` does.
    Plain,
    /// With a point or an exponent, as `{:?}` does.
    Pointed,
}

impl Notation {
    /// A finite number, written into the buffer; `None` where it is [`Notation::text`]
    /// that finds how the standard library writes it.
    #[inline(always)]
    pub(super) fn print(self, value: f64, buffer: &mut zmij::Buffer) -> Option<&[u8]> {
        let (printed, places) = printed(value, buffer)?;
        // A whole number ends in `.0`.
        let cut = match self {
            Notation::Plain if places <= 0 => 2,
            _ => 0,
        };
        Some(&printed[..printed.len() - cut])
    }

    /// Any finite number.
    pub(super) fn text(self, value: f64) -> String {
        match self {
            Notation::Plain => value.to_string(),
            Notation::Pointed => format!("{value:?}"),
        }
    }
}

/// A number as the library prints it, and its places in binary; `None` where the
/// standard library may print another: with an exponent or without one, or the other
/// one of two that are equally near.
#[inline(always)]
fn printed(value: f64, buffer: &mut zmij::Buffer) -> Option<(&[u8], i32)> {
    let size = value.abs();
    if !(1e-4..1e16).contains(&size) {
        return None;
    }
    let printed = buffer.format_finite(value).as_bytes();
    // Its places behind the point are at most so many: 17 digits behind 3 zeros.
    const MOST: i32 = 20;
    let binary = binary_places(value);
    if binary <= MOST + 1 {
        let before = (size as u64).checked_ilog10().unwrap_or(0) + 1;
        let places = printed.len() as i32 - i32::from(value < 0.0) - before as i32 - 1;
        if binary == places + 1 {
            return None;
        }
    }
    Some((printed, binary))
}

/// How many places a number has behind the point in binary, and so in decimal:
/// where that is one more than are shown, what is left out is a 5.
fn binary_places(value: f64) -> i32 {
    const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = value.abs().to_bits();
    let (exponent, fraction) = (bits >> FRACTION, bits & ((1 << FRACTION) - 1));
    let (exponent, fraction) = match exponent {
        0 => (1, fraction),
        exponent => (exponent as i32, fraction | 1 << FRACTION),
    };
    1023 + FRACTION as i32 - exponent - fraction.trailing_zeros() as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(value: f64) {
        let mut buffer = zmij::Buffer::new();
        for notation in [Notation::Plain, Notation::Pointed] {
            if let Some(printed) = notation.print(value, &mut buffer) {
                assert_eq!(String::from_utf8_lossy(printed), notation.text(value));
            }
        }
    }

    #[test]
    fn numbers_at_the_edges_are_those_of_the_standard_library() {
        for value in [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.1,
            0.9,
            12.5,
            1e-4,
            9.99e-5,
            1e-5,
            1e15,
            1e16,
            1e21,
            1.5e300,
            9_007_199_254_740_991.0,
            9_007_199_254_740_992.0,
            9_999_999_999_999_998.0,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            123_456.789,
            1.0 / 3.0,
            3_996_132_750_416.0 + 1.0 / 32.0,
            0.000_030_517_578_125,
        ] {
            same(value);
            same(-value);
        }
    }

    proptest! {
        #[test]
        fn every_number_is_that_of_the_standard_library(bits in any::<u64>(), scaled in any::<i64>()) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                same(value);
            }
            same(scaled as f64);
            same(scaled as f64 / 1e6);
        }

        /// Exact with a few digits more than are shown: what is left out may be a 5.
        #[test]
        fn ties_are_those_of_the_standard_library(whole in any::<i64>(), size in 0..63, places in 0..24_i32) {
            same((whole >> size) as f64 / 2_f64.powi(places));
        }
    }
}
