//! Numbers as rows show them: the fewest digits that tell a double from all
//! others.
//!
//! The standard library finds the same digits, and takes three times as long;
//! most numbers of a sweep are whole besides, and those need no search at all.

use std::io::Write;

/// Whole numbers below this are written as such: doubles hold all of them.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Appends a finite number with all its digits and no exponent, as `{}` does.
pub(super) fn plain(value: f64, text: &mut Vec<u8>) {
    if whole(value, text) || printed(value, text) {
        return;
    }
    match Digits::of(value) {
        Some(digits) => digits.plain(text),
        // To write into memory cannot fail.
        None => drop(write!(text, "{value}")),
    }
}

/// Appends a finite number with a point or an exponent, as `{:?}` does.
pub(super) fn pointed(value: f64, text: &mut Vec<u8>) {
    if whole(value, text) {
        text.extend_from_slice(b".0");
        return;
    }
    if printed(value, text) {
        return;
    }
    match Digits::of(value) {
        Some(digits) if (1e-4..1e16).contains(&value.abs()) => {
            digits.plain(text);
            if value.trunc() == value {
                text.extend_from_slice(b".0");
            }
        }
        Some(digits) => digits.with_exponent(text),
        None => drop(write!(text, "{value:?}")),
    }
}

/// Appends a whole number that is not too large; whether it was one.
fn whole(value: f64, text: &mut Vec<u8>) -> bool {
    let small = value as i64 as f64 == value && value.abs() < WHOLE;
    if small {
        if value == 0.0 && value.is_sign_negative() {
            text.push(b'-');
        }
        text.extend_from_slice(itoa::Buffer::new().format(value as i64).as_bytes());
    }
    small
}

/// Appends a number that is not whole as the library prints it, where that is
/// how it stands here; whether it was such. Most are.
fn printed(value: f64, text: &mut Vec<u8>) -> bool {
    /// No more places than these are ever shown of a number in the range: 17
    /// digits behind 3 zeros.
    const MOST_PLACES: i32 = 20;
    let in_range = (1e-4..1e16).contains(&value.abs());
    // Of more places in binary more is left out than one digit, and it is no 5.
    if !in_range || binary_places(value) <= MOST_PLACES + 1 {
        return false;
    }
    let mut buffer = zmij::Buffer::new();
    append(buffer.format_finite(value).as_bytes(), text);
    true
}

/// Appends a few bytes. To copy so many as are known beforehand takes a few
/// instructions, and to copy any number is a call; so 16 are copied, and the last 8,
/// some of them twice.
fn append(bytes: &[u8], text: &mut Vec<u8>) {
    const LAST: usize = 8;
    let end = text.len() + bytes.len();
    match (bytes.first_chunk::<16>(), bytes.last_chunk::<LAST>()) {
        (Some(first), Some(last)) if bytes.len() <= first.len() + LAST => {
            text.extend_from_slice(first);
            text.truncate(end - LAST);
            text.extend_from_slice(last);
        }
        _ => text.extend_from_slice(bytes),
    }
}

/// 0.d₁d₂d₃… · 10^point
struct Digits {
    negative: bool,
    digits: [u8; Digits::MOST],
    length: usize,
    point: i32,
}

impl Digits {
    /// At most 17 digits are needed; zeros stand around some.
    const MOST: usize = 40;

    /// Those of a finite number other than 0; `None` where two rows of as many
    /// digits are equally near, of which libraries choose as they like.
    fn of(value: f64) -> Option<Digits> {
        let mut buffer = zmij::Buffer::new();
        let printed = buffer.format_finite(value.abs());
        let (mantissa, exponent) = printed.split_once('e').unwrap_or((printed, "0"));
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || before.bytes().chain(after.bytes());
        let leading = all().take_while(|digit| *digit == b'0').count();
        let mut digits = [0; Digits::MOST];
        let mut length = 0;
        for (at, (to, digit)) in digits.iter_mut().zip(all().skip(leading)).enumerate() {
            *to = digit;
            if digit != b'0' {
                length = at + 1;
            }
        }
        let point = before.len() as i32 - leading as i32 + exponent.parse::<i32>().ok()?;
        let decimals = length as i32 - point;
        (binary_places(value) != decimals + 1).then_some(Digits {
            negative: value.is_sign_negative(),
            digits,
            length,
            point,
        })
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    fn plain(&self, text: &mut Vec<u8>) {
        self.sign(text);
        let zeros = |count: usize| std::iter::repeat_n(b'0', count);
        let before = usize::try_from(self.point).unwrap_or(0);
        match self.digits().split_at_checked(before) {
            Some(([], _)) => {
                text.extend_from_slice(b"0.");
                text.extend(zeros(self.point.unsigned_abs() as usize));
                text.extend_from_slice(self.digits());
            }
            Some((before, [])) => text.extend_from_slice(before),
            Some((before, after)) => {
                text.extend_from_slice(before);
                text.push(b'.');
                text.extend_from_slice(after);
            }
            None => {
                text.extend_from_slice(self.digits());
                text.extend(zeros(before - self.digits().len()));
            }
        }
    }

    fn with_exponent(&self, text: &mut Vec<u8>) {
        self.sign(text);
        if let Some((first, rest)) = self.digits().split_first() {
            text.push(*first);
            if !rest.is_empty() {
                text.push(b'.');
                text.extend_from_slice(rest);
            }
        }
        // To write into memory cannot fail.
        let _ = write!(text, "e{}", self.point - 1);
    }

    fn sign(&self, text: &mut Vec<u8>) {
        if self.negative {
            text.push(b'-');
        }
    }
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
        let mut text = Vec::new();
        plain(value, &mut text);
        assert_eq!(String::from_utf8_lossy(&text), format!("{value}"));
        text.clear();
        pointed(value, &mut text);
        assert_eq!(String::from_utf8_lossy(&text), format!("{value:?}"));
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
    }
}
