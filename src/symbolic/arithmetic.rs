//! Sums, products, quotients and powers, always in the canonical form.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;

use super::expr::{Atom, Expr, Monomial, Terms};
use crate::number;

/// Products that would have more terms than this keep their factors, so that
/// no chain of products can grow without bound.
pub(crate) const MAX_TERMS: usize = 256;

impl Monomial {
    fn times(&self, other: &Monomial) -> Monomial {
        if self.0.is_empty() || other.0.is_empty() {
            let factors = self.0.iter().chain(&other.0);
            return Monomial(factors.cloned().collect());
        }
        // Both are in order, each factor once.
        let (mut own, mut others) = (self.0.as_slice(), other.0.as_slice());
        let mut factors = Vec::with_capacity(own.len() + others.len());
        while let ([first, rest @ ..], [second, later @ ..]) = (own, others) {
            match first.0.cmp(&second.0) {
                Ordering::Less => {
                    factors.push(first.clone());
                    own = rest;
                }
                Ordering::Greater => {
                    factors.push(second.clone());
                    others = later;
                }
                Ordering::Equal => {
                    let exponent = first.1.saturating_add(second.1);
                    if exponent != 0 {
                        factors.push((first.0.clone(), exponent));
                    }
                    (own, others) = (rest, later);
                }
            }
        }
        factors.extend(own.iter().chain(others).cloned());
        Monomial(factors)
    }

    fn inverse(&self) -> Monomial {
        Monomial(
            self.0
                .iter()
                .map(|(atom, exponent)| (atom.clone(), exponent.saturating_neg()))
                .collect(),
        )
    }
}

/// Adds a term to a sum.
fn add_term(terms: &mut Terms, monomial: &Monomial, coefficient: &BigRational) {
    match terms.binary_search_by(|(known, _)| known.cmp(monomial)) {
        Err(at) => terms.insert(at, (monomial.clone(), coefficient.clone())),
        Ok(at) => {
            let known = &mut terms[at].1;
            *known = number::sum(known, coefficient);
            if known.is_zero() {
                terms.remove(at);
            }
        }
    }
}

impl Expr {
    /// Every coefficient times `factor`.
    pub fn scale(&self, factor: &BigRational) -> Expr {
        if factor.is_zero() {
            return Expr::zero();
        }
        let scaled = |(monomial, coefficient): &(Monomial, BigRational)| {
            (monomial.clone(), number::product(coefficient, factor))
        };
        Expr::of(self.terms.iter().map(scaled).collect())
    }

    /// The quotient; `None` where the divisor is 0.
    pub fn divide(&self, divisor: &Expr) -> Option<Expr> {
        let (first, coefficient) = divisor.terms.first()?;
        if divisor.terms.len() == 1 {
            return Some(self * &Expr::term(first.inverse(), coefficient.recip()));
        }
        // A sum divides as one factor, its first coefficient made 1 so that
        // 2a+2b and a+b are the same factor.
        let content = coefficient.clone();
        let monic = divisor.scale(&content.recip());
        if let Some((_, own)) = self.terms.first()
            && self.scale(&own.recip()) == monic
        {
            return Some(Expr::constant(own / content));
        }
        let inverse = Monomial(vec![(Atom::Group(Arc::new(monic)), -1)]);
        Some(self * &Expr::term(inverse, content.recip()))
    }

    /// The power; `None` for 0 to a negative one.
    pub fn power(&self, exponent: i32) -> Option<Expr> {
        let base = if exponent < 0 {
            Expr::one().divide(self)?
        } else {
            self.clone()
        };
        let mut result = Expr::one();
        for _ in 0..exponent.unsigned_abs() {
            result = &result * &base;
        }
        Some(result)
    }

