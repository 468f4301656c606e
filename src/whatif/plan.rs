//! A sweep's expressions, taken apart axis by axis.
//!
//! A grid fixes its axes from the outermost to the innermost one. When the
//! outermost has a value, every expression is a polynomial in the others, with
//! fewer terms; when all but the innermost have theirs, it is a polynomial of a
//! few terms in one variable, and a whole row of the grid costs a few
//! multiplications for each point. So no term is worked out more often than
//! its own axes change.
//!
//! For each axis the plan holds [`Factor`]s (powers of the axis, and floors or
//! maxima that are known once it has a value) and steps: multiply this
//! coefficient by that factor and add it to that coefficient of the next axis.

use std::collections::HashMap;

use super::grid::Grid;
use crate::number::to_f64;
use crate::symbolic::{Atom, Bindings, Compiled, EvalError, Expr, Symbol};

/// The expressions of a sweep over a grid.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    levels: Vec<Level>,
    start: Vec<f64>,
    /// The steps of the last level, by output.
    rows: Vec<RowSteps>,
    /// The powers of the innermost axis, one row for each factor of the last
    /// level, where they depend on nothing else and the axis is held.
    powers: Vec<Option<Vec<f64>>>,
}

/// What makes one output along a row.
#[derive(Debug, Clone, Default)]
struct RowSteps {
    /// Terms that are the same all along.
    constant: Vec<Step>,
    /// Terms with a power of the innermost axis, or an atom of it.
    powers: Vec<Step>,
}

#[derive(Debug, Clone)]
struct Level {
    factors: Vec<Factor>,
    steps: Vec<Step>,
    /// How many coefficients the next level has.
    width: usize,
}

/// What is known once an axis has a value.
#[derive(Debug, Clone, PartialEq)]
struct Factor {
    /// The power of the axis itself.
    exponent: i32,
    /// Floors, maxima and grouped sums, with their powers.
    atoms: Vec<(Compiled, i32)>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    from: u32,
    factor: u32,
    to: u32,
}

/// What is left of a term from one level on: the output it belongs to, and a
/// factor for each level.
type Rest = (usize, Vec<Vec<(Atom, i32)>>);

impl Plan {
    /// Takes `outputs` apart over the axes of `grid`, the innermost of which
    /// has the values `row` (none where they are too many to hold); other
    /// symbols are replaced by their values.
    pub(super) fn new(
        outputs: &[Expr],
        grid: &Grid,
        values: &Bindings,
        row: &[f64],
    ) -> Result<Plan, EvalError> {
        let symbols: Vec<Symbol> = grid.axes.iter().map(|axis| axis.symbol.clone()).collect();
        let depth = symbols.len();
        let mut start: Vec<f64> = Vec::new();
        let mut terms: Vec<Rest> = Vec::new();
        for (output, expr) in outputs.iter().enumerate() {
            for (monomial, coefficient) in expr.bind(&symbols, values)?.terms() {
                let mut by_level: Vec<Vec<(Atom, i32)>> = vec![Vec::new(); depth];
                for (atom, exponent) in monomial.factors() {
                    let level = level_of(atom, &symbols);
                    if let Some(factors) = by_level.get_mut(level) {
                        factors.push((atom.clone(), *exponent));
                    }
                }
                start.push(to_f64(coefficient));
                terms.push((output, by_level));
            }
        }
        let mut levels = Vec::with_capacity(depth);
        for level in 0..depth {
            let (built, next) = Level::new(level, &terms, &symbols, outputs.len());
            levels.push(built);
            terms = next;
        }
        let mut rows = vec![RowSteps::default(); outputs.len()];
        if let Some(last) = levels.last() {
            for step in &last.steps {
                let factor = &last.factors[step.factor as usize];
                let row = &mut rows[step.to as usize];
                if factor.exponent == 0 && factor.atoms.is_empty() {
                    row.constant.push(*step);
                } else {
                    row.powers.push(*step);
                }
            }
        }
        let alone = |factor: &Factor| {
            let powers = || {
                row.iter()
                    .map(|value| value.powi(factor.exponent))
                    .collect()
            };
            (factor.atoms.is_empty() && !row.is_empty()).then(powers)
        };
        let powers = levels
            .last()
            .map_or_else(Vec::new, |last| last.factors.iter().map(alone).collect());
        Ok(Plan {
            levels,
            start,
            rows,
            powers,
        })
    }
}

/// The level at which an atom has a value: that of the innermost axis in it.
fn level_of(atom: &Atom, symbols: &[Symbol]) -> usize {
    let inside = Expr::from_atom(atom.clone()).symbols();
    let places = inside
        .iter()
        .filter_map(|symbol| symbols.iter().position(|known| known == symbol));
    places.max().unwrap_or(0)
}

