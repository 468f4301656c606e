//! Points that are no grid, and the expressions on them.

use std::ops::Range;

use super::batch::{Batch, SweepError, compact, resize};
use super::check::{Checks, checks};
use super::line::are_finite;
use super::sampling::Sampling;
use crate::graph::Constraint;
use crate::simd::{self, Level};
use crate::symbolic::{
    BLOCK, Bindings, Block, BlockColumns, Compiled, EvalError, Expr, VariableColumn,
};

/// Points and the expressions to evaluate on them.
#[derive(Debug, Clone)]
pub struct PointSet {
    sampling: Sampling,
    axes: usize,
    outputs: usize,
    block: Block,
    checks: Checks,
    points: u64,
}

impl PointSet {
    /// Prepares to evaluate `outputs` on the points of `sampling`, refusing
    /// those that break a constraint.
    ///
    /// # Errors
    /// No points, or an expression without a value.
    pub fn new(
        sampling: Sampling,
        outputs: &[Expr],
        constraints: &[Constraint],
        values: &Bindings,
    ) -> Result<PointSet, SweepError> {
        let symbols = sampling.symbols();
        let points = sampling.points();
        if symbols.is_empty() || points == 0 {
            return Err(SweepError::Empty);
        }
        let checks = checks(constraints, &symbols, values)?.into_iter();
        let checks = checks.map(|(_, check)| check);
        let checks =
            checks.filter(|check| !check.is_kept_by(|rule, axis| sampling.keeps(rule, axis)));
        let compile = |expr: &Expr| Compiled::new(expr, &symbols, values);
        let compiled: Result<Vec<Compiled>, EvalError> = outputs.iter().map(compile).collect();
        Ok(PointSet {
            axes: symbols.len(),
            outputs: outputs.len(),
            block: Block::new(&compiled?, []),
            checks: Checks::new(checks.collect()),
            sampling,
            points,
        })
    }

    /// How many points there are.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// The values of the axes at the point of this number.
    pub fn at(&self, point: u64) -> Vec<f64> {
        let mut value = [0.0];
        let axes = (0..self.axes).map(|axis| {
            self.sampling.fill(simd::level(), axis, point, &mut value);
            value[0]
        });
        axes.collect()
    }

    /// Works out a range of points.
    pub fn evaluate(&self, range: Range<u64>) -> Batch {
        let mut batch = Batch::default();
        self.evaluate_into(range, &mut batch);
        batch
    }

    /// Works out a range of points into a batch whose memory is used again.
    pub fn evaluate_into(&self, range: Range<u64>, batch: &mut Batch) {
        self.evaluate_at(simd::level(), range, batch);
    }

    /// The same in instructions of a certain width.
    pub(super) fn evaluate_at(&self, level: Level, range: Range<u64>, batch: &mut Batch) {
        let length = usize::try_from(range.end.saturating_sub(range.start));
        let length = length.unwrap_or(usize::MAX);
        batch.clear(self.outputs, length);
        batch.axes.resize(self.axes, Vec::new());
        resize(&mut batch.axes, length);
        let [mut of_outputs, mut of_checks] = <[BlockColumns; 2]>::default();
        let mut kept = Vec::new();
        let (mut filled, mut first) = (0, range.start);
        while first < range.end {
            let points = BLOCK.min(usize::try_from(range.end - first).unwrap_or(BLOCK));
            let place = filled..filled + points;
            for (axis, column) in batch.axes.iter_mut().enumerate() {
                (self.sampling).fill(level, axis, first, &mut column[place.clone()]);
            }
            let variables: Vec<VariableColumn<'_>> = (batch.axes.iter())
                .map(|column| VariableColumn::Each(&column[place.clone()]))
                .collect();
            self.block
                .work_out(level, &variables, points, &mut of_outputs);
            kept.clear();
            kept.resize(points, true);
            let mut are_kept = true;
            if !self.checks.is_empty() {
                self.checks
                    .sift(level, &variables, &mut kept, &mut of_checks);
                are_kept = kept.iter().all(|kept| *kept);
            }
            for (number, output) in batch.outputs.iter_mut().enumerate() {
                let values = self.block.values(number, &of_outputs);
                output[place.clone()].copy_from_slice(values);
                // What divides by 0 is refused as well.
                if !are_finite(level, values) {
                    are_kept = false;
                    for (kept, value) in kept.iter_mut().zip(values) {
                        *kept &= value.is_finite();
                    }
                }
            }
            filled += match are_kept {
                true => {
                    batch.push(first..first + points as u64);
                    points
                }
                false => {
                    compact(&mut batch.axes, place.clone(), &kept);
                    compact(&mut batch.outputs, place, &kept);
                    batch.keep(&kept, first)
                }
            };
            first += points as u64;
        }
        resize(&mut batch.axes, filled);
        resize(&mut batch.outputs, filled);
    }
}