    /// A factor that stands for this expression unexpanded.
    fn grouped(&self) -> Expr {
        match self.terms.first() {
            Some((_, coefficient)) if self.terms.len() > 1 => {
                let monic = self.scale(&coefficient.recip());
                Expr::term(
                    Monomial(vec![(Atom::Group(Arc::new(monic)), 1)]),
                    coefficient.clone(),
                )
            }
            _ => self.clone(),
        }
    }
}

impl AddAssign<&Expr> for Expr {
    fn add_assign(&mut self, other: &Expr) {
        if self.terms.is_empty() {
            *self = other.clone();
            return;
        }
        if other.terms.is_empty() {
            return;
        }
        if let ([(left, a)], [(right, b)]) = (self.terms.as_slice(), other.terms.as_slice())
            && left == right
        {
            *self = Expr::term(left.clone(), number::sum(a, b));
            return;
        }
        let terms = Arc::make_mut(&mut self.terms);
        for (monomial, coefficient) in other.terms.iter() {
            add_term(terms, monomial, coefficient);
        }
    }
}

impl Add for &Expr {
    type Output = Expr;
    fn add(self, other: &Expr) -> Expr {
        let mut sum = self.clone();
        sum += other;
        sum
    }
}

impl Sub for &Expr {
    type Output = Expr;
    fn sub(self, other: &Expr) -> Expr {
        self + &-other.clone()
    }
}

impl Neg for Expr {
    type Output = Expr;
    fn neg(mut self) -> Expr {
        for (_, coefficient) in Arc::make_mut(&mut self.terms) {
            *coefficient = -std::mem::take(coefficient);
        }
        self
    }
}

impl Mul for &Expr {
    type Output = Expr;
    fn mul(self, other: &Expr) -> Expr {
        if self.terms.len() * other.terms.len() > MAX_TERMS {
            return &self.grouped() * &other.grouped();
        }
        if self.is_one() {
            return other.clone();
        }
        if other.is_one() {
            return self.clone();
        }
        if let (Some((left, a)), Some((right, b))) = (self.only_term(), other.only_term()) {
            return Expr::term(left.times(right), number::product(a, b));
        }
        let mut product = Terms::new();
        for (left, a) in self.terms.iter() {
            for (right, b) in other.terms.iter() {
                add_term(&mut product, &left.times(right), &number::product(a, b));
            }
        }
        Expr::of(product)
    }
}

impl<'a> std::iter::Product<&'a Expr> for Expr {
    fn product<I: Iterator<Item = &'a Expr>>(factors: I) -> Expr {
        factors.fold(Expr::one(), |product, factor| &product * factor)
    }
}

impl<'a> std::iter::Sum<&'a Expr> for Expr {
    fn sum<I: Iterator<Item = &'a Expr>>(summands: I) -> Expr {
        summands.fold(Expr::zero(), |sum, summand| &sum + summand)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::number::whole;

    fn symbol(name: &str) -> Expr {
        Expr::symbol(name)
    }

    #[test]
    fn equal_polynomials_are_equal_values() {
        let (a, b) = (symbol("a"), symbol("b"));
        let square = &(&a + &b) * &(&a + &b);
        let expanded = &(&(&a * &a) + &(&a * &b).scale(&whole(2))) + &(&b * &b);
        assert_eq!(square, expanded);
        assert_eq!(&a - &a, Expr::zero());
        assert_eq!((&a * &b).divide(&b).unwrap(), a);
        assert_eq!(
            (&a + &b).scale(&whole(3)).divide(&(&a + &b)).unwrap(),
            Expr::whole(3)
        );
    }

    #[test]
    fn division_by_zero_is_no_value() {
        assert_eq!(symbol("a").divide(&Expr::zero()), None);
        assert_eq!(Expr::zero().power(-1), None);
    }

    #[test]
    fn products_of_long_sums_stay_small() {
        let sum: Expr = (0..40)
            .map(|i| symbol(&format!("x{i}")))
            .fold(Expr::zero(), |s, x| &s + &x);
        let product = sum.power(6).unwrap();
        assert!(product.terms().len() <= MAX_TERMS);
    }
}
