//! Sweeps: energies at every point of a grid, in bulk.
//!
//! The points of a grid are numbered, the last axis running fastest. A
//! [`Sweep`] works out any range of them into columns; a caller streams ranges
//! of a bounded size, on as many threads as it likes, and never holds the
//! grid.

use std::borrow::Cow;
use std::ops::Range;

use super::batch::{Batch, SweepError, compact, resize};
use super::check::{Checks, LevelChecks, checks};
use super::cursor::Cursor;
use super::grid::{SweepAxis, SweepGrid};
use super::line::{are_finite, fill};
use super::plan::EvaluationPlan;
use crate::graph::Constraint;
use crate::simd::{self, Level};
use crate::symbolic::{Bindings, BlockColumns, Expr, Symbol};

/// A grid and the expressions to evaluate on it.
#[derive(Debug, Clone)]
pub struct Sweep {
    grid: SweepGrid,
    plan: EvaluationPlan,
    /// Conditions on the outer axes, by the level at which the last of their axes has
    /// a value.
    checks: Vec<LevelChecks>,
    /// Conditions on the innermost axis and others.
    row_checks: Checks,
    points: u64,
    /// The values of every axis; of a very long one none, they are worked out
    /// as they are needed.
    values: Vec<Vec<f64>>,
    /// Which values of the innermost axis break no condition on it alone; none
    /// listed where none does.
    kept: Vec<bool>,
}

/// The values of a longer axis are not held.
const MAX_ROW: u64 = 1 << 20;

