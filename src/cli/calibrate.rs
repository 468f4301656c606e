//! `picojoule calibrate`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::arg_source::{ArgSource, parse_list};
use super::args::{CalibrateArgs, OutputFormat, PriceArgs};
use super::plot::{Plot, file_name};
use super::runs::RunsRequest;
use super::usage::usage_error;
use super::{files, json, output, unfinished};
use crate::catalog::is_path;
use crate::fit::{
    Calibration, Coefficient, Errors, Features, Fitted, Hardware, Pair, Provenance, Start,
    Weighting, features, leave_out, written,
};
use crate::render::plot::lines;
use crate::render::table::Table;
use crate::source::{Diagnostic, Problems, Source};
use crate::table::EnergyTable;
use crate::view::{GroupErrors, PairGroup, errors_table, fit_table, parity_plot, residual_plot};

pub(super) fn run(args: &CalibrateArgs) -> Result<(), Problems> {
    let parity = match (&args.plot.plot, &args.residuals) {
        (None, Some(_)) => None,
        _ => Plot::asked(&args.plot)?,
    };
    let residuals = args.residuals.as_deref();
    let residuals = residuals.map(|path| Plot::into(path, &args.plot));
    let residuals = residuals.transpose()?;
    if let Some(out) = &args.out {
        files::ready(out)?;
        let tables = args.price.table.iter().filter(|table| is_path(table));
        for read in tables.chain([&args.runs]) {
            files::keep(out, Path::new(read))?;
        }
    }
    let prices = PriceArgs {
        table_flag: "--base",
        ..args.price.clone()
    };
    let request = RunsRequest::new(&args.runs, &prices, &[])?;
    let fit = Fit::of(args, &request)?;
    let left_out = fit.left_out(args, &request)?;
    let text = fit.text(&fit.calibration.fitted);
    // What is written is read back, so that no file is left that cannot be used.
    fit.table(&request, &text)?;
    let groups = fit.groups(args, &request);
    let Provenance { name, runs, .. } = &fit.provenance;
    let title = format!("{name}: fitted to {} runs in {runs}", fit.measured.len());
    let plot_title = format!(
        "{name}: fitted to {} runs in {}",
        fit.measured.len(),
        file_name(runs)
    );
    if let Some(parity) = parity {
        parity.save(lines(
            &parity_plot(&plot_title, &groups, fit.notes()),
            parity.style(),
        ))?;
    }
    if let Some(residuals) = residuals {
        residuals.save(lines(
            &residual_plot(&plot_title, &groups, fit.notes()),
            residuals.style(),
        ))?;
    }
    if let Some(out) = &args.out {
        files::write(out, text.as_bytes())?;
    }
    shown(args, &fit, &title, &left_out)
}

/// A fit with all that it came from.
struct Fit<'r> {
    provenance: Provenance,
    path: PathBuf,
    start: Start<'r>,
    coefficients: Vec<Coefficient>,
    weighting: Weighting,
    features: Vec<Features>,
    measured: Vec<f64>,
    calibration: Calibration,
}

