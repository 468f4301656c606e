//! What a report is computed from: its model with the variants that it names,
//! its tables, and what all sections ask of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::PriceSpec;
use super::spec::{Spec, Target};
use crate::census::Conventions;
use crate::compare::{Comparison, compare};
use crate::energy::{CostModel, Counted, Estimate, Memory, picojoules};
use crate::graph::{Setting, Unfold, lower, settings_of};
use crate::import::Given;
use crate::loader::Loader;
use crate::model::{Model, Phase};
use crate::primitive::Primitive;
use crate::render::plot::ChartError;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Expr, Symbol};
use crate::table::EnergyTable;

/// What a report is computed from.
pub(super) struct Inputs<'a> {
    pub(super) spec: &'a Spec,
    loader: &'a Loader,
    /// The names of its variants, the baseline first.
    variants: Vec<String>,
    /// Its tables by the names under which it names them.
    tables: Vec<(&'a str, Arc<EnergyTable>)>,
    /// The memories of the prices in which data moves.
    memories: Vec<(&'a PriceSpec, Memory)>,
    /// Whether an operator that is not known is a mistake.
    strict: bool,
}

/// What is changed for one result of a report.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub(super) set: Vec<Setting>,
    /// A dim of the model that a curve runs over.
    pub(super) over: Option<String>,
    pub(super) conventions: Conventions,
}

impl<'a> Inputs<'a> {
    /// Loads everything that the report names, and tells of everything that is
    /// wrong with it.
    pub(super) fn load(
        spec: &'a Spec,
        loader: &'a Loader,
        strict: bool,
    ) -> Result<Inputs<'a>, Problems> {
        let mut problems = Problems::new();
        let found = problems.note(model(spec, &Setting::given(&spec.set), loader));
        let mut tables: Vec<(&str, Arc<EnergyTable>)> = Vec::new();
        for price in spec.all_prices() {
            let name = price.table.value.as_str();
            if tables.iter().all(|(known, _)| *known != name) {
                let table = problems.note(loader.table(&price.table));
                tables.extend(table.map(|table| (name, table)));
            }
        }
        let called: Vec<String> = (tables.iter())
            .map(|(_, table)| table.name().to_owned())
            .collect();
        for (file, table) in &mut tables {
            *table = Arc::new(EnergyTable::clone(table).told_apart(file, &called));
        }
        let memories = problems.note(memories(spec, &tables)).unwrap_or_default();
        let inputs = found.map(|(_, variants)| Inputs {
            spec,
            loader,
            variants,
            tables,
            memories,
            strict,
        });
        problems.or_some(inputs)
    }

    /// Every variant, lowered and counted.
    pub(super) fn counted(&self, context: &Context) -> Result<Vec<Counted>, Problems> {
        let all_set = [&self.spec.set[..], &context.set[..]];
        let mut problems = Problems::new();
        let mut all = Vec::new();
        let mut given = Setting::given(&all_set.concat());
        if let Some(dim) = &context.over {
            given.leave_open(dim);
        }
        let (model, variants) = model(self.spec, &given, self.loader)?;
        let mut set = Vec::new();
        for of_one in all_set {
            set.extend(Setting::by_names_of(&model, of_one)?);
        }
        let settings = settings_of(&model, &variants, &set);
        for (name, settings) in variants.iter().zip(&settings) {
            let counted = lower(&model, name, settings, Unfold::No)
                .and_then(|graph| graph.known_if(self.strict))
                .and_then(|graph| Counted::new(graph, context.conventions));
            all.extend(problems.note(counted));
        }
        problems.or(all)
    }

    /// What a table and a format that the report names cost.
    pub(super) fn cost_model<'t>(
        &'t self,
        price: &PriceSpec,
        zero_cost: &'t BTreeSet<Primitive>,
    ) -> Result<CostModel<'t>, Problems> {
        let name = price.table.value.as_str();
        let mut tables = self.tables.iter();
        let found = tables.find(|(known, _)| *known == name);
        let (_, table) = found.ok_or_else(|| {
            Diagnostic::at(&price.table.place, format!("no table `{name}` is loaded"))
        })?;
        Ok(CostModel {
            table,
            format: price.format,
            zero_cost,
            memory: self.memory(price),
            static_energy: price.statics,
        })
    }

    /// The memories that data moves between at a price, if that is counted there.
    fn memory(&self, price: &PriceSpec) -> Option<&Memory> {
        let is_it =
            |known: &PriceSpec| known.table == price.table && known.movement == price.movement;
        let found = self.memories.iter().find(|(known, _)| is_it(known));
        found.map(|(_, memory)| memory)
    }

    /// The same for each of `[[price]]`.
    pub(super) fn cost_models<'t>(
        &'t self,
        zero_cost: &'t BTreeSet<Primitive>,
    ) -> Result<Vec<CostModel<'t>>, Problems> {
        let prices = self.spec.prices.iter();
        prices
            .map(|price| self.cost_model(price, zero_cost))
            .collect()
    }

    /// All variants on all tables and formats.
    pub(super) fn comparison(&self) -> Result<Comparison, Problems> {
        let zero_cost = BTreeSet::new();
        let models = self.cost_models(&zero_cost)?;
        let others: Vec<&EnergyTable> = self.tables.iter().map(|(_, table)| &**table).collect();
        compare(&self.counted(&Context::default())?, &models, &others)
    }

    /// Whether more than one variant is held against the baseline, so that
    /// each number has to say of which it is.
    pub(super) fn has_several(&self) -> bool {
        self.variants.len() > 2
    }

    /// What a table of several variants has to say of what was published.
    pub(super) fn published_note(&self) -> Option<String> {
        let of = self.variants.get(1).filter(|_| self.has_several())?;
        Some(format!("What was published is read as said of {of}."))
    }
}

