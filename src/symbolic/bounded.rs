//! Doubles that know how far off they may be.

/// Whole numbers up to this are doubles, each of them, and the next one too.
pub(super) const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
/// By how much a rounded result may be off, relatively: twice what it is.
const ROUNDING: f64 = f64::EPSILON;
/// A number that is at most `error` off; without an error it is whole and
/// exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounded {
    pub(super) value: f64,
    error: f64,
}

impl Bounded {
    /// A value that was rounded once, if it is not whole.
    pub(super) fn new(value: f64) -> Bounded {
        let exact = value.fract() == 0.0 && value.abs() <= MAX_EXACT;
        let error = if exact { 0.0 } else { value.abs() * ROUNDING };
        Bounded { value, error }
    }

    pub(super) fn is_exact(self) -> bool {
        self.error == 0.0
    }

    /// The result of an operation on whole numbers that may have left them, or
    /// on others, which are together so far off.
    fn rounded(value: f64, exact: bool, error: f64) -> Bounded {
        if exact && value.abs() <= MAX_EXACT {
            return Bounded { value, error: 0.0 };
        }
        let error = error + value.abs() * ROUNDING;
        Bounded { value, error }
    }

    pub(super) fn plus(self, other: Bounded) -> Bounded {
        let exact = self.is_exact() && other.is_exact();
        Bounded::rounded(self.value + other.value, exact, self.error + other.error)
    }

    pub(super) fn times(self, other: Bounded) -> Bounded {
        let exact = self.is_exact() && other.is_exact();
        let error = self.value.abs() * other.error
            + other.value.abs() * self.error
            + self.error * other.error;
        Bounded::rounded(self.value * other.value, exact, error)
    }

    /// The quotient. One of whole numbers that is no whole number is off by no
    /// more than the rounding, and never rounds to a whole one that it is not.
    pub(super) fn over(self, divisor: Bounded) -> Bounded {
        if divisor == Bounded::new(0.0) {
            return Bounded::new(f64::NAN);
        }
        let value = self.value / divisor.value;
        if self.is_exact() && divisor.is_exact() {
            let whole = value.round();
            let is_whole = whole * divisor.value == self.value && whole.abs() <= MAX_EXACT;
            return Bounded::rounded(value, is_whole, 0.0);
        }
        // The divisor lies at least so far from 0.
        let distance = divisor.value.abs() - divisor.error;
        if distance <= 0.0 {
            return Bounded {
                value,
                error: f64::INFINITY,
            };
        }
        let error = (self.error + value.abs() * divisor.error) / distance;
        Bounded::rounded(value, false, error)
    }

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
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// ⌊a/b⌋ for whole numbers that doubles hold, and b not 0.
pub(super) fn floor_of(a: f64, b: f64) -> f64 {
    let (a, b) = (a as i64, b as i64);
    let quotient = if b < 0 {
        (-a).div_euclid(-b)
    } else {
        a.div_euclid(b)
    };
    quotient as f64
}
