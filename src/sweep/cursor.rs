//! A plan at work, row by row.

use super::level::{Factor, Step};
use super::line::cancels;
use super::plan::EvaluationPlan;
use super::row_factors::RowColumns;
use super::rows::{RowPart, Signs, add_up};
use crate::simd::Level;
use crate::symbolic::MAX_CANCELLED;

/// A plan at work: the coefficients left at every level.
pub(super) struct Cursor<'p> {
    plan: &'p EvaluationPlan,
    /// The coefficients before each level.
    coefficients: Vec<Vec<f64>>,
    /// The same with all signs dropped; none where nothing cancels.
    sizes: Vec<Vec<f64>>,
    /// The atoms and factors of the level being fixed.
    scratch: (Vec<f64>, Vec<f64>),
    level: Level,
    /// The factors of the last level along a row.
    columns: RowColumns,
    /// What is added up along a row.
    sizes_along: Vec<f64>,
    /// Parts of rows that wait: where they start in the outputs and along the axis, and
    /// how long they are.
    kept: Vec<(usize, usize, usize)>,
    /// Their coefficients, one row after the other.
    kept_coefficients: Vec<f64>,
}

impl<'p> Cursor<'p> {
    /// A cursor before the first point.
    pub(super) fn new(plan: &'p EvaluationPlan, level: Level) -> Cursor<'p> {
        let mut coefficients = vec![plan.start.clone()];
        for level in plan.levels.iter().rev().skip(1).rev() {
            coefficients.push(vec![0.0; level.width]);
        }
        let mut sizes = Vec::new();
        if plan.cancels() {
            sizes.clone_from(&coefficients);
            sizes
                .iter_mut()
                .flatten()
                .for_each(|size| *size = size.abs());
        }
        Cursor {
            plan,
            coefficients,
            sizes,
            scratch: Default::default(),
            level,
            columns: RowColumns::default(),
            sizes_along: Vec::new(),
            kept: Vec::new(),
            kept_coefficients: Vec::new(),
        }
    }

    /// Gives the axis `level` (not the innermost) the value in `at`, where the
    /// axes before it have theirs. Whether all is finite: no factor divides by
    /// 0.
    pub(super) fn fix(&mut self, level: usize, at: &[f64]) -> bool {
        let (Some(plan), Some(axis)) = (self.plan.levels.get(level), at.get(level)) else {
            return true;
        };
        let (atoms, factors) = &mut self.scratch;
        atoms.clear();
        atoms.extend(plan.atoms.iter().map(|atom| atom.value.evaluate(at)));
        factors.clear();
        let value = |factor: &Factor| factor.value(*axis, |place| atoms[place]);
        factors.extend(plan.factors.iter().map(value));
        if !factors.iter().all(|factor| factor.is_finite()) {
            return false;
        }
        pass_on(&plan.steps, &mut self.coefficients, level, factors);
        if !self.sizes.is_empty() {
            factors.iter_mut().for_each(|factor| *factor = factor.abs());
            pass_on(&plan.steps, &mut self.sizes, level, factors);
        }
        true
    }

    /// Works out a part of a row: fills the places `to` of every output with its
    /// values for the values `row` of the innermost axis, which start at `offset`
    /// of the axis. `at` holds the values of the other axes.
    pub(super) fn row(
        &mut self,
        at: &mut [f64],
        row: &[f64],
        offset: usize,
        outputs: &mut [Vec<f64>],
        to: usize,
    ) {
        let plan = self.plan;
        let (Some(factors), Some(last)) = (&plan.row_factors, plan.levels.last()) else {
            return;
        };
        let mut done = 0;
        for values in row.chunks(factors.length(row.len()).max(1)) {
            factors.work_out(last, self.level, at, values, &mut self.columns);
            let part = RowPart {
                to: to + done,
                offset: offset + done,
                length: values.len(),
                source: &[],
            };
            self.outputs(at, values, part, outputs);
            done += values.len();
        }
    }

    /// Works out every output along a part of a row.
    fn outputs(
        &mut self,
        at: &mut [f64],
        values: &[f64],
        part: RowPart<'_>,
        outputs: &mut [Vec<f64>],
    ) {
        let plan = self.plan;
        let (Some(source), Some(factors)) = (self.coefficients.last(), &plan.row_factors) else {
            return;
        };
        let each = plan.rows.iter().zip(&plan.cancelling).zip(outputs);
        for ((steps, cancelling), output) in each {
            let column = |factor, part: RowPart<'_>| factors.along(factor, part, &self.columns);
            let row = std::iter::once(RowPart { source, ..part });
            add_up(self.level, Signs::Kept, output, row, steps, column);
            let (Some(exact), Some(source)) = (cancelling, self.sizes.last()) else {
                continue;
            };
            let output = &mut output[part.to..part.to + part.length];
            let sizes = &mut self.sizes_along;
            sizes.resize(part.length, 0.0);
            let row = std::iter::once(RowPart {
                source,
                to: 0,
                ..part
            });
            add_up(self.level, Signs::Dropped, sizes, row, steps, column);
            if !cancels(self.level, output, sizes) {
                continue;
            }
            for ((value, size), x) in output.iter_mut().zip(sizes).zip(values) {
                if *size > MAX_CANCELLED * value.abs() {
                    at[plan.levels.len() - 1] = *x;
                    *value = exact.evaluate(at);
                }
            }
        }
    }

    /// Keeps a part of a row, the other axes of which have their values, for
    /// [`Cursor::work_out_kept`], where rows are plain.
    pub(super) fn keep(&mut self, offset: usize, length: usize, to: usize) {
        if let Some(source) = self.coefficients.last() {
            self.kept.push((to, offset, length));
            self.kept_coefficients.extend_from_slice(source);
        }
    }

    /// Works out the rows that were kept: output by output, so that what a row takes
    /// beside its points is little.
    pub(super) fn work_out_kept(&mut self, outputs: &mut [Vec<f64>]) {
        let plan = self.plan;
        let Some(factors) = &plan.row_factors else {
            return;
        };
        let width = self.coefficients.last().map_or(0, Vec::len);
        for (steps, output) in plan.rows.iter().zip(outputs) {
            let rows = self.kept.iter().enumerate();
            let rows = rows.map(|(number, &(to, offset, length))| RowPart {
                to,
                offset,
                length,
                source: &self.kept_coefficients[number * width..(number + 1) * width],
            });
            let column = |factor, part: RowPart<'_>| factors.along(factor, part, &self.columns);
            add_up(self.level, Signs::Kept, output, rows, steps, column);
        }
        self.kept.clear();
        self.kept_coefficients.clear();
    }

    /// How many outputs there are.
    pub(super) fn outputs_count(&self) -> usize {
        self.plan.rows.len()
    }
}

/// Makes the coefficients of the level behind `level`, whose factors have
/// these values.
fn pass_on(steps: &[Step], coefficients: &mut [Vec<f64>], level: usize, factors: &[f64]) {
    let (before, after) = coefficients.split_at_mut(level + 1);
    let (Some(source), Some(target)) = (before.last(), after.first_mut()) else {
        return;
    };
    target.fill(0.0);
    for step in steps {
        target[step.to as usize] += source[step.from as usize] * factors[step.factor as usize];
    }
}
