//! Exact numbers: what a user wrote, digit for digit.
//!
//! `3.7` in a table is 37/10 and not the nearest binary fraction, so counts
//! and energies are exact until they are printed.

mod fraction;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

pub(crate) use self::fraction::Fraction;

/// Digits and powers of ten beyond this are refused: nothing that exists costs
/// or counts so much, and hostile input should not fill the memory.
const MAX_DIGITS: usize = 400;

/// The largest size or count of a model: 10^15. What is larger is refused as a
/// slip of the keyboard, and up to here floating point is exact.
pub const MAX_WHOLE: i64 = 1_000_000_000_000_000;

/// Reads a decimal number, such as `12`, `-0.5`, `3.1e-4` or `1_000`, exactly.
/// `None` for anything else, infinities and NaN included.
pub fn parse_decimal(text: &str) -> Option<BigRational> {
    if let Some(short) = short_decimal(text) {
        return Some(short);
    }
    let text: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = format!("{whole}{fraction}");
    if all.is_empty() || all.len() > MAX_DIGITS || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    if shift.unsigned_abs() as usize > MAX_DIGITS {
        return None;
    }
    let integer: BigInt = all.parse().ok()?;
    let power = Pow::pow(BigInt::from(10), shift.unsigned_abs());
    let value = if shift >= 0 {
        BigRational::from(integer * power)
    } else {
        BigRational::new(integer, power)
    };
    Some(if negative { -value } else { value })
}

/// The same for what most numbers are, a few digits with a point among them, in
/// machine words; `None` for anything else.
fn short_decimal(text: &str) -> Option<BigRational> {
    // 10¹⁸ is less than 2⁶⁰.
    if text.len() > 18 {
        return None;
    }
    let (mut digits, mut decimals, mut behind_point) = (0_u64, 0, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits = 10 * digits + u64::from(byte - b'0');
                decimals += u32::from(behind_point);
            }
            b'.' if !behind_point => behind_point = true,
            _ => return None,
        }
    }
    // A point alone is no number.
    let has_digits = text.len() > usize::from(behind_point);
    has_digits.then(|| {
        let divisor = 10_u64.pow(decimals);
        let shared = digits.gcd(&divisor);
        BigRational::new_raw((digits / shared).into(), (divisor / shared).into())
    })
}

/// The product of two numbers: most are whole, and most others fit into machine
/// words, where common factors are found without memory.
pub fn product(a: &BigRational, b: &BigRational) -> BigRational {
    if a.is_integer() && b.is_integer() {
        BigRational::from_integer(a.numer() * b.numer())
    } else {
        Fraction::of(a).times(Fraction::of(b)).into_rational()
    }
}

/// The sum of two numbers, likewise.
pub fn sum(a: &BigRational, b: &BigRational) -> BigRational {
    if a.is_integer() && b.is_integer() {
        BigRational::from_integer(a.numer() + b.numer())
    } else {
        Fraction::of(a).plus(Fraction::of(b)).into_rational()
    }
}

/// The quotient of two numbers, likewise; the divisor must not be 0.
pub fn quotient(a: &BigRational, b: &BigRational) -> BigRational {
    let inverse = Fraction::of(b).power(-1);
    Fraction::of(a).times(inverse).into_rational()
}

/// A whole number as an exact one.
pub fn whole(value: impl Into<BigInt>) -> BigRational {
    BigRational::from(value.into())
}

/// The nearest double.
pub fn to_f64(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// Whether every digit of `value` can be written down: its denominator has no
/// prime factors but 2 and 5.
pub fn is_decimal(value: &BigRational) -> bool {
    let mut rest = value.denom().clone();
    for prime in [2, 5] {
        let prime = BigInt::from(prime);
        while (&rest % &prime).is_zero() {
            rest /= &prime;
        }
    }
    rest.is_one()
}

/// All digits where they end (`0.9`, `16384`), a fraction otherwise (`1/3`).
pub fn plain(value: &BigRational) -> String {
    if value.is_integer() {
        return value.numer().to_string();
    }
    if let Some(short) = short_plain(value) {
        return short;
    }
    if !is_decimal(value) {
        return format!("{}/{}", value.numer(), value.denom());
    }
    // Scale by tens until whole; the number of steps is the number of decimals.
    let ten = whole(10);
    let mut scaled = value.abs();
    let mut decimals = 0;
    while !scaled.is_integer() {
        scaled *= &ten;
        decimals += 1;
    }
    let digits = format!(
        "{:0>width$}",
        scaled.numer().to_string(),
        width = decimals + 1
    );
    let (before, after) = digits.split_at(digits.len() - decimals);
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}{before}.{after}")
}

