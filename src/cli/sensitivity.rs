//! `picojoule sensitivity`

use serde_json::{Value, json};

use super::args::{OfArg, OutputFormat, SensitivityArgs};
use super::json::{exact, left_out, text};
use super::plot::Plot;
use super::request::{Request, Unnamed};
use super::scopes::scopes;
use super::shown::{self, Shown};
use crate::compare::{Comparison, compare};
use crate::number::to_f64;
use crate::render::plot::{ChartError, FigureStyle, Svg, tornado};
use crate::render::table::Table;
use crate::source::{Diagnostic, Problems};
use crate::table::Confidence;
use crate::uncertainty::{AnalysisResult, Method, Sensitivity, Spread, analyse_unranked, rank};
use crate::view::{interval_table, ranking_table, reaches, sensitivity_rows};

/// What moves energies or savings, on every table and format.
pub struct Sensitivities {
    results: Vec<AnalysisResult>,
    method: Method,
    comparison: Comparison,
    scopes: Vec<String>,
    /// Whether scopes were asked for.
    are_named: bool,
    of: Option<OfArg>,
}

impl Shown for Sensitivities {
    fn json(&self) -> Result<String, Problems> {
        json(&self.results, &self.method, &self.comparison)
    }

    fn tables(&self) -> Vec<Table> {
        let intervals = interval_table(&self.results, &self.method, &self.comparison);
        let mut tables = vec![intervals];
        tables.extend(self.ranked().map(ranking_table));
        tables
    }

    fn rows(&self) -> Table {
        sensitivity_rows(&self.results)
    }

    /// The first result whose inputs are ranked.
    fn picture(&self, style: &FigureStyle) -> Option<Result<Svg, ChartError>> {
        let first = self.ranked().next()?;
        Some(tornado(&reaches(first), style))
    }
}

pub(super) fn run(args: &SensitivityArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    // A table shows what moves some results, a file what moves all.
    let all = matches!(args.format.output, OutputFormat::Json | OutputFormat::Csv);
    let found = found(args, all)?;
    if let Some(plot) = plot {
        draw(&plot, &found.ranked().collect::<Vec<_>>())?;
    }
    shown::print(&found, &args.format)
}

/// What is asked for, with all that moves any result.
pub(super) fn result(args: &SensitivityArgs) -> Result<Sensitivities, Problems> {
    found(args, true)
}

/// The same; what moves a result is found for `all`, or for those of which it is shown.
fn found(args: &SensitivityArgs, all: bool) -> Result<Sensitivities, Problems> {
    let method = Method {
        spread: spread(&args.spread)?,
        samples: args.samples,
        seed: args.random.seed,
    };
    let (request, settled) =
        Request::with_open_dims(&args.model, &args.variants, Unnamed::All, &args.price)?;
    if !settled.is_empty() {
        args.model.scan.caller.tell(format!(
            "shapes are inferred for `{}` as set: how each moves the result is not known; \
             `picojoule sweep` imports the graph anew at each value",
            settled.join("`, `")
        ));
    }
    let pricings = request.pricings()?;
    // Names what is missing, and knows the scopes.
    let comparison = request.pointing(|others| compare(&request.counted, &pricings, others))?;
    let scopes = scopes(&comparison, &args.scopes.scope)?;
    let mut results = Vec::new();
    for pricing in &pricings {
        results.extend(analyse_unranked(
            &request.counted,
            pricing,
            &scopes,
            &method,
        )?);
    }
    let mut found = Sensitivities {
        results,
        method,
        comparison,
        scopes,
        are_named: !args.scopes.scope.is_empty(),
        of: args.of,
    };
    let is_ranked = found.is_ranked();
    rank(&mut found.results, |result| all || is_ranked(result))?;
    Ok(found)
}

/// A plot of every result: of the first in the file that was named, of the others
/// beside it.
fn draw(plot: &Plot<'_>, results: &[&AnalysisResult]) -> Result<(), Problems> {
    let Some((first, others)) = results.split_first() else {
        return Ok(());
    };
    plot.save(tornado(&reaches(first), plot.style()))?;
    for other in others {
        let format = other.format.to_string();
        let parts = [
            (&first.scope, &other.scope),
            (&first.variant, &other.variant),
            (&first.table, &other.table),
            (&first.format.to_string(), &format),
        ];
        let differing = parts.iter().filter(|(known, own)| known != own);
        let name: Vec<&str> = differing.map(|(_, own)| own.as_str()).collect();
        plot.save_beside(&name.join("-"), tornado(&reaches(other), plot.style()))?;
    }
    Ok(())
}

