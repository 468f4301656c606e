//! Where a polynomial is above and below 0.

use num_rational::BigRational;
use num_traits::Signed;

use super::polynomial::Polynomial;
use super::solution::Holds;
use super::sturm::{Root, roots};
use crate::number::whole;

/// The signs of a polynomial over an interval: its roots, and the sign in
/// each gap before, between and after them. A root at an end of the interval
/// has a gap on its other side too; only below 0 there is none.
pub(super) struct Signs {
    pub(super) roots: Vec<Root>,
    gaps: Vec<Option<i8>>,
}

impl Signs {
    pub(super) fn new(
        polynomial: &Polynomial,
        from: &BigRational,
        to: Option<&BigRational>,
    ) -> Signs {
        let roots = roots(polynomial, from, to);
        let between = |a: &BigRational, b: &BigRational| polynomial.sign_at(&((a + b) / whole(2)));
        let mut gaps = Vec::with_capacity(roots.len() + 1);
        gaps.push(match roots.first() {
            Some(first) if first.high == *from => below(polynomial, from),
            Some(first) => Some(between(from, &first.low)),
            None => None,
        });
        for pair in roots.windows(2) {
            gaps.push(Some(between(&pair[0].high, &pair[1].low)));
        }
        gaps.push(Some(match (roots.last(), to) {
            (_, None) => polynomial.sign_at_infinity(),
            (Some(last), Some(to)) if last.low == *to => above(polynomial, to),
            (last, Some(to)) => between(last.map_or(from, |root| &root.high), to),
        }));
        if roots.is_empty() {
            gaps.remove(0);
        }
        Signs { roots, gaps }
    }

    /// Those of a function with these roots, of which `sign` is known at any other
    /// value. Of a root at an end nothing is known on its other side.
    pub(super) fn of(
        roots: Vec<Root>,
        (from, to): (&BigRational, Option<&BigRational>),
        sign: impl Fn(&BigRational) -> Option<i8>,
    ) -> Signs {
        let between = |a: &BigRational, b: &BigRational| match a < b {
            true => sign(&((a + b) / whole(2))),
            false => None,
        };
        let beyond = |last: &BigRational| match to {
            Some(to) => between(last, to),
            None => sign(&(last + whole(1))),
        };
        let mut gaps = Vec::with_capacity(roots.len() + 1);
        let mut start = from;
        for root in &roots {
            gaps.push(between(start, &root.low));
            start = &root.high;
        }
        gaps.push(beyond(start));
        Signs { roots, gaps }
    }

    /// No root is known, nor any sign.
    pub(super) fn none() -> Signs {
        Signs {
            roots: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Whether the claim holds in the gap before the root of this number.
    pub(super) fn before(&self, root: usize) -> Option<bool> {
        (*self.gaps.get(root)?).map(|sign| sign >= 0)
    }

    /// On which side of the root of this number the claim holds.
    pub(super) fn side(&self, root: usize) -> Holds {
        let (before, after) = (self.before(root), self.before(root + 1));
        match (before, after) {
            (Some(true), Some(true)) => Holds::Around,
            (Some(true), _) => Holds::Below,
            (_, Some(true)) => Holds::Above,
            _ => Holds::Only,
        }
    }
}

/// The sign just below the root `at`; there is nothing below 0.
fn below(polynomial: &Polynomial, at: &BigRational) -> Option<i8> {
    let zero = whole(0);
    if !at.is_positive() {
        return None;
    }
    let lower = roots(polynomial, &zero, Some(at));
    let previous = lower.iter().rev().find(|root| root.high < *at);
    let start = previous.map_or(&zero, |root| &root.high);
    Some(polynomial.sign_at(&((start + at) / whole(2))))
}

/// The sign just above the root `at`.
fn above(polynomial: &Polynomial, at: &BigRational) -> i8 {
    let higher = roots(polynomial, at, None);
    match higher.iter().find(|root| root.low > *at) {
        Some(next) => polynomial.sign_at(&((at + &next.low) / whole(2))),
        None => polynomial.sign_at_infinity(),
    }
}
