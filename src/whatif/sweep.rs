//! Sweeps: energies at every point of a grid, in bulk.
//!
//! The points of a grid are numbered, the last axis running fastest. A
//! [`Sweep`] works out any range of them into columns; a caller streams ranges
//! of a bounded size, on as many threads as it likes, and never holds the
//! grid.

use std::borrow::Cow;
use std::ops::Range;

use super::grid::Grid;
use super::plan::{Cursor, Plan};
use crate::graph::{Constraint, Rule};
use crate::symbolic::{Compiled, EvalError, Expr, Symbol, Values};

/// A grid and the expressions to evaluate on it.
#[derive(Debug, Clone)]
pub struct Sweep {
    grid: Grid,
    plan: Plan,
    checks: Vec<Check>,
    points: u64,
    /// The values of the innermost axis; of a very long one none, they are
    /// worked out as they are needed.
    row: Vec<f64>,
}

/// A condition on the axes, checked as soon as they have values.
#[derive(Debug, Clone)]
struct Check {
    level: usize,
    value: Compiled,
    rule: Rule,
}

/// The values of a longer innermost axis are not held.
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
        values: &Values,
    ) -> Result<Sweep, SweepError> {
        let points = grid.points().ok_or(SweepError::TooLarge)?;
        let inner = grid.axes.last().ok_or(SweepError::Empty)?;
        let count = inner.values.count();
        if points == 0 {
            return Err(SweepError::Empty);
        }
        let held = if count > MAX_ROW { 0 } else { count };
        let row = (0..held).map(|index| inner.values.value(index)).collect();
        let symbols: Vec<Symbol> = grid.axes.iter().map(|axis| axis.symbol.clone()).collect();
        let mut checks = Vec::new();
        for constraint in constraints {
            let inside = constraint.expr.symbols();
            let Some(level) = symbols.iter().rposition(|axis| inside.contains(axis)) else {
                continue;
            };
            checks.push(Check {
                level,
                value: Compiled::new(&constraint.expr, &symbols, values)?,
                rule: constraint.rule,
            });
        }
        Ok(Sweep {
            plan: Plan::new(outputs, &grid, values)?,
            grid,
            checks,
            points,
            row,
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
        let held = held.and_then(|(offset, length)| self.row.get(offset..offset + length));
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
        let mut walk = Walk {
            sweep: self,
            cursor: Cursor::new(&self.plan, &self.row),
            at: vec![0.0; self.grid.axes.len()],
            indices: Vec::new(),
            refused: false,
        };
        let room = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
        let mut batch = Batch {
            axes: vec![Vec::with_capacity(room); self.grid.axes.len()],
            outputs: vec![Vec::with_capacity(room); walk.cursor.outputs()],
            refused: 0,
        };
        let inner = self.grid.axes.last();
        let row = inner.map_or(1, |axis| axis.values.count());
        let mut next = range.start;
        while next < range.end {
            let offset = next % row;
            let length = (row - offset).min(range.end - next);
            walk.row(next / row, offset, length, &mut batch);
            next += length;
        }
        batch
    }
}

/// A walk over rows, which notices which axes have changed.
struct Walk<'s> {
    sweep: &'s Sweep,
    cursor: Cursor<'s>,
    at: Vec<f64>,
    /// The indices of the axes but the innermost, at the row before.
    indices: Vec<u64>,
    /// Whether the row before was refused as a whole, and by which level.
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
        let length = values.len();
        let old = batch.len();
        for (axis, value) in batch.axes.iter_mut().zip(&self.at) {
            axis.resize(old + length, *value);
        }
        if let Some(inner) = batch.axes.last_mut() {
            inner[old..].copy_from_slice(values);
        }
        let mut columns: Vec<&mut [f64]> = Vec::with_capacity(batch.outputs.len());
        for output in &mut batch.outputs {
            output.resize(old + length, 0.0);
            columns.push(&mut output[old..]);
        }
        // Offsets into an axis that is held fit.
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        self.cursor.row(&mut self.at, values, offset, &mut columns);
        self.refuse_points(values, old, batch);
    }

    /// Gives the axes but the innermost the values of `row`.
    fn move_to(&mut self, row: u64) {
        let outer = self.sweep.grid.axes.len() - 1;
        let mut indices = vec![0; outer];
        let mut rest = row;
        for (index, axis) in indices.iter_mut().zip(&self.sweep.grid.axes).rev() {
            let count = axis.values.count();
            *index = rest % count;
            rest /= count;
        }
        let same = (indices.iter().zip(&self.indices))
            .take_while(|(a, b)| a == b)
            .count();
        let first = if self.indices.is_empty() || self.refused {
            0
        } else {
            same
        };
        self.refused = false;
        let axes = self.sweep.grid.axes.iter().zip(&indices).enumerate();
        for (level, (axis, index)) in axes.take(outer).skip(first) {
            self.at[level] = axis.values.value(*index);
            if !self.allowed(level) {
                self.refused = true;
                break;
            }
            self.cursor.fix(level, &self.at);
        }
        self.indices = indices;
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
    fn refuse_points(&mut self, values: &[f64], old: usize, batch: &mut Batch) {
        let inner = self.at.len() - 1;
        if !self.sweep.checks.iter().any(|check| check.level == inner) {
            return;
        }
        let mut kept = old;
        for (offset, value) in values.iter().enumerate() {
            self.at[inner] = *value;
            if !self.allowed(inner) {
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
