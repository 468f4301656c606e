//! What must hold of the dims, and which of it does not.
//!
//! Shapes are symbolic, so whether `d / h` is a whole number shows only when
//! `d` and `h` have values. Lowering notes such conditions; they are checked
//! for the values at hand, and again for every point of a sweep.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::OpGraph;
use super::limits::{MAX_EXTENT, MAX_PROBLEMS};
use super::names::shown;
use crate::number::whole;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};

/// More repeats than this are refused likewise.
const MAX_REPEAT: i64 = 1_000_000;

/// A condition on the dims.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// What the condition is on, in words: "axis `k` of `score`".
    pub what: String,
    /// The value.
    pub expr: Expr,
    /// The condition.
    pub rule: Rule,
    /// Where the value comes from.
    pub place: Place,
}

/// What must hold of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A size: whole, at least 1.
    Extent,
    /// A mean size over uneven parts: above 0.
    MeanExtent,
    /// A number of repeats: whole, at least 1.
    Repeat,
    /// A share: from 0 to 1.
    Share,
    /// At least 0.
    NotNegative,
    /// 0 or 1.
    Switch,
    /// What is left of an input beyond its windows: at least 0.
    Room,
    /// The condition of an op that is in the graph: not 0.
    On,
    /// The condition of an op that was left out: 0.
    Off,
    /// Repeats beyond those that are written out: 0.
    None,
}

impl Rule {
    /// Whether a value in floating point satisfies the rule; a quotient that
    /// is whole up to its last digits counts as whole.
    pub fn allows(self, value: f64) -> bool {
        let is_whole = (value - value.round()).abs() <= 1e-9 * value.abs().max(1.0);
        let most = |most: i64| value <= most as f64;
        match self {
            Rule::Extent => is_whole && value > 0.5 && most(MAX_EXTENT),
            Rule::Repeat => is_whole && value > 0.5 && most(MAX_REPEAT),
            Rule::MeanExtent => value > 0.0 && most(MAX_EXTENT),
            Rule::Share => (0.0..=1.0).contains(&value),
            Rule::NotNegative => value >= 0.0 && most(MAX_EXTENT),
            Rule::On => value != 0.0,
            Rule::Off | Rule::None => value == 0.0,
            Rule::Switch => value == 0.0 || value == 1.0,
            Rule::Room => value >= -1e-9,
        }
    }

    /// Whether `value` keeps to it.
    pub fn admits(self, value: &BigRational) -> bool {
        self.broken_by(value).is_none()
    }

    /// What is wrong with `value`, if anything.
    fn broken_by(self, value: &BigRational) -> Option<&'static str> {
        let within = |most: i64| *value <= whole(most);
        match self {
            Rule::Extent | Rule::Repeat if !value.is_integer() => Some("not a whole number"),
            Rule::Extent | Rule::MeanExtent | Rule::Repeat if !value.is_positive() => {
                Some("not above 0")
            }
            Rule::Extent | Rule::MeanExtent if !within(MAX_EXTENT) => Some("above 10^15"),
            Rule::Repeat if !within(MAX_REPEAT) => {
                Some("above 1000000, the most repeats there can be")
            }
            Rule::Share | Rule::NotNegative if value.is_negative() => Some("below 0"),
            Rule::Switch if *value != whole(0) && *value != whole(1) => Some("neither 0 nor 1"),
            Rule::Room if value.is_negative() => Some("below 0: the windows do not fit"),
            Rule::On if value.is_zero() => Some("0, which would leave out an op"),
            Rule::Off if !value.is_zero() => Some("not 0, which would put in an op"),
            Rule::None if !value.is_zero() => Some("not 0"),
            Rule::Share if *value > BigRational::one() => Some("above 1"),
            Rule::NotNegative if !within(MAX_EXTENT) => Some("above 10^15"),
            _ => None,
        }
    }
}

impl OpGraph {
    /// Checks every constraint in which none of `swept` stands, at the graph's
    /// own values.
    ///
    /// # Errors
    /// Each constraint that does not hold.
    pub fn check_without(&self, swept: &[Symbol]) -> Result<(), Problems> {
        let mut fixed = self.clone();
        fixed.constraints.retain(|constraint| {
            let inside = constraint.expr.symbols();
            !swept.iter().any(|symbol| inside.contains(symbol))
        });
        fixed.check(&self.values())
    }

    /// Checks every constraint at `values`.
    ///
    /// # Errors
    /// Each constraint that does not hold, with the values that break it.
    pub fn check(&self, values: &Bindings) -> Result<(), Problems> {
        let mut problems = Problems::new();
        for constraint in &self.constraints {
            let (message, label) = match constraint.expr.evaluate(values) {
                Ok(value) => match constraint.rule.broken_by(&value) {
                    None => continue,
                    Some(fault) => (
                        format!("{} is {}: {fault}", constraint.what, shown(&value)),
                        self.explain(&constraint.expr, values),
                    ),
                },
                Err(error) => (
                    format!("{} has no value: {error}", constraint.what),
                    String::new(),
                ),
            };
            let mistake = Diagnostic::new(message).labelled(&constraint.place, label);
            problems.push(self.with_settings(mistake, constraint));
            if problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        problems.or(())
    }

    /// Points also at what the user set, where the broken condition stands in
    /// a file that is not the user's.
    fn with_settings(&self, mut mistake: Diagnostic, constraint: &Constraint) -> Diagnostic {
        let inside = constraint.expr.symbols();
        for info in self
            .symbols
            .iter()
            .filter(|info| inside.contains(&info.symbol))
        {
            let elsewhere = info.place.source() != constraint.place.source();
            if elsewhere && info.place.source().name() != self.source {
                mistake = mistake.and(&info.place, format!("`{}` is set here", info.symbol.name()));
            }
        }
        mistake
    }

    /// `d/h with d = 512, h = 7`.
    fn explain(&self, expr: &Expr, values: &Bindings) -> String {
        let symbols = expr.symbols();
        let given: Vec<String> = symbols
            .iter()
            .filter_map(|symbol| {
                Some(format!(
                    "{} = {}",
                    symbol.name(),
                    shown(values.get(symbol)?)
                ))
            })
            .collect();
        match given.as_slice() {
            [] => String::new(),
            [_] if expr.terms().len() == 1
                && *expr == Expr::symbol(symbols.iter().next().map_or("", |s| s.name())) =>
            {
                String::new()
            }
            _ => format!("{expr} with {}", given.join(", ")),
        }
    }
}
