//! Outputs along rows of the innermost axis: sums of columns times coefficients,
//! compiled for every width that a machine may have.

use super::level::Step;
use crate::simd::{Level, dispatch};

/// What makes one output along a row.
#[derive(Debug, Clone, Default)]
pub(super) struct RowSteps {
    /// Terms that are the same all along.
    pub(super) constant: Vec<Step>,
    /// Terms with a power of the innermost axis, or an atom of it.
    pub(super) powers: Vec<Step>,
}

/// A part of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowPart<'a> {
    /// Where it starts in the outputs.
    pub(super) to: usize,
    /// How far it starts from the axis' first value.
    pub(super) offset: usize,
    pub(super) length: usize,
    /// The coefficients of the last level there.
    pub(super) source: &'a [f64],
}

/// Whether columns are added up as they are, or without their signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signs {
    Kept,
    Dropped,
}

/// Adds the terms of an output up along rows, in the order of the terms; `column` has
/// the values of a factor along a part of a row.
pub(super) fn add_up<'a, 'c>(
    level: Level,
    signs: Signs,
    output: &mut [f64],
    rows: impl Iterator<Item = RowPart<'a>>,
    steps: &RowSteps,
    column: impl Fn(u32, RowPart<'a>) -> &'c [f64],
) {
    match signs {
        Signs::Kept => dispatch!(level, _ => sums(output, rows, steps, column, |value| value)),
        Signs::Dropped => dispatch!(level, _ => sums(output, rows, steps, column, f64::abs)),
    }
}

#[inline(always)]
fn sums<'a, 'c>(
    output: &mut [f64],
    rows: impl Iterator<Item = RowPart<'a>>,
    steps: &RowSteps,
    column: impl Fn(u32, RowPart<'a>) -> &'c [f64],
    of: impl Fn(f64) -> f64,
) {
    for row in rows {
        let to = &mut output[row.to..row.to + row.length];
        let coefficient = |step: &Step| row.source[step.from as usize];
        let term = |step: &Step| (coefficient(step), column(step.factor, row));
        let mut constant = 0.0;
        for step in &steps.constant {
            constant += coefficient(step);
        }
        // The first three in one pass over the memory; others follow one by one.
        let mut others: &[Step] = &[];
        match &steps.powers[..] {
            [] => to.fill(constant),
            [a] => {
                let (a, x) = term(a);
                for (to, x) in to.iter_mut().zip(x) {
                    *to = constant + a * of(*x);
                }
            }
            [a, b] => {
                let ((a, x), (b, y)) = (term(a), term(b));
                for ((to, x), y) in to.iter_mut().zip(x).zip(y) {
                    *to = constant + a * of(*x) + b * of(*y);
                }
            }
            [a, b, c, rest @ ..] => {
                let ((a, x), (b, y), (c, z)) = (term(a), term(b), term(c));
                for (((to, x), y), z) in to.iter_mut().zip(x).zip(y).zip(z) {
                    *to = constant + a * of(*x) + b * of(*y) + c * of(*z);
                }
                others = rest;
            }
        }
        for step in others {
            let (a, x) = term(step);
            for (to, x) in to.iter_mut().zip(x) {
                *to += a * of(*x);
            }
        }
    }
}