impl<'r> Fit<'r> {
    fn of(args: &CalibrateArgs, request: &'r RunsRequest) -> Result<Fit<'r>, Problems> {
        let base = match request.prices.tables.as_slice() {
            [] => None,
            [base] => Some(base),
            _ => {
                return Err(usage_error(
                    "a fit starts from one table; name one with --base",
                ));
            }
        };
        if base.is_none() && args.price.movement != "none" {
            let message = "--movement needs the memories of a table; name one with --base";
            return Err(usage_error(message));
        }
        let mut start = Start {
            base,
            memory: request.prices.memory(),
            runs: &request.counted,
            statics: args.price.statics,
        };
        let coefficients = coefficients(&args.fit, start)?;
        start.statics |= coefficients.iter().any(Coefficient::is_static);
        let weighting = match args.absolute {
            true => Weighting::Absolute,
            false => Weighting::Relative,
        };
        let provenance = provenance(args, request, &coefficients, weighting)?;
        let path = args.out.clone();
        let mut fit = Fit {
            path: path.unwrap_or_else(|| format!("{}.toml", provenance.name).into()),
            provenance,
            start,
            features: Vec::new(),
            measured: request.measured(),
            calibration: Calibration {
                fitted: vec![Fitted::unknown(); coefficients.len()],
            },
            coefficients,
            weighting,
        };
        let table = fit.table(request, &fit.text(&fit.calibration.fitted))?;
        let hardware = Hardware {
            memory: request.prices.memory_of(&table)?,
            table,
            free: request.prices.free.clone(),
            statics: start.statics,
        };
        fit.features = features(
            &request.runs,
            &request.counted,
            &hardware,
            &fit.coefficients,
        )?;
        fit.calibration = Calibration::fit(&fit.features, &fit.measured, weighting)
            .map_err(|mistake| mistake.labelled(&ArgSource::new("RUNS", &args.runs).whole(), ""))?;
        Ok(fit)
    }

    fn text(&self, fitted: &[Fitted]) -> String {
        written(&self.provenance, self.start, &self.coefficients, fitted)
    }

    fn table(&self, request: &RunsRequest, text: &str) -> Result<EnergyTable, Problems> {
        let name = self.path.display().to_string();
        EnergyTable::read(&Source::new(name, text), &request.loader)
    }

    fn pairs(&self) -> Vec<Pair> {
        self.calibration.pairs(&self.features, &self.measured)
    }

    /// The errors of the runs that it was fitted to, and of those that were left
    /// out by each column.
    fn left_out(
        &self,
        args: &CalibrateArgs,
        request: &RunsRequest,
    ) -> Result<Vec<GroupErrors>, Problems> {
        let mut all = Vec::new();
        let mut add = |name: String, pairs: &[Pair]| {
            all.extend(Errors::of(pairs).map(|errors| GroupErrors {
                name,
                errors,
                is_total: false,
            }));
        };
        add("all runs, fitted to all".to_owned(), &self.pairs());
        for column in &args.leave_out {
            let groups = request.groups("--leave-out", column)?;
            let place = ArgSource::new("--leave-out", column).whole();
            let pairs = leave_out(&self.features, &self.measured, &groups, self.weighting)
                .map_err(|mistake| mistake.labelled(&place, ""))?;
            add(format!("each {column} by a fit to the others"), &pairs);
        }
        Ok(all)
    }

    /// The runs by the column that is left out first, else by their groups, else
    /// by their models.
    fn groups(&self, args: &CalibrateArgs, request: &RunsRequest) -> Vec<PairGroup> {
        let asked = args.leave_out.first().map(String::as_str);
        let columns = asked.into_iter().chain(["group"]);
        let label = columns
            .filter_map(|column| request.runs.label(column))
            .next();
        let label = label.unwrap_or(0);
        let names = request.runs.groups(label).into_iter();
        let pairs = self.pairs();
        let of = |name: &str| {
            let runs = request.runs.runs.iter().zip(&pairs);
            let own = runs.filter(|(run, _)| run.label(label) == name);
            own.map(|(_, pair)| *pair).collect()
        };
        names
            .map(|name| PairGroup {
                pairs: of(name),
                name: name.to_owned(),
            })
            .collect()
    }

    fn notes(&self) -> Vec<String> {
        vec![format!("Fit: {}.", self.provenance.how)]
    }
}

/// What is fitted: what is asked for, or a price for the products of every
/// format, and one of the farthest memory.
fn coefficients(texts: &[String], start: Start<'_>) -> Result<Vec<Coefficient>, Problems> {
    let mut problems = Problems::new();
    let mut all: Vec<Coefficient> = parse_list(texts, "--fit", &[], &mut problems);
    problems.or(())?;
    if texts.is_empty() {
        all = Coefficient::usual(start.runs, start.memory);
    }
    let mut coefficients: Vec<Coefficient> = Vec::new();
    for one in all {
        let resolved = one.resolved(start.base)?;
        if coefficients.contains(&resolved) {
            let message = format!("`{one}` is fitted twice");
            return Err(Diagnostic::new(message).into());
        }
        coefficients.push(resolved);
    }
    let has = |one| coefficients.contains(one);
    if has(&Coefficient::Static) && has(&Coefficient::Launch) {
        let message = "`static` and `launch` cannot be fitted together: one is times the other";
        return Err(Diagnostic::new(message).into());
    }
    Ok(coefficients)
}

fn provenance(
    args: &CalibrateArgs,
    request: &RunsRequest,
    coefficients: &[Coefficient],
    weighting: Weighting,
) -> Result<Provenance, Problems> {
    let stem = args.out.as_deref().and_then(Path::file_stem);
    let stem = stem.map(|stem| stem.to_string_lossy().into_owned());
    let name = args.name.clone().or(stem);
    let base = match args.price.table.as_slice() {
        [base] => Some(seen_from(args.out.as_deref(), base)?),
        _ => None,
    };
    let names: Vec<String> = coefficients.iter().map(Coefficient::to_string).collect();
    let errors = match weighting {
        Weighting::Relative => "relative",
        Weighting::Absolute => "absolute",
    };
    let file = Path::new(&args.runs).file_name();
    Ok(Provenance {
        name: name.unwrap_or_else(|| "fitted".to_owned()),
        base,
        runs: file.map_or_else(
            || args.runs.clone(),
            |file| file.to_string_lossy().into_owned(),
        ),
        source: args.source.clone(),
        options: options(args, coefficients),
        how: format!(
            "{} fitted to {} runs by non-negative least squares of {errors} errors",
            names.join(", "),
            request.runs.runs.len()
        ),
    })
}

/// The options of an estimate that counts what the fit counts.
fn options(args: &CalibrateArgs, coefficients: &[Coefficient]) -> Vec<String> {
    let mut options = Vec::new();
    let mut add = |option: &str, value: &str, usual: &str| {
        if value != usual {
            options.push(format!("{option} {value}"));
        }
    };
    add("--free", &args.price.free.join(","), "");
    add("--dot-adds", &args.price.dot_adds, "k");
    add("--bias", &args.price.bias, "start");
    add("--padding", &args.price.padding, "counted");
    add("--causal", &args.price.causal, "counted");
    add("--movement", &args.price.movement, "none");
    if let Some(memory) = &args.price.memory {
        add("--memory", memory, "");
    }
    add("--tiles", &args.price.tiles, "any");
    add("--fuse", &args.price.fuse, "none");
    add("--spikes", &args.price.spikes, "bits");
    if args.price.statics || coefficients.iter().any(Coefficient::is_static) {
        options.push("--static".to_owned());
    }
    options
}

/// A table as a file at `out` names it.
fn seen_from(out: Option<&Path>, table: &str) -> Result<String, Problems> {
    let Some(out) = out.filter(|_| is_path(table) && Path::new(table).is_relative()) else {
        return Ok(table.to_owned());
    };
    let folder = unfinished::folder(out);
    let canonical = |path: &Path| {
        let failed = |error| usage_error(format!("cannot find `{}`: {error}", path.display()));
        path.canonicalize().map_err(failed)
    };
    let (folder, table) = (canonical(folder)?, canonical(Path::new(table))?);
    let shared = folder.components().zip(table.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| "..".into());
    let down = table
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_owned());
    let path: PathBuf = up.chain(down).collect();
    Ok(format!("./{}", path.display()))
}

