//! What a sweep gives: columns of values for a range of points.

use std::ops::Range;

use super::reduce::savings;
use crate::symbolic::EvalError;

/// Why a sweep cannot be set up.
#[derive(Debug, Clone, PartialEq)]
pub enum SweepError {
    /// The grid has no axis, or an axis without values.
    Empty,
    /// The grid has more than 2^64 points.
    TooLarge,
    /// An expression has no value.
    Value(EvalError),
}

impl std::fmt::Display for SweepError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SweepError::Empty => f.write_str("there is nothing to sweep"),
            SweepError::TooLarge => f.write_str("the grid has more than 2^64 points"),
            SweepError::Value(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SweepError {}

impl From<EvalError> for SweepError {
    fn from(error: EvalError) -> SweepError {
        SweepError::Value(error)
    }
}

/// The results for a range of points: those that the model does not refuse.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The values of every axis; those of a grid follow from the numbers of the points, and
    /// are here once [`SweepPoints::fill_axes`](super::SweepPoints::fill_axes) was called.
    pub axes: Vec<Vec<f64>>,
    /// The values of every output.
    pub outputs: Vec<Vec<f64>>,
    /// What every variant saves, in the order of the outputs, once
    /// [`Batch::fill_savings`] was called; the columns of baselines are empty.
    pub savings: Vec<Vec<f64>>,
    /// How many points the model refuses.
    pub refused: u64,
    /// The number of the first of them.
    pub first_refused: Option<u64>,
    /// The numbers of the points, in order.
    pub(super) numbers: Vec<Range<u64>>,
}

impl Batch {
    /// How many points there are in it.
    pub fn len(&self) -> usize {
        self.outputs.first().map_or(0, Vec::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the point in a row.
    pub fn number(&self, row: usize) -> Option<u64> {
        let mut before = row as u64;
        self.numbers.iter().find_map(|numbers| {
            let count = numbers.end - numbers.start;
            let found = (before < count).then(|| numbers.start + before);
            before = before.saturating_sub(count);
            found
        })
    }

    /// Works out what is saved, where the outputs are those of so many variants, the
    /// baseline first, and then those of the same variants again.
    pub fn fill_savings(&mut self, variants: usize) {
        self.savings.resize(self.outputs.len(), Vec::new());
        let all = self.outputs.chunks(variants.max(1));
        let all = all.zip(self.savings.chunks_mut(variants.max(1)));
        for (energies, saved) in all {
            let Some((baseline, others)) = energies.split_first() else {
                continue;
            };
            for (energies, saved) in others.iter().zip(saved.iter_mut().skip(1)) {
                savings(baseline, energies, saved);
            }
        }
    }

    /// Makes it one of so many outputs, which are so long, and of no points yet; its axes
    /// are what they were.
    pub(super) fn clear(&mut self, outputs: usize, points: usize) {
        self.outputs.resize(outputs, Vec::new());
        resize(&mut self.outputs, points);
        self.refused = 0;
        self.first_refused = None;
        self.numbers.clear();
    }

    /// Adds the numbers of the next points.
    pub(super) fn push(&mut self, numbers: Range<u64>) {
        match self.numbers.last_mut() {
            Some(last) if last.end == numbers.start => last.end = numbers.end,
            _ => self.numbers.push(numbers),
        }
    }

    /// Takes in the points that are `kept` and counts the others as refused; the first of
    /// all has the number `first`. How many are kept.
    pub(super) fn keep(&mut self, kept: &[bool], first: u64) -> usize {
        for (number, kept) in (first..).zip(kept) {
            match kept {
                true => self.push(number..number + 1),
                false => self.refuse(number, 1),
            }
        }
        kept.iter().filter(|kept| **kept).count()
    }

    /// Counts points from the number `first` on as refused.
    pub(super) fn refuse(&mut self, first: u64, count: u64) {
        self.refused += count;
        self.first_refused.get_or_insert(first);
    }
}

/// Makes columns so long.
pub(super) fn resize(columns: &mut [Vec<f64>], points: usize) {
    for column in columns {
        column.resize(points, 0.0);
    }
}

/// Moves the values at `place` of the points that are `kept` to its start.
pub(super) fn compact(columns: &mut [Vec<f64>], place: Range<usize>, kept: &[bool]) {
    for column in columns {
        let from = place.clone().zip(kept).filter(|(_, kept)| **kept);
        for (to, (from, _)) in place.clone().zip(from) {
            column[to] = column[from];
        }
    }
}
