//! Sweeps: energies at every point of a grid, in bulk.
//!
//! The points of a grid are numbered, the last axis running fastest. A
//! [`Sweep`] works out any range of them into columns; a caller streams ranges
//! of a bounded size, on as many threads as it likes, and never holds the
//! grid.

use std::borrow::Cow;
use std::ops::Range;

use super::batch::{Batch, SweepError};
use super::check::Check;
use super::cursor::Cursor;
use super::grid::{SweepAxis, SweepGrid};
use super::plan::EvaluationPlan;
use crate::graph::Constraint;
use crate::symbolic::{Bindings, Expr, Symbol};

/// A grid and the expressions to evaluate on it.
#[derive(Debug, Clone)]
pub struct Sweep {
    grid: SweepGrid,
    plan: EvaluationPlan,
    checks: Vec<LevelCheck>,
    points: u64,
    /// The values of every axis; of a very long one none, they are worked out
    /// as they are needed.
    values: Vec<Vec<f64>>,
    /// Which values of the innermost axis break a condition on it alone; none
    /// listed where all are allowed.
    refused: Vec<bool>,
}

/// A condition on the axes, checked as soon as they have values.
#[derive(Debug, Clone)]
struct LevelCheck {
    level: usize,
    check: Check,
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
        let inner = grid.axes.last().ok_or(SweepError::Empty)?;
        let inner_symbol = inner.symbol.clone();
        if points == 0 {
            return Err(SweepError::Empty);
        }
        let values_of = |axis: &SweepAxis| -> Vec<f64> {
            let count = axis.values.count();
            let held = if count > MAX_ROW { 0 } else { count };
            (0..held).map(|index| axis.values.value(index)).collect()
        };
        let all: Vec<Vec<f64>> = grid.axes.iter().map(values_of).collect();
        let symbols: Vec<Symbol> = grid.axes.iter().map(|axis| axis.symbol.clone()).collect();
        let mut checks = Vec::new();
        let mut refused = vec![false; all.last().map_or(0, Vec::len)];
        for constraint in constraints {
            let inside = constraint.expr.symbols();
            let Some(level) = symbols.iter().rposition(|axis| inside.contains(axis)) else {
                continue;
            };
            let check = Check::new(constraint, &symbols, values)?;
            let alone = symbols.iter().filter(|axis| inside.contains(axis)).count() == 1;
            if alone && symbols[level] == inner_symbol && !refused.is_empty() {
                let mut at = vec![0.0; symbols.len()];
                for (refused, x) in refused.iter_mut().zip(&all[level]) {
                    at[level] = *x;
                    *refused |= !check.admits(&at);
                }
                continue;
            }
            checks.push(LevelCheck { level, check });
        }
        let row = all.last().map_or(&[][..], Vec::as_slice);
        let plan = EvaluationPlan::new(outputs, &grid, values, row)?;
        for (refused, x) in refused.iter_mut().zip(row) {
            *refused |= plan.divides_by_zero_at(*x);
        }
        if refused.iter().all(|refused| !refused) {
            refused.clear();
        }
        Ok(Sweep {
            plan,
            grid,
            checks,
            points,
            values: all,
            refused,
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

    /// Works out a range of points.
    pub fn evaluate(&self, range: Range<u64>) -> Batch {
        let mut batch = Batch::default();
        self.evaluate_into(range, &mut batch);
        batch
    }

    /// Works out a range of points into a batch whose memory is used again.
    pub fn evaluate_into(&self, range: Range<u64>, batch: &mut Batch) {
        let mut walk = Walk {
            sweep: self,
            cursor: Cursor::new(&self.plan),
            at: vec![0.0; self.grid.axes.len()],
            indices: vec![u64::MAX; self.grid.axes.len() - 1],
            fixed: 0,
            refused: false,
        };
        batch.refused = 0;
        batch.first_refused = None;
        batch.axes.resize(self.grid.axes.len(), Vec::new());
        batch.outputs.resize(walk.cursor.outputs(), Vec::new());
        for column in batch.axes.iter_mut().chain(&mut batch.outputs) {
            column.clear();
        }
        let inner = self.grid.axes.last();
        let row = inner.map_or(1, |axis| axis.values.count());
        let mut next = range.start;
        while next < range.end {
            let offset = next % row;
            let length = (row - offset).min(range.end - next);
            walk.row(next / row, offset, length, next, batch);
            next += length;
        }
    }
}

/// A walk over rows, which notices which axes have changed.
struct Walk<'s> {
    sweep: &'s Sweep,
    cursor: Cursor<'s>,
    at: Vec<f64>,
    /// The indices of the axes but the innermost, at the row before.
    indices: Vec<u64>,
    /// How many of them were fixed when the row before was worked out or
    /// refused.
    fixed: usize,
    /// Whether the row before was refused as a whole.
    refused: bool,
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
        let old = batch.len();
        for (axis, value) in batch.axes.iter_mut().zip(&self.at) {
            axis.extend(std::iter::repeat_n(*value, values.len()));
        }
        if let Some(inner) = batch.axes.last_mut() {
            inner.truncate(old);
            inner.extend_from_slice(values);
        }
        // Offsets into an axis that is held fit.
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        self.cursor
            .row(&mut self.at, values, offset, &mut batch.outputs);
        self.refuse_points(values, offset, old, point, batch);
    }