impl Sweep {
    /// Prepares to evaluate `outputs` on `grid`, refusing points that break a
    /// constraint. Symbols that are no axis have the `values` given.
    ///
    /// # Errors
    /// A grid that is empty or too large, or an expression without a value.
    pub fn new(
        grid: SweepGrid,
        outputs: &[Expr],
        constraints: &[Constraint],
        values: &Bindings,
    ) -> Result<Sweep, SweepError> {
        let points = grid.points().ok_or(SweepError::TooLarge)?;
        if points == 0 || grid.axes.is_empty() {
            return Err(SweepError::Empty);
        }
        let values_of = |axis: &SweepAxis| -> Vec<f64> {
            let count = axis.values.count();
            let held = if count > MAX_ROW { 0 } else { count };
            (0..held).map(|index| axis.values.value(index)).collect()
        };
        let all: Vec<Vec<f64>> = grid.axes.iter().map(values_of).collect();
        let symbols: Vec<Symbol> = grid.axes.iter().map(|axis| axis.symbol.clone()).collect();
        let depth = symbols.len();
        let (mut level_checks, mut row_checks, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        level_checks.resize_with(depth - 1, Vec::new);
        for (inside, check) in checks(constraints, &symbols, values)? {
            let places = (0..depth).filter(|place| inside.contains(&symbols[*place]));
            let places: Vec<usize> = places.collect();
            let level = places.last().copied().unwrap_or_default();
            let is_alone = places.len() == 1 && all.last().is_some_and(|row| !row.is_empty());
            match level_checks.get_mut(level) {
                Some(checks) => checks.push((places, check)),
                None if is_alone => alone.push(check),
                None => row_checks.push(check),
            }
        }
        let outer = all.split_last().map_or(&[][..], |(_, outer)| outer);
        let level_checks = level_checks.into_iter().enumerate();
        let level_checks = level_checks
            .map(|(level, checks)| LevelChecks::new(checks, &outer[..=level]))
            .collect();
        let row = all.last().map_or(&[][..], Vec::as_slice);
        let plan = EvaluationPlan::new(outputs, &grid, values, row)?;
        let mut kept: Vec<bool> = row.iter().map(|x| !plan.divides_by_zero_at(*x)).collect();
        let (at, mut columns) = (vec![0.0; depth], BlockColumns::default());
        Checks::new(alone).sift_row(simd::level(), &at, row, &mut kept, &mut columns);
        if kept.iter().all(|kept| *kept) {
            kept.clear();
        }
        Ok(Sweep {
            plan,
            grid,
            checks: level_checks,
            row_checks: Checks::new(row_checks),
            points,
            values: all,
            kept,
        })
    }

    /// How many points the grid has.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// The values of the axes at the point of this number.
    pub fn at(&self, point: u64) -> Vec<f64> {
        let mut remaining = point;
        let mut at: Vec<f64> = (self.grid.axes.iter().rev())
            .map(|axis| {
                let index = remaining % axis.values.count();
                remaining /= axis.values.count();
                axis.values.value(index)
            })
            .collect();
        at.reverse();
        at
    }

    /// The values of the innermost axis from `offset` on.
    fn values(&self, offset: u64, length: u64) -> Cow<'_, [f64]> {
        let held = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok());
        let row = self.values.last();
        let held = held.and_then(|(offset, length)| row?.get(offset..offset + length));
        match (held, self.grid.axes.last()) {
            (Some(values), _) => Cow::Borrowed(values),
            (None, Some(axis)) => (offset..offset + length)
                .map(|at| axis.values.value(at))
                .collect(),
            (None, None) => Cow::Borrowed(&[]),
        }
    }

    /// The value of this number on an axis.
    fn value(&self, level: usize, index: u64) -> f64 {
        let held = usize::try_from(index).ok();
        let held = held.and_then(|index| self.values[level].get(index));
        held.copied()
            .unwrap_or_else(|| self.grid.axes[level].values.value(index))
    }

    /// Works out a range of points.
    pub fn evaluate(&self, range: Range<u64>) -> Batch {
        let mut batch = Batch::default();
        self.evaluate_into(range, &mut batch);
        self.fill_axes(&mut batch);
        batch
    }

    /// Gives the points of a batch the values of all axes.
    pub fn fill_axes(&self, batch: &mut Batch) {
        let points = batch.len();
        let Batch { axes, numbers, .. } = batch;
        axes.resize(self.grid.axes.len(), Vec::new());
        resize(axes, points);
        // How many points have the same value, one after the other.
        let mut each = 1;
        for (level, axis) in axes.iter_mut().enumerate().rev() {
            let mut to = axis.as_mut_slice();
            for numbers in numbers.iter() {
                let count = usize::try_from(numbers.end - numbers.start).unwrap_or(usize::MAX);
                let (first, rest) = to.split_at_mut(count.min(to.len()));
                self.fill_axis(level, each, numbers.start, first);
                to = rest;
            }
            each *= self.grid.axes[level].values.count();
        }
    }

    /// The values of an axis from the point of a number on; so many points have the same,
    /// one after the other.
    fn fill_axis(&self, level: usize, each: u64, first: u64, mut to: &mut [f64]) {
        let is_innermost = level + 1 == self.grid.axes.len();
        let count = self.grid.axes[level].values.count();
        let mut next = first;
        while !to.is_empty() {
            let (index, left) = (next / each % count, to.len() as u64);
            let run = match is_innermost {
                true => (count - index).min(left),
                false => (each - next % each).min(left),
            };
            let (own, rest) = to.split_at_mut(usize::try_from(run).unwrap_or(usize::MAX));
            match is_innermost {
                true => own.copy_from_slice(&self.values(index, run)),
                false => fill(simd::level(), own, self.value(level, index)),
            }
            next += run;
            to = rest;
        }
    }

    /// Works out a range of points into a batch whose memory is used again; its axes are
    /// left out.
    pub fn evaluate_into(&self, range: Range<u64>, batch: &mut Batch) {
        self.evaluate_at(simd::level(), range, batch);
    }

    /// The same in instructions of a certain width.
    pub(super) fn evaluate_at(&self, level: Level, range: Range<u64>, batch: &mut Batch) {
        let has_checks = !self.kept.is_empty() || !self.row_checks.is_empty();
        let mut walk = Walk {
            sweep: self,
            is_plain: self.plan.is_plain() && !has_checks,
            cursor: Cursor::new(&self.plan, level),
            level,
            at: vec![0.0; self.grid.axes.len()],
            row: u64::MAX,
            indices: vec![u64::MAX; self.grid.axes.len() - 1],
            fixed: 0,
            refused: false,
            filled: 0,
            kept: Vec::new(),
            columns: BlockColumns::default(),
        };
        // All points have a place, until some of them turn out to be refused.
        let length = usize::try_from(range.end.saturating_sub(range.start));
        batch.clear(walk.cursor.outputs_count(), length.unwrap_or(usize::MAX));
        let inner = self.grid.axes.last();
        let row = inner.map_or(1, |axis| axis.values.count());
        let mut next = range.start;
        while next < range.end {
            let offset = next % row;
            let length = (row - offset).min(range.end - next);
            walk.row(next / row, offset, length, next, batch);
            next += length;
        }
        walk.cursor.work_out_kept(&mut batch.outputs);
        resize(&mut batch.outputs, walk.filled);
    }
}

