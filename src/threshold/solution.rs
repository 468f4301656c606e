//! Where a claim holds, and why that may not be known.

use std::fmt;

use num_rational::BigRational;

use super::sturm::Root;
use crate::symbolic::EvalError;

/// At most so many whole numbers are tried one by one.
pub const MAX_TRIED: u64 = 1_000_000;

/// Where a claim holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Where f passes or touches 0, in order.
    pub crossings: Vec<Crossing>,
    /// Where the claim holds, in order; all that is between neighbouring
    /// spans is where it does not, or what the model refuses.
    pub holds: Vec<Span>,
    /// Whether f is 0 throughout.
    pub identical: bool,
    /// How many numbers of the range the model refuses; nothing where there
    /// are too many to try, or where the range is not one of whole numbers.
    pub refused: Option<u64>,
}

/// A value at which f passes or touches 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// The root; nothing where whole numbers were tried one by one.
    pub root: Option<Root>,
    /// On which side of it the claim holds.
    pub side: Holds,
    /// For whole numbers, where the claim holds on one side only: the last one
    /// before and the first one after the change that the model accepts.
    pub neighbours: Option<(u64, u64)>,
}

impl Crossing {
    /// For whole numbers, those next to the change: where the claim holds, and
    /// where it does not.
    pub fn holds_and_fails(&self) -> Option<(u64, u64)> {
        let (before, after) = self.neighbours?;
        match self.side {
            Holds::Below => Some((before, after)),
            Holds::Above => Some((after, before)),
            Holds::Around | Holds::Only => None,
        }
    }
}

/// On which side of a root a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Up to the root.
    Below,
    /// From the root on.
    Above,
    /// On both sides: f touches 0 from above.
    Around,
    /// At the root only.
    Only,
}

/// Consecutive values, both ends included unless `open`.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The first value.
    pub from: BigRational,
    /// The last; there is none where nothing ends it.
    pub to: Option<BigRational>,
    /// Whether `from` itself has no value: 0, where something is divided by
    /// it or nothing is left to compare.
    pub open: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsolved {
    /// The symbol stands in a floor, a maximum or a divisor, and the range is
    /// not one of whole numbers.
    NoPolynomial,
    /// Likewise, and there are more whole numbers than could be tried.
    TooMany(u64),
    /// The model refuses so many whole numbers in a row that the next one which
    /// it accepts was not found.
    TooSparse(u64),
    /// The model refuses the whole range.
    AllRefused,
    /// An energy has no value.
    NoValue(EvalError),
}

impl fmt::Display for Unsolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WHERE: &str = "it stands in a floor, a maximum or a divisor of several terms, \
                             where only whole numbers can be tried, one by one";
        match self {
            Unsolved::NoPolynomial => f.write_str(WHERE),
            Unsolved::TooMany(count) => {
                write!(f, "{WHERE}; {count} are more than {MAX_TRIED}")
            }
            Unsolved::TooSparse(count) => write!(
                f,
                "the model accepts too few of {count} values to find them; give a shorter range"
            ),
            Unsolved::AllRefused => f.write_str("the model accepts no value of the range"),
            Unsolved::NoValue(error) => write!(f, "an energy has no value: {error}"),
        }
    }
}

impl std::error::Error for Unsolved {}
