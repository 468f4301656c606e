//! A plan at work, row by row.

use super::line::{Signs, Term, add_up, cancels};
use super::plan::{EvaluationPlan, Factor, RowSteps, Step};
use crate::simd::Level;
use crate::symbolic::{BLOCK, BlockColumns, MAX_CANCELLED, VariableColumn};

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
    /// The atoms of the last level along a row.
    columns: BlockColumns,
    /// The factors of the last level along a row that are not held by the plan.
    factors: Vec<Vec<f64>>,
    /// What is added up along a row.
    sizes_along: Vec<f64>,
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
            columns: BlockColumns::default(),
            factors: vec![Vec::new(); plan.powers.len()],
            sizes_along: Vec::new(),
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
        // Atoms are worked out for as many points as stay in the cache.
        let length = if self.plan.block.is_empty() {
            row.len()
        } else {
            BLOCK
        };
        let mut done = 0;
        for part in row.chunks(length.max(1)) {
            self.fill_factors(at, part);
            let along = Along {
                row: part,
                offset: offset + done,
            };
            self.outputs(at, &along, outputs, to + done);
            done += part.len();
        }
    }

    /// Works out every output along a row.
    fn outputs(&mut self, at: &mut [f64], along: &Along<'_>, outputs: &mut [Vec<f64>], to: usize) {
        let Some(source) = self.coefficients.last() else {
            return;
        };
        let plan = self.plan;
        let each = plan.rows.iter().zip(&plan.cancelling).zip(outputs);
        for ((steps, cancelling), output) in each {
            let output = &mut output[to..to + along.row.len()];
            let (constant, terms) = along.terms(steps, source, plan, &self.factors);
            add_up(self.level, Signs::Kept, output, constant, terms);
            let (Some(exact), Some(sizes)) = (cancelling, self.sizes.last()) else {
                continue;
            };
            self.sizes_along.resize(output.len(), 0.0);
            let (constant, terms) = along.terms(steps, sizes, plan, &self.factors);
            let to = &mut self.sizes_along;
            add_up(self.level, Signs::Dropped, to, constant, terms);
            if !cancels(self.level, output, &self.sizes_along) {
                continue;
            }
            for ((value, size), x) in output.iter_mut().zip(&self.sizes_along).zip(along.row) {
                if *size > MAX_CANCELLED * value.abs() {
                    at[plan.levels.len() - 1] = *x;
                    *value = exact.evaluate(at);
                }
            }
        }
    }

    /// Works out the atoms of the last level along a row, and the factors that
    /// they are in.
    fn fill_factors(&mut self, at: &[f64], row: &[f64]) {
        let Some(last) = self.plan.levels.last() else {
            return;
        };
        let block = &self.plan.block;
        if !block.is_empty() {
            let inner = at.len() - 1;
            let variables: Vec<VariableColumn<'_>> = (at.iter().enumerate())
                .map(|(axis, value)| match axis == inner {
                    true => VariableColumn::Each(row),
                    false => VariableColumn::Same(*value),
                })
                .collect();
            block.work_out(self.level, &variables, row.len(), &mut self.columns);
        }
        let held = self.plan.powers.iter();
        for ((factor, held), column) in last.factors.iter().zip(held).zip(&mut self.factors) {
            if held.is_none() {
                let atom = |place| block.values(place, &self.columns);
                factor.values(row, atom, column, self.level);
            }
        }
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

/// A part of a row of the innermost axis.
struct Along<'r> {
    row: &'r [f64],
    /// How far it starts from the axis' first value.
    offset: usize,
}

impl Along<'_> {
    /// The sum of what is the same all along, and the other terms: a coefficient
    /// and a factor's column.
    fn terms<'a>(
        &'a self,
        steps: &'a RowSteps,
        source: &'a [f64],
        plan: &'a EvaluationPlan,
        factors: &'a [Vec<f64>],
    ) -> (f64, impl Iterator<Item = Term<'a>>) {
        let mut constant = 0.0;
        for step in &steps.constant {
            constant += source[step.from as usize];
        }
        let terms = steps.powers.iter().map(|step| {
            let factor = step.factor as usize;
            let column = match &plan.powers[factor] {
                Some(powers) => &powers[self.offset..self.offset + self.row.len()],
                None => &factors[factor][..],
            };
            (source[step.from as usize], column)
        });
        (constant, terms)
    }
}