/// The model with the dims that are `given`, and the names of the variants that
/// the report names, or of all.
fn model(
    spec: &Spec,
    given: &Given,
    loader: &Loader,
) -> Result<(Arc<Model>, Vec<String>), Problems> {
    let mut model = loader.measured_model(&spec.model, given, spec.densities.as_ref())?;
    if spec.phase != Phase::Prefill {
        model = Arc::new(Model::clone(&model).in_phase(spec.phase)?);
    }
    let variants = match spec.variants.as_slice() {
        [] => (model.variant_names().into_iter())
            .map(str::to_owned)
            .collect(),
        named => loader.choose(Arc::make_mut(&mut model), named)?,
    };
    Ok((model, variants))
}

/// The memories of the prices in which data moves.
fn memories<'a>(
    spec: &'a Spec,
    tables: &[(&str, Arc<EnergyTable>)],
) -> Result<Vec<(&'a PriceSpec, Memory)>, Problems> {
    let mut problems = Problems::new();
    let mut memories = Vec::new();
    for price in spec.all_prices() {
        let table = (tables.iter()).find(|(known, _)| *known == price.table.value);
        if let (Some(movement), Some((_, table))) = (&price.movement, table) {
            let memory = problems.note(movement.memory(table).map_err(Problems::from));
            memories.extend(memory.map(|memory| (price, memory)));
        }
    }
    problems.or(memories)
}

/// The baseline, and what is held against it: at least one other variant.
pub(super) fn against<'c, T>(
    variants: &'c [T],
    what: &str,
    place: &Place,
) -> Result<(&'c T, &'c [T]), Diagnostic> {
    match variants.split_first() {
        Some((baseline, others @ [_, ..])) => Ok((baseline, others)),
        _ => Err(Diagnostic::at(place, format!("{what} needs two variants"))),
    }
}

/// The stages of a target's scope in one variant.
pub(super) fn stages(counted: &Counted, target: &Target) -> Result<Vec<String>, Problems> {
    counted.stages_of(&target.scope.value).ok_or_else(|| {
        let scopes = counted.graph.scopes().iter();
        no_scope(
            target,
            &counted.graph.variant,
            scopes.map(|scope| scope.name.as_str()),
        )
    })
}

/// The mistake for a target whose scope a variant lacks.
pub(super) fn no_scope<'s>(
    target: &Target,
    variant: &str,
    known: impl Iterator<Item = &'s str>,
) -> Problems {
    let scope = &target.scope.value;
    let message = format!("variant `{variant}` has no scope `{scope}`");
    Diagnostic::at(&target.scope.place, message)
        .known(scope, known.chain([Estimate::WHOLE]))
        .into()
}

/// What some stages of a variant cost at its own values: an expression in what
/// is left `open`. A variant may set what the others leave.
pub(super) fn energy(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
    open: &[Symbol],
) -> Result<Expr, Problems> {
    let all = picojoules(counted, model, stages)?;
    all.bind(open, &counted.graph.values())
        .map_err(|error| Diagnostic::new(error.to_string()).into())
}

/// The mistake for a chart that cannot be drawn.
pub(super) fn undrawn(section: &str) -> impl Fn(ChartError) -> Problems {
    move |error| {
        Diagnostic::new(format!(
            "section `{section}`: the plot cannot be drawn: {error}"
        ))
        .into()
    }
}
