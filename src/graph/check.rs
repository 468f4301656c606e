//! Which of the conditions on the dims do not hold, for the values at hand or
//! for a point of a sweep.

use super::constraint::Constraint;
use super::limits::MAX_PROBLEMS;
use super::op_graph::OpGraph;
use super::symbols::shown;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};

impl Constraint {
    /// What is wrong with it at `values`, if anything: `axis `k` of `score` is
    /// 512/7: not a whole number`.
    pub fn fault(&self, values: &Bindings) -> Option<String> {
        match self.expr.evaluate(values) {
            Ok(value) => {
                let fault = self.rule.broken_by(&value)?;
                Some(format!("{} is {}: {fault}", self.what, shown(&value)))
            }
            Err(error) => Some(format!("{} has no value: {error}", self.what)),
        }
    }
}

impl OpGraph {
    /// Checks every constraint in which none of `swept` stands, at the graph's
    /// own values.
    ///
    /// # Errors
    /// Each constraint that does not hold.
    pub fn check_without(&self, swept: &[Symbol]) -> Result<(), Problems> {
        let mut fixed = self.clone();
        fixed.constraints.retain(|constraint| {
            let inside = constraint.expr.symbols();
            !swept.iter().any(|symbol| inside.contains(symbol))
        });
        fixed.check(&self.values())
    }

    /// Checks every constraint at `values`.
    ///
    /// # Errors
    /// Each constraint that does not hold, with the values that break it.
    pub fn check(&self, values: &Bindings) -> Result<(), Problems> {
        let mut problems = Problems::new();
        for constraint in &self.constraints {
            let Some(message) = constraint.fault(values) else {
                continue;
            };
            let label = self.explain(&constraint.expr, values);
            let mistake = Diagnostic::new(message).labelled(&constraint.place, label);
            problems.push(self.with_settings(mistake, constraint));
            if problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        problems.or(())
    }

    /// Points also at what the user set, where the broken condition stands in
    /// a file that is not the user's.
    fn with_settings(&self, mut mistake: Diagnostic, constraint: &Constraint) -> Diagnostic {
        let inside = constraint.expr.symbols();
        for info in self
            .symbols
            .iter()
            .filter(|info| inside.contains(&info.symbol))
        {
            let elsewhere = info.place.source() != constraint.place.source();
            if elsewhere && info.place.source().name() != self.source {
                mistake = mistake.and(&info.place, format!("`{}` is set here", info.symbol.name()));
            }
        }
        mistake
    }

    /// `d/h with d = 512, h = 7`.
    fn explain(&self, expr: &Expr, values: &Bindings) -> String {
        let symbols = expr.symbols();
        let given: Vec<String> = symbols
            .iter()
            .filter_map(|symbol| {
                Some(format!(
                    "{} = {}",
                    symbol.name(),
                    shown(values.get(symbol)?)
                ))
            })
            .collect();
        match given.as_slice() {
            [] => String::new(),
            [_] if expr.terms().len() == 1
                && *expr == Expr::symbol(symbols.iter().next().map_or("", |s| s.name())) =>
            {
                String::new()
            }
            _ => format!("{expr} with {}", given.join(", ")),
        }
    }
}
