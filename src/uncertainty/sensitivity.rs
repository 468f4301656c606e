//! How much a result moves with each number that it rests on.
//!
//! A result is an energy or a saving, an expression in dims and table entries.
//! Its derivative by one of them is exact (no finite difference), and so is
//! its value. Derivatives by a picojoule and by a token cannot be compared;
//! elasticities can:
//!
//! | result | derivative | elasticity |
//! |---|---|---|
//! | energy E | dE/dx | x/E · dE/dx: percent of energy per percent of x |
//! | saving S = 1 − E/B | dS/dx = (E·B′ − E′·B)/B² | x · dS/dx: percentage points of saving per percent of x |
//!
//! Beside the slope stands the reach: the result at both ends of what x may be,
//! all else as it is. A slope says what matters near the value, a reach what
//! matters in doubt: an entry that is 0 has elasticity 0 whatever it may cost.
//!
//! Dims are taken as real numbers here: a derivative by a number of tokens is
//! the slope of the count's formula. A floor is constant, of a maximum the
//! larger side counts, and where both are equal there is no derivative.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::number::{quotient, sum, whole};
use crate::symbolic::{Bindings, EvalError, Expr, Symbol};

/// An expression and where it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The expression, in picojoules.
    pub expr: Expr,
    /// The values of its symbols.
    pub values: Bindings,
}

impl Function {
    /// Its value.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn at(&self) -> Result<BigRational, EvalError> {
        self.expr.evaluate(&self.values)
    }

    /// Its value where `symbol` is moved to `value`.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn moved(&self, symbol: &Symbol, value: &BigRational) -> Result<BigRational, EvalError> {
        let mut values = self.values.clone();
        values.set(symbol.clone(), value.clone());
        self.expr.evaluate(&values)
    }

    /// Its derivative by `symbol`; `None` at the edge of a maximum, where it
    /// has none.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn derivative(&self, symbol: &Symbol) -> Result<Option<BigRational>, EvalError> {
        let first_is_larger = |first: &Expr, second: &Expr| {
            let first = first.evaluate(&self.values).ok()?;
            let second = second.evaluate(&self.values).ok()?;
            match first.cmp(&second) {
                Ordering::Equal => None,
                order => Some(order == Ordering::Greater),
            }
        };
        match self.expr.derivative(symbol, &first_is_larger) {
            Some(slope) => slope.evaluate(&self.values).map(Some),
            None => Ok(None),
        }
    }
}

/// A result that one may ask about.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// An energy in picojoules.
    Energy(Function),
    /// What a variant saves against a baseline: 1 − energy/baseline.
    Saving {
        /// The energy of the baseline in picojoules.
        baseline: Function,
        /// That of the variant.
        energy: Function,
    },
}

impl Quantity {
    /// Its value: picojoules, or the share saved; `None` for a saving against
    /// a baseline that costs nothing.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn at(&self) -> Result<Option<BigRational>, EvalError> {
        Ok(self.sides()?.result())
    }

    fn sides(&self) -> Result<Sides, EvalError> {
        let (baseline, energy) = match self {
            Quantity::Energy(energy) => (None, energy),
            Quantity::Saving { baseline, energy } => (Some(baseline.at()?), energy),
        };
        let energy = energy.at()?;
        Ok(Sides { baseline, energy })
    }

    /// Its value where `input` is moved to `value`.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn moved(
        &self,
        input: &Input,
        value: &BigRational,
    ) -> Result<Option<BigRational>, EvalError> {
        match self {
            Quantity::Energy(energy) => energy.moved(&input.symbol, value).map(Some),
            Quantity::Saving { baseline, energy } => {
                let side = |function: &Function| function.moved(&input.symbol, value);
                Ok(saved(&side(baseline)?, &side(energy)?))
            }
        }
    }

    /// Its derivative by `input`: dE/dx, or dS/dx = (E·B′ − E′·B)/B². `None` at
    /// the edge of a maximum, and where the baseline costs nothing.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn derivative(&self, input: &Input) -> Result<Option<BigRational>, EvalError> {
        self.derivative_at(&self.sides()?, input)
    }

    fn derivative_at(&self, at: &Sides, input: &Input) -> Result<Option<BigRational>, EvalError> {
        let side = |function: &Function| function.derivative(&input.symbol);
        match (self, &at.baseline) {
            (Quantity::Saving { baseline, energy }, Some(b)) => {
                let (Some(db), Some(de)) = (side(baseline)?, side(energy)?) else {
                    return Ok(None);
                };
                Ok((!b.is_zero()).then(|| (&at.energy * db - de * b) / (b * b)))
            }
            (Quantity::Energy(energy) | Quantity::Saving { energy, .. }, _) => side(energy),
        }
    }

    /// Whether it moves in steps with a symbol, as tiles do.
    fn has_steps(&self, symbol: &Symbol) -> bool {
        match self {
            Quantity::Energy(energy) => energy.expr.is_called_with(symbol),
            Quantity::Saving { baseline, energy } => {
                energy.expr.is_called_with(symbol) || baseline.expr.is_called_with(symbol)
            }
        }
    }

    /// Itself with the values of all symbols but `open` put in, or as it is where
    /// that cannot be done.
    fn in_symbols(&self, open: &[Symbol]) -> Quantity {
        let side = |function: &Function| match function.expr.bind(open, &function.values) {
            Ok(expr) => Function {
                expr,
                values: function.values.only(open),
            },
            Err(_) => function.clone(),
        };
        match self {
            Quantity::Energy(energy) => Quantity::Energy(side(energy)),
            Quantity::Saving { baseline, energy } => Quantity::Saving {
                baseline: side(baseline),
                energy: side(energy),
            },
        }
    }

    /// Every symbol in it.
    pub fn symbols(&self) -> BTreeSet<Symbol> {
        match self {
            Quantity::Energy(energy) => energy.expr.symbols(),
            Quantity::Saving { baseline, energy } => {
                let mut symbols = energy.expr.symbols();
                symbols.extend(baseline.expr.symbols());
                symbols
            }
        }
    }
}

