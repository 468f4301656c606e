//! One value from an expression, exactly.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use num_rational::BigRational;

use super::error::EvalError;
use super::expr::{Atom, Expr, Terms};
use super::symbol::Symbol;
use crate::hash::FastMap;
use crate::number::Fraction;

/// The values of symbols, each exact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bindings(FastMap<Symbol, BigRational>);

impl Bindings {
    /// Sets the value of `symbol`.
    pub fn set(&mut self, symbol: Symbol, value: BigRational) {
        self.0.insert(symbol, value);
    }

    /// The value of `symbol`.
    pub fn get(&self, symbol: &Symbol) -> Option<&BigRational> {
        self.0.get(symbol)
    }

    /// Those of some symbols alone.
    pub(crate) fn only(&self, symbols: &[Symbol]) -> Bindings {
        let known = symbols.iter().filter_map(|symbol| {
            let value = self.get(symbol)?;
            Some((symbol.clone(), value.clone()))
        });
        Bindings(known.collect())
    }
}

/// Many values at once: of expressions that share their terms one is evaluated.
pub(crate) struct Evaluation<'e> {
    values: &'e Bindings,
    /// By where the terms are, which stay there as long as this does.
    known: FastMap<*const Terms, BigRational>,
}

impl<'e> Evaluation<'e> {
    /// Where the symbols have `values`.
    pub(crate) fn at(values: &'e Bindings) -> Evaluation<'e> {
        Evaluation {
            values,
            known: FastMap::default(),
        }
    }

    /// The exact value of an expression.
    ///
    /// # Errors
    /// As of [`Expr::evaluate`].
    pub(crate) fn of(&mut self, expr: &'e Expr) -> Result<BigRational, EvalError> {
        match self.known.entry(Arc::as_ptr(&expr.terms)) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(free) => Ok(free.insert(expr.evaluate(self.values)?).clone()),
        }
    }
}

impl Expr {
    /// The exact value where the symbols have `values`.
    ///
    /// # Errors
    /// Fails where a symbol has no value, and where a divisor is 0.
    pub fn evaluate(&self, values: &Bindings) -> Result<BigRational, EvalError> {
        // As most arguments of functions are.
        if let Some(value) = self.as_constant() {
            return Ok(value);
        }
        self.fraction(values).map(Fraction::into_rational)
    }

    fn fraction(&self, values: &Bindings) -> Result<Fraction, EvalError> {
        let mut sum = Fraction::zero();
        for (monomial, coefficient) in self.terms() {
            let mut product = Fraction::of(coefficient);
            for (atom, exponent) in monomial.factors() {
                let base = atom.fraction(values)?;
                if *exponent < 0 && base.is_zero() {
                    return Err(EvalError::DivisionByZero);
                }
                product = product.times(base.power(*exponent));
            }
            sum = sum.plus(product);
        }
        Ok(sum)
    }
}

impl Atom {
    fn fraction(&self, values: &Bindings) -> Result<Fraction, EvalError> {
        match self {
            Atom::Symbol(symbol) => values
                .get(symbol)
                .map(Fraction::of)
                .ok_or_else(|| EvalError::Unbound(symbol.clone())),
            Atom::Group(inner) => inner.fraction(values),
            Atom::Floor(inner) => Ok(inner.fraction(values)?.floor()),
            Atom::Max(pair) => Ok(pair.0.fraction(values)?.or_larger(pair.1.fraction(values)?)),
            Atom::Call(call) => {
                let arguments = call.arguments.iter().map(|inner| inner.evaluate(values));
                let value = call
                    .function
                    .evaluate(&arguments.collect::<Result<Vec<_>, _>>()?)?;
                Ok(Fraction::of(&value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use num_traits::Pow;

    use super::*;
    use crate::number::whole;

    #[test]
    fn values_are_exact_however_large() {
        let d = Expr::symbol("d");
        let mut values = Bindings::default();
        values.set(Symbol::new("d"), whole(10).pow(12));
        let cubed = d.power(3).unwrap();
        assert_eq!(cubed.evaluate(&values).unwrap(), whole(10).pow(36));
        let third = Expr::one().divide(&Expr::whole(3)).unwrap();
        let sum = &(&third + &third) + &third;
        assert_eq!(sum.evaluate(&values).unwrap(), whole(1));
    }

    /// 6 · 7 where both share their terms, 6 · 7 + 6 where they do not.
    #[test]
    fn what_shares_its_terms_has_one_value() {
        let (d, h) = (Expr::symbol("d"), Expr::symbol("h"));
        let mut values = Bindings::default();
        values.set(Symbol::new("d"), whole(6));
        values.set(Symbol::new("h"), whole(7));
        let product = &d * &h;
        let (shared, other, unknown) = (product.clone(), &product + &d, Expr::symbol("k"));
        let mut evaluation = Evaluation::at(&values);
        assert_eq!(evaluation.of(&product), Ok(whole(42)));
        assert_eq!(evaluation.of(&shared), Ok(whole(42)));
        assert_eq!(evaluation.of(&other), Ok(whole(48)));
        let missing = Err(EvalError::Unbound(Symbol::new("k")));
        assert_eq!(evaluation.of(&unknown), missing);
        assert_eq!(evaluation.of(&unknown), missing);
    }

    #[test]
    fn a_missing_value_and_a_zero_divisor_are_errors() {
        let quotient = Expr::symbol("d").divide(&Expr::symbol("h")).unwrap();
        let mut values = Bindings::default();
        values.set(Symbol::new("d"), whole(6));
        assert_eq!(
            quotient.evaluate(&values),
            Err(EvalError::Unbound(Symbol::new("h")))
        );
        values.set(Symbol::new("h"), whole(0));
        assert_eq!(quotient.evaluate(&values), Err(EvalError::DivisionByZero));
    }
}