impl Level {
    /// The level's steps for the coefficients of `terms`, and the terms that
    /// are left for the next level. On the last level what is left are the
    /// outputs themselves.
    fn new(level: usize, terms: &[Rest], symbols: &[Symbol], outputs: usize) -> (Level, Vec<Rest>) {
        let last = level + 1 == symbols.len();
        let mut factors: Vec<Factor> = Vec::new();
        let mut index: HashMap<Vec<(Atom, i32)>, u32> = HashMap::new();
        let mut next: Vec<Rest> = Vec::new();
        let mut places: HashMap<Rest, u32> = HashMap::new();
        let mut steps = Vec::with_capacity(terms.len());
        for (from, (output, by_level)) in terms.iter().enumerate() {
            let own = by_level.get(level).cloned().unwrap_or_default();
            let factor = *index.entry(own.clone()).or_insert_with(|| {
                factors.push(Factor::new(&own, level, symbols));
                narrow(factors.len() - 1)
            });
            let to = if last {
                narrow(*output)
            } else {
                // Levels before this one are spent.
                let mut left = by_level.clone();
                if let Some(spent) = left.get_mut(level) {
                    spent.clear();
                }
                let rest = (*output, left);
                *places.entry(rest.clone()).or_insert_with(|| {
                    next.push(rest);
                    narrow(next.len() - 1)
                })
            };
            steps.push(Step {
                from: narrow(from),
                factor,
                to,
            });
        }
        let width = if last { outputs } else { next.len() };
        (
            Level {
                factors,
                steps,
                width,
            },
            next,
        )
    }
}

/// Terms are counted in the hundreds.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Factor {
    fn new(own: &[(Atom, i32)], level: usize, symbols: &[Symbol]) -> Factor {
        let axis = symbols.get(level).cloned().map(Atom::Symbol);
        let mut factor = Factor {
            exponent: 0,
            atoms: Vec::new(),
        };
        for (atom, exponent) in own {
            if Some(atom) == axis.as_ref() {
                factor.exponent = *exponent;
            } else if let Ok(compiled) = Compiled::new(
                &Expr::from_atom(atom.clone()),
                symbols,
                &Bindings::default(),
            ) {
                factor.atoms.push((compiled, *exponent));
            }
        }
        factor
    }

    fn value(&self, axis: f64, at: &[f64]) -> f64 {
        let atoms = self.atoms.iter();
        let product: f64 = atoms
            .map(|(atom, exponent)| atom.evaluate(at).powi(*exponent))
            .product();
        axis.powi(self.exponent) * product
    }
}

/// A plan at work: the coefficients left at every level.
pub(super) struct Cursor<'p> {
    plan: &'p Plan,
    /// The coefficients before each level.
    coefficients: Vec<Vec<f64>>,
    /// The factors of the level being fixed.
    scratch: Vec<f64>,
}

impl<'p> Cursor<'p> {
    /// A cursor before the first point.
    pub(super) fn new(plan: &'p Plan) -> Cursor<'p> {
        let mut coefficients = vec![plan.start.clone()];
        for level in plan.levels.iter().rev().skip(1).rev() {
            coefficients.push(vec![0.0; level.width]);
        }
        Cursor {
            plan,
            coefficients,
            scratch: Vec::new(),
        }
    }

    /// Gives the axis `level` (not the innermost) the value in `at`, where the
    /// axes before it have theirs.
    pub(super) fn fix(&mut self, level: usize, at: &[f64]) {
        let (Some(plan), Some(axis)) = (self.plan.levels.get(level), at.get(level)) else {
            return;
        };
        self.scratch.clear();
        let values = plan.factors.iter().map(|factor| factor.value(*axis, at));
        self.scratch.extend(values);
        let (before, after) = self.coefficients.split_at_mut(level + 1);
        let (Some(source), Some(target)) = (before.last(), after.first_mut()) else {
            return;
        };
        target.fill(0.0);
        for step in &plan.steps {
            target[step.to as usize] +=
                source[step.from as usize] * self.scratch[step.factor as usize];
        }
    }

    /// Works out a row: appends to every output its values for the values
    /// `row` of the innermost axis, which start at `offset` of the axis. `at`
    /// holds the values of the other axes.
    pub(super) fn row(&self, at: &mut [f64], row: &[f64], offset: usize, outputs: &mut [Vec<f64>]) {
        let (Some(level), Some(source)) = (self.plan.levels.last(), self.coefficients.last())
        else {
            return;
        };
        let depth = self.plan.levels.len();
        for (steps, output) in self.plan.rows.iter().zip(outputs) {
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
                match &self.plan.powers[step.factor as usize] {
                    Some(powers) => {
                        let powers = &powers[offset..offset + row.len()];
                        if written {
                            for (value, power) in output[start..].iter_mut().zip(powers) {
                                *value += coefficient * power;
                            }
                        } else {
                            output
                                .extend(powers.iter().map(|power| constant + coefficient * power));
                        }
                    }
                    None => {
                        if !written {
                            output.resize(start + row.len(), constant);
                        }
                        for (value, axis) in output[start..].iter_mut().zip(row) {
                            at[depth - 1] = *axis;
                            *value += coefficient * factor.value(*axis, at);
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

    /// How many outputs there are.
    pub(super) fn outputs(&self) -> usize {
        self.plan.rows.len()
    }
}
