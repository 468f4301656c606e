//! Loops over columns, each compiled for every width that a machine may have.
//!
//! All of them work on whole columns, so that the compiler can do several rows
//! at once; none of them branches on a value. Where a row needs more than
//! that, it is marked with what is not a number, and done by itself.

use crate::simd::{Level, dispatch};
use crate::symbolic::MAX_CANCELLED;
use crate::symbolic::bounded::{
    Bounded, MAX_EXACT, ROUNDING, floor, floor_of, is_whole, larger, power,
};

/// `to = f(a)`, row by row.
#[inline(always)]
fn unary(to: &mut [f64], a: &[f64], f: impl Fn(f64) -> f64) {
    for (to, a) in to.iter_mut().zip(a) {
        *to = f(*a);
    }
}

/// `to = f(a, b)`, row by row.
#[inline(always)]
fn binary(to: &mut [f64], a: &[f64], b: &[f64], f: impl Fn(f64, f64) -> f64) {
    for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
        *to = f(*a, *b);
    }
}

/// What is not a number where a condition does not hold.
#[inline(always)]
fn only(holds: bool, value: f64) -> f64 {
    if holds { value } else { f64::NAN }
}

/// The `exponent`-th powers.
pub(super) fn powers(level: Level, to: &mut [f64], a: &[f64], exponent: i32) {
    // The common ones without a loop in the loop.
    match exponent {
        2 => dispatch!(level, _ => unary(to, a, |a| power(a, 2))),
        3 => dispatch!(level, _ => unary(to, a, |a| power(a, 3))),
        4 => dispatch!(level, _ => unary(to, a, |a| power(a, 4))),
        _ => unary(to, a, |a| power(a, exponent)),
    }
}

pub(super) fn products(level: Level, to: &mut [f64], a: &[f64], b: &[f64]) {
    dispatch!(level, _ => binary(to, a, b, |a, b| a * b));
}

pub(super) fn larger_ones(level: Level, to: &mut [f64], a: &[f64], b: &[f64]) {
    dispatch!(level, _ => binary(to, a, b, larger));
}

/// A term as it is added to a sum: a factor, and columns above and below the
/// bar.
#[derive(Clone, Copy)]
pub(super) struct TermColumns<'a> {
    pub(super) coefficient: f64,
    pub(super) above: Option<&'a [f64]>,
    pub(super) below: Option<&'a [f64]>,
}

/// Adds a term to a sum, and its size to the sum of sizes, if there is one.
pub(super) fn add_term(
    level: Level,
    sum: &mut [f64],
    size: Option<&mut [f64]>,
    term: TermColumns<'_>,
) {
    #[inline(always)]
    fn add(sum: &mut [f64], size: Option<&mut [f64]>, values: impl Iterator<Item = f64>) {
        let Some(size) = size else {
            for (sum, value) in sum.iter_mut().zip(values) {
                *sum += value;
            }
            return;
        };
        for ((sum, size), value) in sum.iter_mut().zip(size).zip(values) {
            *sum += value;
            *size += value.abs();
        }
    }
    let by = term.coefficient;
    match (term.above, term.below) {
        (None, None) => {
            dispatch!(level, _ => add(sum, size, std::iter::repeat(by)));
        }
        (Some(above), None) => {
            dispatch!(level, _ => add(sum, size, above.iter().map(|above| by * above)));
        }
        (None, Some(below)) => {
            dispatch!(level, _ => add(sum, size, below.iter().map(|below| by / below)));
        }
        (Some(above), Some(below)) => {
            let both = || above.iter().zip(below);
            dispatch!(level, _ => add(sum, size, both().map(|(above, below)| by * above / below)));
        }
    }
}

/// Makes a sum what is not a number where it is not finite.
pub(super) fn only_finite(level: Level, sum: &mut [f64]) {
    #[inline(always)]
    fn check(sum: &mut [f64]) {
        for sum in sum {
            *sum = only(sum.abs() < f64::INFINITY, *sum);
        }
    }
    dispatch!(level, _ => check(sum));
}

/// Makes a sum what is not a number where its sizes are not finite, and says
/// whether so much cancels anywhere that the exact numbers are needed there.
pub(super) fn check_sum(level: Level, sum: &mut [f64], size: &[f64]) -> bool {
    #[inline(always)]
    fn check(sum: &mut [f64], size: &[f64]) -> bool {
        let mut cancels = 0_u64;
        for (sum, size) in sum.iter_mut().zip(size) {
            *sum = only(size.abs() < f64::INFINITY, *sum);
            cancels |= u64::from(*size > MAX_CANCELLED * sum.abs());
        }
        cancels != 0
    }
    dispatch!(level, _ => check(sum, size))
}

/// The values that are whole numbers which doubles hold; what is not a number in
/// the place of others.
pub(super) fn whole_ones(level: Level, to: &mut [f64], a: &[f64]) {
    dispatch!(level, _ => unary(to, a, |a| only(is_whole(a), a)));
}

/// Adds products of whole numbers to a sum of such, as long as doubles hold all.
pub(super) fn add_whole(level: Level, sum: &mut [f64], coefficient: f64, factor: Option<&[f64]>) {
    #[inline(always)]
    fn add(sum: &mut [f64], values: impl Iterator<Item = f64>) {
        for (sum, value) in sum.iter_mut().zip(values) {
            let added = *sum + value;
            let held = value.abs() <= MAX_EXACT && added.abs() <= MAX_EXACT;
            *sum = only(held, added);
        }
    }
    match factor {
        Some(factor) => {
            dispatch!(level, _ => add(sum, factor.iter().map(|factor| coefficient * factor)));
        }
        None => dispatch!(level, _ => add(sum, std::iter::repeat(coefficient))),
    }
}

