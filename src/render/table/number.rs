//! Exact counts in decimal digits, for people and for programs.
//!
//! A count is an integer of any size, or a rational where a density is a fraction.
//! Neither may pass through a float on its way to the page while it has few enough
//! digits to be written exactly.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::units;

/// What separates groups of three digits: a narrow space at which no line breaks.
const THIN_SPACE: char = '\u{202f}';

/// At most so many decimals of a count that is not whole are shown to people.
const HUMAN_DECIMALS: u32 = 3;

/// So many zeros behind the point are followed at most.
const MOST_ZEROS: u32 = 400;

/// At most so many decimals are written for programs; beyond, a count is as exact
/// as a float.
const RAW_DECIMALS: u32 = 40;

/// `count` for people: the whole part in groups of three digits, at most three
/// decimals, four significant digits when there is no whole part.
pub fn grouped(count: &BigRational) -> String {
    if !count.is_zero() && count.to_integer().is_zero() {
        let value = count.to_f64().unwrap_or(f64::NAN);
        let text = units::significant(value, 4);
        return match text.contains(['.']) && !text.contains('e') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
            false => text,
        };
    }
    let (whole, decimals) = match count.is_integer() {
        true => (count.numer().abs(), String::new()),
        false => {
            let scale = BigInt::from(10).pow(HUMAN_DECIMALS);
            let scaled = (count * &scale).round().to_integer();
            let (whole, fraction) = scaled.abs().div_rem(&scale);
            (whole, decimals(&fraction, HUMAN_DECIMALS))
        }
    };
    let digits = whole.to_string();
    let mut text = String::new();
    if count.is_negative() {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(digit);
    }
    text + &decimals
}

/// The number of as few digits as people read next to `limit`: above it where
/// something holds `from` there on, below it where it holds up to there.
pub fn within(limit: &BigRational, from: bool) -> BigRational {
    let mut unit = BigRational::new(BigInt::from(1), BigInt::from(10).pow(HUMAN_DECIMALS));
    // Without a whole part the first digit that is not 0 begins four of them.
    let mut size = limit.abs();
    let ten = BigRational::from_integer(10.into());
    let one = BigRational::from_integer(1.into());
    for _ in 0..MOST_ZEROS {
        if size.is_zero() || size >= one {
            break;
        }
        size *= &ten;
        unit /= &ten;
    }
    let steps = limit / &unit;
    let steps = if from { steps.ceil() } else { steps.floor() };
    steps * unit
}

/// `count` for programs: all digits, no grouping. A fraction without a finite
/// decimal expansion of reasonable length is written as the nearest float.
pub fn raw(count: &BigRational) -> String {
    let scale = BigInt::from(10).pow(RAW_DECIMALS);
    let scaled = count * &scale;
    if !scaled.is_integer() {
        return count.to_f64().unwrap_or(f64::NAN).to_string();
    }
    let (whole, fraction) = scaled.to_integer().abs().div_rem(&scale);
    let sign = if count.is_negative() { "-" } else { "" };
    format!("{sign}{whole}{}", decimals(&fraction, RAW_DECIMALS))
}

/// `fraction` out of 10^`places` as decimals with their point, without trailing
/// zeros; nothing for zero.
fn decimals(fraction: &BigInt, places: u32) -> String {
    let digits = format!("{:0>width$}", fraction.to_string(), width = places as usize);
    match digits.trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn whole_counts_are_grouped_whatever_their_size() {
        let spaced = |count: &BigRational| grouped(count).replace(THIN_SPACE, " ");
        assert_eq!(spaced(&ratio(0, 1)), "0");
        assert_eq!(spaced(&ratio(999, 1)), "999");
        assert_eq!(spaced(&ratio(1000, 1)), "1 000");
        assert_eq!(spaced(&ratio(8_388_608, 1)), "8 388 608");
        assert_eq!(spaced(&ratio(-1000, 1)), "-1 000");
        let huge = BigRational::from_integer(BigInt::from(10).pow(30) + 1);
        assert_eq!(spaced(&huge), "1 000 000 000 000 000 000 000 000 000 001");
    }

    #[test]
    fn fractions_are_decimals() {
        let spaced = |count: &BigRational| grouped(count).replace(THIN_SPACE, " ");
        assert_eq!(spaced(&ratio(2_097_153, 2)), "1 048 576.5");
        // 4/3 = 1.3333…, 2/3 = 0.66666…
        assert_eq!(spaced(&ratio(4, 3)), "1.333");
        assert_eq!(spaced(&ratio(2, 3)), "0.6667");
        assert_eq!(spaced(&ratio(1, 2)), "0.5");
        assert_eq!(spaced(&ratio(-3, 2)), "-1.5");
        // 1999.9996 rounds up through the group.
        assert_eq!(spaced(&ratio(19_999_996, 10_000)), "2 000");
    }

    #[test]
    fn limits_are_rounded_to_where_something_holds() {
        for (limit, from, up_to) in [
            (ratio(1_234_567, 1_000_000), "1.235", "1.234"),
            (ratio(2, 3), "0.6667", "0.6666"),
            (ratio(1, 300), "0.003334", "0.003333"),
            (ratio(1, 2), "0.5", "0.5"),
            (ratio(7, 1), "7", "7"),
            (ratio(0, 1), "0", "0"),
            (ratio(99_996, 100_000), "1", "0.9999"),
        ] {
            assert_eq!(grouped(&within(&limit, true)), from);
            assert_eq!(grouped(&within(&limit, false)), up_to);
        }
    }

    #[test]
    fn programs_get_every_digit() {
        assert_eq!(raw(&ratio(8_388_608, 1)), "8388608");
        assert_eq!(raw(&ratio(-5, 4)), "-1.25");
        assert_eq!(raw(&ratio(1, 3)), "0.3333333333333333");
        // 2^53 + 1 and a half is more than a float holds.
        assert_eq!(raw(&ratio(18_014_398_509_481_987, 2)), "9007199254740993.5");
    }
}
