//! One value from an expression, exactly.

use num_rational::BigRational;

use super::error::EvalError;
use super::expr::{Atom, Expr};
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
