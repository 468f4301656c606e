//! `picojoule claims`

use std::cmp::Reverse;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::answer::Answer;
use super::args::{ClaimsArgs, FormatArgs, OutputFormat};
use super::json::{exact, text};
use super::plot::Plot;
use super::shown::{self, Shown};
use super::{loading, output};
use crate::catalog::{self, Kind};
use crate::claims::{Claim, ClaimFile, Finding, Ledger, Verdict};
use crate::loader::Loader;
use crate::render::plot::{ChartError, FigureStyle, Svg, dots};
use crate::render::table::Table;
use crate::source::{Diagnostic, Problems, Source};
use crate::view::{
    claims_data, claims_page, claims_plot, claims_table, conventions_table, findings_table,
};

/// Claim files, computed.
pub struct Ledgers {
    all: Vec<Ledger>,
    /// Whether they were named, and are shown with their conventions and findings.
    are_named: bool,
}

impl Ledgers {
    /// One after the other.
    pub fn all(&self) -> &[Ledger] {
        &self.all
    }

    /// The table of all, and where they were named what stands behind each.
    fn tables_of(&self, all: Table) -> Vec<Table> {
        let mut tables = vec![all];
        if self.are_named {
            for ledger in &self.all {
                tables.push(conventions_table(ledger));
                tables.extend(findings_table(ledger));
            }
        }
        tables
    }
}

impl Shown for Ledgers {
    fn json(&self) -> Result<String, Problems> {
        text(&self.all.iter().map(as_json).collect::<Vec<_>>())
    }

    fn tables(&self) -> Vec<Table> {
        self.tables_of(claims_table(&self.all))
    }

    fn rows(&self) -> Table {
        claims_data(&self.all)
    }

    fn picture(&self, style: &FigureStyle) -> Option<Result<Svg, ChartError>> {
        Some(dots(&claims_plot(&self.all), style))
    }
}

/// Whether every claim is what its file says. What is wrong with one file is
/// told after the others are shown.
pub(super) fn run(args: &ClaimsArgs) -> Result<Answer, Problems> {
    let plot = Plot::asked(&args.plot)?;
    let (ledgers, problems) = result(args);
    if !ledgers.all.is_empty() {
        match args.page {
            true => output::print(&claims_page(&ledgers.all, &args.names))?,
            false => print(&ledgers, &args.format)?,
        }
        if let Some(plot) = plot {
            plot.save(dots(&claims_plot(&ledgers.all), plot.style()))?;
        }
    }
    let answer = problems.or(Answer::of(ledgers.all.iter().all(Ledger::is_as_expected)));
    // The program ends here: to take them apart first is waste.
    std::mem::forget(ledgers);
    answer
}

/// What is asked for, and what is wrong with the files that are not in it.
pub(super) fn result(args: &ClaimsArgs) -> (Ledgers, Problems) {
    let (all, problems) = ledgers(args);
    let are_named = !args.names.is_empty();
    (Ledgers { all, are_named }, problems)
}

/// The ledgers of these names, or of all that ship, and what is wrong with the
/// others.
fn ledgers(args: &ClaimsArgs) -> (Vec<Ledger>, Problems) {
    let shipped = || catalog::names(Kind::Claim).map(str::to_owned).collect();
    let names: Vec<String> = match args.names.as_slice() {
        [] => shipped(),
        names => names.to_vec(),
    };
    let loader = loading::loader_for(&args.caller);
    let opened = |name: &String| loader.open(Kind::Claim, name);
    let mut files: Vec<(usize, Opened)> = names.iter().map(opened).enumerate().collect();
    // The longest first, each to whichever core is free: none is left alone with one
    // of them at the end.
    files.sort_by_key(|(_, file)| Reverse(file.as_ref().map_or(0, |file| file.text().len())));
    let each = files.into_iter().par_bridge();
    let mut all: Vec<(usize, Result<Ledger, Problems>)> =
        each.map(|(at, file)| (at, ledger(file, &loader))).collect();
    all.sort_by_key(|(at, _)| *at);
    loading::tell_notes_to(&args.caller, &loader);
    // The models that were read go with the program: to take them apart is waste.
    std::mem::forget(loader);
    let (mut ledgers, mut problems) = (Vec::new(), Problems::new());
    for (_, one) in all {
        match one {
            Ok(ledger) => ledgers.push(ledger),
            Err(mistakes) => problems.extend(mistakes),
        }
    }
    (ledgers, problems)
}

/// A claim file, or why there is none.
type Opened = Result<Arc<Source>, Diagnostic>;

/// One claim file, computed.
fn ledger(file: Opened, loader: &Loader) -> Result<Ledger, Problems> {
    Ledger::compute(ClaimFile::read(&file?)?, loader)
}

fn print(ledgers: &Ledgers, format: &FormatArgs) -> Result<(), Problems> {
    match format.output {
        OutputFormat::Json | OutputFormat::Csv => shown::print(ledgers, format),
        _ => {
            let caption = "Published claims of energy, recomputed";
            let all = output::captioned(claims_table(&ledgers.all), caption, format.output);
            output::print_tables(ledgers.tables_of(all), format)
        }
    }
}

/// The fields are a promise: they may be added to, never renamed.
fn as_json(ledger: &Ledger) -> Value {
    let file = &ledger.file;
    let conventions = file.conventions.iter().map(|one| {
        let claims = one.claims.iter().map(|name| name.value.as_str());
        json!({
            "about": one.about.to_string(),
            "value": one.value,
            "known": one.known.name(),
            "claims": claims.collect::<Vec<_>>(),
        })
    });
    json!({
        "name": file.name.value,
        "title": file.title,
        "source": {
            "title": file.source.title,
            "identifier": file.source.identifier,
            "at": file.source.at,
        },
        "conventions": conventions.collect::<Vec<_>>(),
        "leaves_out": file.leaves_out,
        "claims": ledger.claims.iter().map(claim_json).collect::<Vec<_>>(),
        "findings": ledger.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "text": ledger.text,
    })
}

fn claim_json(claim: &Claim) -> Value {
    let unit = &claim.published.unit;
    let conditions: &[String] = match &claim.verdict {
        Verdict::HoldsIf(_, conditions) => conditions,
        Verdict::Holds(_) | Verdict::Differs => &[],
    };
    json!({
        "name": claim.name,
        "published": claim.published.text(),
        "computed": claim.published.same_digits(&claim.computed.value),
        "unit": unit.to_string(),
        "published_value": exact(&(claim.published.quantity().value / unit.scale())),
        "computed_value": exact(&(&claim.computed.value / unit.scale())),
        "off": claim.published.off_by(&claim.computed.value).to_string().parse::<i64>().ok(),
        "verdict": claim.verdict.name(),
        "if": conditions,
        "within_input_rounding": claim.verdict.is_within_input_rounding(),
        "as_expected": claim.as_expected,
        "formula": claim.formula,
        "numbers": claim.numbers,
    })
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "name": finding.name,
        "value": exact(&finding.value.value),
        "dimension": finding.value.dimension.to_string(),
        "shown": finding.shown,
        "formula": finding.formula,
    })
}