/// What a quantity is made of, at one point.
struct Sides {
    /// The energy of the baseline, of a saving.
    baseline: Option<BigRational>,
    energy: BigRational,
}

impl Sides {
    fn result(&self) -> Option<BigRational> {
        match &self.baseline {
            None => Some(self.energy.clone()),
            Some(baseline) => saved(baseline, &self.energy),
        }
    }
}

/// The slope between the ends of the range of an input.
fn secant(
    input: &Input,
    at_low: Option<&BigRational>,
    at_high: Option<&BigRational>,
) -> Option<BigRational> {
    let run = &input.high - &input.low;
    let rise = at_high? - at_low?;
    (!run.is_zero()).then(|| rise / run)
}

/// 1 − energy/baseline, if the baseline is not 0.
fn saved(baseline: &BigRational, energy: &BigRational) -> Option<BigRational> {
    (!baseline.is_zero()).then(|| sum(&whole(1), &-quotient(energy, baseline)))
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// An entry of a hardware table, in picojoules.
    Entry,
    /// A number of a device, in the unit of its name.
    Device,
    /// A dim or parameter of the model.
    Dim,
}

impl InputKind {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            InputKind::Entry => "entry",
            InputKind::Device => "device",
            InputKind::Dim => "dim",
        }
    }
}

/// A number that results rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its symbol.
    pub symbol: Symbol,
    /// What it is.
    pub kind: InputKind,
    /// Its value.
    pub value: BigRational,
    /// The least it may be.
    pub low: BigRational,
    /// The most it may be.
    pub high: BigRational,
}

/// How a result moves with one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// The input.
    pub input: Input,
    /// The derivative, per picojoule of an entry, or per one of a dim or of a number
    /// of a device; `None`
    /// at the edge of a maximum. Where tiles change with it, the slope between the
    /// ends of its range.
    pub derivative: Option<BigRational>,
    /// The elasticity: percent of energy, or percentage points of saving, per
    /// percent of the input. `None` without a derivative, and for an energy
    /// of 0.
    pub elasticity: Option<BigRational>,
    /// The result where the input is the least that it may be.
    pub at_low: Option<BigRational>,
    /// The result where it is the most.
    pub at_high: Option<BigRational>,
}

impl Sensitivity {
    /// How far apart the results at the ends of the input's range are.
    pub fn reach(&self) -> BigRational {
        match (&self.at_low, &self.at_high) {
            (Some(low), Some(high)) => (high - low).abs(),
            _ => BigRational::zero(),
        }
    }
}

/// How `quantity` moves with every input that it rests on: first what has the
/// largest elasticity, whatever its sign; among equals first what reaches
/// furthest.
///
/// # Errors
/// A symbol without a value, or a division by zero.
pub fn sensitivities(quantity: &Quantity, inputs: &[Input]) -> Result<Vec<Sensitivity>, EvalError> {
    let symbols = quantity.symbols();
    let at = quantity.sides()?;
    // Prices move an expression in prices alone, which is short, and dims one in
    // dims alone.
    let (dims, entries): (Vec<&Input>, Vec<&Input>) = inputs
        .iter()
        .filter(|input| symbols.contains(&input.symbol))
        .partition(|input| input.kind == InputKind::Dim);
    let mut all = Vec::new();
    for group in [entries, dims] {
        let open: Vec<Symbol> = group.iter().map(|input| input.symbol.clone()).collect();
        let short = quantity.in_symbols(&open);
        for input in group {
            let has_steps = quantity.has_steps(&input.symbol);
            all.push(sensitivity(&short, &at, input, has_steps)?);
        }
    }
    let size = |row: &Sensitivity| row.elasticity.as_ref().map(BigRational::abs);
    all.sort_by(|a, b| {
        let by_elasticity = size(b).cmp(&size(a));
        by_elasticity.then_with(|| b.reach().cmp(&a.reach()))
    });
    Ok(all)
}

/// How `quantity`, whose sides have these values, moves with one input.
fn sensitivity(
    quantity: &Quantity,
    at: &Sides,
    input: &Input,
    has_steps: bool,
) -> Result<Sensitivity, EvalError> {
    let at_low = quantity.moved(input, &input.low)?;
    let at_high = quantity.moved(input, &input.high)?;
    let derivative = match quantity.derivative_at(at, input)? {
        // Tiles change in steps: the slope is that between the ends.
        None if has_steps => secant(input, at_low.as_ref(), at_high.as_ref()),
        derivative => derivative,
    };
    let scale = match quantity {
        Quantity::Saving { .. } => Some(input.value.clone()),
        Quantity::Energy(_) => (!at.energy.is_zero()).then(|| &input.value / &at.energy),
    };
    let elasticity = match (&derivative, scale) {
        (Some(slope), Some(scale)) => Some(slope * scale),
        _ => None,
    };
    Ok(Sensitivity {
        at_low,
        at_high,
        input: input.clone(),
        derivative,
        elasticity,
    })
}
