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
//! An energy with a maximum in it, as of the time that a device takes, is no
//! polynomial. It still rises with every price and power and falls with every peak
//! and bandwidth, so that its bounds are at two corners too.
//!
//! Where a formula of a table divides by a price, or a baseline may cost
//! nothing, no exact bound is given, and random draws stand in (see
//! [`monte_carlo`](super::monte_carlo())).

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::polynomial::EntryPolynomial;
use super::sensitivity::{Function, Input, Quantity};
use crate::number::whole;
use crate::symbolic::{Atom, Bindings, Expr, Symbol};

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
        Quantity::Energy(energy) => match polynomial(energy) {
            Some(energy) => Some(Interval {
                low: energy.at(&least),
                high: energy.at(&most),
            }),
            None => monotone_bounds(energy, entries),
        },
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

/// The bounds of an energy that only rises, or only falls, with each of `entries`:
/// as a time does with a launch and with a peak. `None` where that is not known of
/// one of them, or where one that something is divided by may be 0.
fn monotone_bounds(energy: &Function, entries: &[Input]) -> Option<Interval> {
    let expr = in_entries(energy, entries)?;
    let (mut low, mut high) = (Bindings::default(), Bindings::default());
    for entry in entries {
        let (least, most) = match slope(&expr, &entry.symbol)? {
            Slope::Falls if entry.low.is_zero() => return None,
            Slope::Falls => (&entry.high, &entry.low),
            Slope::Rises | Slope::Rests => (&entry.low, &entry.high),
        };
        low.set(entry.symbol.clone(), least.clone());
        high.set(entry.symbol.clone(), most.clone());
    }
    Some(Interval {
        low: expr.evaluate(&low).ok()?,
        high: expr.evaluate(&high).ok()?,
    })
}

/// Where an expression goes as a symbol grows, all symbols being at least 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slope {
    Rests,
    Rises,
    Falls,
}

impl Slope {
    /// That of a sum, or of a maximum, of two; `None` where they differ.
    fn and(self, other: Slope) -> Option<Slope> {
        match (self, other) {
            (Slope::Rests, slope) | (slope, Slope::Rests) => Some(slope),
            (a, b) => (a == b).then_some(a),
        }
    }

    fn opposite(self) -> Slope {
        match self {
            Slope::Rests => Slope::Rests,
            Slope::Rises => Slope::Falls,
            Slope::Falls => Slope::Rises,
        }
    }
}

/// The slope of a sum of products with coefficients above 0; `None` where it is
/// not known.
fn slope(expr: &Expr, symbol: &Symbol) -> Option<Slope> {
    let mut all = Slope::Rests;
    for (monomial, coefficient) in expr.terms() {
        let mut of_term = Slope::Rests;
        for (atom, exponent) in monomial.factors() {
            let inner = slope_of_atom(atom, symbol)?;
            of_term = of_term.and(match exponent.is_negative() {
                true => inner.opposite(),
                false => inner,
            })?;
        }
        if coefficient.is_negative() && of_term != Slope::Rests {
            return None;
        }
        all = all.and(of_term)?;
    }
    Some(all)
}

fn slope_of_atom(atom: &Atom, symbol: &Symbol) -> Option<Slope> {
    match atom {
        Atom::Symbol(own) if own == symbol => Some(Slope::Rises),
        Atom::Symbol(_) => Some(Slope::Rests),
        Atom::Group(inner) | Atom::Floor(inner) => slope(inner, symbol),
        Atom::Max(pair) => slope(&pair.0, symbol)?.and(slope(&pair.1, symbol)?),
        Atom::Call(call) => {
            let has_it = |argument: &Expr| argument.symbols().contains(symbol);
            (!call.arguments.iter().any(has_it)).then_some(Slope::Rests)
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
