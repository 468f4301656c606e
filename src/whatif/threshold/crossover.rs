//! Where a claim begins and ends to hold.
//!
//! A [`Claim`] holds where f = (1 − s)·E_b − E_v ≥ 0. Where f is a Laurent
//! polynomial xᵏ·p(x) in the symbol in question, its sign for x > 0 is that of
//! p, and can only change at a root of p; [`roots`] finds all of them. Between
//! two neighbouring roots one value tells the sign of all.
//!
//! For whole numbers the roots only say where to look. The last number at
//! which the claim holds and the first at which it does not are whole numbers
//! that the model accepts (8 heads divide 512 columns, 7 do not), found by
//! walking away from the root, and f is evaluated exactly at each number so
//! close to a root that the root is not known well enough.
//!
//! Where the symbol stands in a floor, a maximum or a divisor of several
//! terms, f is no polynomial. Up to 10⁶ whole numbers are then simply tried.

use std::fmt;

use num_rational::BigRational;
use num_traits::Signed;

use super::axis::{Axis, Range};
use super::claim::Claim;
use super::polynomial::Laurent;
use super::signs::Signs;
use super::sturm::Root;
use super::whole::{over_whole, tried};
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

/// Where `claim` holds, for the values of `axis` in `range`.
///
/// # Errors
/// See [`Unsolved`].
pub fn solve(claim: &Claim, axis: &Axis, range: &Range) -> Result<Solution, Unsolved> {
    let difference = claim.difference();
    let laurent = Laurent::of(&difference, claim.symbol());
    match (range, laurent) {
        (Range::Real { from, to }, Some(laurent)) => {
            Ok(over_reals(&laurent, claim, from, to.as_ref()))
        }
        (Range::Real { .. }, None) => Err(Unsolved::NoPolynomial),
        (Range::Whole(grid), Some(laurent)) => over_whole(&laurent, axis, *grid),
        (Range::Whole(grid), None) if grid.len() <= MAX_TRIED => {
            tried(&difference, claim, axis, *grid)
        }
        (Range::Whole(grid), None) => Err(Unsolved::TooMany(grid.len())),
    }
}

fn over_reals(
    laurent: &Laurent,
    claim: &Claim,
    from: &BigRational,
    to: Option<&BigRational>,
) -> Solution {
    // At 0 something may be divided by 0, or both cost nothing; else a factor
    // xᵏ of f means that 0 is a root.
    let open = !from.is_positive() && !matches!(claim.saving_at(from), Ok(Some(_)));
    let signs = if !from.is_positive() && !open && laurent.shift > 0 {
        Signs::new(&laurent.polynomial.shifted(1), from, to)
    } else {
        Signs::new(&laurent.polynomial, from, to)
    };
    let mut holds: Vec<Span> = Vec::new();
    let mut current: Option<Span> = None;
    if signs.before(0) == Some(true) {
        current = Some(Span {
            from: from.clone(),
            to: None,
            open,
        });
    }
    for (at, root) in signs.roots.iter().enumerate() {
        let after = signs.before(at + 1) == Some(true);
        match (current.take(), after) {
            (Some(span), true) => current = Some(span),
            (Some(span), false) => holds.push(Span {
                to: Some(root.low.clone()),
                ..span
            }),
            (None, true) => {
                current = Some(Span {
                    from: root.high.clone(),
                    to: None,
                    open: false,
                });
            }
            (None, false) => holds.push(Span {
                from: root.value(),
                to: Some(root.value()),
                open: false,
            }),
        }
    }
    if let Some(span) = current {
        holds.push(Span {
            to: to.cloned(),
            ..span
        });
    }
    let crossing = |(at, root): (usize, &Root)| Crossing {
        root: Some(root.clone()),
        side: signs.side(at),
        neighbours: None,
    };
    Solution {
        crossings: signs.roots.iter().enumerate().map(crossing).collect(),
        holds,
        identical: laurent.polynomial.is_zero(),
        refused: None,
    }
}
