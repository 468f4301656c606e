//! Doubles that know how far off they may be.

/// Whole numbers up to this are doubles, each of them, and the next one too.
pub(super) const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
/// From here on all doubles are whole: 2⁵².
const ALL_WHOLE: f64 = 4_503_599_627_370_496.0;
/// By how much a rounded result may be off, relatively: twice what it is.
pub(super) const ROUNDING: f64 = f64::EPSILON;

/// A number that is at most `error` off; without an error it is whole and
/// exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounded {
    pub(super) value: f64,
    pub(super) error: f64,
}

// All of this is done for many numbers at once, so nothing branches on a value:
// both sides are worked out, and one of them is chosen.
impl Bounded {
    /// 0
    pub(super) const ZERO: Bounded = Bounded {
        value: 0.0,
        error: 0.0,
    };

    /// A value that was rounded once, if it is not whole.
    #[inline(always)]
    pub(super) fn new(value: f64) -> Bounded {
        Bounded::rounded(value, is_whole(value), 0.0)
    }

    #[inline(always)]
    pub(super) fn is_exact(self) -> bool {
        self.error == 0.0
    }

    /// The result of an operation on whole numbers that may have left them, or
    /// on others, which are together so far off.
    #[inline(always)]
    fn rounded(value: f64, exact: bool, error: f64) -> Bounded {
        let off = error + value.abs() * ROUNDING;
        let exact = exact & (value.abs() <= MAX_EXACT);
        let error = if exact { 0.0 } else { off };
        Bounded { value, error }
    }

    #[inline(always)]
    pub(super) fn plus(self, other: Bounded) -> Bounded {
        let exact = self.is_exact() & other.is_exact();
        Bounded::rounded(self.value + other.value, exact, self.error + other.error)
    }

    #[inline(always)]
    pub(super) fn times(self, other: Bounded) -> Bounded {
        let exact = self.is_exact() & other.is_exact();
        let error = self.value.abs() * other.error
            + other.value.abs() * self.error
            + self.error * other.error;
        Bounded::rounded(self.value * other.value, exact, error)
    }

    /// The quotient. One of whole numbers that is no whole number is off by no
    /// more than the rounding, and never rounds to a whole one that it is not.
    #[inline(always)]
    pub(super) fn over(self, divisor: Bounded) -> Bounded {
        let of_whole = quotient(self.value, divisor.value);
        // The divisor lies at least so far from 0.
        let distance = divisor.value.abs() - divisor.error;
        let error = (self.error + of_whole.value.abs() * divisor.error) / distance;
        let error = if distance <= 0.0 {
            f64::INFINITY
        } else {
            error
        };
        let other = Bounded::rounded(self.value / divisor.value, false, error);
        let exact = self.is_exact() & divisor.is_exact();
        if exact { of_whole } else { other }
    }

    #[inline(always)]
    pub(super) fn larger(self, other: Bounded) -> Bounded {
        Bounded {
            value: larger(self.value, other.value),
            error: larger(self.error, other.error),
        }
    }

    pub(super) fn ends(self) -> (f64, f64) {
        (self.value - self.error, self.value + self.error)
    }
}

/// The larger of two numbers, if both are.
#[inline(always)]
pub(super) fn larger(a: f64, b: f64) -> f64 {
    let larger = if a > b { a } else { b };
    if a.is_nan() { a } else { larger }
}

/// The power with an exponent of at least 1, multiplied in this order anywhere.
#[inline(always)]
pub(crate) fn power(base: f64, exponent: i32) -> f64 {
    let (mut square, mut left, mut product) = (base, exponent, 1.0);
    loop {
        if left & 1 == 1 {
            product *= square;
        }
        left >>= 1;
        if left <= 0 {
            return product;
        }
        square *= square;
    }
}

/// Whether a number is whole and held exactly, as its neighbours are.
#[inline(always)]
pub(crate) fn is_whole(value: f64) -> bool {
    let size = value.abs();
    // A sum of this size has no digits behind the point.
    let near = (size + ALL_WHOLE) - ALL_WHOLE;
    ((near == size) | (size >= ALL_WHOLE)) & (size <= MAX_EXACT)
}

/// The largest whole number not above it. Where the processor has no
/// instruction for it the standard library calls a function for each.
#[inline(always)]
pub(crate) fn floor(value: f64) -> f64 {
    let size = value.abs();
    let near = ((size + ALL_WHOLE) - ALL_WHOLE).copysign(value);
    let below = if near > value { near - 1.0 } else { near };
    if size < ALL_WHOLE { below } else { value }
}

/// a/b for whole numbers that doubles hold: exactly, if it is whole.
#[inline(always)]
pub(super) fn quotient(a: f64, b: f64) -> Bounded {
    let value = if b == 0.0 { f64::NAN } else { a / b };
    // One that is whole is its own nearest double, and times b that is a; any
    // other is not.
    let exact = is_whole(value) & (value * b == a);
    Bounded::rounded(value, exact, 0.0)
}

/// ⌊a/b⌋ for whole numbers up to [`MAX_EXACT`]; not a number where b is 0.
///
/// The quotient of doubles suffices, as it reaches no whole number k that a/b
/// does not. Let both be above 0 (signs change neither the quotient's size nor
/// how it is rounded) and a = k·b ± r with 1 ≤ r < b. That is r/b ≥ 1/b away from
/// k, and it is rounded to k only if it is at most half the distance of k to the
/// next double on that side away. Above k that half is at most k·2⁻⁵³, but
/// k·2⁻⁵³ < a/b·2⁻⁵³ < 1/b, since a < 2⁵³. Below k it is at most k·2⁻⁵³ too, so
/// that r ≤ k·b·2⁻⁵³ = (a + r)·2⁻⁵³, thus r ≤ a/(2⁵³ − 1) ≤ 1: r = 1, a = 2⁵³ − 1,
/// k·b = 2⁵³. Then k is a power of two, half the distance below it is only
/// k·2⁻⁵⁴, and r ≤ (a + r)·2⁻⁵⁴ = 1/2 has no solution. Between 0 and 1 there is no
/// other k than 1, and 0 is next to nothing as large as 1/b.
#[inline(always)]
pub(super) fn floor_of(a: f64, b: f64) -> f64 {
    let value = if b == 0.0 { f64::NAN } else { a / b };
    // Adding 0 leaves no 0 with a sign.
    floor(value) + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_and_floors_of_whole_numbers_are_exact() {
        for (a, b) in [
            (7.0, 2.0),
            (-7.0, 2.0),
            (7.0, -2.0),
            (-7.0, -2.0),
            (MAX_EXACT, 2.0),
        ] {
            // (a − remainder)/b by hand: 3, −4, −4, 3, 2⁵² − 1.
            let whole = match (a, b) {
                (MAX_EXACT, _) => 4_503_599_627_370_495.0,
                _ if a * b > 0.0 => 3.0,
                _ => -4.0,
            };
            assert_eq!(floor_of(a, b), whole);
            assert!(!quotient(a, b).is_exact());
            assert_eq!(quotient(whole * 2.0, 2.0), Bounded::new(whole));
        }
        assert!(floor_of(1.0, 0.0).is_nan());
        assert!(quotient(0.0, 0.0).value.is_nan());
        // Next to 1, but not 1: no double lies between.
        let close = quotient(MAX_EXACT - 1.0, MAX_EXACT);
        assert!(close.value < 1.0 || !close.is_exact());
    }
}
