//! The state of lowering: what was made so far, and how much work it was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::lowered::{Body, Form, Item, Lowered, Value, ValueId};
use super::settings::Slots;
use crate::domain::Domain;
use crate::format::Format;
use crate::formula::Formula;
use crate::graph::Einsum;
use crate::graph::constraint::{Constraints, Rule};
use crate::graph::elementwise::Term;
use crate::graph::limits::{self, MAX_PROBLEMS, Work};
use crate::graph::names::Names;
use crate::graph::reported::Reported;
use crate::graph::scopes;
use crate::graph::symbols::Symbols;
use crate::hash::{FastMap, FastSet};
use crate::model::{Map, Model, Module, NamedWeight, Reduce};
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Expr, Symbol};

/// Elementwise ops of one block that do the same to the same tensors are one
/// op. Other blocks do it again, also where they are the same block once more:
/// what a layer does is counted in every layer, folded or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SharedKey {
    pub(super) formula: String,
    pub(super) operands: Vec<ValueId>,
    pub(super) share: Expr,
    pub(super) masked: Expr,
    pub(super) format: Option<Format>,
    pub(super) domain: Option<Domain>,
    pub(super) density: Option<Expr>,
}

/// What an einsum follows from, within one block.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct EinsumKey<'m> {
    pub(super) text: &'m str,
    pub(super) map: Map,
    pub(super) reduce: Reduce,
    pub(super) bias: Option<&'m str>,
    /// The shapes of its operands, and whether they are weights.
    pub(super) operands: Vec<(Arc<[Expr]>, bool)>,
}

/// A model while it is lowered.
pub(super) struct Lowering<'m> {
    pub(super) model: &'m Model,
    pub(super) settings: BTreeMap<String, Formula>,
    /// What the variant sets for itself.
    set: BTreeSet<String>,
    pub(super) slots: Slots<'m>,
    /// The share of ones among bits of which nothing else is known.
    pub(super) bit_density: Option<Expr>,
    pub(super) symbols: Symbols,
    pub(super) constraints: Constraints,
    /// The symbols that decide which ops there are.
    pub(super) switches: BTreeSet<Symbol>,
    /// Extents of results that were found to be of a sensible size.
    sized: FastSet<Expr>,
    /// The einsums that were made.
    pub(super) einsums: FastSet<Arc<Einsum>>,
    /// The formulas that were resolved.
    terms: FastSet<Arc<Term>>,
    /// The names of stages.
    stages: FastSet<Arc<str>>,
    /// The modules instantiated, each once, for their scopes.
    pub(super) used: Vec<&'m Module>,
    /// The blocks being instantiated, to notice one that calls itself.
    pub(super) open: Vec<(&'m str, &'m Module)>,
    /// What the model's own names stand for.
    pub(super) names: BTreeMap<String, Expr>,
    work: Work,
    pub(super) problems: Problems,
}

/// One instance of a module while its ops are lowered.
pub(super) struct Instance<'m> {
    pub(super) module: &'m Module,
    pub(super) names: Names,
    /// How often its ops run, to refuse what grows beyond measure.
    pub(super) runs: Expr,
    pub(super) stage: Option<String>,
    /// Whether a causal mask hides what comes later.
    pub(super) causal: bool,
    /// Its weights by name.
    pub(super) weights: FastMap<&'m str, &'m NamedWeight>,
    /// The names of all its inputs and ops.
    pub(super) declared: FastSet<&'m str>,
    pub(super) values: FastMap<&'m str, Value>,
    /// The einsums of its ops.
    pub(super) einsums: FastMap<EinsumKey<'m>, Form>,
    /// Elementwise ops that another one may be.
    pub(super) shared: FastMap<SharedKey, usize>,
    pub(super) items: Vec<Item<'m>>,
}

