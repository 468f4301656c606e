//! Polynomials in one unknown with exact coefficients.
//!
//! An energy is a sum of products of dims and prices with whole exponents.
//! With numbers for all of them but one it is a Laurent polynomial in that
//! one, xᵏ·p(x) with p(0) ≠ 0. For x > 0 the factor xᵏ is positive, so that p
//! alone says where the energy is above or below 0: what is asked of it is
//! asked of a polynomial.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::number::whole;
use crate::symbolic::{Atom, Expr, Symbol};

/// Higher degrees are not solved: no energy has them, and the exact arithmetic
/// on them would not end.
const MAX_DEGREE: usize = 64;

/// A polynomial: coefficients by rising degree, the last of them not 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polynomial(Vec<BigRational>);

impl Polynomial {
    /// The polynomial with these coefficients, that of x⁰ first.
    pub fn new(mut coefficients: Vec<BigRational>) -> Polynomial {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        Polynomial(coefficients)
    }

    /// Its coefficients, that of x⁰ first; none for 0.
    pub fn coefficients(&self) -> &[BigRational] {
        &self.0
    }

    /// Whether it is 0 everywhere.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Its degree; that of 0 counts as 0.
    pub fn degree(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Its value at `x`, by Horner's rule.
    pub fn at(&self, x: &BigRational) -> BigRational {
        let zero = BigRational::zero();
        self.0.iter().rev().fold(zero, |sum, c| sum * x + c)
    }

    /// The sign of its value at `x`: −1, 0 or 1.
    pub fn sign_at(&self, x: &BigRational) -> i8 {
        sign(&self.at(x))
    }

    /// The sign of its values beyond all roots.
    pub fn sign_at_infinity(&self) -> i8 {
        self.0.last().map_or(0, sign)
    }

    /// Its derivative.
    pub fn derivative(&self) -> Polynomial {
        let powers = self.0.iter().enumerate().skip(1);
        Polynomial::new(powers.map(|(k, c)| c * whole(k)).collect())
    }

    /// Every coefficient times `factor`.
    pub fn scale(&self, factor: &BigRational) -> Polynomial {
        Polynomial::new(self.0.iter().map(|c| c * factor).collect())
    }

    /// The sum.
    pub fn plus(&self, other: &Polynomial) -> Polynomial {
        let (long, short) = if self.0.len() >= other.0.len() {
            (self, other)
        } else {
            (other, self)
        };
        let mut sum = long.0.clone();
        for (own, more) in sum.iter_mut().zip(&short.0) {
            *own += more;
        }
        Polynomial::new(sum)
    }

    /// The product.
    pub fn times(&self, other: &Polynomial) -> Polynomial {
        let mut product = vec![BigRational::zero(); self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            for (b, sum) in other.0.iter().zip(product.iter_mut().skip(i)) {
                *sum += a * b;
            }
        }
        Polynomial::new(product)
    }

    /// The product with xᵏ.
    pub fn shifted(&self, by: usize) -> Polynomial {
        let zeros = std::iter::repeat_n(BigRational::zero(), by);
        Polynomial::new(zeros.chain(self.0.iter().cloned()).collect())
    }

    /// Quotient and remainder of the division by `divisor`, which is not 0.
    fn divide(&self, divisor: &Polynomial) -> (Polynomial, Polynomial) {
        let mut remainder = self.0.clone();
        let mut quotient = Vec::new();
        let Some(leading) = divisor.0.last() else {
            return (Polynomial::default(), self.clone());
        };
        while remainder.len() >= divisor.0.len() {
            let Some(top) = remainder.pop() else { break };
            let factor = top / leading;
            let offset = remainder.len() + 1 - divisor.0.len();
            for (own, c) in remainder.iter_mut().skip(offset).zip(&divisor.0) {
                *own -= &factor * c;
            }
            quotient.push(factor);
        }
        quotient.reverse();
        (Polynomial::new(quotient), Polynomial::new(remainder))
    }

    /// The remainder of the division by `divisor`, which is not 0.
    pub fn remainder(&self, divisor: &Polynomial) -> Polynomial {
        self.divide(divisor).1
    }

    /// The same times the positive number that makes its coefficients whole
    /// and without a common factor, to keep the numbers of a long computation
    /// small. All signs stay.
    pub fn primitive(&self) -> Polynomial {
        let denominators = self.0.iter().map(BigRational::denom);
        let denominator = denominators.fold(BigInt::one(), |lcm, d| lcm.lcm(d));
        let scaled = self.scale(&whole(denominator));
        let numerators = scaled.0.iter().map(BigRational::numer);
        let content = numerators.fold(BigInt::zero(), |gcd, n| gcd.gcd(n));
        if content.is_zero() {
            return scaled;
        }
        scaled.scale(&BigRational::new(BigInt::one(), content))
    }

    /// A polynomial with the same roots, each of them once.
    pub fn square_free(&self) -> Polynomial {
        // A root of multiplicity m is one of multiplicity m − 1 of p′.
        let (mut a, mut b) = (self.primitive(), self.derivative().primitive());
        while !b.is_zero() {
            let remainder = a.remainder(&b).primitive();
            (a, b) = (b, remainder);
        }
        if a.degree() == 0 {
            return self.primitive();
        }
        let common = a.scale(&whole(a.sign_at_infinity()));
        self.divide(&common).0.primitive()
    }

    /// A number above the size of every root (Cauchy's bound).
    pub fn root_bound(&self) -> BigRational {
        let Some(leading) = self.0.last() else {
            return whole(1);
        };
        let sizes = self.0.iter().map(|c| (c / leading).abs());
        sizes.max().unwrap_or_default() + whole(1)
    }
}

fn sign(value: &BigRational) -> i8 {
    if value.is_zero() {
        0
    } else if value.is_positive() {
        1
    } else {
        -1
    }
}

/// xᵏ times a polynomial that is not 0 at 0, or 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Laurent {
    /// k, which may be negative.
    pub shift: i32,
    /// The polynomial.
    pub polynomial: Polynomial,
}

