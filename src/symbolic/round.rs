//! What is no polynomial: rounding, and the larger or the smaller of two.

use std::sync::Arc;

use num_traits::{One, Signed};

use super::expr::{Atom, Expr, Monomial};

impl Expr {
    /// The largest whole number not above it.
    pub fn floor(&self) -> Expr {
        if let Some(value) = self.as_constant() {
            return Expr::constant(value.floor());
        }
        // Whole constants come out: ⌊x + 2⌋ = ⌊x⌋ + 2.
        let unit = Monomial::default();
        let constant = self.coefficient(&unit).cloned().unwrap_or_default();
        let outside = constant.floor();
        let mut inner = self - &Expr::constant(outside.clone());
        // ⌊(⌊x⌋ + a) / m⌋ = ⌊(x + a) / m⌋ for whole a and m, m > 0.
        if let Some(flat) = inner.flatten_floor() {
            inner = flat;
            return &inner.floor() + &Expr::constant(outside);
        }
        &Expr::from_atom(Atom::Floor(Arc::new(inner))) + &Expr::constant(outside)
    }

    fn flatten_floor(&self) -> Option<Expr> {
        let constant = self.coefficient(&Monomial::default());
        let mut others = self.terms.iter().filter(|(key, _)| !key.0.is_empty());
        let (monomial, share) = others.next()?;
        if others.next().is_some() {
            return None;
        }
        let [(Atom::Floor(nested), 1)] = monomial.0.as_slice() else {
            return None;
        };
        let offset = constant.cloned().unwrap_or_default() / share;
        let divides = share.is_positive() && share.numer().is_one() && offset.is_integer();
        divides.then(|| (&**nested + &Expr::constant(offset)).scale(share))
    }

    /// The smallest whole number not below it.
    pub fn ceil(&self) -> Expr {
        -(-self.clone()).floor()
    }

    /// The larger of two.
    pub fn larger(&self, other: &Expr) -> Expr {
        if self == other {
            return self.clone();
        }
        match (self.as_constant(), other.as_constant()) {
            (Some(a), Some(b)) => Expr::constant(a.max(b)),
            _ => {
                let (low, high) = if self <= other {
                    (self, other)
                } else {
                    (other, self)
                };
                Expr::from_atom(Atom::Max(Arc::new((low.clone(), high.clone()))))
            }
        }
    }

    /// The smaller of two.
    pub fn smaller(&self, other: &Expr) -> Expr {
        -(-self.clone()).larger(&-other.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use num_rational::BigRational;

    use crate::number::whole;

    fn symbol(name: &str) -> Expr {
        Expr::symbol(name)
    }

    #[test]
    fn halving_twice_is_quartering() {
        // A convolution of stride 2 makes ⌊(s − 1)/2⌋ + 1 of s.
        let half = |s: &Expr| {
            let shifted = (s - &Expr::one()).scale(&whole(2).recip());
            &shifted.floor() + &Expr::one()
        };
        let quarter = (&symbol("s") - &Expr::one()).scale(&whole(4).recip());
        assert_eq!(half(&half(&symbol("s"))), &quarter.floor() + &Expr::one());
    }

    #[test]
    fn floors_of_constants_are_numbers() {
        let value = Expr::constant(BigRational::new((-7).into(), 2.into()));
        assert_eq!(value.floor(), Expr::whole(-4));
        assert_eq!(value.ceil(), Expr::whole(-3));
        assert_eq!(Expr::whole(3).smaller(&Expr::whole(2)), Expr::whole(2));
    }
}
