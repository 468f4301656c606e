//! Files of runs, and what they are priced on: what `calibrate` and `validate`
//! have in common.

use serde_json::{Value, json};

use super::arg_source::ArgSource;
use super::args::PriceArgs;
use super::loading;
use super::request::PriceRequest;
use super::settings::HardwareSet;
use super::usage::usage_error;
use crate::catalog::Kind;
use crate::loader::Loader;
use crate::runs::{CountedRun, Runs, count};
use crate::source::{Diagnostic, Problems};
use crate::view::GroupErrors;

/// A file of runs, each counted, and what to price them with.
pub(super) struct RunsRequest {
    pub(super) loader: Loader,
    pub(super) runs: Runs,
    pub(super) counted: Vec<CountedRun>,
    pub(super) prices: PriceRequest,
}

impl RunsRequest {
    /// Reads the file; `default` is the table that is meant where none is named.
    pub(super) fn new(
        file: &str,
        prices: &PriceArgs,
        default: &[&str],
    ) -> Result<RunsRequest, Problems> {
        let loader = loading::loader();
        let source = loader.open(Kind::Runs, &ArgSource::new("RUNS", file).spanned(file))?;
        let mut problems = Problems::new();
        let runs = problems.note(Runs::read(&source));
        let prices = PriceRequest::new(prices, &HardwareSet::default(), default, &loader);
        let (Some(runs), Some(prices)) = (runs, problems.note(prices)) else {
            return Err(problems);
        };
        let format = match prices.formats() {
            [] => None,
            [format] => Some(*format),
            _ => return Err(usage_error("runs have one format; give one with --format")),
        };
        let counted = count(&runs, &loader, prices.conventions, format);
        loading::tell_notes(&loader);
        Ok(RunsRequest {
            counted: counted?,
            runs,
            prices,
            loader,
        })
    }

    /// What was measured, in joules.
    pub(super) fn measured(&self) -> Vec<f64> {
        self.runs.runs.iter().map(|run| run.joules).collect()
    }

    /// For each run the value of a column, which was named with `flag`.
    pub(super) fn groups(&self, flag: &str, column: &str) -> Result<Vec<&str>, Problems> {
        let Some(label) = self.runs.label(column) else {
            let place = ArgSource::new(flag, column).whole();
            let message = format!("the runs have no column `{column}` to group them by");
            let labels = self.runs.labels.iter().map(String::as_str);
            return Err(Diagnostic::at(&place, message).known(column, labels).into());
        };
        Ok(self.runs.runs.iter().map(|run| run.label(label)).collect())
    }
}

/// The errors of a group; the fields are a promise.
pub(super) fn errors_json(group: &GroupErrors) -> Value {
    let errors = &group.errors;
    json!({
        "group": group.name,
        "runs": errors.runs,
        "median_error": errors.median,
        "p90_error": errors.p90,
        "worst_error": errors.worst,
        "bias": errors.bias,
        "spread": errors.spread,
        "spearman": errors.spearman,
    })
}
