//! `picojoule estimate`

use std::sync::Arc;

use super::args::{ByArg, EstimateArgs, FormatArgs, OutputFormat};
use super::plot::Plot;
use super::request::{Request, Unnamed};
use super::shown::{self, Shown};
use super::{json, output};
use crate::energy::{By, CostModel, Counted, Estimate, estimate, stage_formulas};
use crate::render::plot::{ChartError, FigureStyle, Svg, lines, stacked_bars};
use crate::render::table::Table;
use crate::source::Problems;
use crate::symbolic::Symbol;
use crate::table::EnergyTable;
use crate::view::{
    estimate_bars, estimate_table, estimates_data, formula_tables, group_bars, part_bars, roofline,
    traffic_table,
};

/// Estimates of every variant on every table and format.
pub struct Estimates {
    all: Arc<[Estimate]>,
    by: By,
}

impl Estimates {
    /// One after the other.
    pub fn all(&self) -> &[Estimate] {
        &self.all
    }

    /// The same, added up by something else in tables, rows and pictures.
    pub fn by(&self, by: By) -> Estimates {
        Estimates {
            all: Arc::clone(&self.all),
            by,
        }
    }
}

impl Shown for Estimates {
    fn json(&self) -> Result<String, Problems> {
        json::estimates(&self.all)
    }

    fn tables(&self) -> Vec<Table> {
        let tables = self.all.iter().flat_map(|estimate| {
            let table = estimate_table(estimate, self.by);
            [table].into_iter().chain(traffic_table(estimate))
        });
        tables.collect()
    }

    fn rows(&self) -> Table {
        estimates_data(&self.all, self.by)
    }

    fn picture(&self, style: &FigureStyle) -> Option<Result<Svg, ChartError>> {
        picture(&self.all, self.by, style).ok()
    }
}

/// What is asked for; the request too, which is as large as its graph.
pub(super) fn result(args: &EstimateArgs) -> Result<(Request, Estimates), Problems> {
    let request = Request::new(&args.model, &args.variants, Unnamed::First, &args.price)?;
    let pricings = request.pricings()?;
    let all = request.pointing(|others| estimates(&request.counted, &pricings, others))?;
    drop(pricings);
    let by = match args.by {
        ByArg::Stage => By::Stage,
        ByArg::Op => By::Op,
        ByArg::Layer => By::Layer,
        ByArg::Primitive => By::Primitive,
    };
    let all = all.into();
    Ok((request, Estimates { all, by }))
}

pub(super) fn run(args: &EstimateArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    if args.formula {
        let request = Request::new(&args.model, &args.variants, Unnamed::First, &args.price)?;
        let pricings = request.pricings()?;
        let all = request.pointing(|others| formulas(&request.counted, &pricings, others))?;
        return print_formulas(&args.format, all);
    }
    let (request, estimates) = result(args)?;
    if let Some(plot) = plot {
        plot.save(picture(&estimates.all, estimates.by, plot.style())?)?;
    }
    let printed = shown::print(&estimates, &args.format);
    // The program ends here: to take a large graph apart first is waste.
    std::mem::forget((request, estimates));
    printed
}

/// Bars of stages, layers, ops or primitives; where data movement is counted, bars
/// of levels, or a roofline of ops.
fn picture(
    estimates: &[Estimate],
    by: By,
    style: &FigureStyle,
) -> Result<Result<Svg, ChartError>, Problems> {
    let moves = estimates.iter().any(|estimate| estimate.moved.is_some());
    let bars = match by {
        By::Stage => part_bars(estimates).unwrap_or_else(|| estimate_bars(estimates)),
        By::Op if moves => return roofline_of(estimates, style),
        _ => group_bars(estimates, by),
    };
    Ok(stacked_bars(&bars, style))
}

fn roofline_of(
    estimates: &[Estimate],
    style: &FigureStyle,
) -> Result<Result<Svg, ChartError>, Problems> {
    let [estimate] = estimates else {
        return Err(super::usage::usage_error(
            "a roofline is of one estimate; choose one variant, table and format",
        ));
    };
    match roofline(estimate) {
        Some(chart) => Ok(lines(&chart, style)),
        None => Err(super::usage::usage_error(
            "no op moves anything to or from the farthest memory, or there is no price for it: there is no \
             roofline",
        )),
    }
}

/// Every variant on every table and format.
fn estimates(
    counted: &[Counted],
    pricings: &[CostModel<'_>],
    others: &[&EnergyTable],
) -> Result<Vec<Estimate>, Problems> {
    let mut problems = Problems::new();
    let mut estimates = Vec::new();
    for pricing in pricings {
        for variant in counted {
            match estimate(variant, pricing, others) {
                Ok(estimate) => estimates.push(estimate),
                Err(missing) => problems.extend(missing),
            }
        }
    }
    problems.or(estimates)
}

/// The formulas of every variant on every table and format.
fn formulas(
    counted: &[Counted],
    pricings: &[CostModel<'_>],
    others: &[&EnergyTable],
) -> Result<Vec<Vec<Table>>, Problems> {
    let mut all = Vec::new();
    for pricing in pricings {
        for variant in counted {
            let symbols = variant.graph.symbols().iter();
            let order: Vec<Symbol> = symbols.map(|info| info.symbol.clone()).collect();
            let formulas = stage_formulas(variant, pricing, others)?;
            let estimate = estimate(variant, pricing, others)?;
            all.push(formula_tables(&estimate, &formulas, &order));
        }
    }
    Ok(all)
}

fn print_formulas(format: &FormatArgs, all: Vec<Vec<Table>>) -> Result<(), Problems> {
    if format.output == OutputFormat::Csv && all.len() != 1 {
        return Err(super::usage::usage_error(
            "--formula writes one estimate as CSV; choose one variant, table and format",
        ));
    }
    output::print_tables(all.concat(), format)
}
