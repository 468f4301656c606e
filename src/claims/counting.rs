//! The models of a claim file, lowered and counted, with what they are priced
//! by.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::computed::{Computed, Plain};
use super::recipe::{EstimateSpec, Part};
use crate::energy::{Counted, Estimate, moved};
use crate::graph::{Setting, Unfold, lower, settable};
use crate::loader::Loader;
use crate::model::{Model, Phase};
use crate::source::{Diagnostic, Problems, Spanned};

/// An estimate that was counted, and from what.
struct Done {
    key: String,
    /// The model as it was loaded.
    model: Arc<Model>,
    settings: Vec<Setting>,
    counted: Arc<Counted>,
}

/// Counts the estimates of a file; models that several of them share are
/// lowered once.
pub(super) fn compute(
    specs: &[EstimateSpec],
    loader: &Loader,
) -> Result<BTreeMap<String, Computed>, Problems> {
    let mut problems = Problems::new();
    let mut done: Vec<Done> = Vec::new();
    let mut all = BTreeMap::new();
    for spec in specs {
        let key = key(spec);
        let counted = match done.iter().find(|one| one.key == key) {
            Some(known) => Ok(Arc::clone(&known.counted)),
            None => count(spec, key, &done, loader).map(|new| {
                let counted = Arc::clone(&new.counted);
                done.push(new);
                counted
            }),
        };
        match counted.and_then(|counted| of(spec, counted, &all, loader)) {
            Ok(computed) => {
                all.insert(spec.name.value.clone(), computed);
            }
            Err(mistakes) => problems.extend(mistakes),
        }
    }
    problems.or(all)
}

/// What two estimates have in common that have the same counts.
fn key(spec: &EstimateSpec) -> String {
    let variant = spec.variant.as_ref().map_or("", |name| &name.value);
    let mut key = format!("{} {variant} {}", spec.model.value, spec.phase);
    for (name, value) in spec.conventions.list() {
        key.push_str(&format!(" {name}:{value}"));
    }
    if let Some(path) = &spec.densities {
        key.push_str(&format!(" {}", path.value));
    }
    for set in &spec.set {
        key.push_str(&format!(" {}={}", set.name.value, set.formula.text));
    }
    key
}

fn count(
    spec: &EstimateSpec,
    key: String,
    done: &[Done],
    loader: &Loader,
) -> Result<Done, Problems> {
    let given = Setting::given(&spec.set);
    let loaded = loader.measured_model(&spec.model, &given, spec.densities.as_ref())?;
    let mut model = Arc::clone(&loaded);
    if spec.phase != Phase::Prefill {
        let model = Arc::make_mut(&mut model);
        *model = model.clone().in_phase(spec.phase)?;
    }
    let settings = Setting::by_names_of(&model, &spec.set)?;
    let variant = match &spec.variant {
        Some(name) => loader.choose(Arc::make_mut(&mut model), std::slice::from_ref(name))?,
        None => model
            .variant_names()
            .into_iter()
            .take(1)
            .map(str::to_owned)
            .collect(),
    };
    let variant = variant.first().unwrap_or(&model.root.name);
    let known = settable(&model);
    for set in &settings {
        if !known.contains(set.name.value.as_str()) {
            let message = format!("unknown dim or parameter `{}`", set.name.value);
            return Err(Diagnostic::at(&set.name.place, message)
                .known(&set.name.value, known.iter().copied())
                .into());
        }
    }
    let mut alike = done.iter().filter(|one| {
        let graph = &one.counted.graph;
        Arc::ptr_eq(&one.model, &loaded)
            && graph.variant == *variant
            && graph.phase() == spec.phase
            && one.counted.conventions == spec.conventions
    });
    let other = alike.find_map(|one| {
        let graph = &one.counted.graph;
        let graph = graph.at_settings(&model, &one.settings, &settings)?;
        Some(one.counted.at(graph))
    });
    let counted = match other {
        Some(counted) => counted?,
        None => {
            let graph = lower(&model, variant, &settings, Unfold::No)?.known_if(true)?;
            Counted::new(graph, spec.conventions)?
        }
    };
    Ok(Done {
        key,
        model: loaded,
        settings,
        counted: Arc::new(counted),
    })
}

/// An estimate of what is counted, beside those that are done.
fn of(
    spec: &EstimateSpec,
    counted: Arc<Counted>,
    done: &BTreeMap<String, Computed>,
    loader: &Loader,
) -> Result<Computed, Problems> {
    let (stages, part) = match &spec.part {
        Part::Whole => (None, Estimate::WHOLE.to_owned()),
        Part::Scope(scope) => (of_scope(scope, &counted)?, scope.value.clone()),
        Part::Stages(stages) => {
            let names: Vec<String> = stages.iter().map(|stage| stage.value.clone()).collect();
            for stage in stages {
                known_stage(stage, &counted)?;
            }
            let part = names.join(", ");
            (Some(names), part)
        }
    };
    let mut moves = None;
    let price = match &spec.price {
        Some(price) => {
            let table = loader.table(&price.table)?;
            if let Some(movement) = &price.movement {
                let memory = movement.memory(&table)?;
                let mut done = done.values();
                let known = done.find_map(|one| one.moved_alike(&counted, &memory, price.format));
                moves = Some(match known {
                    Some(known) => known,
                    None => Arc::new(moved(&counted, &memory, price.format)?),
                });
            }
            Some((table, price.format))
        }
        None => None,
    };
    let computed = Computed {
        counted,
        price,
        moved: moves,
        zero_cost: spec.zero_cost.iter().copied().collect(),
        stages,
        part,
    };
    // A price that is missing is reported here, where the estimate stands.
    if computed.price.is_some() && computed.energy(None, &Plain).is_none() {
        let (table, format) = computed
            .price
            .as_ref()
            .map_or(("", String::new()), |(t, f)| (t.name(), f.to_string()));
        let message = format!(
            "table `{table}` lacks entries that `{}` needs in {format}",
            spec.model.value
        );
        return Err(Diagnostic::at(&spec.name.place, message)
            .help(format!("missing: {}", computed.missing().join(", ")))
            .into());
    }
    Ok(computed)
}

/// The stages of a scope; nothing for all of them.
pub(super) fn of_scope(
    scope: &Spanned<String>,
    counted: &Counted,
) -> Result<Option<Vec<String>>, Problems> {
    if scope.value == Estimate::WHOLE {
        return Ok(None);
    }
    let scopes = counted.graph.scopes();
    match scopes.iter().find(|known| known.name == scope.value) {
        Some(found) => Ok(Some(found.stages.clone())),
        None => {
            let known = scopes.iter().map(|known| known.name.as_str());
            let message = format!("`{}` has no scope `{}`", counted.graph.model, scope.value);
            Err(Diagnostic::at(&scope.place, message)
                .known(&scope.value, known.chain([Estimate::WHOLE]))
                .into())
        }
    }
}

fn known_stage(stage: &Spanned<String>, counted: &Counted) -> Result<(), Problems> {
    let known = counted.graph.stages();
    if known.contains(&stage.value.as_str()) {
        return Ok(());
    }
    let message = format!("`{}` has no stage `{}`", counted.graph.model, stage.value);
    Err(Diagnostic::at(&stage.place, message)
        .known(&stage.value, known)
        .into())
}
