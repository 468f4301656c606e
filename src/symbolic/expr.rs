//! The canonical form and its arithmetic.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Add, AddAssign, Mul, Neg, Sub};
use std::sync::{Arc, LazyLock};

use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::number::{self, whole};

/// Products that would have more terms than this keep their factors, so that
/// no chain of products can grow without bound.
const MAX_TERMS: usize = 256;

/// The name of a dim or a parameter whose value is known only at evaluation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(Arc<str>);

impl Symbol {
    /// The symbol of this name.
    pub fn new(name: &str) -> Symbol {
        Symbol(Arc::from(name))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// A factor that polynomial arithmetic does not look into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// A dim or parameter.
    Symbol(Symbol),
    /// A sum kept as one factor: a divisor, or part of a product too long to
    /// multiply out.
    Group(Arc<Expr>),
    /// The largest whole number not above the expression.
    Floor(Arc<Expr>),
    /// The larger of two expressions.
    Max(Arc<(Expr, Expr)>),
}

/// A product of atoms with whole exponents, none of them zero, atoms in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monomial(Vec<(Atom, i32)>);

impl Monomial {
    /// The factors and their exponents.
    pub fn factors(&self) -> &[(Atom, i32)] {
        &self.0
    }

    fn times(&self, other: &Monomial) -> Monomial {
        if self.0.is_empty() || other.0.is_empty() {
            let factors = self.0.iter().chain(&other.0);
            return Monomial(factors.cloned().collect());
        }
        let mut exponents: BTreeMap<Atom, i32> = self.0.iter().cloned().collect();
        for (atom, exponent) in &other.0 {
            let sum = exponents.entry(atom.clone()).or_insert(0);
            *sum = sum.saturating_add(*exponent);
        }
        exponents.retain(|_, exponent| *exponent != 0);
        Monomial(exponents.into_iter().collect())
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

/// An expression over symbols: a sum of monomials with exact coefficients.
/// A copy shares its terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expr {
    /// In order of the monomials, each once. No coefficient is zero.
    terms: Arc<Terms>,
}

type Terms = Vec<(Monomial, BigRational)>;

/// Whole numbers below this are made once.
const SMALL: usize = 257;

/// The whole numbers from 0 on.
static WHOLE: LazyLock<Vec<Expr>> = LazyLock::new(|| {
    let unit = |value: usize| (Monomial::default(), whole(value));
    (0..SMALL)
        .map(|value| {
            Expr::of(
                Some(unit(value))
                    .filter(|_| value > 0)
                    .into_iter()
                    .collect(),
            )
        })
        .collect()
});

impl Default for Expr {
    fn default() -> Expr {
        Expr::zero()
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
    /// 0.
    pub fn zero() -> Expr {
        WHOLE[0].clone()
    }

    /// 1.
    pub fn one() -> Expr {
        WHOLE[1].clone()
    }

    fn of(terms: Terms) -> Expr {
        Expr {
            terms: Arc::new(terms),
        }
    }

    /// A number.
    pub fn constant(value: BigRational) -> Expr {
        let small = (value.is_integer())
            .then(|| value.numer().to_usize())
            .flatten();
        match small.and_then(|at| WHOLE.get(at)) {
            Some(known) => known.clone(),
            None => Expr::of(vec![(Monomial::default(), value)]),
        }
    }

    /// A whole number.
    pub fn whole(value: i64) -> Expr {
        let small = usize::try_from(value).ok();
        match small.and_then(|at| WHOLE.get(at)) {
            Some(known) => known.clone(),
            None => Expr::constant(whole(value)),
        }
    }

    /// A symbol.
    pub fn symbol(name: &str) -> Expr {
        Expr::from_atom(Atom::Symbol(Symbol::new(name)))
    }

    /// A single factor.
    pub fn from_atom(atom: Atom) -> Expr {
        Expr::term(Monomial(vec![(atom, 1)]), BigRational::one())
    }

    fn term(monomial: Monomial, coefficient: BigRational) -> Expr {
        if monomial.0.is_empty() {
            Expr::constant(coefficient)
        } else if coefficient.is_zero() {
            Expr::zero()
        } else {
            Expr::of(vec![(monomial, coefficient)])
        }
    }

    /// The monomials and their coefficients.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = (&Monomial, &BigRational)> {
        self.terms.iter().map(|(monomial, value)| (monomial, value))
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The term that it is, if it is a single one.
    fn only_term(&self) -> Option<(&Monomial, &BigRational)> {
        match self.terms.as_slice() {
            [(monomial, coefficient)] => Some((monomial, coefficient)),
            _ => None,
        }
    }

    /// What stands before a monomial, if it is there.
    fn coefficient(&self, monomial: &Monomial) -> Option<&BigRational> {
        let terms = &self.terms;
        let at = terms.binary_search_by(|(known, _)| known.cmp(monomial));
        at.ok().map(|at| &terms[at].1)
    }

    fn is_one(&self) -> bool {
        let term = self.only_term();
        term.is_some_and(|(monomial, value)| monomial.0.is_empty() && value.is_one())
    }

    /// Its value, if it holds no symbol.
    pub fn as_constant(&self) -> Option<BigRational> {
        match self.terms.as_slice() {
            [] => Some(BigRational::zero()),
            [(monomial, value)] if monomial.0.is_empty() => Some(value.clone()),
            _ => None,
        }
    }

    /// One of its terms as an expression of its own.
    pub fn from_term(monomial: &Monomial, coefficient: &BigRational) -> Expr {
        Expr::term(monomial.clone(), coefficient.clone())
    }

    /// Whether it has at most `size` parts, those of nested expressions
    /// included, and no product of more than `degree` factors. The time that
    /// this takes is bounded by `size`.
    pub fn is_within(&self, size: usize, degree: u32) -> bool {
        let mut left = size;
        self.degree(&mut left).is_some_and(|found| found <= degree)
    }

    /// The largest number of factors of a product, less the parts seen from
    /// `left`; `None` where there are more parts than that.
    fn degree(&self, left: &mut usize) -> Option<u32> {
        let mut largest = 0;
        for (monomial, _) in self.terms.iter() {
            *left = left.checked_sub(1)?;
            let mut sum: u32 = 0;
            for (atom, exponent) in &monomial.0 {
                *left = left.checked_sub(1)?;
                let inner = match atom {
                    Atom::Symbol(_) => 1,
                    Atom::Group(inner) | Atom::Floor(inner) => inner.degree(left)?,
                    Atom::Max(pair) => pair.0.degree(left)?.max(pair.1.degree(left)?),
                };
                sum = sum.saturating_add(inner.saturating_mul(exponent.unsigned_abs()));
            }
            largest = largest.max(sum);
        }
        Some(largest)
    }

    /// Every symbol in it.
    pub fn symbols(&self) -> BTreeSet<Symbol> {
        let mut found = BTreeSet::new();
        self.collect_symbols(&mut found);
        found
    }

    fn collect_symbols(&self, found: &mut BTreeSet<Symbol>) {
        for (atom, _) in self.terms.iter().flat_map(|(monomial, _)| &monomial.0) {
            match atom {
                Atom::Symbol(symbol) => {
                    found.insert(symbol.clone());
                }
                Atom::Group(inner) | Atom::Floor(inner) => inner.collect_symbols(found),
                Atom::Max(pair) => {
                    pair.0.collect_symbols(found);
                    pair.1.collect_symbols(found);
                }
            }
        }
    }

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

    /// The same with symbols replaced: `value` gives what stands for a symbol,
    /// `None` leaves it. `None` where a divisor becomes 0.
    pub fn substitute(&self, value: &impl Fn(&Symbol) -> Option<Expr>) -> Option<Expr> {
        let mut sum = Expr::zero();
        for (monomial, coefficient) in self.terms.iter() {
            let mut product = Expr::constant(coefficient.clone());
            for (atom, exponent) in &monomial.0 {
                let replaced = match atom {
                    Atom::Symbol(symbol) => {
                        value(symbol).unwrap_or_else(|| Expr::from_atom(atom.clone()))
                    }
                    Atom::Group(inner) => inner.substitute(value)?,
                    Atom::Floor(inner) => inner.substitute(value)?.floor(),
                    Atom::Max(pair) => pair.0.substitute(value)?.larger(&pair.1.substitute(value)?),
                };
                product = &product * &replaced.power(*exponent)?;
            }
            sum += &product;
        }
        Some(sum)
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

/// The greatest common divisor of the coefficients' numerators over the least
/// common multiple of their denominators, for printing common factors.
pub(super) fn common_denominator(expr: &Expr) -> num_bigint::BigInt {
    expr.terms
        .iter()
        .fold(num_bigint::BigInt::one(), |lcm, (_, value)| {
            lcm.lcm(value.denom())
        })
}

impl AddAssign<&Expr> for Expr {
    fn add_assign(&mut self, other: &Expr) {
        if self.terms.is_empty() {
            *self = other.clone();
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
