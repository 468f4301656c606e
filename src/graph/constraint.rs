//! What must hold of the dims.
//!
//! Shapes are symbolic, so whether `d / h` is a whole number shows only when
//! `d` and `h` have values. The passes note such conditions. Each is a rule,
//! and each rule is data: an exact number is held against it, and so is an
//! interval in floating point, by which a sweep checks millions of points.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::hash::FastMap;
use crate::number::{MAX_WHOLE, whole};
use crate::source::Place;
use crate::symbolic::{Expr, Symbol};

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
    /// A size that may be nothing, as that of an empty past: whole, at least 0.
    EmptyExtent,
    /// A mean size over uneven parts: above 0.
    MeanExtent,
    /// The length of an axis that follows from others: at most the largest size.
    Length,
    /// A number of repeats: whole, at least 1.
    Repeat,
    /// The same where there may be none: whole, at least 0.
    EmptyRepeat,
    /// A share: from 0 to 1.
    Share,
    /// The part of a whole that a mask hides: at most 1. Of a whole of less
    /// than one element it comes out below 0.
    Hidden,
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
    NoneLeft,
}

/// A rule as data: which numbers it lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// Whole numbers only.
    pub whole: bool,
    /// Numbers below 0, too.
    pub negative: bool,
    /// 0, too.
    pub zero: bool,
    /// The largest.
    pub most: Option<i64>,
}

/// How a value breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Fraction,
    Negative,
    Zero,
    TooLarge,
}

impl Rule {
    /// What is wrong with a number that is no whole one, below 0, 0, or too large,
    /// in this order and as far as the rule refuses it.
    pub fn faults(self) -> [&'static str; 4] {
        let half = BigRational::new(1.into(), 2.into());
        let large = whole(MAX_WHOLE) + whole(1);
        [half, whole(-1), whole(0), large].map(|value| self.broken_by(&value).unwrap_or_default())
    }

    /// The rule as data.
    pub fn law(self) -> Law {
        let (whole, negative, zero, most) = match self {
            Rule::Extent => (true, false, false, Some(MAX_WHOLE)),
            Rule::EmptyExtent => (true, false, true, Some(MAX_WHOLE)),
            Rule::MeanExtent => (false, false, false, Some(MAX_WHOLE)),
            Rule::Length => (false, true, true, Some(MAX_WHOLE)),
            Rule::Repeat => (true, false, false, Some(MAX_REPEAT)),
            Rule::EmptyRepeat => (true, false, true, Some(MAX_REPEAT)),
            Rule::Share => (false, false, true, Some(1)),
            Rule::Hidden => (false, true, true, Some(1)),
            Rule::NotNegative => (false, false, true, Some(MAX_WHOLE)),
            Rule::Switch => (true, false, true, Some(1)),
            Rule::Room => (false, false, true, None),
            Rule::On => (false, true, false, None),
            Rule::Off | Rule::NoneLeft => (false, false, true, Some(0)),
        };
        Law {
            whole,
            negative,
            zero,
            most,
        }
    }

    /// How a value breaks the rule, if it does.
    fn fault(self, value: &BigRational) -> Option<Fault> {
        let law = self.law();
        if law.whole && !value.is_integer() {
            Some(Fault::Fraction)
        } else if value.is_negative() && !law.negative {
            Some(Fault::Negative)
        } else if value.is_zero() && !law.zero {
            Some(Fault::Zero)
        } else if law.most.is_some_and(|most| *value > whole(most)) {
            Some(Fault::TooLarge)
        } else {
            None
        }
    }

    /// Whether `value` satisfies the rule.
    pub fn admits(self, value: &BigRational) -> bool {
        self.fault(value).is_none()
    }

    /// Whether all numbers from `low` to `high` satisfy the rule, or none does;
    /// nothing where that depends on the number.
    pub fn admits_between(self, low: f64, high: f64) -> Option<bool> {
        self.law().admits_between(low, high)
    }

    /// The same of all whole numbers from `low` to `high`.
    pub fn admits_whole_between(self, low: f64, high: f64) -> Option<bool> {
        let law = self.law();
        Law {
            whole: false,
            ..law
        }
        .admits_between(low, high)
    }

