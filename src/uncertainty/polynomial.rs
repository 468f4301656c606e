//! Polynomials in table entries, and where in a box they are largest.
//!
//! With the dims at their values, an energy is Σ c·x₁·x₂·…, a polynomial in
//! entries. Entries cost at least 0, so a polynomial whose coefficients are all
//! positive grows with every entry. For one of mixed signs (E − λ·B) the
//! largest value is found entry by entry: where every term with x in it has the
//! same sign, x belongs at one of its ends whatever the others are, and once it
//! is there the terms of another entry may have come to agree. Prices derived
//! from prices are products of that kind, so this nearly always decides all;
//! what is left is tried corner by corner while it is little.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, Pow, Signed, Zero};

use crate::number::Fraction;
use crate::symbolic::{Atom, Expr, Symbol};

/// At most so many entries are tried at both ends, all combinations of them.
const MAX_TRIED: usize = 10;

/// The least and the most of every entry, none below 0.
pub(super) type Bounds = [(BigRational, BigRational)];

/// A polynomial in entries, each by its place in a [`Bounds`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EntryPolynomial {
    /// Exponents by entry, and the coefficient, which is not 0.
    terms: BTreeMap<BTreeMap<usize, u32>, BigRational>,
}

impl EntryPolynomial {
    /// `expr`, if it is a polynomial in the symbols that `place` knows.
    pub fn new(expr: &Expr, place: &impl Fn(&Symbol) -> Option<usize>) -> Option<EntryPolynomial> {
        let mut terms = BTreeMap::new();
        for (monomial, coefficient) in expr.terms() {
            let mut powers = BTreeMap::new();
            for (atom, exponent) in monomial.factors() {
                let Atom::Symbol(symbol) = atom else {
                    return None;
                };
                powers.insert(place(symbol)?, u32::try_from(*exponent).ok()?);
            }
            terms.insert(powers, coefficient.clone());
        }
        Some(EntryPolynomial { terms })
    }

    /// Whether no coefficient is negative.
    pub fn is_positive(&self) -> bool {
        self.terms.values().all(Signed::is_positive)
    }

    /// self − `factor`·`other`.
    pub fn minus(&self, factor: &BigRational, other: &EntryPolynomial) -> EntryPolynomial {
        let mut terms = self.terms.clone();
        for (powers, coefficient) in &other.terms {
            *terms.entry(powers.clone()).or_default() -= factor * coefficient;
        }
        terms.retain(|_, coefficient| !coefficient.is_zero());
        EntryPolynomial { terms }
    }

    /// −self.
    pub fn negated(mut self) -> EntryPolynomial {
        for coefficient in self.terms.values_mut() {
            *coefficient = -std::mem::take(coefficient);
        }
        self
    }

    /// The value at a point, one number for each entry.
    pub fn at(&self, point: &[BigRational]) -> BigRational {
        let terms = self.terms.iter().map(|(powers, coefficient)| {
            let factors = powers.iter().filter_map(|(at, power)| {
                // It was one of i32.
                Some(Fraction::of(point.get(*at)?).power(*power as i32))
            });
            factors.fold(Fraction::of(coefficient), Fraction::times)
        });
        terms.fold(Fraction::zero(), Fraction::plus).into_rational()
    }

    /// A corner of `bounds` where it is largest; `None` where that is not
    /// known.
    pub fn largest(&self, bounds: &Bounds) -> Option<Vec<BigRational>> {
        let mut corner: Vec<BigRational> = bounds.iter().map(|(_, high)| high.clone()).collect();
        let mut remainder = self.clone();
        while let Some((at, rising)) = remainder.decided() {
            let (low, high) = bounds.get(at)?;
            let end = if rising { high } else { low };
            remainder.put(at, end);
            corner.get_mut(at)?.clone_from(end);
        }
        let open = remainder.entries();
        if open.is_empty() {
            return Some(corner);
        }
        // Linear in each entry, so largest at some corner.
        let linear = remainder
            .terms
            .keys()
            .flat_map(BTreeMap::values)
            .all(One::is_one);
        if !linear || open.len() > MAX_TRIED {
            return None;
        }
        let corners = (0..1_usize << open.len()).map(|choice| {
            let mut tried = corner.clone();
            for (bit, at) in open.iter().enumerate() {
                if let (Some(slot), Some((low, high))) = (tried.get_mut(*at), bounds.get(*at)) {
                    slot.clone_from(if choice >> bit & 1 == 1 { high } else { low });
                }
            }
            tried
        });
        corners.max_by_key(|corner| remainder.at(corner))
    }

    /// The entries in it.
    fn entries(&self) -> Vec<usize> {
        let mut entries: Vec<usize> = self
            .terms
            .keys()
            .flat_map(BTreeMap::keys)
            .copied()
            .collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// An entry whose terms all have one sign, and whether that is plus.
    fn decided(&self) -> Option<(usize, bool)> {
        self.entries().into_iter().find_map(|at| {
            let mut signs = (self.terms.iter())
                .filter(|(powers, _)| powers.contains_key(&at))
                .map(|(_, coefficient)| coefficient.is_positive());
            let first = signs.next()?;
            signs.all(|sign| sign == first).then_some((at, first))
        })
    }

    /// Puts the entry `at` to `value`.
    fn put(&mut self, at: usize, value: &BigRational) {
        let mut terms: BTreeMap<BTreeMap<usize, u32>, BigRational> = BTreeMap::new();
        for (mut powers, mut coefficient) in std::mem::take(&mut self.terms) {
            if let Some(power) = powers.remove(&at) {
                coefficient *= Pow::pow(value, power);
            }
            *terms.entry(powers).or_default() += coefficient;
        }
        terms.retain(|_, coefficient| !coefficient.is_zero());
        self.terms = terms;
    }
}