/// The same of a number that ends after a few digits, in machine words; `None` for
/// anything else.
fn short_plain(value: &BigRational) -> Option<String> {
    let (above, below) = (value.numer().to_i64()?, value.denom().to_u64()?);
    let (twos, mut rest) = (below.trailing_zeros(), below >> below.trailing_zeros());
    let mut fives = 0;
    while rest.is_multiple_of(5) {
        rest /= 5;
        fives += 1;
    }
    let decimals = twos.max(fives);
    if rest != 1 || decimals > 18 {
        return None;
    }
    let power = 10_u64.pow(decimals);
    let digits = above.unsigned_abs().checked_mul(power / below)?;
    let sign = if above < 0 { "-" } else { "" };
    let (before, after) = (digits / power, digits % power);
    Some(format!(
        "{sign}{before}.{after:0>width$}",
        width = decimals as usize
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!(parse_decimal("3.7"), Some(ratio(37, 10)));
        assert_eq!(parse_decimal("-1_000"), Some(ratio(-1000, 1)));
        assert_eq!(parse_decimal("2.5e-3"), Some(ratio(25, 10_000)));
        assert_eq!(parse_decimal("1e23"), Some(whole(10).pow(23)));
        for wrong in ["", "nan", "inf", "1e999999", "1.2.3", "0x10", "e5", "1e"] {
            assert_eq!(parse_decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_written_with_all_their_digits() {
        assert_eq!(plain(&ratio(37, 10)), "3.7");
        assert_eq!(plain(&ratio(-1, 40)), "-0.025");
        assert_eq!(plain(&ratio(4, 2)), "2");
        assert_eq!(plain(&ratio(1, 3)), "1/3");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What fits into machine words is reckoned as what does not.
        #[test]
        fn numbers_of_all_lengths_are_reckoned_alike(
            (a, b) in (any::<i64>(), 1..=i64::MAX),
            (c, d) in (any::<i64>(), 1..=i64::MAX),
            digits in 0..40_u32,
        ) {
            let long = whole(10).pow(digits);
            let (a, b) = (ratio(a, b) * &long, ratio(c, d) / long);
            prop_assert_eq!(product(&a, &b), &a * &b);
            prop_assert_eq!(sum(&a, &b), &a + &b);
            if !b.is_zero() {
                prop_assert_eq!(quotient(&a, &b), &a / &b);
            }
        }

        /// What fits into machine words is read and written as what does not: with
        /// zeros before it, and with a factor that is taken away again.
        #[test]
        fn short_numbers_are_read_and_written_like_long_ones(
            digits in 0..=i64::MAX,
            decimals in 0..=18_u32,
            negative in any::<bool>(),
        ) {
            let value = ratio(digits, 1) / whole(10).pow(decimals);
            let value = if negative { -value } else { value };
            let text = plain(&value);
            prop_assert_eq!(parse_decimal(&text), Some(value.clone()));
            let long = text.replace('-', &format!("-{}", "0".repeat(20)));
            let long = if negative { long } else { format!("{}{long}", "0".repeat(20)) };
            prop_assert_eq!(parse_decimal(&long), Some(value.clone()));
            let read = parse_decimal(&text).unwrap_or_default();
            prop_assert_eq!(read.numer(), value.numer());
            prop_assert_eq!(read.denom(), value.denom());
            // 10⁴⁰ more makes it long; what stands behind the point stays.
            if let Some((_, after)) = text.split_once('.') {
                let far = plain(&(value.abs() + whole(10).pow(40_u32)));
                prop_assert_eq!(far.split_once('.').map(|(_, after)| after.to_owned()), Some(after.to_owned()));
            }
        }
    }
}
