//! Where a maximum changes sides: functions that are Laurent polynomials piece by
//! piece.
//!
//! The time of an op is the larger of its arithmetic and of its traffic, so that an
//! energy with the time in it is one polynomial up to some peak or bandwidth, and
//! another one beyond. Between two neighbouring places where any maximum changes
//! sides no other does, and what is left is a polynomial, of which all roots are
//! found.
//!
//! Two sides change where their difference is 0. Here that is an exact number, the
//! root of a linear polynomial: a time is of the form a + b/x in a peak or a
//! bandwidth x, and a + b·x in a launch. Where it is not, nothing is found.

use std::cmp::Ordering;

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::polynomial::Laurent;
use super::sturm::{Root, roots};
use crate::number::whole;
use crate::symbolic::{Atom, Bindings, Expr, Symbol};

/// More pieces than this are not looked at.
const MAX_PIECES: usize = 1000;

/// The roots of `f` from `from` to `to`, in order, each once, and the ends of the
/// pieces on which it is 0 throughout. `None` where it is no polynomial piece by
/// piece, or where too little is known of the pieces.
pub(super) fn piecewise_roots(
    f: &Expr,
    symbol: &Symbol,
    (from, to): (&BigRational, Option<&BigRational>),
) -> Option<Vec<Root>> {
    let mut found: Vec<Root> = Vec::new();
    let mut open = vec![(from.clone(), to.cloned())];
    let mut pieces = 0;
    while let Some((low, high)) = open.pop() {
        pieces += 1;
        if pieces > MAX_PIECES {
            return None;
        }
        let inside = Inside {
            symbol,
            low: &low,
            high: high.as_ref(),
        };
        let mut changes = Vec::new();
        let piece = inside.chosen(f, &mut changes)?;
        changes.sort();
        changes.dedup();
        if changes.is_empty() {
            let is_end = |root: &Root| root.low == *from || to == Some(&root.low);
            let is_flat = piece.is_zero();
            let roots = inside.roots(&piece)?.into_iter();
            found.extend(roots.filter(|root| !(is_flat && is_end(root))));
            continue;
        }
        let mut start = low.clone();
        for change in changes {
            open.push((start, Some(change.clone())));
            start = change;
        }
        open.push((start, high.clone()));
    }
    found.sort_by(|a, b| a.low.cmp(&b.low));
    // A root at the end of a piece is one of the next piece too.
    found.dedup_by(|next, known| next.low <= known.high);
    Some(found)
}

/// A piece, if no maximum changes sides in it.
struct Inside<'a> {
    symbol: &'a Symbol,
    low: &'a BigRational,
    high: Option<&'a BigRational>,
}

impl Inside<'_> {
    /// A value between its ends.
    fn sample(&self) -> BigRational {
        match self.high {
            Some(high) => (self.low + high) / whole(2),
            None => self.low + whole(1),
        }
    }

    fn holds(&self, value: &BigRational) -> bool {
        value > self.low && self.high.is_none_or(|high| value < high)
    }

    /// `expr` with the side of every maximum that is larger at the sample; where
    /// one changes sides inside, that is added to `changes`.
    fn chosen(&self, expr: &Expr, changes: &mut Vec<BigRational>) -> Option<Expr> {
        let mut sum = Expr::zero();
        for (monomial, coefficient) in expr.terms() {
            let mut product = Expr::constant(coefficient.clone());
            for (atom, exponent) in monomial.factors() {
                let factor = match atom {
                    Atom::Symbol(_) => Expr::from_atom(atom.clone()),
                    Atom::Group(inner) => self.chosen(inner, changes)?,
                    Atom::Max(pair) => self.larger(&pair.0, &pair.1, changes)?,
                    Atom::Floor(_) | Atom::Call(_) => return None,
                };
                product = &product * &factor.power(*exponent)?;
            }
            sum += &product;
        }
        Some(sum)
    }

    fn larger(&self, a: &Expr, b: &Expr, changes: &mut Vec<BigRational>) -> Option<Expr> {
        let (a, b) = (self.chosen(a, changes)?, self.chosen(b, changes)?);
        let difference = Laurent::of(&(&a - &b), self.symbol)?;
        changes.extend(linear_root(&difference)?.filter(|root| self.holds(root)));
        let mut values = Bindings::default();
        values.set(self.symbol.clone(), self.sample());
        let order = a.evaluate(&values).ok()?.cmp(&b.evaluate(&values).ok()?);
        Some(match order {
            Ordering::Less => b,
            Ordering::Equal | Ordering::Greater => a,
        })
    }

    fn roots(&self, piece: &Expr) -> Option<Vec<Root>> {
        let laurent = Laurent::of(piece, self.symbol)?;
        if laurent.polynomial.is_zero() {
            let ends = [Some(self.low), self.high].into_iter().flatten();
            return Some(ends.map(|end| Root::exactly(end.clone())).collect());
        }
        Some(roots(&laurent.polynomial, self.low, self.high))
    }
}

/// The only place above 0 where a linear polynomial is 0; the inner one is nothing
/// where it is 0 nowhere, or everywhere. `None` for any other polynomial.
fn linear_root(laurent: &Laurent) -> Option<Option<BigRational>> {
    match laurent.polynomial.coefficients() {
        [] | [_] => Some(None),
        [constant, slope] => {
            let root = -(constant / slope);
            Some(Some(root).filter(Signed::is_positive))
        }
        // No zeros in between: x² and a constant are not linear.
        _ => None,
    }
}

/// The sign of `f` at a value: −1, 0 or 1; nothing where it has no value.
pub(super) fn sign_at(f: &Expr, symbol: &Symbol, value: &BigRational) -> Option<i8> {
    let mut values = Bindings::default();
    values.set(symbol.clone(), value.clone());
    let value = f.evaluate(&values).ok()?;
    Some(match value.is_zero() {
        true => 0,
        false if value.is_positive() => 1,
        false => -1,
    })
}
