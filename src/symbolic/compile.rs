//! Expressions compiled to floating point, for many evaluations.
//!
//! Exact evaluation is for one number. A sweep evaluates the same expressions
//! millions of times over variables in known places; [`Compiled`] is the plain
//! tree for that, with all other symbols already replaced by their values.

use super::evaluate::{Bindings, EvalError};
use super::expr::{Atom, Expr, Symbol};
use crate::number::to_f64;

/// An expression over variables in known places.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    coefficient: f64,
    /// Factors with positive exponents, and with negative ones. Both products
    /// are taken first and divided once, so that 45/15 is 3 exactly.
    above: Vec<(Factor, i32)>,
    below: Vec<(Factor, i32)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Factor {
    Variable(usize),
    Group(Compiled),
    Floor(Compiled),
    Max(Compiled, Compiled),
}

impl Compiled {
    /// Compiles `expr` over the `variables` given; every other symbol is
    /// replaced by its value.
    ///
    /// # Errors
    /// A symbol that is no variable and has no value, or a division by zero.
    pub fn new(
        expr: &Expr,
        variables: &[Symbol],
        values: &Bindings,
    ) -> Result<Compiled, EvalError> {
        let bound = expr.bind(variables, values)?;
        Ok(Compiled::of(&bound, variables))
    }

    /// Compiles an expression that has no symbols but the variables.
    fn of(expr: &Expr, variables: &[Symbol]) -> Compiled {
        let terms = expr.terms().map(|(monomial, coefficient)| {
            let mut term = Term {
                coefficient: to_f64(coefficient),
                above: Vec::new(),
                below: Vec::new(),
            };
            for (atom, exponent) in monomial.factors() {
                let factor = Factor::of(atom, variables);
                if *exponent > 0 {
                    term.above.push((factor, *exponent));
                } else {
                    term.below.push((factor, -exponent));
                }
            }
            term
        });
        Compiled {
            terms: terms.collect(),
        }
    }

    /// The value where the variables have the values `at`.
    pub fn evaluate(&self, at: &[f64]) -> f64 {
        let product = |factors: &[(Factor, i32)]| {
            factors
                .iter()
                .map(|(factor, exponent)| factor.evaluate(at).powi(*exponent))
                .product::<f64>()
        };
        self.terms
            .iter()
            .map(|term| {
                let above = term.coefficient * product(&term.above);
                // A division by 1 is exact, but not free.
                match term.below.as_slice() {
                    [] => above,
                    below => above / product(below),
                }
            })
            .sum()
    }
}

impl Factor {
    fn of(atom: &Atom, variables: &[Symbol]) -> Factor {
        match atom {
            Atom::Symbol(symbol) => Factor::Variable(
                // Binding has replaced every symbol that is no variable.
                variables
                    .iter()
                    .position(|known| known == symbol)
                    .unwrap_or(usize::MAX),
            ),
            Atom::Group(inner) => Factor::Group(Compiled::of(inner, variables)),
            Atom::Floor(inner) => Factor::Floor(Compiled::of(inner, variables)),
            Atom::Max(pair) => Factor::Max(
                Compiled::of(&pair.0, variables),
                Compiled::of(&pair.1, variables),
            ),
        }
    }

    fn evaluate(&self, at: &[f64]) -> f64 {
        match self {
            Factor::Variable(place) => at.get(*place).copied().unwrap_or(f64::NAN),
            Factor::Group(inner) => inner.evaluate(at),
            Factor::Floor(inner) => floor(inner.evaluate(at)),
            Factor::Max(a, b) => a.evaluate(at).max(b.evaluate(at)),
        }
    }
}

/// The floor of a number that may have lost its last digits: 2.9999999999 was
/// 3 before it was rounded.
fn floor(value: f64) -> f64 {
    (value + 1e-9 * value.abs().max(1.0)).floor()
}

impl Expr {
    /// The same with every symbol but `variables` replaced by its value.
    ///
    /// # Errors
    /// A symbol that is no variable and has no value, or a division by zero.
    pub fn bind(&self, variables: &[Symbol], values: &Bindings) -> Result<Expr, EvalError> {
        for symbol in self.symbols() {
            if !variables.contains(&symbol) && values.get(&symbol).is_none() {
                return Err(EvalError::Unbound(symbol));
            }
        }
        self.substitute(&|symbol| {
            if variables.contains(symbol) {
                return None;
            }
            values.get(symbol).cloned().map(Expr::constant)
        })
        .ok_or(EvalError::DivisionByZero)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::number::whole;

    #[test]
    fn compiled_and_exact_values_agree() {
        let (n, d, h) = (Expr::symbol("n"), Expr::symbol("d"), Expr::symbol("h"));
        let half = (&n - &Expr::one()).scale(&whole(2).recip()).floor();
        let expr = &(&(&d * &d).divide(&h).unwrap() + &half) + &n.larger(&d);
        let mut values = Bindings::default();
        values.set(Symbol::new("h"), whole(8));
        let variables = [Symbol::new("n"), Symbol::new("d")];
        let compiled = Compiled::new(&expr, &variables, &values).unwrap();
        // 512²/8 + ⌊24/2⌋ + max(25, 512) = 32768 + 12 + 512
        assert_eq!(compiled.evaluate(&[25.0, 512.0]), 33292.0);
    }

    #[test]
    fn a_quotient_of_multiples_is_whole() {
        let ratio = Expr::symbol("a")
            .divide(&Expr::symbol("b"))
            .unwrap()
            .floor();
        let variables = [Symbol::new("a"), Symbol::new("b")];
        let compiled = Compiled::new(&ratio, &variables, &Bindings::default()).unwrap();
        for b in 1..60_i32 {
            for times in 1..60_i32 {
                let at = [f64::from(b * times), f64::from(b)];
                assert_eq!(compiled.evaluate(&at), f64::from(times));
            }
        }
    }

    #[test]
    fn a_symbol_without_a_value_is_named() {
        let error = Compiled::new(&Expr::symbol("x"), &[], &Bindings::default());
        assert_eq!(error, Err(EvalError::Unbound(Symbol::new("x"))));
    }
}
