//! Expressions put in the place of symbols.

use std::sync::Arc;

use super::expr::{Atom, Expr};
use super::symbol::Symbol;
use crate::number::Fraction;

impl Expr {
    /// The same with symbols replaced: `value` gives what stands for a symbol,
    /// `None` leaves it. `None` where a divisor becomes 0.
    pub fn substitute(&self, value: &impl Fn(&Symbol) -> Option<Expr>) -> Option<Expr> {
        let mut sum = Expr::zero();
        for (monomial, coefficient) in self.terms.iter() {
            let mut number = Fraction::of(coefficient);
            let mut product = Expr::one();
            for (atom, exponent) in &monomial.0 {
                let replaced = match atom {
                    Atom::Symbol(symbol) => {
                        value(symbol).unwrap_or_else(|| Expr::from_atom(atom.clone()))
                    }
                    Atom::Group(inner) => inner.substitute(value)?,
                    Atom::Floor(inner) => inner.substitute(value)?.floor(),
                    Atom::Max(pair) => pair.0.substitute(value)?.larger(&pair.1.substitute(value)?),
                    Atom::Call(call) => {
                        let arguments = call.arguments.iter().map(|inner| inner.substitute(value));
                        Expr::call(
                            Arc::clone(&call.function),
                            arguments.collect::<Option<_>>()?,
                        )
                    }
                };
                // Most of what is put in is numbers.
                match replaced.as_fraction() {
                    Some(value) if value.is_zero() && *exponent < 0 => return None,
                    Some(value) => number = number.times(value.power(*exponent)),
                    None => product = &product * &replaced.power(*exponent)?,
                }
            }
            sum += &product.scale(&number.into_rational());
        }
        Some(sum)
    }
}
