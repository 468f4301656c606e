//! `picojoule estimate`

use super::args::{ByArg, EstimateArgs, FormatArgs, OutputFormat};
use super::plot::Plot;
use super::request::{Request, Unnamed};
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

pub(super) fn run(args: &EstimateArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    let request = Request::new(&args.model, &args.variants, Unnamed::First, &args.price)?;
    let pricings = request.pricings()?;
    if args.formula {
        let all = request.pointing(|others| formulas(&request.counted, &pricings, others))?;
        return print_formulas(&args.format, all);
    }
    let estimates = request.pointing(|others| estimates(&request.counted, &pricings, others))?;
    let by = match args.by {
        ByArg::Stage => By::Stage,
        ByArg::Op => By::Op,
        ByArg::Layer => By::Layer,
        ByArg::Primitive => By::Primitive,
    };
    if let Some(plot) = plot {
        plot.save(picture(&estimates, by, plot.style())?)?;
    }
    let printed = match args.format.output {
        OutputFormat::Json => json::estimates(&estimates)
            .and_then(|text| output::print_json(&text, &args.format.columns)),
        OutputFormat::Csv => {
            output::print_tables(vec![estimates_data(&estimates, by)], &args.format)
        }
        _ => {
            let tables: Vec<Table> = estimates
                .iter()
                .flat_map(|estimate| {
                    let table = estimate_table(estimate, by);
                    [table].into_iter().chain(traffic_table(estimate))
                })
                .collect();
            output::print_tables(tables, &args.format)
        }
    };
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
