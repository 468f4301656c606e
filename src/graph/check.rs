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
    /// The length of an axis that follows from others: at most the largest size.
    Length,
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

/// The numbers that a rule allows.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    /// Whole ones only.
    whole: bool,
    /// None below this; with `open`, this one neither.
    least: Option<i64>,
    open: bool,
    /// None above this.
    most: Option<i64>,
}

impl Rule {
    /// The numbers that it allows; nothing for all but 0.
    fn allowed(self) -> Option<Allowed> {
        let allowed = |least: i64, most: Option<i64>| Allowed {
            whole: false,
            least: Some(least),
            open: false,
            most,
        };
        let whole = |allowed: Allowed| Allowed {
            whole: true,
            ..allowed
        };
        let open = |allowed: Allowed| Allowed {
            open: true,
            ..allowed
        };
        Some(match self {
            Rule::Extent => whole(allowed(1, Some(MAX_EXTENT))),
            Rule::Repeat => whole(allowed(1, Some(MAX_REPEAT))),
            Rule::MeanExtent => open(allowed(0, Some(MAX_EXTENT))),
            Rule::Length => Allowed {
                least: None,
                ..allowed(0, Some(MAX_EXTENT))
            },
            Rule::Share => allowed(0, Some(1)),
            Rule::NotNegative => allowed(0, Some(MAX_EXTENT)),
            Rule::Switch => whole(allowed(0, Some(1))),
            Rule::Room => allowed(0, None),
            Rule::Off | Rule::None => allowed(0, Some(0)),
            Rule::On => return None,
        })
    }

    /// Whether it allows all numbers from `low` to `high`, or none of them;
    /// nothing where that depends on the number.
    pub fn admits_between(self, low: f64, high: f64) -> Option<bool> {
        if low.is_nan() || high.is_nan() {
            return None;
        }
        let Some(allowed) = self.allowed() else {
            let has_zero = low <= 0.0 && high >= 0.0;
            return if has_zero {
                (low == high).then_some(false)
            } else {
                Some(true)
            };
        };
        if allowed.whole && low.ceil() > high.floor() {
            return Some(false);
        }
        let below = |x: f64, least: i64| x < least as f64 || (allowed.open && x == least as f64);
        let is_below = allowed
            .least
            .map(|least| (below(low, least), below(high, least)));
        let is_above = allowed
            .most
            .map(|most| (low > most as f64, high > most as f64));
        let (below_low, below_high) = is_below.unwrap_or_default();
        let (above_low, above_high) = is_above.unwrap_or_default();
        if below_high || above_low {
            return Some(false);
        }
        let inside = !below_low && !above_high && (!allowed.whole || low == high);
        inside.then_some(true)
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
            Rule::Length if !within(MAX_EXTENT) => Some("longer than 10^15"),
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

impl Constraint {
    /// What is wrong with it at `values`, if anything: `axis `k` of `score` is
    /// 512/7: not a whole number`.
    pub fn fault(&self, values: &Bindings) -> Option<String> {
        match self.expr.evaluate(values) {
            Ok(value) => {
                let fault = self.rule.broken_by(&value)?;
                Some(format!("{} is {}: {fault}", self.what, shown(&value)))
            }
            Err(error) => Some(format!("{} has no value: {error}", self.what)),
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
            let Some(message) = constraint.fault(values) else {
                continue;
            };
            let label = self.explain(&constraint.expr, values);
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

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Rule; 11] = [
        Rule::Extent,
        Rule::MeanExtent,
        Rule::Length,
        Rule::Repeat,
        Rule::Share,
        Rule::NotNegative,
        Rule::Switch,
        Rule::Room,
        Rule::On,
        Rule::Off,
        Rule::None,
    ];

    /// What is said of an interval is true of its ends, and of a single number
    /// it is always said.
    #[test]
    fn intervals_and_numbers_are_judged_alike() {
        let halves = [-2, -1, 0, 1, 2, 3, 4, 2_000_000, 2_000_001];
        let most = [MAX_EXTENT, MAX_EXTENT + 1, MAX_REPEAT, MAX_REPEAT + 1];
        let ratio = |halves: i64| BigRational::new(halves.into(), 2.into());
        let numbers: Vec<(f64, BigRational)> =
            (halves.map(|n| (n as f64 / 2.0, ratio(n))).into_iter())
                .chain(most.map(|n| (n as f64, whole(n))))
                .collect();
        for rule in ALL {
            for (low, exact) in &numbers {
                assert_eq!(
                    rule.admits_between(*low, *low),
                    Some(rule.admits(exact)),
                    "{rule:?} {low}"
                );
                for (high, other) in numbers.iter().filter(|(high, _)| high > low) {
                    if let Some(admits) = rule.admits_between(*low, *high) {
                        assert_eq!([admits; 2], [rule.admits(exact), rule.admits(other)]);
                    }
                }
            }
            assert_eq!(rule.admits_between(f64::NAN, 1.0), None);
        }
    }
}
