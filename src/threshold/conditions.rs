//! Which whole numbers the model accepts.
//!
//! Most are told by doubles between which the conditions lie, a whole range of them
//! at once; where these cannot tell, the exact numbers do.

use super::axis::ThresholdAxis;
use super::bracket::Bracket;
use super::sums::{Sum, Sums, Values};
use crate::graph::Rule;
use crate::number::whole;
use crate::symbolic::Expr;

/// The conditions of an axis.
pub(super) struct Conditions<'a> {
    axis: &'a ThresholdAxis,
    sums: Sums,
    all: Vec<(Sum, Rule)>,
}

impl<'a> Conditions<'a> {
    pub(super) fn of(axis: &'a ThresholdAxis) -> Conditions<'a> {
        let mut sums = Sums::default();
        let all = axis.conditions().iter();
        let all = all.map(|(expr, rule)| (sums.read(expr, &axis.symbol), *rule));
        Conditions {
            all: all.collect(),
            axis,
            sums,
        }
    }

    /// Another expression in the same number.
    pub(super) fn read(&mut self, expr: &Expr) -> Sum {
        self.sums.read(expr, &self.axis.symbol)
    }

    /// Everything that expressions rest on, where the number is any from `first` to
    /// `last`.
    pub(super) fn over(&self, first: u64, last: u64) -> Values {
        let [low, high] = [first, last].map(of_number);
        self.sums.over(Bracket::between(low.low, high.high))
    }

    /// Whether all whole numbers that `values` are of are accepted, or none is;
    /// nothing where that is not known.
    pub(super) fn admit_all(&self, values: &Values) -> Option<bool> {
        let mut all = Some(true);
        for (sum, rule) in &self.all {
            let judged = sum.within(values).and_then(|value| match sum.is_whole {
                true => rule.admits_whole_between(value.low, value.high),
                false => rule.admits_between(value.low, value.high),
            });
            match judged {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// Whether the whole number is accepted.
    pub(super) fn admit(&self, number: u64) -> bool {
        let known = self.admit_all(&self.over(number, number));
        known.unwrap_or_else(|| self.admit_exactly(number))
    }

    /// Whether the whole number is accepted, by exact numbers.
    pub(super) fn admit_exactly(&self, number: u64) -> bool {
        self.axis.admits(&whole(number))
    }
}

fn of_number(number: u64) -> Bracket {
    match i64::try_from(number) {
        Ok(number) => Bracket::whole(number),
        Err(_) => Bracket::rounded(number as f64),
    }
}
