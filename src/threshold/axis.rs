//! What a question runs over: one dim, parameter or table entry, which values
//! it can take, and which of them the model refuses.

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

use super::polynomial::Laurent;
use crate::graph::{OpGraph, Rule};
use crate::number::whole;
use crate::symbolic::{Bindings, Expr, Symbol};

/// Where no range is given, whole numbers are tried up to this one.
pub const LAST_WHOLE: u64 = 1_000_000;

/// What values a symbol takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisKind {
    /// Whole numbers from 1: a size, a number of repeats.
    Whole,
    /// From 0 to 1.
    Share,
    /// Any number above 0: a table entry, a factor.
    Real,
}

/// A symbol that is varied while all others stay.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdAxis {
    /// The symbol.
    pub symbol: Symbol,
    /// What values it takes.
    pub kind: AxisKind,
    /// Its value now; nothing where it has a different one in each variant.
    pub now: Option<BigRational>,
    /// What the model asks of it.
    conditions: Vec<(Expr, Rule)>,
}

impl ThresholdAxis {
    /// The dim or parameter `symbol` of the variants given; `None` where none
    /// of them has it.
    ///
    /// What a size depends on is a whole number, as long as its value is one.
    pub fn of_model(symbol: &Symbol, graphs: &[&OpGraph]) -> Option<ThresholdAxis> {
        let infos = graphs.iter().flat_map(|graph| graph.symbols());
        let own: Vec<&BigRational> = (infos.filter(|info| info.symbol == *symbol))
            .map(|info| &info.value)
            .collect();
        let first = *own.first()?;
        let mut kind = AxisKind::Real;
        let mut conditions: Vec<(Expr, Rule)> = Vec::new();
        for graph in graphs {
            let values = graph.values();
            for constraint in graph.constraints() {
                if !constraint.expr.symbols().contains(symbol) {
                    continue;
                }
                match constraint.rule {
                    Rule::Extent
                    | Rule::EmptyExtent
                    | Rule::Repeat
                    | Rule::EmptyRepeat
                    | Rule::Switch
                    | Rule::On
                    | Rule::Off
                    | Rule::NoneLeft
                        if first.is_integer() =>
                    {
                        kind = AxisKind::Whole;
                    }
                    Rule::Share if constraint.expr == Expr::symbol(symbol.name()) => {
                        kind = AxisKind::Share;
                    }
                    _ => {}
                }
                // What has no value for the others has none for any value of
                // this one, and so refuses all of them.
                let alone = with_others(&constraint.expr, symbol, &values);
                let condition = (alone.unwrap_or(constraint.expr.clone()), constraint.rule);
                if !conditions.contains(&condition) {
                    conditions.push(condition);
                }
            }
        }
        Some(ThresholdAxis {
            symbol: symbol.clone(),
            kind,
            now: own
                .iter()
                .all(|value| *value == first)
                .then(|| first.clone()),
            conditions,
        })
    }

    /// The table entry `symbol`, at `now` picojoules.
    pub fn of_entry(symbol: &Symbol, now: &BigRational) -> ThresholdAxis {
        ThresholdAxis {
            symbol: symbol.clone(),
            kind: AxisKind::Real,
            now: Some(now.clone()),
            conditions: Vec::new(),
        }
    }

    /// A size of a level of memory, in whole numbers: KiB, or bits of an access.
    pub fn of_level(symbol: &Symbol, now: &BigRational) -> ThresholdAxis {
        ThresholdAxis {
            kind: AxisKind::Whole,
            ..ThresholdAxis::of_entry(symbol, now)
        }
    }

    /// The same under another name: that of one variant is `snn.t` beside
    /// others, and `t` in its own graph.
    pub fn called(self, name: &Symbol) -> ThresholdAxis {
        let conditions = self.conditions.into_iter();
        ThresholdAxis {
            conditions: conditions
                .map(|(expr, rule)| (expr.renamed(&self.symbol, name), rule))
                .collect(),
            symbol: name.clone(),
            ..self
        }
    }

    /// Whether the model accepts the value.
    pub fn admits(&self, value: &BigRational) -> bool {
        let mut values = Bindings::default();
        values.set(self.symbol.clone(), value.clone());
        self.conditions.iter().all(|(expr, rule)| {
            let value = expr.evaluate(&values);
            value.is_ok_and(|value| rule.admits(&value))
        })
    }

