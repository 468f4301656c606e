//! Expressions put in the place of symbols.

use super::evaluate::{Bindings, EvalError};
use super::expr::{Atom, Expr, Symbol};

impl Expr {
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

    /// The same with another symbol in the place of one.
    pub fn renamed(&self, symbol: &Symbol, new: &Symbol) -> Expr {
        if symbol == new {
            return self.clone();
        }
        let renamed = self.substitute(&|own| (own == symbol).then(|| Expr::symbol(new.name())));
        // A symbol is no 0 to divide by.
        renamed.unwrap_or_else(|| self.clone())
    }

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
