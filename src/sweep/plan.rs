//! A sweep's expressions, taken apart axis by axis.
//!
//! A grid fixes its axes from the outermost to the innermost one. When the
//! outermost has a value, every expression is a polynomial in the others, with
//! fewer terms; when all but the innermost have theirs, it is a polynomial of a
//! few terms in one variable, and a whole row of the grid costs a few
//! multiplications for each point. So no term is worked out more often than
//! its own axes change.
//!
//! Where terms have both signs they may cancel, and digits with them. Such an
//! output is worked out a second time with all signs dropped; a point at which
//! too little is left beside that is worked out from the expression itself.
//!
//! For each axis the plan holds [`Factor`]s (powers of the axis, and floors or
//! maxima that are known once it has a value) and steps: multiply this
//! coefficient by that factor and add it to that coefficient of the next axis.

use std::collections::HashMap;

use super::grid::SweepGrid;
use super::line::multiply;
use crate::number::to_f64;
use crate::simd::Level as SimdLevel;
use crate::symbolic::{Atom, Bindings, Block, Compiled, EvalError, Expr, Symbol, power};

/// The expressions of a sweep over a grid.
#[derive(Debug, Clone)]
pub(super) struct EvaluationPlan {
    pub(super) levels: Vec<Level>,
    pub(super) start: Vec<f64>,
    /// The steps of the last level, by output.
    pub(super) rows: Vec<RowSteps>,
    /// The expressions of outputs whose terms may cancel, by output.
    pub(super) cancelling: Vec<Option<Compiled>>,
    /// The powers of the innermost axis, one row for each factor of the last
    /// level, where they depend on nothing else and the axis is held.
    pub(super) powers: Vec<Option<Vec<f64>>>,
    /// The atoms of the last level, for many points at once.
    pub(super) block: Block,
}

/// What makes one output along a row.
#[derive(Debug, Clone, Default)]
pub(super) struct RowSteps {
    /// Terms that are the same all along.
    pub(super) constant: Vec<Step>,
    /// Terms with a power of the innermost axis, or an atom of it.
    pub(super) powers: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(super) struct Level {
    /// Floors, maxima, functions and grouped sums, each worked out once.
    pub(super) atoms: Vec<Compiled>,
    pub(super) factors: Vec<Factor>,
    pub(super) steps: Vec<Step>,
    /// How many coefficients the next level has.
    pub(super) width: usize,
}

/// What is known once an axis has a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    /// The power of the axis itself.
    exponent: i32,
    /// The places of atoms of the level, with their powers.
    atoms: Vec<(u32, i32)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) factor: u32,
    pub(super) to: u32,
}

/// What is left of a term from one level on: the output it belongs to, and a
/// factor for each level.
type RemainingTerm = (usize, Vec<Vec<(Atom, i32)>>);

impl EvaluationPlan {
    /// Takes `outputs` apart over the axes of `grid`, the innermost of which
    /// has the values `row` (none where they are too many to hold); other
    /// symbols are replaced by their values.
    pub(super) fn new(
        outputs: &[Expr],
        grid: &SweepGrid,
        values: &Bindings,
        row: &[f64],
    ) -> Result<EvaluationPlan, EvalError> {
        let symbols: Vec<Symbol> = grid.axes.iter().map(|axis| axis.symbol.clone()).collect();
        let depth = symbols.len();
        let mut start: Vec<f64> = Vec::new();
        let mut terms: Vec<RemainingTerm> = Vec::new();
        let mut cancelling = Vec::with_capacity(outputs.len());
        for (output, expr) in outputs.iter().enumerate() {
            let bound = expr.bind(&symbols, values)?;
            let compiled = || Compiled::new(&bound, &symbols, values);
            cancelling.push(match bound.keeps_sign() {
                true => None,
                false => Some(compiled()?),
            });
            for (monomial, coefficient) in bound.joined().terms() {
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
                    .map(|value| signed_power(*value, factor.exponent))
                    .collect()
            };
            (factor.atoms.is_empty() && !row.is_empty()).then(powers)
        };
        let powers = levels
            .last()
            .map_or_else(Vec::new, |last| last.factors.iter().map(alone).collect());
        let atoms = levels.last().map_or(&[][..], |last| &last.atoms);
        Ok(EvaluationPlan {
            block: Block::new(atoms, []),
            levels,
            start,
            rows,
            cancelling,
            powers,
        })
    }

