//! A condition of the model at the points of a sweep.

use crate::graph::{Constraint, Rule};
use crate::symbolic::{Bindings, Compiled, EvalError, Symbol};

/// A condition over the axes of a sweep.
#[derive(Debug, Clone)]
pub(super) struct Check {
    value: Compiled,
    rule: Rule,
}

impl Check {
    /// `constraint` over the `symbols` of the axes; other symbols are replaced
    /// by their values.
    pub(super) fn new(
        constraint: &Constraint,
        symbols: &[Symbol],
        values: &Bindings,
    ) -> Result<Check, EvalError> {
        Ok(Check {
            value: Compiled::new(&constraint.expr, symbols, values)?,
            rule: constraint.rule,
        })
    }

    /// Whether the model accepts the point `at`: what an estimate there says,
    /// by exact numbers where doubles cannot tell.
    pub(super) fn admits(&self, at: &[f64]) -> bool {
        let (low, high) = self.value.between(at);
        let decided = self.rule.admits_between(low, high);
        decided.unwrap_or_else(|| {
            let exact = self.value.exactly(at);
            exact.is_ok_and(|value| self.rule.admits(&value))
        })
    }
}
