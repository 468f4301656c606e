//! Exact fractions that are small most of the time.
//!
//! Counts and prices fit into machine words far more often than not, and a
//! fraction there costs a few divisions where one of any size allocates four
//! times. So a [`Fraction`] stays small as long as nothing overflows, and is of
//! any size from there on. Its value is the same either way: every operation is
//! exact, and a result is as reduced as it would be.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Pow, ToPrimitive, Zero};

/// An exact fraction.
#[derive(Debug, Clone)]
pub(crate) enum Fraction {
    /// Reduced, above a divisor that is positive.
    Small(i128, i128),
    /// One that is too large for that, or was.
    Big(BigRational),
}

impl Fraction {
    /// The fraction of this value.
    pub(crate) fn of(value: &BigRational) -> Fraction {
        // Few digits are told by their bits alone.
        match (value.numer().to_i128(), value.denom().to_i128()) {
            (Some(numerator), Some(divisor)) => Fraction::Small(numerator, divisor),
            _ => Fraction::Big(value.clone()),
        }
    }

    /// 0
    pub(crate) const fn zero() -> Fraction {
        Fraction::Small(0, 1)
    }

    /// Its value.
    pub(crate) fn into_rational(self) -> BigRational {
        match self {
            Fraction::Small(numerator, divisor) => {
                BigRational::new_raw(BigInt::from(numerator), BigInt::from(divisor))
            }
            Fraction::Big(value) => value,
        }
    }

    /// Whether it is 0.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Fraction::Small(numerator, _) => *numerator == 0,
            Fraction::Big(value) => value.is_zero(),
        }
    }

    /// Whether it is one of machine words.
    pub(crate) fn is_small(&self) -> bool {
        matches!(self, Fraction::Small(..))
    }

    /// Whether it is one of machine words from 0 to `most`.
    pub(crate) fn is_small_up_to(&self, most: i64) -> bool {
        match self {
            Fraction::Small(numerator, divisor) => {
                let whole = numerator.div_euclid(*divisor);
                let most = i128::from(most);
                *numerator >= 0 && (whole < most || (*numerator == most && *divisor == 1))
            }
            Fraction::Big(_) => false,
        }
    }

    /// −self
    pub(crate) fn negated(self) -> Fraction {
        if let Fraction::Small(numerator, divisor) = &self
            && let Some(numerator) = numerator.checked_neg()
        {
            return Fraction::Small(numerator, *divisor);
        }
        Fraction::Big(-self.into_rational())
    }

    /// The product of both.
    pub(crate) fn times(self, other: Fraction) -> Fraction {
        if let (Fraction::Small(a, b), Fraction::Small(c, d)) = (&self, &other)
            && let Some(small) = small_product((*a, *b), (*c, *d))
        {
            return small;
        }
        Fraction::Big(self.into_rational() * other.into_rational())
    }

    /// The sum of both.
    pub(crate) fn plus(self, other: Fraction) -> Fraction {
        if let (Fraction::Small(a, b), Fraction::Small(c, d)) = (&self, &other)
            && let Some(small) = small_sum((*a, *b), (*c, *d))
        {
            return small;
        }
        Fraction::Big(self.into_rational() + other.into_rational())
    }

    /// Itself to a whole power; below 0 it must not be 0.
    pub(crate) fn power(self, exponent: i32) -> Fraction {
        match &self {
            _ if exponent == 1 => self,
            Fraction::Small(numerator, divisor) => {
                let times = exponent.unsigned_abs();
                let powers = numerator.checked_pow(times).zip(divisor.checked_pow(times));
                match powers {
                    Some((numerator, divisor)) if exponent >= 0 => {
                        Fraction::Small(numerator, divisor)
                    }
                    Some((numerator, divisor)) if numerator > 0 => {
                        Fraction::Small(divisor, numerator)
                    }
                    _ => Fraction::Big(Pow::pow(self.into_rational(), exponent)),
                }
            }
            Fraction::Big(_) => Fraction::Big(Pow::pow(self.into_rational(), exponent)),
        }
    }

    /// The largest whole number that is not above it.
    pub(crate) fn floor(self) -> Fraction {
        match self {
            Fraction::Small(numerator, divisor) => {
                Fraction::Small(numerator.div_euclid(divisor), 1)
            }
            Fraction::Big(value) => Fraction::Big(value.floor()),
        }
    }

    /// The larger of both.
    pub(crate) fn or_larger(self, other: Fraction) -> Fraction {
        match self.order(&other) {
            Ordering::Less => other,
            _ => self,
        }
    }

    /// Whether it is not above the other.
    pub(crate) fn is_at_most(&self, other: &Fraction) -> bool {
        self.order(other).is_le()
    }

    fn order(&self, other: &Fraction) -> Ordering {
        if let (Fraction::Small(a, b), Fraction::Small(c, d)) = (self, other)
            && let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b))
        {
            return left.cmp(&right);
        }
        self.clone()
            .into_rational()
            .cmp(&other.clone().into_rational())
    }
}

