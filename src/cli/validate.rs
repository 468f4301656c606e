//! `picojoule validate`

use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Value, json};

use super::args::{OutputFormat, ValidateArgs};
use super::plot::Plot;
use super::runs::{RunsRequest, errors_json};
use super::usage::usage_error;
use super::{json, output};
use crate::energy::has_static;
use crate::fit::{Errors, Pair};
use crate::render::plot::lines;
use crate::source::Problems;
use crate::view::{GroupErrors, PairGroup, errors_table, parity_plot};

/// The table that is meant where none is named.
const DEFAULT_TABLE: &str = "45nm";

pub(super) fn run(args: &ValidateArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    if args.price.table.len() > 1 {
        return Err(usage_error(
            "runs are held against one table; name one with --table",
        ));
    }
    let request = RunsRequest::new(&args.runs, &args.price, &[DEFAULT_TABLE])?;
    let pairs = predicted(&request)?;
    let column = args.group.as_deref().unwrap_or("model");
    let groups = grouped(&request.groups("--group", column)?, &pairs);
    let table = request.prices.tables.first();
    let table = table.map_or("", |table| table.name());
    let file = Path::new(&args.runs).file_name();
    let file = file.map_or_else(|| args.runs.as_str().into(), OsStr::to_string_lossy);
    let title = format!("{file} on {table}");
    if let Some(plot) = plot {
        plot.save(lines(
            &parity_plot(&title, &groups, Vec::new()),
            plot.style(),
        ))?;
    }
    let mut errors: Vec<GroupErrors> = groups.iter().filter_map(errors_of).collect();
    let all = PairGroup {
        name: "all".to_owned(),
        pairs,
    };
    errors.extend(errors_of(&all).map(|all| GroupErrors {
        is_total: true,
        ..all
    }));
    match args.format.output {
        OutputFormat::Json => {
            let runs = runs_json(&request, column, &all.pairs)?;
            let groups: Vec<Value> = errors.iter().map(errors_json).collect();
            let all = json!({ "table": table, "by": column, "groups": groups, "runs": runs });
            output::print_json(&json::text(&all)?, &args.format.columns)
        }
        _ => {
            let table = errors_table(&title, &format!("By {column}"), &errors, notes(&request));
            output::print_tables(vec![table], &args.format)
        }
    }
}

/// What a reader must know of the predictions.
fn notes(request: &RunsRequest) -> Vec<String> {
    let hardware = request.prices.hardware();
    let left_out = hardware.is_some_and(|one| !one.statics && has_static(&one.table));
    let note = "Left out: static energy, which `--static` counts.";
    left_out.then(|| note.to_owned()).into_iter().collect()
}

/// What every run was measured and is predicted to take.
fn predicted(request: &RunsRequest) -> Result<Vec<Pair>, Problems> {
    let Some(hardware) = request.prices.hardware() else {
        return Err(usage_error("there is no table to predict with"));
    };
    let mut problems = Problems::new();
    let mut pairs = Vec::with_capacity(request.counted.len());
    for (run, counted) in request.runs.runs.iter().zip(&request.counted) {
        let predicted = problems.note(hardware.joules(run, counted));
        pairs.extend(predicted.map(|predicted| Pair {
            measured: run.joules,
            predicted,
        }));
    }
    problems.or(pairs)
}

fn grouped(names: &[&str], pairs: &[Pair]) -> Vec<PairGroup> {
    let mut groups: Vec<PairGroup> = Vec::new();
    for (name, pair) in names.iter().zip(pairs) {
        match groups.iter_mut().find(|group| group.name == **name) {
            Some(group) => group.pairs.push(*pair),
            None => groups.push(PairGroup {
                name: (*name).to_owned(),
                pairs: vec![*pair],
            }),
        }
    }
    groups
}

fn errors_of(group: &PairGroup) -> Option<GroupErrors> {
    Some(GroupErrors {
        name: group.name.clone(),
        errors: Errors::of(&group.pairs)?,
        is_total: false,
    })
}

fn runs_json(request: &RunsRequest, column: &str, pairs: &[Pair]) -> Result<Vec<Value>, Problems> {
    let groups = request.groups("--group", column)?;
    let runs = request.runs.runs.iter().zip(groups).zip(pairs);
    let runs = runs.map(|((run, group), pair)| {
        json!({
            "line": run.line,
            "model": run.model.value,
            "group": group,
            "measured_j": pair.measured,
            "predicted_j": pair.predicted,
            "error": pair.error(),
        })
    });
    Ok(runs.collect())
}