    /// What is wrong with `value`, if anything.
    pub(super) fn broken_by(self, value: &BigRational) -> Option<&'static str> {
        let fault = self.fault(value)?;
        Some(match (self, fault) {
            (Rule::Switch, _) => "neither 0 nor 1",
            (Rule::Off, _) => "not 0, which would put in an op",
            (Rule::NoneLeft, _) => "not 0",
            (Rule::Room, _) => "below 0: the windows do not fit",
            (Rule::On, _) => "0, which would leave out an op",
            (Rule::Length, _) => "longer than 10^15",
            (Rule::Repeat | Rule::EmptyRepeat, Fault::TooLarge) => {
                "above 1000000, the most repeats there can be"
            }
            (Rule::Share | Rule::Hidden, Fault::TooLarge) => "above 1",
            (_, Fault::TooLarge) => "above 10^15",
            (_, Fault::Fraction) => "not a whole number",
            (Rule::Share | Rule::NotNegative | Rule::EmptyExtent | Rule::EmptyRepeat, _) => {
                "below 0"
            }
            (_, Fault::Negative | Fault::Zero) => "not above 0",
        })
    }
}

impl Law {
    /// Whether it lets through all numbers from `low` to `high`, or none; nothing
    /// where that depends on the number.
    fn admits_between(self, low: f64, high: f64) -> Option<bool> {
        if low.is_nan() || high.is_nan() {
            return None;
        }
        let most = self.most.map_or(f64::INFINITY, |most| most as f64);
        let least = if self.negative {
            f64::NEG_INFINITY
        } else {
            0.0
        };
        let only_zero = low == 0.0 && high == 0.0;
        // 0 is the least that is refused where nothing below it is let through.
        let is_refused = high < least
            || low > most
            || (high <= least && !self.zero)
            || (only_zero && !self.zero)
            || (self.whole && low.ceil() > high.floor());
        if is_refused {
            return Some(false);
        }
        let has_zero = low <= 0.0 && high >= 0.0;
        let is_admitted = low >= least
            && high <= most
            && (self.zero || !has_zero)
            && (!self.whole || low == high);
        is_admitted.then_some(true)
    }
}

/// Conditions as they are noted, each once.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    all: Vec<Constraint>,
    noted: FastMap<Expr, Vec<Rule>>,
    /// Dims that may be 0.
    emptiable: BTreeSet<Symbol>,
}

impl Constraints {
    /// No conditions yet, on dims of which these may be 0.
    pub(super) fn with_emptiable(emptiable: BTreeSet<Symbol>) -> Constraints {
        Constraints {
            emptiable,
            ..Constraints::default()
        }
    }

    /// The rule that holds of a size: what has a dim in it that may be 0, or is
    /// written as 0, may be nothing.
    fn allowing_empty(&self, expr: &Expr, rule: Rule) -> Rule {
        let may_be_empty = || expr.is_zero() || self.may_be_none(expr);
        match rule {
            Rule::Extent if may_be_empty() => Rule::EmptyExtent,
            Rule::MeanExtent if may_be_empty() => Rule::NotNegative,
            rule => rule,
        }
    }

    /// Whether a dim stands in a number that may be 0.
    pub(super) fn may_be_none(&self, expr: &Expr) -> bool {
        (expr.symbols().iter()).any(|symbol| self.emptiable.contains(symbol))
    }

    /// Notes that `rule` must hold of `expr`.
    pub(super) fn add(&mut self, what: String, expr: &Expr, rule: Rule, place: &Place) {
        self.note(Constraint {
            what,
            expr: expr.clone(),
            rule,
            place: place.clone(),
        });
    }

    pub(super) fn note(&mut self, constraint: Constraint) {
        let symbols = constraint.expr.symbols();
        if constraint.rule == Rule::Hidden && !symbols.is_disjoint(&self.emptiable) {
            // Of nothing, no part is hidden.
            return;
        }
        let rule = self.allowing_empty(&constraint.expr, constraint.rule);
        self.keep(Constraint { rule, ..constraint });
    }

    /// Notes what must hold of the dim `name` itself, which is 0 only where the
    /// file says that it may be.
    pub(super) fn add_dim(&mut self, name: &str, is_fractional: bool, value: &Expr, place: &Place) {
        let rule = match (is_fractional, self.emptiable.contains(&Symbol::new(name))) {
            (false, false) => Rule::Extent,
            (false, true) => Rule::EmptyExtent,
            (true, false) => Rule::MeanExtent,
            (true, true) => Rule::NotNegative,
        };
        self.keep(Constraint {
            what: format!("dim `{name}`"),
            expr: value.clone(),
            rule,
            place: place.clone(),
        });
    }