impl<'m> Lowering<'m> {
    pub(super) fn new(
        model: &'m Model,
        settings: BTreeMap<String, Formula>,
        set: BTreeSet<String>,
        slots: Slots<'m>,
        problems: Problems,
    ) -> Lowering<'m> {
        Lowering {
            model,
            settings,
            set,
            slots,
            bit_density: None,
            symbols: Symbols::of_ops(model.root.op_count()),
            constraints: Constraints::with_emptiable(
                (model.root.emptiable.iter())
                    .map(|name| Symbol::new(&name.value))
                    .collect(),
            ),
            switches: BTreeSet::new(),
            sized: FastSet::default(),
            einsums: FastSet::default(),
            terms: FastSet::default(),
            stages: FastSet::default(),
            used: Vec::new(),
            open: vec![(model.root.name.as_str(), &model.root)],
            names: BTreeMap::new(),
            work: Work::on(&model.root),
            problems,
        }
    }

    /// What was made, or all mistakes.
    pub(super) fn finish(
        self,
        variant: &'m str,
        body: Option<Body<'m>>,
        typed: BTreeSet<String>,
    ) -> Result<Lowered<'m>, Problems> {
        let mut problems = self.problems;
        let scopes = scopes::resolve(&self.used, &mut problems);
        let lowered = body.map(|body| Lowered {
            model: self.model,
            variant,
            body,
            symbols: self.symbols,
            set: self.set,
            bit_density: self.bit_density,
            typed,
            constraints: self.constraints,
            switches: self.switches,
            scopes,
            names: self.names,
        });
        problems.or_some(lowered)
    }

    /// Notes a mistake.
    pub(super) fn report(&mut self, mistake: Diagnostic) -> Reported {
        self.problems.push(mistake);
        Reported
    }

    /// Whether there is no point in going on: too many mistakes, or too large
    /// a model.
    pub(super) fn should_stop(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS || self.work.is_too_much()
    }

    /// Counts work, and refuses what would take too much of it.
    pub(super) fn charge(&mut self, steps: usize, place: &Place) -> Result<(), Reported> {
        let charged = self.work.charge(steps, place);
        charged.map_err(|mistake| self.report(mistake))
    }

    /// The formula, kept once for all ops that have the same.
    pub(super) fn shared_term(&mut self, term: Term) -> Arc<Term> {
        if let Some(known) = self.terms.get(&term) {
            return Arc::clone(known);
        }
        let term = Arc::new(term);
        self.terms.insert(Arc::clone(&term));
        term
    }

    /// The name of a stage, kept once for all its ops.
    pub(super) fn shared_stage(&mut self, stage: &str) -> Arc<str> {
        if let Some(known) = self.stages.get(stage) {
            return Arc::clone(known);
        }
        let stage: Arc<str> = stage.into();
        self.stages.insert(Arc::clone(&stage));
        stage
    }

    /// Adds an item to a body.
    pub(super) fn push(&mut self, item: Item<'m>, instance: &mut Instance<'m>) -> ValueId {
        if let Item::Op(_) = item {
            self.work.ops += 1;
        }
        instance.items.push(item);
        ValueId::Item(instance.items.len() - 1)
    }

    /// Notes what must hold of a value; each condition once.
    pub(super) fn constrain(&mut self, what: String, expr: &Expr, rule: Rule, place: &Place) {
        self.constraints.add(what, expr, rule, place);
    }

    /// Refuses a result whose extents have grown beyond all measure, so that
    /// no chain of ops can make ever longer formulas or ever larger numbers.
    pub(super) fn measure(
        &mut self,
        shape: &[Expr],
        op: &str,
        place: &Place,
    ) -> Result<(), Reported> {
        limits::axes(shape.len(), op, place).map_err(|mistake| self.report(mistake))?;
        for extent in shape {
            if self.sized.contains(extent) {
                continue;
            }
            limits::extent(extent, op, &self.symbols.values, place)
                .map_err(|mistake| self.report(mistake))?;
            self.sized.insert(extent.clone());
            // Other values of the dims may make it too long.
            if limits::may_outgrow(extent) {
                let what = format!("an axis of the result of `{op}`");
                self.constrain(what, extent, Rule::Length, place);
            }
        }
        if shape.iter().any(|extent| extent.terms().len() > 1) {
            limits::product(shape, &format!("the size of `{op}`"), place)
                .map_err(|mistake| self.report(mistake))?;
        }
        Ok(())
    }

    /// The value of a formula over the names of an instance.
    pub(super) fn number(
        &mut self,
        formula: &Formula,
        instance: &Instance<'m>,
    ) -> Result<Expr, Reported> {
        (instance.names)
            .build(formula, &mut self.symbols.budget)
            .map_err(|mistake| self.report(mistake))
    }
}