/// A walk over rows, which notices which axes have changed.
struct Walk<'s> {
    sweep: &'s Sweep,
    /// Whether nothing has to be found out along a row but its sums.
    is_plain: bool,
    cursor: Cursor<'s>,
    at: Vec<f64>,
    /// The row before.
    row: u64,
    /// The indices there of the axes but the innermost.
    indices: Vec<u64>,
    /// How many of them were fixed when the row before was worked out or
    /// refused.
    fixed: usize,
    /// Whether the row before was refused as a whole.
    refused: bool,
    level: Level,
    /// How many points of the batch are worked out.
    filled: usize,
    /// Which points of a row are not refused.
    kept: Vec<bool>,
    columns: BlockColumns,
}

impl Walk<'_> {
    /// Works out a part of a row, the first point of which has the number
    /// `point`.
    fn row(&mut self, row: u64, offset: u64, length: u64, point: u64, batch: &mut Batch) {
        self.move_to(row);
        if self.refused {
            batch.refuse(point, length);
            return;
        }
        let values = self.sweep.values(offset, length);
        let values: &[f64] = &values;
        let place = self.filled..self.filled + values.len();
        // Offsets into an axis that is held fit.
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        self.filled = place.end;
        if self.is_plain {
            self.cursor.keep(offset, values.len(), place.start);
            batch.push(point..point + length);
            return;
        }
        let (at, outputs) = (&mut self.at, &mut batch.outputs);
        self.cursor.row(at, values, offset, outputs, place.start);
        if self.sift(values, offset, batch) {
            compact(&mut batch.outputs, place.clone(), &self.kept);
            self.filled = place.start + batch.keep(&self.kept, point);
        } else {
            batch.push(point..point + length);
        }
    }

    /// Gives the axes but the innermost the values of `row`.
    fn move_to(&mut self, row: u64) {
        let axes = &self.sweep.grid.axes;
        let outer = axes.len() - 1;
        let is_next = self.row.checked_add(1) == Some(row);
        let mut remaining = row;
        // The first level whose index is another than before.
        let mut first = self.fixed;
        for (level, index) in self.indices.iter_mut().enumerate().rev() {
            let count = axes[level].values.count();
            // One further needs no division.
            if is_next && *index + 1 < count {
                *index += 1;
                first = first.min(level);
                break;
            }
            let now = remaining % count;
            remaining /= count;
            if *index != now {
                *index = now;
                first = first.min(level);
            }
        }
        self.row = row;
        if first < self.fixed {
            self.refused = false;
        }
        for level in first..outer {
            if self.refused {
                break;
            }
            self.at[level] = self.sweep.value(level, self.indices[level]);
            self.fixed = level + 1;
            // What divides by 0 is refused as well.
            let allowed = self.sweep.checks[level].admit(&self.at, &self.indices);
            self.refused = !allowed || !self.cursor.fix(level, &self.at);
        }
    }

    /// Finds the points of the row just worked out that the model refuses.
    /// Whether there is one.
    fn sift(&mut self, values: &[f64], offset: usize, batch: &Batch) -> bool {
        let Walk { sweep, kept, .. } = self;
        let place = self.filled - values.len()..self.filled;
        let divides = sweep.plan.may_divide_by_zero()
            && !(batch.outputs.iter()).all(|output| are_finite(self.level, &output[place.clone()]));
        if sweep.kept.is_empty() && sweep.row_checks.is_empty() && !divides {
            return false;
        }
        kept.clear();
        kept.extend_from_slice(sweep.kept.get(offset..).unwrap_or_default());
        kept.resize(values.len(), true);
        if divides {
            for output in &batch.outputs {
                for (kept, value) in kept.iter_mut().zip(&output[place.clone()]) {
                    *kept &= value.is_finite();
                }
            }
        }
        (sweep.row_checks).sift_row(self.level, &self.at, values, kept, &mut self.columns);
        !kept.iter().all(|kept| *kept)
    }
}