    fn keep(&mut self, constraint: Constraint) {
        let rules = self.noted.entry(constraint.expr.clone()).or_default();
        if !rules.contains(&constraint.rule) {
            rules.push(constraint.rule);
            self.all.push(constraint);
        }
    }

    /// Whether a condition has been noted.
    pub(super) fn has(&self, expr: &Expr, rule: Rule) -> bool {
        let rule = self.allowing_empty(expr, rule);
        let rules = self.noted.get(expr);
        rules.is_some_and(|rules| rules.contains(&rule))
    }

    pub(super) fn into_vec(self) -> Vec<Constraint> {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Rule; 13] = [
        Rule::Extent,
        Rule::EmptyExtent,
        Rule::MeanExtent,
        Rule::Length,
        Rule::Repeat,
        Rule::EmptyRepeat,
        Rule::Share,
        Rule::NotNegative,
        Rule::Switch,
        Rule::Room,
        Rule::On,
        Rule::Off,
        Rule::NoneLeft,
    ];

    fn half(halves: i64) -> BigRational {
        BigRational::new(halves.into(), 2.into())
    }

    proptest! {
        /// Of a single number both readings of a rule say the same; what is
        /// said of an interval is true of every number in it.
        #[test]
        fn intervals_and_numbers_are_judged_alike(
            low in -8_i64..=8,
            more in 0_i64..=8,
            base in prop::sample::select(vec![0, 1, MAX_REPEAT, MAX_WHOLE]),
        ) {
            let double = |halves: i64| base as f64 + halves as f64 / 2.0;
            let exact = |halves: i64| whole(base) + half(halves);
            for rule in ALL {
                prop_assert_eq!(
                    rule.admits_between(double(low), double(low)),
                    Some(rule.admits(&exact(low))),
                    "{:?} {}", rule, exact(low)
                );
                if let Some(admits) = rule.admits_between(double(low), double(low + more)) {
                    for inside in low..=low + more {
                        prop_assert_eq!(rule.admits(&exact(inside)), admits, "{:?} {}", rule, exact(inside));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_is_not_judged() {
        for rule in ALL {
            assert_eq!(rule.admits_between(f64::NAN, 1.0), None);
            assert_eq!(rule.admits_between(1.0, f64::NAN), None);
        }
        assert_eq!(
            Rule::Share.admits_between(f64::INFINITY, f64::INFINITY),
            Some(false)
        );
        // 1 500 000 000.5 is no size, however large it is.
        let half = 3_000_000_001.0 / 2.0;
        assert_eq!(Rule::Extent.admits_between(half, half), Some(false));
    }

    #[test]
    fn the_bounds_of_each_rule() {
        let tried = [
            -1,
            0,
            1,
            2,
            MAX_REPEAT,
            MAX_REPEAT + 1,
            MAX_WHOLE,
            MAX_WHOLE + 1,
        ];
        let kept = |rule: Rule| tried.map(|value| rule.admits(&whole(value)));
        let of = |text: &str| -> [bool; 8] { std::array::from_fn(|at| &text[at..=at] == "y") };
        assert_eq!(kept(Rule::Extent), of("nnyyyyyn"));
        assert_eq!(kept(Rule::EmptyExtent), of("nyyyyyyn"));
        assert_eq!(kept(Rule::MeanExtent), of("nnyyyyyn"));
        assert_eq!(kept(Rule::Length), of("yyyyyyyn"));
        assert_eq!(kept(Rule::Repeat), of("nnyyynnn"));
        assert_eq!(kept(Rule::EmptyRepeat), of("nyyyynnn"));
        assert_eq!(kept(Rule::Share), of("nyynnnnn"));
        assert_eq!(kept(Rule::NotNegative), of("nyyyyyyn"));
        assert_eq!(kept(Rule::Switch), of("nyynnnnn"));
        assert_eq!(kept(Rule::Room), of("nyyyyyyy"));
        assert_eq!(kept(Rule::On), of("ynyyyyyy"));
        assert_eq!(kept(Rule::Off), of("nynnnnnn"));
        assert_eq!(kept(Rule::NoneLeft), of("nynnnnnn"));
    }
}
