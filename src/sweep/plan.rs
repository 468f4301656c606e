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

use super::grid::SweepGrid;
use super::level::{Level, RemainingTerm};
use super::row_factors::RowFactors;
use super::rows::RowSteps;
use crate::number::to_f64;
use crate::symbolic::{Atom, Bindings, Compiled, EvalError, Expr, Symbol};

/// The expressions of a sweep over a grid.
#[derive(Debug, Clone)]
pub(super) struct EvaluationPlan {
    pub(super) levels: Vec<Level>,
    pub(super) start: Vec<f64>,
    /// The steps of the last level, by output.
    pub(super) rows: Vec<RowSteps>,
    /// The expressions of outputs whose terms may cancel, by output.
    pub(super) cancelling: Vec<Option<Compiled>>,
    /// The factors of the last level; of a grid without axes none.
    pub(super) row_factors: Option<RowFactors>,
    /// Whether these are powers of the innermost axis alone, whose values are held.
    only_powers: bool,
}

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
        let last = levels.last();
        let mut factors = last.into_iter().flat_map(|last| &last.factors);
        let only_powers = !row.is_empty() && factors.all(|factor| factor.atoms.is_empty());
        Ok(EvaluationPlan {
            row_factors: last.map(|last| RowFactors::new(last, depth, row)),
            only_powers,
            levels,
            start,
            rows,
            cancelling,
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
        !self.only_powers
    }

    /// Whether rows can be worked out together: nothing is worked out anew along one.
    pub(super) fn is_plain(&self) -> bool {
        self.only_powers && !self.cancels()
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