fn shown(
    args: &CalibrateArgs,
    fit: &Fit<'_>,
    title: &str,
    left_out: &[GroupErrors],
) -> Result<(), Problems> {
    let fitted = &fit.calibration.fitted;
    if args.shown.output == OutputFormat::Json {
        let text = json::text(&as_json(fit, left_out))?;
        return output::print_json(&text, &args.shown.columns);
    }
    let tables: Vec<Table> = vec![
        fit_table(title, &fit.coefficients, fitted, fit.notes()),
        errors_table("Errors", "Predicted", left_out, Vec::new()),
    ];
    output::print_tables(tables, &args.shown)
}

/// The fields are a promise: they may be added to, never renamed.
fn as_json(fit: &Fit<'_>, left_out: &[GroupErrors]) -> Value {
    let coefficients = fit.coefficients.iter().zip(&fit.calibration.fitted);
    let coefficients = coefficients.map(|(one, fitted)| {
        let (value, interval, together) = match fitted {
            Fitted::Value(estimated) => (Some(estimated.value), estimated.interval, Vec::new()),
            Fitted::Together(others) => {
                let others = others.iter().filter_map(|at| fit.coefficients.get(*at));
                (None, None, others.map(Coefficient::to_string).collect())
            }
            Fitted::Unused => (None, None, Vec::new()),
        };
        json!({
            "name": one.to_string(),
            "unit": one.unit(),
            "value": value,
            "low": interval.map(|(low, _)| low),
            "high": interval.map(|(_, high)| high),
            "at_bound": fitted.is_at_bound(),
            "goes_with": together,
        })
    });
    json!({
        "table": fit.provenance.name,
        "how": fit.provenance.how,
        "runs": fit.measured.len(),
        "coefficients": coefficients.collect::<Vec<_>>(),
        "errors": left_out.iter().map(super::runs::errors_json).collect::<Vec<_>>(),
    })
}
