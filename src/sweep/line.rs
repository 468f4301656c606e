//! Loops over a column, each compiled for every width that a machine may have.

use crate::simd::{Level, dispatch};
use crate::symbolic::MAX_CANCELLED;

/// `to` = `value`, all along.
pub(super) fn fill(level: Level, to: &mut [f64], value: f64) {
    dispatch!(level, _ => to.fill(value));
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
