//! A graph at other numbers, without lowering its model again.
//!
//! A plain number that may be set stays a symbol, in which all shapes and counts
//! are written. So the graph of other numbers is the same one with other values of
//! its symbols. It may be another where a number decides which ops there are, where
//! a name stands for several numbers or for a formula, and where values are compared,
//! as those of densities that were measured are: then the model is lowered again.

use num_rational::BigRational;

use super::lower::{Setting, settable_numbers};
use super::op_graph::OpGraph;
use crate::formula::{AstNode, Formula};
use crate::model::{Model, Phase};
use crate::symbolic::Symbol;

impl OpGraph {
    /// What [`lower`](super::lower) makes of the same variant of `model` with
    /// `settings`, where this graph was made with those `before`; nothing where it
    /// may be another graph, or where a condition does not hold.
    pub fn at_settings(
        &self,
        model: &Model,
        before: &[Setting],
        settings: &[Setting],
    ) -> Option<OpGraph> {
        if self.phase != Phase::Prefill || self.densities.is_some() {
            return None;
        }
        let emptiable = self.emptiable();
        let mut changes: Vec<(Symbol, &Formula)> = Vec::new();
        for set in before.iter().chain(settings) {
            let name = set.name.value.as_str();
            let known = find(before, name);
            let wanted = find(settings, name);
            let (known, wanted) = match (known, wanted) {
                (Some(known), Some(wanted)) => (known, wanted),
                (known, wanted) => {
                    let usual = self.usual(model, name)?;
                    (known.unwrap_or(usual), wanted.unwrap_or(usual))
                }
            };
            if number(known)? == number(wanted)? {
                continue;
            }
            let symbol = Symbol::new(name);
            if self.switches.contains(&symbol) || emptiable.contains(&symbol) {
                return None;
            }
            changes.push((symbol, wanted));
        }
        let mut graph = self.clone();
        for (symbol, wanted) in changes {
            // It may stand in a block that this variant does not have.
            let known = graph.symbols.iter_mut();
            for info in known.filter(|info| info.symbol == symbol) {
                info.value = number(wanted)?.clone();
                info.place = wanted.place.clone();
            }
        }
        graph.check(&graph.values()).ok()?;
        Some(graph)
    }

    /// What a number is where nobody sets it, if it is the same in every block.
    fn usual<'m>(&self, model: &'m Model, name: &str) -> Option<&'m Formula> {
        let mut all = settable_numbers(model, &self.variant, name);
        let first = all.next()?;
        let value = number(first)?;
        all.all(|other| number(other) == Some(value))
            .then_some(first)
    }
}

fn find<'s>(settings: &'s [Setting], name: &str) -> Option<&'s Formula> {
    let mut settings = settings.iter();
    let found = settings.find(|set| set.name.value == name);
    found.map(|set| &set.formula)
}

/// The number that a formula is, if it is one that stays a symbol.
fn number(formula: &Formula) -> Option<&BigRational> {
    match &formula.ast.node {
        AstNode::Number(value) if !formula.is_text => Some(value),
        _ => None,
    }
}
