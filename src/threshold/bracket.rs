//! Doubles between which an exact number lies.
//!
//! Let x and y be numbers that lie in brackets, and r what the machine gives for a
//! sum or product of two ends. It rounds to the nearest double, so that no double lies
//! strictly between r and the exact result: this is at least the double before r and
//! at most the one after it. (Where it rounds to infinity the exact result is at least
//! the largest double, which is the one before; where to 0, it lies between the
//! smallest ones.) Of exact ends:
//!
//! - x + y is at least low + low and at most high + high;
//! - x·y is linear in x and in y, so that it lies between the least and the most of
//!   the four products of the ends, and x/y likewise, of the four quotients, where
//!   the bracket of y is wholly above or wholly below 0;
//! - ⌊x⌋ and the larger of x and y do not fall as x and y rise.
//!
//! With every lower end moved to the double before and every upper one to the double
//! after, each result therefore lies in its bracket, and by induction that of a whole
//! expression does. Roundings add up to wider brackets, never to wrong ones: where a
//! bracket lies on one side of 0, so does the number.
//!
//! Both ends are equal only where the number is known to be that whole number. Sums
//! and products of those are whole; where r is below 2⁵³ in size the exact result is
//! too, since rounding keeps the order, and it is r, since all whole numbers up to
//! there are doubles.

use std::cmp::Ordering;

/// 2⁵³ − 1: the whole numbers up to this, and the next one, are doubles.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// The largest power that is multiplied out.
const MAX_POWER: u32 = 64;