    /// Gives the axes but the innermost the values of `row`.
    fn move_to(&mut self, row: u64) {
        let axes = &self.sweep.grid.axes;
        let outer = axes.len() - 1;
        let mut remaining = row;
        // The first level whose index is another than before.
        let mut first = self.fixed;
        for (level, index) in self.indices.iter_mut().enumerate().rev() {
            let count = axes[level].values.count();
            let now = remaining % count;
            remaining /= count;
            if *index != now {
                *index = now;
                first = first.min(level);
            }
        }
        if first < self.fixed {
            self.refused = false;
        }
        for (level, axis) in axes.iter().enumerate().take(outer).skip(first) {
            if self.refused {
                break;
            }
            let index = self.indices[level];
            let held = usize::try_from(index)
                .ok()
                .and_then(|at| self.sweep.values[level].get(at));
            self.at[level] = held.copied().unwrap_or_else(|| axis.values.value(index));
            self.fixed = level + 1;
            // What divides by 0 is refused as well.
            self.refused = !self.allowed(level) || !self.cursor.fix(level, &self.at);
        }
    }

    fn allowed(&self, level: usize) -> bool {
        let checks = self
            .sweep
            .checks
            .iter()
            .filter(|check| check.level == level);
        let mut broken = checks.filter(|check| !check.check.admits(&self.at));
        broken.next().is_none()
    }

    /// Takes out the points of the last row that break a constraint on the
    /// innermost axis.
    fn refuse_points(
        &mut self,
        values: &[f64],
        first: usize,
        old: usize,
        point: u64,
        batch: &mut Batch,
    ) {
        let inner = self.at.len() - 1;
        let alone = &self.sweep.refused;
        let divides = self.sweep.plan.may_divide_by_zero();
        let checked = self.sweep.checks.iter().any(|check| check.level == inner);
        if alone.is_empty() && !checked && !divides {
            return;
        }
        let mut kept = old;
        for (offset, value) in values.iter().enumerate() {
            self.at[inner] = *value;
            let refused = alone.get(first + offset).copied().unwrap_or(false);
            let has_value = |column: &Vec<f64>| column[old + offset].is_finite();
            let lacks_value = divides && !batch.outputs.iter().all(has_value);
            if refused || lacks_value || !self.allowed(inner) {
                batch.refuse(point + offset as u64, 1);
                continue;
            }
            for column in batch.axes.iter_mut().chain(&mut batch.outputs) {
                column[kept] = column[old + offset];
            }
            kept += 1;
        }
        for column in batch.axes.iter_mut().chain(&mut batch.outputs) {
            column.truncate(kept);
        }
    }
}
