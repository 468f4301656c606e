//! Between which bounds a result lies when the entries lie within theirs.
//!
//! Bounds are exact, and both are reached at some corner of the box of entries:
//!
//! - An energy E is a polynomial with positive coefficients in entries that are
//!   at least 0: least where all entries are least, most where all are most.
//! - A saving is 1 − E/B. The largest ratio λ* = max E/B is the λ at which
//!   max (E − λ·B) is 0. Starting from any λ, the corner where E − λ·B is
//!   largest has a ratio of at least λ, which is the next λ; there are finitely
//!   many corners, so this ends, after a handful of steps (Dinkelbach, 1967).
//!   The smallest ratio is found in the same way.
//!
//! What both variants spend alike cancels: a variant against itself saves
//! exactly 0, whatever the entries may be.
//!
//! Where a formula of a table divides by a price, or a baseline may cost
//! nothing, no exact bound is given, and random draws stand in (see
//! [`monte_carlo`](super::monte_carlo())).

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::polynomial::EntryPolynomial;
use super::sensitivity::{Function, Input, Quantity};
use crate::number::whole;
use crate::symbolic::{Expr, Symbol};

/// More steps than this are given up.
const MAX_STEPS: usize = 100;

/// Two exact bounds, in picojoules or as shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The least.
    pub low: BigRational,
    /// The most.
    pub high: BigRational,
}

/// The exact bounds of `quantity` where each of `entries` is anything from its
/// least to its most and all other symbols have their values; `None` where they
/// are not known exactly.
pub fn bounds(quantity: &Quantity, entries: &[Input]) -> Option<Interval> {
    let within: Vec<(BigRational, BigRational)> = entries
        .iter()
        .map(|entry| (entry.low.clone(), entry.high.clone()))
        .collect();
    if within.iter().any(|(low, _)| low.is_negative()) {
        return None;
    }
    let least: Vec<BigRational> = within.iter().map(|(low, _)| low.clone()).collect();
    let most: Vec<BigRational> = within.iter().map(|(_, high)| high.clone()).collect();
    let polynomial = |function: &Function| {
        let place = |symbol: &Symbol| entries.iter().position(|entry| entry.symbol == *symbol);
        EntryPolynomial::new(&in_entries(function, entries)?, &place)
            .filter(EntryPolynomial::is_positive)
    };
    match quantity {
        Quantity::Energy(energy) => {
            let energy = polynomial(energy)?;
            Some(Interval {
                low: energy.at(&least),
                high: energy.at(&most),
            })
        }
        Quantity::Saving { baseline, energy } => {
            let (baseline, energy) = (polynomial(baseline)?, polynomial(energy)?);
            if baseline.at(&least).is_zero() {
                return None;
            }
            let start = energy.at(&most) / baseline.at(&most);
            // The smallest ratio: the corner where λ·B − E is largest.
            let smallest = extreme(&energy, &baseline, &start, |lambda| {
                energy.minus(lambda, &baseline).negated().largest(&within)
            })?;
            let largest = extreme(&energy, &baseline, &start, |lambda| {
                energy.minus(lambda, &baseline).largest(&within)
            })?;
            Some(Interval {
                low: whole(1) - largest,
                high: whole(1) - smallest,
            })
        }
    }
}

/// Follows the ratio energy/baseline from corner to corner until it stands
/// still.
fn extreme(
    energy: &EntryPolynomial,
    baseline: &EntryPolynomial,
    start: &BigRational,
    corner: impl Fn(&BigRational) -> Option<Vec<BigRational>>,
) -> Option<BigRational> {
    let mut lambda = start.clone();
    for _ in 0..MAX_STEPS {
        let at = corner(&lambda)?;
        let ratio = energy.at(&at) / baseline.at(&at);
        if ratio == lambda {
            return Some(lambda);
        }
        lambda = ratio;
    }
    None
}

/// The expression in `entries` alone, with all other symbols at their values;
/// `None` where one has no value or a divisor is 0.
pub(super) fn in_entries(function: &Function, entries: &[Input]) -> Option<Expr> {
    function.expr.substitute(&|symbol| {
        let open = entries.iter().any(|entry| entry.symbol == *symbol);
        let value = function.values.get(symbol).filter(|_| !open)?;
        Some(Expr::constant(value.clone()))
    })
}
