//! Sums of columns times coefficients, each compiled for every width that a
//! machine may have.

use crate::simd::{Level, dispatch};
use crate::symbolic::MAX_CANCELLED;

/// A coefficient and the column that it stands before.
pub(super) type Term<'a> = (f64, &'a [f64]);

/// Whether columns are added up as they are, or without their signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signs {
    Kept,
    Dropped,
}

/// `to` = `constant` + the terms, added in their order.
pub(super) fn add_up<'a>(
    level: Level,
    signs: Signs,
    to: &mut [f64],
    constant: f64,
    mut terms: impl Iterator<Item = Term<'a>>,
) {
    // The first three in one pass over the memory; others follow one by one.
    let mut first: [Term<'a>; 3] = [(0.0, &[]); 3];
    let mut count = 0;
    for (place, term) in first.iter_mut().zip(&mut terms) {
        *place = term;
        count += 1;
    }
    let first = &first[..count];
    match signs {
        Signs::Kept => dispatch!(level, _ => sums(to, constant, first, |factor| factor)),
        Signs::Dropped => dispatch!(level, _ => sums(to, constant, first, f64::abs)),
    }
    for term in terms {
        match signs {
            Signs::Kept => dispatch!(level, _ => add(to, term, |factor| factor)),
            Signs::Dropped => dispatch!(level, _ => add(to, term, f64::abs)),
        }
    }
}

#[inline(always)]
fn sums(to: &mut [f64], constant: f64, terms: &[Term<'_>], of: impl Fn(f64) -> f64) {
    match terms {
        [(a, x)] => {
            for (to, x) in to.iter_mut().zip(*x) {
                *to = constant + a * of(*x);
            }
        }
        [(a, x), (b, y)] => {
            for ((to, x), y) in to.iter_mut().zip(*x).zip(*y) {
                *to = constant + a * of(*x) + b * of(*y);
            }
        }
        [(a, x), (b, y), (c, z)] => {
            for (((to, x), y), z) in to.iter_mut().zip(*x).zip(*y).zip(*z) {
                *to = constant + a * of(*x) + b * of(*y) + c * of(*z);
            }
        }
        _ => to.fill(constant),
    }
}

#[inline(always)]
fn add(to: &mut [f64], (a, x): Term<'_>, of: impl Fn(f64) -> f64) {
    for (to, x) in to.iter_mut().zip(x) {
        *to += a * of(*x);
    }
}

/// `to` = `to` times `by`.
pub(super) fn multiply(level: Level, to: &mut [f64], by: &[f64]) {
    #[inline(always)]
    fn products(to: &mut [f64], by: &[f64]) {
        for (to, by) in to.iter_mut().zip(by) {
            *to *= by;
        }
    }
    dispatch!(level, _ => products(to, by));
}

/// Whether too much cancels anywhere.
pub(super) fn cancels(level: Level, values: &[f64], sizes: &[f64]) -> bool {
    #[inline(always)]
    fn any(values: &[f64], sizes: &[f64]) -> bool {
        let pairs = values.iter().zip(sizes);
        let all = pairs.fold(0_u64, |all, (value, size)| {
            all | u64::from(*size > MAX_CANCELLED * value.abs())
        });
        all != 0
    }
    dispatch!(level, _ => any(values, sizes))
}

/// Whether all values are finite.
pub(super) fn are_finite(level: Level, values: &[f64]) -> bool {
    #[inline(always)]
    fn all(values: &[f64]) -> bool {
        let others = values.iter().fold(0_u64, |others, value| {
            others | u64::from(!value.is_finite())
        });
        others == 0
    }
    dispatch!(level, _ => all(values))
}
