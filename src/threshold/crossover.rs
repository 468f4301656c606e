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
//! terms, f is no polynomial. Up to 10⁶ whole numbers are then tried. A
//! peak, a bandwidth or a launch that is no whole number stands in maxima alone:
//! there f is a polynomial piece by piece.

use num_rational::BigRational;
use num_traits::Signed;

use super::axis::{Range, ThresholdAxis};
use super::claim::Claim;
use super::pieces::{piecewise_roots, sign_at};
use super::polynomial::Laurent;
use super::signs::Signs;
use super::solution::{Crossing, MAX_TRIED, Solution, Span, Unsolved};
use super::sturm::Root;
use super::tried::tried;
use super::whole::over_whole;

/// Where `claim` holds, for the values of `axis` in `range`.
///
/// # Errors
/// See [`Unsolved`].
pub fn solve(claim: &Claim, axis: &ThresholdAxis, range: &Range) -> Result<Solution, Unsolved> {
    let difference = claim.difference();
    let laurent = Laurent::of(&difference, claim.symbol());
    match (range, laurent) {
        (Range::Real { from, to }, Some(laurent)) => {
            Ok(over_reals(&laurent, claim, from, to.as_ref()))
        }
        (Range::Real { from, to }, None) => {
            let ends = (from, to.as_ref());
            let roots = piecewise_roots(&difference, claim.symbol(), ends);
            let roots = roots.ok_or(Unsolved::NoPolynomial)?;
            let sign = |value: &BigRational| sign_at(&difference, claim.symbol(), value);
            let signs = Signs::of(roots, ends, sign);
            Ok(by_signs(&signs, ends, is_open(claim, from), false))
        }
        (Range::Whole(grid), Some(laurent)) => over_whole(&laurent, axis, *grid),
        (Range::Whole(grid), None) if grid.len() <= MAX_TRIED => tried(&difference, axis, *grid),
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
    let open = is_open(claim, from);
    let signs = if !from.is_positive() && !open && laurent.shift > 0 {
        Signs::new(&laurent.polynomial.shifted(1), from, to)
    } else {
        Signs::new(&laurent.polynomial, from, to)
    };
    by_signs(&signs, (from, to), open, laurent.polynomial.is_zero())
}

/// Whether there is no value at the lower end of a range.
fn is_open(claim: &Claim, from: &BigRational) -> bool {
    !from.is_positive() && !matches!(claim.saving_at(from), Ok(Some(_)))
}

/// Where a function of these signs is at least 0.
fn by_signs(
    signs: &Signs,
    (from, to): (&BigRational, Option<&BigRational>),
    open: bool,
    identical: bool,
) -> Solution {
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
        identical,
        refused: None,
    }
}
