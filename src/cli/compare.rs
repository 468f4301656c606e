//! `picojoule compare`

use std::collections::BTreeSet;
use std::sync::Arc;

use super::args::{CompareArgs, CompareBy, ModelArgs, VariantsArgs};
use super::plot::Plot;
use super::request::{self, ModelRequest, Unnamed};
use super::scopes::scopes;
use super::settings::Set;
use super::shown::{self, Shown};
use super::usage::usage_error;
use super::{files, json, loading};
use crate::catalog::COMPARED_TABLES;
use crate::compare::{Comparison, compare};
use crate::energy::{Counted, Estimate};
use crate::graph::settable;
use crate::loader::Loader;
use crate::render::plot::{ChartError, FigureStyle, Svg, stacked_bars};
use crate::render::table::{RowKind, Table};
use crate::source::Problems;
use crate::table::EnergyTable;
use crate::view::{
    Rows, comparison_bars, comparison_part_bars, comparison_table, confidence_table,
    scope_stages_table,
};

/// Variants, or models, side by side on every table and format.
pub struct Compared {
    comparison: Comparison,
    /// The scopes that are shown.
    scopes: Vec<String>,
    by: CompareBy,
    /// Whether scopes were asked for.
    are_named: bool,
}

impl Compared {
    fn table(&self) -> Table {
        let comparison = &self.comparison;
        match (self.by, self.are_named) {
            (CompareBy::Scope, _) => {
                comparison_table(comparison, &comparison.rows(&self.scopes), Rows::Scopes)
            }
            (CompareBy::Stage, false) => {
                comparison_table(comparison, &comparison.stage_rows(), Rows::Stages)
            }
            (CompareBy::Stage, true) => scope_stages_table(comparison, &self.scopes),
        }
    }
}

impl Shown for Compared {
    fn json(&self) -> Result<String, Problems> {
        json::comparison(&self.comparison, &self.scopes)
    }

    fn tables(&self) -> Vec<Table> {
        vec![self.table(), confidence_table(&self.comparison)]
    }

    fn rows(&self) -> Table {
        let mut table = self.table();
        // Programs add up for themselves.
        table.rows.retain(|row| row.kind == RowKind::Plain);
        table
    }

    /// The last scope, which is the widest.
    fn picture(&self, style: &FigureStyle) -> Option<Result<Svg, ChartError>> {
        let scope = self.scopes.last().map_or(Estimate::WHOLE, String::as_str);
        let parts = match self.by {
            CompareBy::Scope => comparison_part_bars(&self.comparison, scope),
            CompareBy::Stage => None,
        };
        let bars = parts.unwrap_or_else(|| comparison_bars(&self.comparison, scope));
        Some(stacked_bars(&bars, style))
    }
}

pub(super) fn run(args: &CompareArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    let compared = result(args)?;
    if let Some(plot) = plot {
        if args.scopes.scope.len() > 1 {
            return Err(usage_error("--plot draws one scope; name one with --scope"));
        }
        if let Some(picture) = compared.picture(plot.style()) {
            plot.save(picture)?;
        }
    }
    shown::print(&compared, &args.format)
}

/// What is asked for.
pub(super) fn result(args: &CompareArgs) -> Result<Compared, Problems> {
    let default = if args.others.is_empty() {
        Unnamed::All
    } else {
        Unnamed::First
    };
    let loader = loading::scanning(&args.model.scan)?;
    let first = ModelArgs {
        set: Settings::of(args, &loader).of_model(&args.model.model),
        ..args.model.clone()
    };
    let (model, prices) = request::with_prices(
        &loader,
        &first,
        &[],
        &args.variants,
        default,
        &args.price,
        &COMPARED_TABLES,
    )?;
    let mut counted = model.counted(prices.conventions)?;
    if !args.others.is_empty() {
        counted.extend(others(args, &loader, &prices)?);
        name_after_models(args, &mut counted)?;
    }
    let pricings = prices.pricings(|table| table.default_formats().to_vec())?;
    prices.check_used(&counted, &pricings)?;
    let others: Vec<&EnergyTable> = prices.tables.iter().collect();
    let comparison = compare(&counted, &pricings, &others)?;
    Ok(Compared {
        scopes: scopes(&comparison, &args.scopes.scope)?,
        comparison,
        by: args.by,
        are_named: !args.scopes.scope.is_empty(),
    })
}

/// What is set, and what can be set of each of several models.
struct Settings<'a> {
    set: &'a [String],
    models: Vec<(&'a str, BTreeSet<String>)>,
}

impl<'a> Settings<'a> {
    fn of(args: &'a CompareArgs, loader: &Loader) -> Settings<'a> {
        let several = !args.others.is_empty() && !args.model.set.is_empty();
        let models = [&args.model.model].into_iter().chain(&args.others);
        let given = Set::new(&args.model.set, &mut Problems::new()).given();
        let known = |name: &'a String| {
            // What is wrong with one is told where it is read to be counted.
            let model = loader.model_given(name, &given).ok()?;
            let aliases = model
                .root
                .aliases
                .iter()
                .map(|alias| alias.name.value.as_str());
            let known = settable(&model).into_iter().chain(aliases);
            Some((name.as_str(), known.map(str::to_owned).collect()))
        };
        Settings {
            set: &args.model.set,
            models: models.filter(|_| several).filter_map(known).collect(),
        }
    }

    /// What is set of one of them: not what only others have.
    fn of_model(&self, model: &str) -> Vec<String> {
        let has = |name: &str, of: &str| {
            let known = self.models.iter().find(|(model, _)| *model == of);
            known.is_none_or(|(_, known)| known.contains(name))
        };
        let meant = |text: &&String| {
            let name = text.split('=').next().unwrap_or(text).trim();
            has(name, model) || self.models.iter().all(|(other, _)| !has(name, other))
        };
        self.set.iter().filter(meant).cloned().collect()
    }
}

/// The other models, each with its first variant.
fn others(
    args: &CompareArgs,
    loader: &Arc<Loader>,
    prices: &request::PriceRequest,
) -> Result<Vec<Counted>, Problems> {
    if !args.variants.variants.is_empty() {
        return Err(usage_error(
            "--variants are those of one model; compare several models, or variants of one",
        ));
    }
    let mut problems = Problems::new();
    let mut all = Vec::new();
    let settings = Settings::of(args, loader);
    for name in &args.others {
        let model = ModelArgs {
            model: name.clone(),
            set: settings.of_model(name),
            ..args.model.clone()
        };
        let counted = ModelRequest::new(loader, &model, &VariantsArgs::none(), Unnamed::First)
            .and_then(|model| model.counted(prices.conventions));
        all.extend(problems.note(counted).unwrap_or_default());
    }
    problems.or(all)
}

/// Each model is a variant that is called as the model is; where two are called
/// alike, their files tell them apart.
fn name_after_models(args: &CompareArgs, counted: &mut [Counted]) -> Result<(), Problems> {
    let names: Vec<String> = (counted.iter())
        .map(|counted| counted.graph.model.clone())
        .collect();
    let files: Vec<&str> = [&args.model.model]
        .into_iter()
        .chain(&args.others)
        .map(String::as_str)
        .collect();
    for (at, counted) in counted.iter_mut().enumerate() {
        let is_shared = names.iter().filter(|name| **name == names[at]).count() > 1;
        if files[..at].contains(&files[at]) {
            return Err(usage_error(format!("model `{}` is given twice", files[at])));
        }
        counted.graph.variant = match is_shared {
            true => format!("{} ({})", names[at], files::apart(&files, at)),
            false => names[at].clone(),
        };
    }
    Ok(())
}
