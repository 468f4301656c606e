//! What must hold of the dims.
//!
//! Shapes are symbolic, so whether `d / h` is a whole number shows only when
//! `d` and `h` have values. The passes note such conditions. Each is a rule,
//! and each rule is data: one reading of it serves exact numbers and those in
//! floating point, by which a sweep checks millions of points.

use std::cmp::Ordering;
use std::collections::HashSet;

use num_rational::BigRational;

use crate::number::{MAX_WHOLE, whole};
use crate::source::Place;
use crate::symbolic::Expr;

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
    NoneLeft,
}

/// A rule as data: which numbers it lets through.
struct Law {
    /// Whole numbers only.
    whole: bool,
    /// Numbers below 0, too.
    negative: bool,
    /// 0, too.
    zero: bool,
    /// The largest.
    most: Option<i64>,
}

/// How a value breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Fraction,
    Negative,
    Zero,
    TooLarge,
}

/// A number that a rule is held against: an exact one, or one in floating point
/// that is right up to its last digits.
trait Quantity {
    fn is_whole(&self) -> bool;
    /// Its place beside a bound that belongs to a rule of whole numbers, or of
    /// what follows from them.
    fn against(&self, bound: i64, of_sizes: bool) -> Ordering;
}

impl Quantity for BigRational {
    fn is_whole(&self) -> bool {
        self.is_integer()
    }

    fn against(&self, bound: i64, _: bool) -> Ordering {
        self.cmp(&whole(bound))
    }
}

impl Quantity for f64 {
    fn is_whole(&self) -> bool {
        let last_digits = 64.0 * f64::EPSILON * self.abs();
        (self - self.round()).abs() <= last_digits.max(1e-9)
    }

    fn against(&self, bound: i64, of_sizes: bool) -> Ordering {
        let value = if of_sizes && self.is_whole() {
            self.round()
        } else {
            *self
        };
        let order = value.partial_cmp(&(bound as f64));
        order.unwrap_or(Ordering::Greater)
    }
}

impl Rule {
    /// All rules.
    #[cfg(test)]
    const ALL: [Rule; 10] = [
        Rule::Extent,
        Rule::MeanExtent,
        Rule::Repeat,
        Rule::Share,
        Rule::NotNegative,
        Rule::Switch,
        Rule::Room,
        Rule::On,
        Rule::Off,
        Rule::NoneLeft,
    ];

    fn law(self) -> Law {
        let (whole, negative, zero, most) = match self {
            Rule::Extent => (true, false, false, Some(MAX_WHOLE)),
            Rule::MeanExtent => (false, false, false, Some(MAX_WHOLE)),
            Rule::Repeat => (true, false, false, Some(MAX_REPEAT)),
            Rule::Share => (false, false, true, Some(1)),
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
    fn fault(self, value: &impl Quantity) -> Option<Fault> {
        let law = self.law();
        // What is left of an input is a sum of sizes; other rules without whole
        // numbers are on values that are given as they are.
        let of_sizes = law.whole || self == Rule::Room;
        let beside = |bound| value.against(bound, of_sizes);
        if law.whole && !value.is_whole() {
            return Some(Fault::Fraction);
        }
        match beside(0) {
            Ordering::Less if !law.negative => Some(Fault::Negative),
            Ordering::Equal if !law.zero => Some(Fault::Zero),
            _ if law.most.is_some_and(|most| beside(most).is_gt()) => Some(Fault::TooLarge),
            _ => None,
        }
    }

    /// Whether a value in floating point satisfies the rule; a quotient that
    /// is whole up to its last digits counts as whole.
    pub fn allows(self, value: f64) -> bool {
        !value.is_nan() && self.fault(&value).is_none()
    }

    /// Whether `value` satisfies the rule.
    pub fn admits(self, value: &BigRational) -> bool {
        self.fault(value).is_none()
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
            (Rule::Repeat, Fault::TooLarge) => "above 1000000, the most repeats there can be",
            (Rule::Share, Fault::TooLarge) => "above 1",
            (_, Fault::TooLarge) => "above 10^15",
            (_, Fault::Fraction) => "not a whole number",
            (Rule::Share | Rule::NotNegative, _) => "below 0",
            (_, Fault::Negative | Fault::Zero) => "not above 0",
        })
    }
}

/// Conditions as they are noted, each once.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    all: Vec<Constraint>,
    noted: HashSet<(Expr, Rule)>,
}

impl Constraints {
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
        let condition = (constraint.expr.clone(), constraint.rule);
        if self.noted.insert(condition) {
            self.all.push(constraint);
        }
    }

    /// Whether a condition has been noted.
    pub(super) fn has(&self, expr: &Expr, rule: Rule) -> bool {
        self.noted.contains(&(expr.clone(), rule))
    }

    pub(super) fn into_vec(self) -> Vec<Constraint> {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::to_f64;
    use proptest::prelude::*;

    proptest! {
        /// Of a number that both can write, both say the same.
        #[test]
        fn a_rule_says_the_same_of_both_kinds_of_numbers(halves in -8i64..=8, shift in prop::sample::select(vec![0, 10, 20, 40, 51])) {
            let value = BigRational::new(halves.into(), 2.into()) + whole(if halves < 0 { 0 } else { (1_i64 << shift) - 1 });
            for rule in Rule::ALL {
                prop_assert_eq!(rule.admits(&value), rule.allows(to_f64(&value)), "{:?} {}", rule, value);
            }
        }

        /// A quotient that is whole is so in floating point too, however its
        /// last digits come out.
        #[test]
        fn quotients_of_sizes(a in 1i64..1_000_000, b in 1i64..1000) {
            let exact = BigRational::new(a.into(), b.into());
            let rounded = (a as f64) * (1.0 / b as f64);
            for rule in [Rule::Extent, Rule::Repeat, Rule::MeanExtent, Rule::NotNegative] {
                prop_assert_eq!(rule.admits(&exact), rule.allows(rounded), "{:?} {}", rule, exact);
            }
        }
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
        assert_eq!(kept(Rule::MeanExtent), of("nnyyyyyn"));
        assert_eq!(kept(Rule::Repeat), of("nnyyynnn"));
        assert_eq!(kept(Rule::Share), of("nyynnnnn"));
        assert_eq!(kept(Rule::NotNegative), of("nyyyyyyn"));
        assert_eq!(kept(Rule::Switch), of("nyynnnnn"));
        assert_eq!(kept(Rule::Room), of("nyyyyyyy"));
        assert_eq!(kept(Rule::On), of("ynyyyyyy"));
        assert_eq!(kept(Rule::Off), of("nynnnnnn"));
        assert_eq!(kept(Rule::NoneLeft), of("nynnnnnn"));
        assert!(!Rule::Room.allows(f64::NAN) && !Rule::Share.allows(f64::INFINITY));
        // 1 500 000 000.5 is no size, however large it is.
        assert!(!Rule::Extent.allows(3_000_000_001.0 / 2.0));
    }
}
