//! What a run asks of the hardware.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Run, Runs};
use crate::census::Conventions;
use crate::energy::Counted;
use crate::format::Format;
use crate::graph::{Setting, Unfold, lower};
use crate::import::Given;
use crate::loader::Loader;
use crate::model::{Model, Phase};
use crate::source::Problems;

/// A run with what its model computes.
#[derive(Debug, Clone)]
pub struct CountedRun {
    /// The counts of its model; shared with runs of the same.
    pub counted: Arc<Counted>,
    /// The format of what the model leaves open.
    pub format: Format,
}

/// Counts every run: the models as they are set, in their formats. `format`
/// is that of runs that name none; the model's own if there is none.
///
/// # Errors
/// Models that are not known or cannot be as they are set, each at its place.
pub fn count(
    runs: &Runs,
    loader: &Loader,
    conventions: Conventions,
    format: Option<Format>,
) -> Result<Vec<CountedRun>, Problems> {
    let mut problems = Problems::new();
    let mut known: HashMap<String, Option<(Arc<Counted>, Format)>> = HashMap::new();
    let mut all = Vec::with_capacity(runs.runs.len());
    for run in &runs.runs {
        let own = run
            .format
            .as_ref()
            .map(|own| own.parse::<Format>(&mut problems));
        let key = key(run);
        let found = known.entry(key).or_insert_with(|| {
            let counted = counted(run, loader, conventions);
            problems.note(counted.map_err(|mistakes| run.at(&run.model.place, &mistakes)))
        });
        let Some((counted, of_model)) = found else {
            continue;
        };
        let format = match own {
            Some(None) => continue,
            Some(Some(own)) => own,
            None => format.unwrap_or(*of_model),
        };
        all.push(CountedRun {
            counted: Arc::clone(counted),
            format,
        });
    }
    problems.or(all)
}

/// What tells runs of different counts apart.
fn key(run: &Run) -> String {
    let word = |word: &Option<crate::source::Spanned<String>>| {
        word.as_ref()
            .map_or(String::new(), |word| word.value.clone())
    };
    let mut key = [
        run.model.value.clone(),
        word(&run.variant),
        word(&run.phase),
    ]
    .join("\0");
    for Setting { name, formula } in &run.set {
        key.push_str(&format!("\0{}={}", name.value, formula.text));
    }
    key
}

/// The counts of a run, and the format that its model proposes.
fn counted(
    run: &Run,
    loader: &Loader,
    conventions: Conventions,
) -> Result<(Arc<Counted>, Format), Problems> {
    let settings = run.set.iter();
    let given = Given::of(settings.map(|set| (set.name.value.clone(), &set.formula)));
    let mut model = Model::clone(&*loader.model_given(&run.model, &given)?);
    if let Some(phase) = &run.phase {
        model = model.in_phase(Phase::of_words(phase, None, None)?)?;
    }
    let wanted: Vec<_> = run.variant.iter().cloned().collect();
    let chosen = loader.choose(&mut model, &wanted)?;
    let names = model.variant_names();
    let variant = match chosen.first() {
        Some(chosen) => chosen.clone(),
        None => names
            .first()
            .copied()
            .unwrap_or(&model.root.name)
            .to_owned(),
    };
    let settings = run.set.iter();
    let settings: Vec<Setting> = settings.map(|set| renamed(set, &model, &variant)).collect();
    let graph = lower(&model, &variant, &settings, Unfold::No)?;
    let format = model.root.format.unwrap_or(Format::FP32);
    Ok((Arc::new(Counted::new(graph, conventions)?), format))
}

/// A setting under the name that the model has for it: that of a dim of the
/// file which it was made from, or `VARIANT.NAME`.
fn renamed(set: &Setting, model: &Model, variant: &str) -> Setting {
    let mut set = set.clone();
    let own = set.name.value.strip_prefix(variant);
    let own = own
        .and_then(|name| name.strip_prefix('.'))
        .map(str::to_owned);
    let of_file = model.named_by(&set.name.value).map(str::to_owned);
    if let Some(name) = of_file.or(own) {
        set.name.value = name;
    }
    set
}
