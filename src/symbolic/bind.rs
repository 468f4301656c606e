//! Bindings and other names in the place of symbols.

use super::{Bindings, EvalError, Expr, Symbol};

impl Expr {
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
