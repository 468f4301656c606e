//! A condition of the model at the points of a sweep.

use std::collections::{BTreeSet, HashSet};

use crate::graph::{Constraint, Rule};
use crate::symbolic::{Bindings, Compiled, EvalError, Expr, Symbol};

/// A condition over the axes of a sweep.
#[derive(Debug, Clone)]
pub(super) struct Check {
    value: Compiled,
    rule: Rule,
}

/// The conditions on the `symbols` of the axes, each once, beside the symbols in
/// it. What holds none of them is not for a sweep to check.
pub(super) fn checks(
    constraints: &[Constraint],
    symbols: &[Symbol],
    values: &Bindings,
) -> Result<Vec<(BTreeSet<Symbol>, Check)>, EvalError> {
    let mut known: HashSet<(Expr, Rule)> = HashSet::new();
    let mut checks = Vec::new();
    for constraint in constraints {
        let mut inside = constraint.expr.symbols();
        inside.retain(|symbol| symbols.contains(symbol));
        if inside.is_empty() {
            continue;
        }
        let bound = constraint.expr.bind(symbols, values)?;
        if known.insert((bound.clone(), constraint.rule)) {
            let value = Compiled::new(&bound, symbols, values)?;
            let rule = constraint.rule;
            checks.push((inside, Check { value, rule }));
        }
    }
    Ok(checks)
}

impl Check {
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
