//! What a sweep gives: columns of values for a range of points.

use std::ops::Range;

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
    /// The values of every axis.
    pub axes: Vec<Vec<f64>>,
    /// The values of every output.
    pub outputs: Vec<Vec<f64>>,
    /// How many points the model refuses.
    pub refused: u64,
    /// The number of the first of them.
    pub first_refused: Option<u64>,
}

impl Batch {
    /// How many points there are in it.
    pub fn len(&self) -> usize {
        self.axes.first().map_or(0, Vec::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes all columns so long.
    pub(super) fn resize(&mut self, points: usize) {
        for column in self.axes.iter_mut().chain(&mut self.outputs) {
            column.resize(points, 0.0);
        }
    }

    /// Moves the points at `place` that are `kept` to its start and counts the
    /// others as refused, the first of which has the number `first`. How many are
    /// kept.
    pub(super) fn keep(&mut self, place: Range<usize>, kept: &[bool], first: u64) -> usize {
        for (number, _) in (first..).zip(kept).filter(|(_, kept)| !**kept) {
            self.refuse(number, 1);
        }
        let mut to = place.start;
        for column in self.axes.iter_mut().chain(&mut self.outputs) {
            to = place.start;
            for (from, _) in place.clone().zip(kept).filter(|(_, kept)| **kept) {
                column[to] = column[from];
                to += 1;
            }
        }
        to - place.start
    }

    /// Counts points from the number `first` on as refused.
    pub(super) fn refuse(&mut self, first: u64, count: u64) {
        self.refused += count;
        self.first_refused.get_or_insert(first);
    }
}