    /// Whether a factor divides by the innermost axis where that is `x`, and
    /// `x` is 0.
    pub(super) fn divides_by_zero_at(&self, x: f64) -> bool {
        let factors = || {
            self.levels
                .last()
                .into_iter()
                .flat_map(|level| &level.factors)
        };
        x == 0.0 && factors().any(|factor| factor.exponent < 0)
    }

    /// Whether something divides by what is known only at a point.
    pub(super) fn may_divide_by_zero(&self) -> bool {
        let held = self.powers.iter().all(Option::is_some);
        !held
    }

    /// Whether terms of any output may cancel.
    pub(super) fn cancels(&self) -> bool {
        self.cancelling.iter().any(Option::is_some)
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
    fn new(
        level: usize,
        terms: &[RemainingTerm],
        symbols: &[Symbol],
        outputs: usize,
    ) -> (Level, Vec<RemainingTerm>) {
        let last = level + 1 == symbols.len();
        let mut factors: Vec<Factor> = Vec::new();
        let mut atoms = Atoms::default();
        let mut index: HashMap<Vec<(Atom, i32)>, u32> = HashMap::new();
        let mut next: Vec<RemainingTerm> = Vec::new();
        let mut places: HashMap<RemainingTerm, u32> = HashMap::new();
        let mut steps = Vec::with_capacity(terms.len());
        for (from, (output, by_level)) in terms.iter().enumerate() {
            let own = by_level.get(level).cloned().unwrap_or_default();
            let factor = *index.entry(own.clone()).or_insert_with(|| {
                factors.push(Factor::new(&own, level, symbols, &mut atoms));
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
                let remaining = (*output, left);
                *places.entry(remaining.clone()).or_insert_with(|| {
                    next.push(remaining);
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
                atoms: atoms.compiled,
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

/// The atoms of a level, each compiled once.
#[derive(Default)]
struct Atoms {
    places: HashMap<Atom, u32>,
    compiled: Vec<Compiled>,
}

impl Atoms {
    fn place(&mut self, atom: &Atom, symbols: &[Symbol]) -> Option<u32> {
        if let Some(place) = self.places.get(atom) {
            return Some(*place);
        }
        let alone = Expr::from_atom(atom.clone());
        let compiled = Compiled::new(&alone, symbols, &Bindings::default()).ok()?;
        let place = narrow(self.compiled.len());
        self.compiled.push(compiled);
        self.places.insert(atom.clone(), place);
        Some(place)
    }
}

impl Factor {
    fn new(own: &[(Atom, i32)], level: usize, symbols: &[Symbol], atoms: &mut Atoms) -> Factor {
        let axis = symbols.get(level).cloned().map(Atom::Symbol);
        let mut factor = Factor {
            exponent: 0,
            atoms: Vec::new(),
        };
        for (atom, exponent) in own {
            if Some(atom) == axis.as_ref() {
                factor.exponent = *exponent;
            } else if let Some(place) = atoms.place(atom, symbols) {
                factor.atoms.push((place, *exponent));
            }
        }
        factor
    }

    /// The value where the axis has the value `axis` and the atom of a place
    /// what `atom` gives.
    pub(super) fn value(&self, axis: f64, atom: impl Fn(usize) -> f64) -> f64 {
        let atoms = self.atoms.iter();
        let product: f64 = atoms
            .map(|(place, exponent)| signed_power(atom(*place as usize), *exponent))
            .product();
        match self.exponent {
            0 => product,
            exponent => signed_power(axis, exponent) * product,
        }
    }

    /// The same along a row of the axis.
    pub(super) fn values<'a>(
        &self,
        row: &[f64],
        atom: impl Fn(usize) -> &'a [f64],
        to: &mut Vec<f64>,
        level: SimdLevel,
    ) {
        to.clear();
        to.resize(row.len(), 1.0);
        let mut power: Vec<f64> = Vec::new();
        let atoms = self.atoms.iter();
        let factors = atoms.map(|(place, exponent)| (atom(*place as usize), *exponent));
        for (base, exponent) in factors.chain([(row, self.exponent)]) {
            match exponent {
                0 => {}
                1 => multiply(level, to, base),
                _ => {
                    power.clear();
                    power.extend(base.iter().map(|base| signed_power(*base, exponent)));
                    multiply(level, to, &power);
                }
            }
        }
    }
}

/// The power with an exponent of either sign, or 0.
fn signed_power(base: f64, exponent: i32) -> f64 {
    match exponent {
        0 => 1.0,
        1.. => power(base, exponent),
        _ => 1.0 / power(base, -exponent),
    }
}