/// Quotients of whole numbers where they are whole.
pub(super) fn whole_quotients(level: Level, to: &mut [f64], a: &[f64], b: &[f64]) {
    #[inline(always)]
    fn quotient(a: f64, b: f64) -> f64 {
        let value = a / b;
        only(is_whole(value) & (value * b == a), value)
    }
    dispatch!(level, _ => binary(to, a, b, quotient));
}

/// ⌊a/b⌋ for whole numbers; what is not a number where one of them is none, or b
/// is 0. Whether all have a value.
pub(super) fn whole_floors(level: Level, to: &mut [f64], a: &[f64], b: &[f64]) -> bool {
    #[inline(always)]
    fn floors(to: &mut [f64], a: &[f64], b: &[f64]) -> bool {
        let mut missing = 0_u64;
        for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
            let value = floor_of(*a, *b);
            missing |= u64::from(value.is_nan());
            *to = value;
        }
        missing == 0
    }
    dispatch!(level, _ => floors(to, a, b))
}

/// Floors of intervals where both ends have the same, in the places that have
/// no value yet. Whether all have one.
pub(super) fn floors_between(level: Level, to: &mut [f64], value: &[f64], error: &[f64]) -> bool {
    #[inline(always)]
    fn floors(to: &mut [f64], value: &[f64], error: &[f64]) -> bool {
        let mut missing = 0_u64;
        for ((to, value), error) in to.iter_mut().zip(value).zip(error) {
            let (low, high) = (floor(value - error), floor(value + error));
            let found = only(low == high, low);
            *to = if to.is_nan() { found } else { *to };
            missing |= u64::from(to.is_nan());
        }
        missing == 0
    }
    dispatch!(level, _ => floors(to, value, error))
}

/// The ends of quotients of whole numbers. Whether all are such.
pub(super) fn whole_ends(
    level: Level,
    (low, high): (&mut [f64], &mut [f64]),
    a: &[f64],
    b: &[f64],
) -> bool {
    #[inline(always)]
    fn ends(low: &mut [f64], high: &mut [f64], a: &[f64], b: &[f64]) -> bool {
        let mut missing = 0_u64;
        for (((low, high), a), b) in low.iter_mut().zip(high).zip(a).zip(b) {
            let value = only(*b != 0.0, a / b);
            let exact = is_whole(value) & (value * b == *a);
            let error = if exact { 0.0 } else { value.abs() * ROUNDING };
            missing |= u64::from(value.is_nan());
            *low = value - error;
            *high = value + error;
        }
        missing == 0
    }
    dispatch!(level, _ => ends(low, high, a, b))
}

/// The ends of intervals in the places that have none yet.
pub(super) fn ends_between(
    level: Level,
    (low, high): (&mut [f64], &mut [f64]),
    value: &[f64],
    error: &[f64],
) {
    #[inline(always)]
    fn ends(low: &mut [f64], high: &mut [f64], value: &[f64], error: &[f64]) {
        for (((low, high), value), error) in low.iter_mut().zip(high).zip(value).zip(error) {
            let missing = low.is_nan();
            *low = if missing { value - error } else { *low };
            *high = if missing { value + error } else { *high };
        }
    }
    dispatch!(level, _ => ends(low, high, value, error));
}

/// A column of intervals: their middles, and how far off these may be.
pub(super) type Intervals<'a> = (&'a [f64], &'a [f64]);

/// `to = f(to, a)` for intervals, row by row.
#[inline(always)]
fn intervals(
    to: (&mut [f64], &mut [f64]),
    a: Intervals<'_>,
    f: impl Fn(Bounded, Bounded) -> Bounded,
) {
    let to = to.0.iter_mut().zip(to.1);
    for ((value, error), (other, off)) in to.zip(a.0.iter().zip(a.1)) {
        let own = Bounded {
            value: *value,
            error: *error,
        };
        let found = f(
            own,
            Bounded {
                value: *other,
                error: *off,
            },
        );
        (*value, *error) = (found.value, found.error);
    }
}

/// Intervals around values that were rounded once.
pub(super) fn bounded(level: Level, to: (&mut [f64], &mut [f64]), a: &[f64]) {
    #[inline(always)]
    fn all(to: (&mut [f64], &mut [f64]), a: &[f64]) {
        for ((value, error), a) in to.0.iter_mut().zip(to.1).zip(a) {
            let found = Bounded::new(*a);
            (*value, *error) = (found.value, found.error);
        }
    }
    dispatch!(level, _ => all(to, a));
}

pub(super) fn plus(level: Level, to: (&mut [f64], &mut [f64]), a: Intervals<'_>) {
    dispatch!(level, _ => intervals(to, a, Bounded::plus));
}

pub(super) fn times(level: Level, to: (&mut [f64], &mut [f64]), a: Intervals<'_>) {
    dispatch!(level, _ => intervals(to, a, Bounded::times));
}

pub(super) fn over(level: Level, to: (&mut [f64], &mut [f64]), a: Intervals<'_>) {
    dispatch!(level, _ => intervals(to, a, Bounded::over));
}

pub(super) fn larger_intervals(level: Level, to: (&mut [f64], &mut [f64]), a: Intervals<'_>) {
    dispatch!(level, _ => intervals(to, a, Bounded::larger));
}
