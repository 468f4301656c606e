//! Sweeps: energies at every point of a grid, in bulk.
//!
//! The points of a grid are numbered, the last axis running fastest. A
//! [`Sweep`] works out any range of them into columns; a caller streams ranges
//! of a bounded size, on as many threads as it likes, and never holds the
//! grid.

use std::borrow::Cow;
use std::ops::Range;

use super::grid::{Axis, Grid};
use super::plan::{Cursor, Plan};
use crate::graph::{Constraint, Rule};
use crate::symbolic::{Bindings, Compiled, EvalError, Expr, Symbol};

/// A grid and the expressions to evaluate on it.
#[derive(Debug, Clone)]
pub struct Sweep {
    grid: Grid,
    plan: Plan,
    checks: Vec<Check>,
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
struct Check {
    level: usize,
    value: Compiled,
    rule: Rule,
}

/// The values of a longer axis are not held.
const MAX_ROW: u64 = 1 << 20;

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
}

impl Sweep {
    /// Prepares to evaluate `outputs` on `grid`, refusing points that break a
    /// constraint. Symbols that are no axis have the `values` given.
    ///
    /// # Errors
    /// A grid that is empty or too large, or an expression without a value.
    pub fn new(
        grid: Grid,
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
        let values_of = |axis: &Axis| -> Vec<f64> {
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
            let value = Compiled::new(&constraint.expr, &symbols, values)?;
            let alone = symbols.iter().filter(|axis| inside.contains(axis)).count() == 1;
            if alone && symbols[level] == inner_symbol && !refused.is_empty() {
                let mut at = vec![0.0; symbols.len()];
                for (refused, x) in refused.iter_mut().zip(&all[level]) {
                    at[level] = *x;
                    *refused |= !constraint.rule.allows(value.evaluate(&at));
                }
                continue;
            }
            checks.push(Check {
                level,
                value,
                rule: constraint.rule,
            });
        }
        if refused.iter().all(|refused| !refused) {
            refused.clear();
        }
        Ok(Sweep {
            plan: Plan::new(
                outputs,
                &grid,
                values,
                all.last().map_or(&[], Vec::as_slice),
            )?,
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
            walk.row(next / row, offset, length, batch);
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
    fn row(&mut self, row: u64, offset: u64, length: u64, batch: &mut Batch) {
        self.move_to(row);
        if self.refused {
            batch.refused += length;
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
        self.refuse_points(values, offset, old, batch);
    }

    /// Gives the axes but the innermost the values of `row`.
    fn move_to(&mut self, row: u64) {
        let axes = &self.sweep.grid.axes;
        let outer = axes.len() - 1;
        let mut rest = row;
        // The first level whose index is another than before.
        let mut first = self.fixed;
        for (level, index) in self.indices.iter_mut().enumerate().rev() {
            let count = axes[level].values.count();
            let now = rest % count;
            rest /= count;
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
            if self.allowed(level) {
                self.cursor.fix(level, &self.at);
            } else {
                self.refused = true;
            }
        }
    }

    fn allowed(&self, level: usize) -> bool {
        let checks = self
            .sweep
            .checks
            .iter()
            .filter(|check| check.level == level);
        let mut broken = checks.filter(|check| !check.rule.allows(check.value.evaluate(&self.at)));
        broken.next().is_none()
    }

    /// Takes out the points of the last row that break a constraint on the
    /// innermost axis.
    fn refuse_points(&mut self, values: &[f64], first: usize, old: usize, batch: &mut Batch) {
        let inner = self.at.len() - 1;
        let alone = &self.sweep.refused;
        if alone.is_empty() && !self.sweep.checks.iter().any(|check| check.level == inner) {
            return;
        }
        let mut kept = old;
        for (offset, value) in values.iter().enumerate() {
            self.at[inner] = *value;
            let refused = alone.get(first + offset).copied().unwrap_or(false);
            if refused || !self.allowed(inner) {
                batch.refused += 1;
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