fn small_product((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<Fraction> {
    if b == 1 && d == 1 {
        return Some(Fraction::Small(a.checked_mul(c)?, 1));
    }
    // What is reduced before it is multiplied stays small, and reduced.
    let (first, second) = (common(a, d), common(c, b));
    let numerator = quotient(a, first).checked_mul(quotient(c, second))?;
    let divisor = quotient(b, second).checked_mul(quotient(d, first))?;
    Some(Fraction::Small(numerator, divisor))
}

fn small_sum((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<Fraction> {
    if b == d {
        let numerator = a.checked_add(c)?;
        let shared = common(numerator, b);
        return Some(Fraction::Small(
            quotient(numerator, shared),
            quotient(b, shared),
        ));
    }
    let shared = common(b, d);
    let left = a.checked_mul(quotient(d, shared))?;
    let right = c.checked_mul(quotient(b, shared))?;
    let numerator = left.checked_add(right)?;
    let divisor = b.checked_mul(quotient(d, shared))?;
    let shared = common(numerator, divisor);
    Some(Fraction::Small(
        quotient(numerator, shared),
        quotient(divisor, shared),
    ))
}

/// What divides without a rest, divided; mostly by 1, and a division of such long
/// words is a function of its own.
fn quotient(number: i128, by: i128) -> i128 {
    match by {
        1 => number,
        _ => number / by,
    }
}

/// The greatest common divisor of any number and one above 0.
fn common(any: i128, positive: i128) -> i128 {
    if positive == 1 {
        return 1;
    }
    // Both are halves of the range: what is below 2⁶⁴ divides much faster.
    let (mut a, mut b) = (any.unsigned_abs(), positive.unsigned_abs());
    while a != 0 {
        if let (Ok(small), Ok(other)) = (u64::try_from(a), u64::try_from(b)) {
            return i128::from(common_small(small, other));
        }
        (a, b) = (b % a, a);
    }
    // It divides `positive`, so it fits.
    i128::try_from(b).unwrap_or(1)
}

fn common_small(mut a: u64, mut b: u64) -> u64 {
    while a != 0 {
        (a, b) = (b % a, a);
    }
    b
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::borrow::Borrow;

    use proptest::prelude::*;

    use super::*;

    /// Numbers of all lengths: some fit, and the products of some do not.
    fn fractions() -> impl Strategy<Value = BigRational> {
        let whole = || (any::<i128>(), 0u32..127).prop_map(|(value, shift)| value >> shift);
        (whole(), whole()).prop_map(|(numerator, divisor)| {
            let divisor = if divisor == 0 { 1 } else { divisor };
            BigRational::new(numerator.into(), divisor.into())
        })
    }

    /// The value, and whether it is written as it would be without this.
    fn same(fraction: Fraction, expected: &BigRational) -> bool {
        let value = fraction.into_rational();
        value.numer() == expected.numer() && value.denom() == expected.denom()
    }

    proptest! {
        #[test]
        fn every_operation_is_that_of_fractions_of_any_size(
            a in fractions(), b in fractions(), exponent in -3i32..4
        ) {
            let of = Fraction::of;
            prop_assert!(same(of(&a), &a));
            prop_assert!(same(of(&a).times(of(&b)), &(&a * &b)));
            prop_assert!(same(of(&a).plus(of(&b)), &(&a + &b)));
            prop_assert!(same(of(&a).floor(), &a.floor()));
            prop_assert!(same(of(&a).negated(), &-a.clone()));
            prop_assert!(same(of(&a).or_larger(of(&b)), a.clone().max(b).borrow()));
            if !a.is_zero() {
                prop_assert!(same(of(&a).power(exponent), &Pow::pow(a.clone(), exponent)));
            }
            prop_assert_eq!(of(&a).is_zero(), a.is_zero());
        }
    }

    #[test]
    fn what_overflows_goes_on_with_more_digits() {
        let most = Fraction::Small(i128::MAX, 1);
        let twice = most.clone().plus(most.clone());
        assert!(matches!(twice, Fraction::Big(_)));
        let expected = BigRational::from(BigInt::from(i128::MAX) * 2);
        assert!(same(twice, &expected));
        // −2¹²⁷ has no positive counterpart in a machine word.
        let least = Fraction::Small(i128::MIN, 3);
        let expected = BigRational::new(BigInt::from(i128::MIN) * i128::MIN, 9.into());
        assert!(same(least.power(2), &expected));
    }
}