/// A number that is at least `low` and at most `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bracket {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Bracket {
    pub(super) const ONE: Bracket = Bracket {
        low: 1.0,
        high: 1.0,
    };

    pub(super) const ZERO: Bracket = Bracket {
        low: 0.0,
        high: 0.0,
    };

    /// A number that `nearby` was rounded from, upwards or downwards.
    pub(super) fn rounded(nearby: f64) -> Bracket {
        Bracket::around(nearby, nearby)
    }

    /// A whole number that is a double.
    pub(super) fn whole(value: i64) -> Bracket {
        let value = value as f64;
        match value.abs() <= MAX_EXACT {
            true => Bracket::between(value, value),
            false => Bracket::rounded(value),
        }
    }

    /// A number between two whole ones that are doubles.
    pub(super) fn between(low: f64, high: f64) -> Bracket {
        Bracket { low, high }
    }

    /// A number between two that were rounded.
    fn around(low: f64, high: f64) -> Bracket {
        Bracket {
            low: low.next_down(),
            high: high.next_up(),
        }
    }

    /// The whole number that it is known to be.
    fn known(self) -> Option<f64> {
        (self.low == self.high && self.low.abs() <= MAX_EXACT).then_some(self.low)
    }

    /// The result of an operation on two whole numbers that gives a whole one.
    fn of_whole(self, other: Bracket, operation: fn(f64, f64) -> f64) -> Option<Bracket> {
        let value = operation(self.known()?, other.known()?);
        (value.abs() <= MAX_EXACT).then_some(Bracket::between(value, value))
    }

    /// The least and the most of what four pairs of ends give.
    fn of_ends(self, other: Bracket, operation: fn(f64, f64) -> f64) -> Option<Bracket> {
        let ends = [
            operation(self.low, other.low),
            operation(self.low, other.high),
            operation(self.high, other.low),
            operation(self.high, other.high),
        ];
        // What is no number has no order, and min and max would pass it over.
        let is_known = ends.iter().all(|end| end.is_finite());
        is_known.then(|| {
            let low = ends.into_iter().fold(f64::INFINITY, f64::min);
            let high = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
            Bracket::around(low, high)
        })
    }

    /// Whether the number is below, at or above 0; nothing where that is not known.
    pub(super) fn sign(self) -> Option<Ordering> {
        if self.low > 0.0 {
            Some(Ordering::Greater)
        } else if self.high < 0.0 {
            Some(Ordering::Less)
        } else if self.low == 0.0 && self.high == 0.0 {
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    /// The sum; nothing where it is beyond all doubles.
    pub(super) fn plus(self, other: Bracket) -> Option<Bracket> {
        if let Some(exact) = self.of_whole(other, |a, b| a + b) {
            return Some(exact);
        }
        let (low, high) = (self.low + other.low, self.high + other.high);
        (low.is_finite() && high.is_finite()).then(|| Bracket::around(low, high))
    }

    /// The product; nothing where it is beyond all doubles.
    pub(super) fn times(self, other: Bracket) -> Option<Bracket> {
        self.of_whole(other, |a, b| a * b)
            .or_else(|| self.of_ends(other, |a, b| a * b))
    }

    /// The quotient; nothing where the divisor may be 0.
    pub(super) fn over(self, divisor: Bracket) -> Option<Bracket> {
        if divisor.low <= 0.0 && divisor.high >= 0.0 {
            return None;
        }
        if let (Some(a), Some(b)) = (self.known(), divisor.known()) {
            let quotient = a / b;
            // Whole numbers times b are exact up to a: this one is a/b, or not.
            if quotient.fract() == 0.0 && quotient * b == a {
                return Some(Bracket::between(quotient, quotient));
            }
        }
        self.of_ends(divisor, |a, b| a / b)
    }

    /// The largest whole number that is not above the quotient.
    pub(super) fn floor_over(self, divisor: Bracket) -> Option<Bracket> {
        if let (Some(a), Some(b)) = (self.known(), divisor.known()) {
            let floor = (a as i64).checked_div_euclid(b as i64).filter(|_| b > 0.0);
            if let Some(floor) = floor {
                return Some(Bracket::whole(floor));
            }
        }
        let Bracket { low, high } = self.over(divisor)?;
        Some(Bracket::between(low.floor(), high.floor()))
    }

    /// The larger of two.
    pub(super) fn or_larger(self, other: Bracket) -> Bracket {
        Bracket::between(self.low.max(other.low), self.high.max(other.high))
    }

    /// The number to a whole power; nothing for powers that no count has.
    pub(super) fn power(self, exponent: u32) -> Option<Bracket> {
        if exponent > MAX_POWER {
            return None;
        }
        (1..exponent).try_fold(self, |power, _| power.times(self))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use num_rational::BigRational;
    use proptest::prelude::*;

    use super::*;

    fn exact(value: f64) -> BigRational {
        BigRational::from_float(value).unwrap()
    }

    /// A bracket, and a number in it.
    fn brackets() -> impl Strategy<Value = (Bracket, BigRational)> {
        let sizes = prop_oneof![-1e3..1e3, -1e15..1e15, -1e-9..1e-9, -1e200..1e200];
        let wide = (sizes.clone(), sizes, 0..=7_i64).prop_map(|(a, b, part): (f64, f64, i64)| {
            let (low, high) = (a.min(b), a.max(b));
            let part = BigRational::new(part.into(), 7.into());
            let inside = exact(low) + (exact(high) - exact(low)) * part;
            (Bracket::between(low, high), inside)
        });
        let whole = any::<(i64, u8)>().prop_map(|(value, shift)| value >> (shift % 64));
        let known = whole.prop_map(|value| {
            let exact = BigRational::from_integer(value.into());
            (Bracket::whole(value), exact)
        });
        prop_oneof![wide, known]
    }

    /// Whether the number lies in the bracket, and is its ends where these meet.
    fn holds(bracket: Option<Bracket>, number: &BigRational) -> bool {
        bracket
            .is_none_or(|bracket| exact(bracket.low) <= *number && *number <= exact(bracket.high))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn results_lie_in_their_brackets((a, x) in brackets(), (b, y) in brackets()) {
            prop_assert!(holds(a.plus(b), &(&x + &y)));
            prop_assert!(holds(a.times(b), &(&x * &y)));
            prop_assert!(holds(a.power(3), &(&x * &x * &x)));
            prop_assert!(holds(Some(a.or_larger(b)), &x.clone().max(y.clone())));
            if a.over(b).is_some() {
                prop_assert!(holds(a.over(b), &(&x / &y)));
                prop_assert!(holds(a.floor_over(b), &(&x / &y).floor()));
            }
        }
    }

    #[test]
    fn whole_numbers_stay_exact_up_to_two_to_the_53() {
        let of = Bracket::whole;
        assert_eq!(of(6).times(of(7)), Some(of(42)));
        assert_eq!(of(42).over(of(7)), Some(of(6)));
        assert_eq!(of(-7).floor_over(of(2)), Some(of(-4)));
        assert_eq!(of(7).over(of(0)), None);
        // 2⁵² + 2⁵² is 2⁵³, to which 2⁵³ + 1 would be rounded as well.
        let half = of(1 << 52);
        let sum = half.plus(half).unwrap();
        assert!(sum.low < 9_007_199_254_740_992.0 && sum.high > 9_007_199_254_740_992.0);
        // A third lies strictly between its ends.
        let third = of(1).over(of(3)).unwrap();
        assert!(third.low < 1.0 / 3.0 && third.high > 1.0 / 3.0);
    }
}
