//! `picojoule compare`

use std::collections::BTreeSet;

use super::args::{CompareArgs, CompareBy, ModelArgs, OutputFormat};
use super::import;
use super::plot::Plot;
use super::request::{self, ModelRequest};
use super::scopes::scopes;
use super::{json, output};
use crate::catalog::{self, Kind};
use crate::compare::compare;
use crate::energy::{Counted, Estimate};
use crate::render::plot::stacked_bars;
use crate::source::Problems;
use crate::table::EnergyTable;
use crate::view::{Rows, comparison_bars, comparison_table, confidence_table};

pub(super) fn run(args: &CompareArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    let shipped: Vec<&str> = catalog::names(Kind::Table).collect();
    let default = if args.others.is_empty() {
        request::Default::All
    } else {
        request::Default::First
    };
    let first = ModelArgs {
        set: Settings::of(args).of_file(&args.model.model),
        ..args.model.clone()
    };
    let (model, prices) = request::with_prices(
        &first,
        &args.variants.variants,
        default,
        &args.price,
        &shipped,
    )?;
    let mut counted = model.counted(prices.conventions)?;
    if !args.others.is_empty() {
        counted.extend(others(args, &prices)?);
        name_after_files(args, &mut counted);
    }
    let pricings = prices.pricings(|table| table.default_formats().to_vec())?;
    let others: Vec<&EnergyTable> = prices.tables.iter().collect();
    let comparison = compare(&counted, &pricings, &others)?;
    let scopes = scopes(&comparison, &args.scopes.scope)?;
    if let Some(plot) = plot {
        if args.scopes.scope.len() > 1 || args.by == CompareBy::Stage {
            return Err(super::usage::usage_error(
                "--plot draws the stages of one scope; name one with --scope",
            ));
        }
        let scope = scopes.last().map_or(Estimate::WHOLE, String::as_str);
        plot.save(stacked_bars(&comparison_bars(&comparison, scope)))?;
    }
    let Some(format) = output::table_format(args.format.output) else {
        return output::print(&json::comparison(&comparison, &scopes)?);
    };
    let (rows, what) = match args.by {
        CompareBy::Scope => (comparison.rows(&scopes), Rows::Scopes),
        CompareBy::Stage => (comparison.stage_rows(), Rows::Stages),
    };
    let mut tables = vec![comparison_table(&comparison, &rows, what)];
    if args.format.output != OutputFormat::Csv {
        tables.push(confidence_table(&comparison));
    }
    output::print(&output::tables(&tables, format))
}

/// What is set, and what can be set of each of several models.
struct Settings<'a> {
    set: &'a [String],
    files: Vec<(&'a str, BTreeSet<String>)>,
}

impl<'a> Settings<'a> {
    fn of(args: &'a CompareArgs) -> Settings<'a> {
        let several = !args.others.is_empty() && !args.model.set.is_empty();
        let files = [&args.model.model].into_iter().chain(&args.others);
        let known = |file: &'a String| {
            let known = import::settable_of(file, &args.model.scan)?;
            Some((file.as_str(), known))
        };
        Settings {
            set: &args.model.set,
            files: files.filter(|_| several).filter_map(known).collect(),
        }
    }

    /// What is set of one of them: not what only others have.
    fn of_file(&self, file: &str) -> Vec<String> {
        let has = |name: &str, of: &str| {
            let known = self.files.iter().find(|(file, _)| *file == of);
            known.is_none_or(|(_, known)| known.contains(name))
        };
        let meant = |text: &&String| {
            let name = text.split('=').next().unwrap_or(text).trim();
            has(name, file) || self.files.iter().all(|(other, _)| !has(name, other))
        };
        self.set.iter().filter(meant).cloned().collect()
    }
}

/// The other models, each with its first variant.
fn others(args: &CompareArgs, prices: &request::PriceRequest) -> Result<Vec<Counted>, Problems> {
    if !args.variants.variants.is_empty() {
        return Err(super::usage::usage_error(
            "--variants are those of one model; compare several models, or variants of one",
        ));
    }
    let mut problems = Problems::new();
    let mut all = Vec::new();
    let settings = Settings::of(args);
    for name in &args.others {
        let model = ModelArgs {
            model: name.clone(),
            set: settings.of_file(name),
            ..args.model.clone()
        };
        let counted = ModelRequest::new(&model, &[], request::Default::First)
            .and_then(|model| model.counted(prices.conventions));
        match counted {
            Ok(counted) => all.extend(counted),
            Err(mistakes) => problems.extend(mistakes),
        }
    }
    problems.or(all)
}

/// Each model is a variant that is called after its file, with a number where
/// two files are called alike.
fn name_after_files(args: &CompareArgs, counted: &mut [Counted]) {
    let files = [&args.model.model].into_iter().chain(&args.others);
    let mut names: Vec<String> = Vec::new();
    for (file, counted) in files.zip(counted) {
        let stem = import::stem(file);
        let same = names.iter().filter(|name| **name == stem).count();
        names.push(stem.clone());
        counted.graph.variant = match same {
            0 => stem,
            same => format!("{stem} ({})", same + 1),
        };
    }
}