    /// What the model asks of it.
    pub(super) fn conditions(&self) -> &[(Expr, Rule)] {
        &self.conditions
    }

    /// Whether the model is known to accept every value from `from` to `to`
    /// (every whole one for a whole number), without trying them all: where a
    /// condition is on a sum of powers with coefficients above 0, it grows
    /// with the value, and holds in between if it holds at both ends.
    pub(super) fn admits_all(&self, from: &BigRational, to: &BigRational) -> bool {
        let grows = |(expr, rule): &(Expr, Rule)| {
            let Some(laurent) = Laurent::of(expr, &self.symbol) else {
                return false;
            };
            let sizes = laurent.polynomial.coefficients();
            let must_be_whole = match rule {
                Rule::Extent | Rule::EmptyExtent | Rule::Repeat | Rule::EmptyRepeat => true,
                Rule::MeanExtent | Rule::Length | Rule::Share | Rule::NotNegative | Rule::Room => {
                    false
                }
                // At most 1, which is all that is asked, grows likewise.
                Rule::Hidden => return laurent.rises(),
                Rule::Switch | Rule::On | Rule::Off | Rule::NoneLeft => return false,
            };
            laurent.shift >= 0
                && sizes.iter().all(|size| !size.is_negative())
                && (!must_be_whole || sizes.iter().all(BigRational::is_integer))
        };
        self.conditions.iter().all(grows) && self.admits(from) && self.admits(to)
    }

    /// The values that it takes where no range is given.
    pub fn default_range(&self) -> Range {
        match self.kind {
            AxisKind::Whole => Range::Whole(WholeSteps {
                from: 1,
                to: LAST_WHOLE,
                step: 1,
            }),
            AxisKind::Share => Range::Real {
                from: whole(0),
                to: Some(whole(1)),
            },
            AxisKind::Real => Range::Real {
                from: whole(0),
                to: None,
            },
        }
    }
}

/// `expr` with numbers for all symbols but `symbol`; `None` where a divisor
/// becomes 0.
pub(super) fn with_others(expr: &Expr, symbol: &Symbol, values: &Bindings) -> Option<Expr> {
    expr.substitute(&|other| {
        let value = (other != symbol).then(|| values.get(other))?;
        value.map(|value| Expr::constant(value.clone()))
    })
}

/// The values that a question is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// All numbers from `from`, which is at least 0, to `to`, both included;
    /// without an end if there is no `to`.
    Real {
        /// The first.
        from: BigRational,
        /// The last.
        to: Option<BigRational>,
    },
    /// Whole numbers.
    Whole(WholeSteps),
}

impl Range {
    /// Its ends.
    pub fn ends(&self) -> (BigRational, Option<BigRational>) {
        match self {
            Range::Real { from, to } => (from.clone(), to.clone()),
            Range::Whole(grid) => (whole(grid.from), Some(whole(grid.last()))),
        }
    }
}

/// Whole numbers `from`, `from + step`, … up to `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeSteps {
    /// The first.
    pub from: u64,
    /// None is above this; not below `from`.
    pub to: u64,
    /// From one to the next; not 0.
    pub step: u64,
}

impl WholeSteps {
    /// The number of the last point; the first has number 0.
    pub(super) fn last_index(self) -> u64 {
        self.to.saturating_sub(self.from) / self.step.max(1)
    }

    /// How many points there are.
    pub fn len(self) -> u64 {
        self.last_index().saturating_add(1)
    }

    /// It never is: `from` is always a point.
    pub fn is_empty(self) -> bool {
        false
    }

    /// The point of this number.
    pub fn point(self, index: u64) -> u64 {
        self.from.saturating_add(self.step.saturating_mul(index))
    }

    /// The last point.
    pub fn last(self) -> u64 {
        self.point(self.last_index())
    }

    /// How many points lie below `x`, or below it and at it.
    pub(super) fn below(self, x: &BigRational, or_at: bool) -> u64 {
        let steps = (x - whole(self.from)) / whole(self.step.max(1));
        let count = if or_at {
            steps.floor() + whole(1)
        } else {
            steps.ceil()
        };
        if count.is_negative() {
            return 0;
        }
        count
            .to_integer()
            .to_u64()
            .unwrap_or(u64::MAX)
            .min(self.len())
    }
}
