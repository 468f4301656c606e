//! A plan at work, row by row.

use super::plan::{EvaluationPlan, Factor, RowSteps, Step};
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
    /// The atoms of the last level along a row, one column each.
    columns: Vec<Vec<f64>>,
}

impl<'p> Cursor<'p> {
    /// A cursor before the first point.
    pub(super) fn new(plan: &'p EvaluationPlan) -> Cursor<'p> {
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
            columns: Vec::new(),
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
        atoms.extend(plan.atoms.iter().map(|atom| atom.evaluate(at)));
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

    /// Works out a row: appends to every output its values for the values
    /// `row` of the innermost axis, which start at `offset` of the axis. `at`
    /// holds the values of the other axes.
    pub(super) fn row(
        &mut self,
        at: &mut [f64],
        row: &[f64],
        offset: usize,
        outputs: &mut [Vec<f64>],
    ) {
        self.fill_columns(at, row);
        let Some(source) = self.coefficients.last() else {
            return;
        };
        let along = Along {
            row,
            offset,
            columns: &self.columns,
        };
        let each = self
            .plan
            .rows
            .iter()
            .zip(&self.plan.cancelling)
            .zip(outputs);
        for ((steps, cancelling), output) in each {
            let start = output.len();
            self.plan
                .add_row(steps, source, &|factor| factor, &along, output);
            if let (Some(exact), Some(sizes)) = (cancelling, self.sizes.last()) {
                let mut all = Vec::with_capacity(row.len());
                self.plan.add_row(steps, sizes, &f64::abs, &along, &mut all);
                for ((value, size), x) in output[start..].iter_mut().zip(&all).zip(row) {
                    if *size > MAX_CANCELLED * value.abs() {
                        at[self.plan.levels.len() - 1] = *x;
                        *value = exact.evaluate(at);
                    }
                }
            }
        }
    }

    /// Works out the atoms of the last level at every point of a row.
    fn fill_columns(&mut self, at: &mut [f64], row: &[f64]) {
        let (Some(last), Some(level)) = (at.len().checked_sub(1), self.plan.levels.last()) else {
            return;
        };
        self.columns.resize(level.atoms.len(), Vec::new());
        for (atom, column) in level.atoms.iter().zip(&mut self.columns) {
            column.clear();
            column.extend(row.iter().map(|axis| {
                at[last] = *axis;
                atom.evaluate(at)
            }));
        }
    }

    /// How many outputs there are.
    pub(super) fn outputs(&self) -> usize {
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

/// A row of the innermost axis.
struct Along<'r> {
    row: &'r [f64],
    /// How far the row starts from the axis' first value.
    offset: usize,
    columns: &'r [Vec<f64>],
}

impl EvaluationPlan {
    /// Appends to `output` the sum of its terms along a row, each factor made
    /// what `sized` makes of it.
    fn add_row(
        &self,
        steps: &RowSteps,
        source: &[f64],
        sized: &impl Fn(f64) -> f64,
        along: &Along<'_>,
        output: &mut Vec<f64>,
    ) {
        let Some(level) = self.levels.last() else {
            return;
        };
        let (row, offset) = (along.row, along.offset);
        let start = output.len();
        let mut constant = 0.0;
        for step in &steps.constant {
            constant += source[step.from as usize];
        }
        // The first power is written where the others are added.
        let mut written = false;
        for step in &steps.powers {
            let coefficient = source[step.from as usize];
            let factor = &level.factors[step.factor as usize];
            match &self.powers[step.factor as usize] {
                // Bindings of an axis are at least 0, and so are their powers.
                Some(powers) => {
                    let powers = &powers[offset..offset + row.len()];
                    if written {
                        for (value, power) in output[start..].iter_mut().zip(powers) {
                            *value += coefficient * power;
                        }
                    } else {
                        output.extend(powers.iter().map(|power| constant + coefficient * power));
                    }
                }
                None => {
                    if !written {
                        output.resize(start + row.len(), constant);
                    }
                    for (point, (value, axis)) in output[start..].iter_mut().zip(row).enumerate() {
                        let of = factor.value(*axis, |atom| along.columns[atom][point]);
                        *value += coefficient * sized(of);
                    }
                }
            }
            written = true;
        }
        if !written {
            output.resize(start + row.len(), constant);
        }
    }
}