impl Laurent {
    /// Whether it rises wherever x > 0: terms of positive degree do where they
    /// are positive, those of negative degree where they are negative.
    pub fn rises(&self) -> bool {
        let coefficients = (self.shift..).zip(self.polynomial.coefficients());
        coefficients
            .into_iter()
            .all(|(degree, coefficient)| match degree.cmp(&0) {
                Ordering::Greater => !coefficient.is_negative(),
                Ordering::Equal => true,
                Ordering::Less => !coefficient.is_positive(),
            })
    }

    /// `expr`, which holds no symbol but `symbol`, in this form. `None` where
    /// the symbol stands in a floor, a maximum or a divisor of several terms,
    /// and where the degree is beyond 64.
    pub fn of(expr: &Expr, symbol: &Symbol) -> Option<Laurent> {
        let mut by_exponent: BTreeMap<i32, BigRational> = BTreeMap::new();
        for (monomial, coefficient) in expr.terms() {
            let exponent = match monomial.factors() {
                [] => 0,
                [(Atom::Symbol(own), exponent)] if own == symbol => *exponent,
                _ => return None,
            };
            by_exponent.insert(exponent, coefficient.clone());
        }
        let Some((shift, _)) = by_exponent.first_key_value() else {
            return Some(Laurent::default());
        };
        let shift = *shift;
        let (last, _) = by_exponent.last_key_value()?;
        let degree = usize::try_from(i64::from(*last) - i64::from(shift)).ok()?;
        if degree > MAX_DEGREE {
            return None;
        }
        let mut coefficients = vec![BigRational::zero(); degree + 1];
        for (exponent, coefficient) in by_exponent {
            let at = usize::try_from(i64::from(exponent) - i64::from(shift)).ok()?;
            if let Some(place) = coefficients.get_mut(at) {
                *place = coefficient;
            }
        }
        Some(Laurent {
            shift,
            polynomial: Polynomial::new(coefficients),
        })
    }

    /// The highest exponent.
    pub fn top(&self) -> i64 {
        i64::from(self.shift) + i64::try_from(self.polynomial.degree()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn polynomial<const N: usize>(coefficients: [i64; N]) -> Polynomial {
        Polynomial::new(coefficients.map(whole).to_vec())
    }

    #[test]
    fn division_leaves_what_is_left() {
        // x³ − 2x + 5 = (x − 1)·(x² + x − 1) + 4.
        let p = polynomial([5, -2, 0, 1]);
        let (quotient, remainder) = p.divide(&polynomial([-1, 1]));
        assert_eq!(quotient, polynomial([-1, 1, 1]));
        assert_eq!(remainder, polynomial([4]));
        assert_eq!(quotient.times(&polynomial([-1, 1])).plus(&remainder), p);
    }

    #[test]
    fn roots_are_kept_once() {
        // (x − 1)²·(x + 2)³ has the roots of (x − 1)·(x + 2).
        let (a, b) = (polynomial([-1, 1]), polynomial([2, 1]));
        let p = a.times(&a).times(&b).times(&b).times(&b);
        assert_eq!(p.square_free(), a.times(&b));
        assert_eq!(polynomial([7]).square_free(), polynomial([1]));
        assert!(Polynomial::default().square_free().is_zero());
    }

    #[test]
    fn sums_of_powers_are_laurent_polynomials() {
        let (n, x) = (Expr::symbol("n"), Symbol::new("n"));
        let inverse = Expr::one().divide(&n).unwrap();
        let sum = &(&n * &n).scale(&whole(3)) - &inverse;
        let found = Laurent::of(&sum, &x).unwrap();
        assert_eq!(found.shift, -1);
        assert_eq!(found.top(), 2);
        assert_eq!(found.polynomial, polynomial([-1, 0, 0, 3]));
        assert_eq!(Laurent::of(&n.floor(), &x), None);
        let over_sum = Expr::one().divide(&(&n + &Expr::one())).unwrap();
        assert_eq!(Laurent::of(&over_sum, &x), None);
        assert_eq!(
            Laurent::of(&n.power(32).unwrap().power(3).unwrap(), &x).map(|l| l.shift),
            Some(96)
        );
        assert_eq!(Laurent::of(&(&n.power(96).unwrap() + &n), &x), None);
    }
}
