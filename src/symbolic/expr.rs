//! The canonical form: what an expression is made of.
//!
//! An [`Expr`] is a sum of products of [`Atom`]s, and some atoms hold
//! expressions, so the two stand in one file.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::function::Function;
use super::symbol::Symbol;
use crate::number::{Fraction, whole};

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
    /// A function of other expressions.
    Call(Arc<Call>),
}

/// A function and its arguments.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function.
    pub function: Arc<dyn Function>,
    /// What it is applied to.
    pub arguments: Vec<Expr>,
}

impl Call {
    fn key(&self) -> (&str, &[Expr]) {
        (self.function.name(), &self.arguments)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Call {}

impl PartialOrd for Call {
    fn partial_cmp(&self, other: &Call) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Call {
    fn cmp(&self, other: &Call) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// A product of atoms with whole exponents, none of them zero, atoms in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monomial(pub(super) Vec<(Atom, i32)>);

impl Monomial {
    /// The factors and their exponents.
    pub fn factors(&self) -> &[(Atom, i32)] {
        &self.0
    }
}

/// An expression over symbols: a sum of monomials with exact coefficients.
/// A copy shares its terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expr {
    /// In order of the monomials, each once. No coefficient is zero.
    pub(super) terms: Arc<Terms>,
}

impl Hash for Expr {
    // Every coefficient is reduced, so equal ones have the same two numbers; to hash
    // them as a fraction would divide them anew.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.terms.len());
        for (monomial, coefficient) in self.terms.iter() {
            monomial.hash(state);
            coefficient.numer().hash(state);
            coefficient.denom().hash(state);
        }
    }
}

/// Monomials in order, each once, with what stands before it.
pub(super) type Terms = Vec<(Monomial, BigRational)>;

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

impl Expr {
    /// 0.
    pub fn zero() -> Expr {
        WHOLE[0].clone()
    }

    /// 1.
    pub fn one() -> Expr {
        WHOLE[1].clone()
    }

    pub(super) fn of(terms: Terms) -> Expr {
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

    pub(super) fn term(monomial: Monomial, coefficient: BigRational) -> Expr {
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
    pub(super) fn only_term(&self) -> Option<(&Monomial, &BigRational)> {
        match self.terms.as_slice() {
            [(monomial, coefficient)] => Some((monomial, coefficient)),
            _ => None,
        }
    }

    /// What stands before a monomial, if it is there.
    pub(super) fn coefficient(&self, monomial: &Monomial) -> Option<&BigRational> {
        let terms = &self.terms;
        let at = terms.binary_search_by(|(known, _)| known.cmp(monomial));
        at.ok().map(|at| &terms[at].1)
    }

    pub(super) fn is_one(&self) -> bool {
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

    /// The same, ready to be reckoned with.
    pub(super) fn as_fraction(&self) -> Option<Fraction> {
        match self.terms.as_slice() {
            [] => Some(Fraction::zero()),
            [(monomial, value)] if monomial.0.is_empty() => Some(Fraction::of(value)),
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
                    Atom::Call(call) => {
                        let degrees = call.arguments.iter().map(|inner| inner.degree(left));
                        degrees.collect::<Option<Vec<u32>>>()?.into_iter().max()?
                    }
                };
                sum = sum.saturating_add(inner.saturating_mul(exponent.unsigned_abs()));
            }
            largest = largest.max(sum);
        }
        Some(largest)
    }

    /// Whether a symbol is in an argument of a function.
    pub fn is_called_with(&self, symbol: &Symbol) -> bool {
        let factors = self.terms.iter().flat_map(|(monomial, _)| &monomial.0);
        let mut atoms = factors.map(|(atom, _)| atom);
        atoms.any(|atom| match atom {
            Atom::Symbol(_) => false,
            Atom::Group(inner) | Atom::Floor(inner) => inner.is_called_with(symbol),
            Atom::Max(pair) => pair.0.is_called_with(symbol) || pair.1.is_called_with(symbol),
            Atom::Call(call) => {
                let rests = |argument: &Expr| argument.symbols().contains(symbol);
                call.arguments.iter().any(rests)
            }
        })
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
                Atom::Call(call) => {
                    for argument in &call.arguments {
                        argument.collect_symbols(found);
                    }
                }
            }
        }
    }
}
