//! `picojoule estimate`

use super::args::{ByArg, EstimateArgs, OutputFormat};
use super::plot::{self, Picture};
use super::request::{self, ModelRequest, PriceRequest};
use super::{json, output};
use crate::energy::{By, Counted, Estimate, Pricing, estimate, stage_formulas};
use crate::format::Format;
use crate::render::table::Table;
use crate::report::{Breakdown, estimate_bars, estimate_table, formula_tables};
use crate::source::Problems;
use crate::symbolic::{Notation, Printer};
use crate::table::EnergyTable;

/// The table that is meant where none is named.
pub(super) const DEFAULT_TABLE: &str = "45nm";

pub(super) fn run(args: &EstimateArgs) -> Result<(), Problems> {
    if let Some(path) = &args.output.plot {
        Picture::of(path)?;
    }
    let model = ModelRequest::new(&args.model, &args.variant, request::Default::First)?;
    let prices = PriceRequest::new(&args.price, &model, &[DEFAULT_TABLE])?;
    let counted = model.counted(prices.conventions)?;
    let own = model.model.root.format.unwrap_or(Format::FP32);
    let pricings = prices.pricings(|_| vec![own])?;
    let shipped = request::shipped_tables()?;
    let others: Vec<&EnergyTable> = shipped.iter().collect();
    if args.formula {
        return formulas(args.output.output, &counted, &pricings, &others);
    }
    let estimates = estimates(&counted, &pricings, &others)?;
    if let Some(path) = &args.output.plot {
        plot::bars(&estimate_bars(&estimates), path)?;
    }
    let by = match args.by {
        ByArg::Stage => By::Stage,
        ByArg::Op => By::Op,
        ByArg::Layer => By::Layer,
        ByArg::Primitive => By::Primitive,
    };
    let Some(format) = output::table_format(args.output.output) else {
        return output::print(&json::estimates(&estimates)?);
    };
    let breakdown = match args.output.output {
        OutputFormat::Csv => Breakdown::Columns,
        _ => Breakdown::Words,
    };
    let tables: Vec<Table> = estimates
        .iter()
        .map(|estimate| estimate_table(estimate, by, breakdown))
        .collect();
    output::print(&output::tables(&tables, format))
}

/// Every variant on every table and format.
fn estimates(
    counted: &[Counted],
    pricings: &[Pricing<'_>],
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

fn formulas(
    output: OutputFormat,
    counted: &[Counted],
    pricings: &[Pricing<'_>],
    others: &[&EnergyTable],
) -> Result<(), Problems> {
    let Some(format) = output::table_format(output) else {
        return Err(super::wrong(
            "--formula has no JSON form; use text, markdown, csv or latex",
        ));
    };
    let notation = match output {
        OutputFormat::Latex => Notation::Latex,
        _ => Notation::Text,
    };
    let mut tables = Vec::new();
    for pricing in pricings {
        for variant in counted {
            let order = variant
                .graph
                .symbols()
                .iter()
                .map(|info| info.symbol.clone());
            let printer = Printer::new(notation, order);
            let formulas = stage_formulas(variant, pricing, others)?;
            let estimate = estimate(variant, pricing, others)?;
            tables.extend(formula_tables(&estimate, &formulas, &printer, notation));
        }
    }
    output::print(&output::tables(&tables, format))
}