fn spread(settings: &[String]) -> Result<Spread, Problems> {
    let mut spread = Spread::default();
    let mut problems = Problems::new();
    for text in settings {
        if let Err(message) = spread.set(text) {
            problems.push(Diagnostic::new(format!("--spread {text}: {message}")));
        }
    }
    problems.or(spread)
}

impl Sensitivities {
    /// The results whose inputs are ranked: over the scopes asked for, or the
    /// widest; savings where variants are compared, energies where there is one.
    fn ranked(&self) -> impl Iterator<Item = &AnalysisResult> {
        let is_ranked = self.is_ranked();
        self.results.iter().filter(move |result| is_ranked(result))
    }

    fn is_ranked(&self) -> Box<dyn Fn(&AnalysisResult) -> bool + Sync> {
        let saves = self.results.iter().any(|result| result.baseline.is_some());
        let of = self.of.unwrap_or(match saves {
            true => OfArg::Saving,
            false => OfArg::Energy,
        });
        let widest = self.scopes.last().cloned();
        let are_named = self.are_named;
        Box::new(move |result| {
            let inside = are_named || Some(&result.scope) == widest.as_ref();
            let asked = match of {
                OfArg::Saving => result.baseline.is_some(),
                OfArg::Energy => result.baseline.is_none(),
            };
            inside && asked
        })
    }
}

/// Everything, at full precision. Field names are a promise: they may be added
/// to, never renamed.
fn json(
    results: &[AnalysisResult],
    method: &Method,
    comparison: &Comparison,
) -> Result<String, Problems> {
    let first = comparison.settings.first().and_then(|all| all.first());
    let spread: serde_json::Map<String, Value> = Confidence::ALL
        .into_iter()
        .map(|confidence| {
            let share = exact(&method.spread.share(confidence));
            (confidence.name().to_owned(), share)
        })
        .collect();
    let drawn = results.iter().any(|result| result.distribution.is_some());
    let value = json!({
        "model": first.map(|estimate| estimate.model.as_str()),
        "baseline": comparison.baseline,
        "conventions": first.map(|estimate| {
            let list = estimate.settings.list().into_iter();
            list.map(|(name, value)| (name.to_owned(), Value::String(value)))
                .collect::<serde_json::Map<_, _>>()
        }),
        "left_out": left_out(comparison),
        "spread": spread,
        "samples": drawn.then(|| method.samples()),
        "seed": drawn.then_some(method.seed),
        "results": results.iter().map(result_json).collect::<Vec<_>>(),
    });
    text(&value)
}

fn result_json(result: &AnalysisResult) -> Value {
    json!({
        "table": result.table,
        "format": result.format.to_string(),
        "scope": result.scope,
        "variant": result.variant,
        "baseline": result.baseline,
        "of": if result.baseline.is_some() { "saving" } else { "energy_pj" },
        "value": to_f64(&result.value),
        "least": result.interval.as_ref().map(|interval| to_f64(&interval.low)),
        "most": result.interval.as_ref().map(|interval| to_f64(&interval.high)),
        "p5": result.distribution.map(|drawn| drawn.low),
        "p95": result.distribution.map(|drawn| drawn.high),
        "inputs": result.inputs.iter().map(input_json).collect::<Vec<_>>(),
    })
}

fn input_json(moved: &Sensitivity) -> Value {
    json!({
        "name": moved.input.symbol.name(),
        "kind": moved.input.kind.name(),
        "value": exact(&moved.input.value),
        "derivative": moved.derivative.as_ref().map(to_f64),
        "elasticity": moved.elasticity.as_ref().map(to_f64),
        "from": exact(&moved.input.low),
        "to": exact(&moved.input.high),
        "at_from": moved.at_low.as_ref().map(to_f64),
        "at_to": moved.at_high.as_ref().map(to_f64),
    })
}
