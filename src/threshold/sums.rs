//! Expressions in one whole number, and between which doubles they lie over a range
//! of it.
//!
//! An expression is taken apart once: every factor that is a floor, a group or a maximum
//! has a place of its own, those inside it before it, and sums have whole coefficients
//! above one whole divisor. That divisor is above 0, so that the sign of the sum above
//! it is that of the whole.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive};

use super::bracket::Bracket;
use crate::number::whole;
use crate::symbolic::{Atom, Expr, Symbol};

/// Sums that have their factors in common: each is worked out once.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    factors: Vec<Factor>,
    places: BTreeMap<Atom, usize>,
}

/// A sum of products of the factors of [`Sums`].
#[derive(Debug, Clone)]
pub(super) struct Sum {
    terms: Vec<Term>,
    divisor: Bracket,
    /// Whether it is whole wherever the symbol is.
    pub(super) is_whole: bool,
}

#[derive(Debug, Clone)]
struct Term {
    coefficient: Bracket,
    above: Vec<(usize, u32)>,
    below: Vec<(usize, u32)>,
}

/// A factor of a term.
#[derive(Debug, Clone)]
enum Factor {
    Symbol,
    Group(Sum),
    Floor(Sum),
    Max(Sum, Sum),
    /// A function, or a symbol without a value: only exact numbers tell.
    Unknown,
}

/// What each factor lies between; nothing where that is not known.
pub(super) struct Values(Vec<Option<Bracket>>);

impl Sums {
    /// An expression in `symbol` as a sum.
    pub(super) fn read(&mut self, expr: &Expr, symbol: &Symbol) -> Sum {
        let denominators = expr.terms().map(|(_, coefficient)| coefficient.denom());
        let divisor = denominators.fold(BigInt::one(), |lcm, own| lcm.lcm(own));
        let mut is_whole = divisor.is_one();
        let mut terms = Vec::new();
        for (monomial, coefficient) in expr.terms() {
            let scaled = coefficient * whole(divisor.clone());
            let mut term = Term {
                coefficient: of_number(scaled.numer()),
                above: Vec::new(),
                below: Vec::new(),
            };
            for (atom, exponent) in monomial.factors() {
                let place = self.place(atom, symbol);
                is_whole &= !exponent.is_negative() && self.is_whole(place);
                let side = match exponent.is_negative() {
                    true => &mut term.below,
                    false => &mut term.above,
                };
                side.push((place, exponent.unsigned_abs()));
            }
            terms.push(term);
        }
        Sum {
            terms,
            divisor: of_number(&divisor),
            is_whole,
        }
    }

    /// The place of a factor, which is given one if it has none.
    fn place(&mut self, atom: &Atom, symbol: &Symbol) -> usize {
        if let Some(place) = self.places.get(atom) {
            return *place;
        }
        let factor = match atom {
            Atom::Symbol(own) if own == symbol => Factor::Symbol,
            Atom::Symbol(_) | Atom::Call(_) => Factor::Unknown,
            Atom::Group(inner) => Factor::Group(self.read(inner, symbol)),
            Atom::Floor(inner) => Factor::Floor(self.read(inner, symbol)),
            Atom::Max(pair) => Factor::Max(self.read(&pair.0, symbol), self.read(&pair.1, symbol)),
        };
        self.factors.push(factor);
        let place = self.factors.len() - 1;
        self.places.insert(atom.clone(), place);
        place
    }

    fn is_whole(&self, place: usize) -> bool {
        match self.factors.get(place) {
            Some(Factor::Symbol | Factor::Floor(_)) => true,
            Some(Factor::Group(inner)) => inner.is_whole,
            Some(Factor::Max(a, b)) => a.is_whole && b.is_whole,
            Some(Factor::Unknown) | None => false,
        }
    }

    /// The factors where the symbol is anything in `range`.
    pub(super) fn over(&self, range: Bracket) -> Values {
        let mut values = Values(Vec::with_capacity(self.factors.len()));
        for factor in &self.factors {
            let value = match factor {
                Factor::Symbol => Some(range),
                Factor::Group(inner) => inner.within(&values),
                Factor::Floor(inner) => inner
                    .above_divisor(&values)
                    .and_then(|above| above.floor_over(inner.divisor)),
                Factor::Max(a, b) => a
                    .within(&values)
                    .zip(b.within(&values))
                    .map(|(a, b)| a.or_larger(b)),
                Factor::Unknown => None,
            };
            values.0.push(value);
        }
        values
    }
}

impl Sum {
    /// Between what it lies where the factors have these values; nothing where that
    /// is not known, or where something may be divided by 0.
    pub(super) fn within(&self, values: &Values) -> Option<Bracket> {
        self.above_divisor(values)?.over(self.divisor)
    }

    /// The same of the sum above the divisor, which has the same sign.
    pub(super) fn above_divisor(&self, values: &Values) -> Option<Bracket> {
        let mut sum = Bracket::ZERO;
        for term in &self.terms {
            let above = values.product(term.coefficient, &term.above)?;
            sum = sum.plus(match term.below.as_slice() {
                [] => above,
                below => above.over(values.product(Bracket::ONE, below)?)?,
            })?;
        }
        Some(sum)
    }
}

impl Values {
    fn product(&self, start: Bracket, factors: &[(usize, u32)]) -> Option<Bracket> {
        factors
            .iter()
            .try_fold(start, |product, (place, exponent)| {
                let factor = self.0.get(*place).copied().flatten()?;
                product.times(factor.power(*exponent)?)
            })
    }
}

/// A whole number of any size. A double is at most one away from it, up or down.
fn of_number(number: &BigInt) -> Bracket {
    match number.to_i64() {
        Some(small) => Bracket::whole(small),
        None => Bracket::rounded(number.to_f64().unwrap_or(f64::NAN)),
    }
}
