//! Census × table: what every op costs.
//!
//! Counts are exact, entries are exact, and so is their product; only then is
//! it rounded to a double. An op that needs an entry which the table lacks is
//! an error, never a zero.

mod estimate;
mod formula;

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::Zero;

use crate::census::{Census, Conventions, Tally, census};
use crate::format::{Format, NumberFormat};
use crate::graph::OpGraph;
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{EvalError, Values};
use crate::table::{Confidence, EnergyTable, Provenance};

pub use self::estimate::{By, Estimate, Group, LeftOut, Line, Settings};
pub use self::formula::{StageFormula, stage_formulas};

/// A graph with its census, and the counts at the values of its symbols: what
/// every table and format is priced from.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The graph.
    pub graph: OpGraph,
    /// Its census.
    pub census: Census,
    /// What was counted how.
    pub conventions: Conventions,
    /// The count of every tally of the census.
    pub counts: Vec<BigRational>,
    /// Multiply–accumulates.
    pub macs: BigRational,
    /// How many numbers the weights and biases hold.
    pub parameters: BigRational,
    /// Operators that are not known, so that what they compute is left out.
    pub left_out: Vec<LeftOut>,
    /// Numbers with names, for the reader.
    pub dims: Vec<(String, BigRational)>,
}

impl Counted {
    /// Counts `graph` at the values of its symbols.
    ///
    /// # Errors
    /// A count that has no value (a division by zero).
    pub fn new(graph: OpGraph, conventions: Conventions) -> Result<Counted, Problems> {
        let census = census(&graph, conventions);
        let values = graph.values();
        let failed = |error: EvalError| {
            Problems::from(Diagnostic::new(format!("a count has no value: {error}")))
        };
        let mut counts = Vec::with_capacity(census.tallies.len());
        for tally in &census.tallies {
            counts.push(tally.count.evaluate(&values).map_err(failed)?);
        }
        let macs = census.macs.evaluate(&values).map_err(failed)?;
        let parameters = census.parameters.evaluate(&values).map_err(failed)?;
        let mut left_out = Vec::new();
        for unknown in &census.uncounted {
            let count = unknown.times.evaluate(&values).map_err(failed)?;
            if !count.is_zero() {
                let operator = unknown.operator.clone();
                left_out.push(LeftOut { operator, count });
            }
        }
        let mut dims = Vec::new();
        for (name, expr) in graph.numbers() {
            dims.push((name.clone(), expr.evaluate(&values).map_err(failed)?));
        }
        Ok(Counted {
            graph,
            census,
            conventions,
            counts,
            macs,
            parameters,
            left_out,
            dims,
        })
    }

    /// The stages of a scope, or of all of it; nothing where it has no such
    /// scope.
    pub fn stages_of(&self, scope: &str) -> Option<Vec<String>> {
        let graph = &self.graph;
        if scope == Estimate::WHOLE {
            return Some(graph.stages().into_iter().map(str::to_owned).collect());
        }
        let found = graph.scopes().iter().find(|known| known.name == scope)?;
        Some(found.stages.clone())
    }
}

/// What an estimate is priced with.
#[derive(Debug, Clone)]
pub struct Pricing<'t> {
    /// The table.
    pub table: &'t EnergyTable,
    /// The formats of what the model leaves open.
    pub format: Format,
    /// Primitives that are priced at 0 whatever the table says: a convention
    /// of some papers.
    pub free: &'t BTreeSet<Primitive>,
}

/// The price of one primitive and how far to trust it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Price {
    pub(crate) picojoules: BigRational,
    pub(crate) confidence: Confidence,
    pub(crate) format: NumberFormat,
}

impl Pricing<'_> {
    /// The price of a tally's primitive, if the table has it.
    pub(crate) fn price(&self, tally: &Tally) -> Option<Price> {
        let format = tally.precision.resolve(self.format);
        if self.free.contains(&tally.primitive) {
            return Some(Price {
                picojoules: BigRational::zero(),
                confidence: Confidence::Assumed,
                format,
            });
        }
        let entry = self.table.entry(tally.primitive, format)?;
        Some(Price {
            picojoules: entry.pj.clone(),
            confidence: entry.confidence,
            format,
        })
    }

    /// The mistakes for entries that the table lacks: one for each primitive
    /// and format, with the first op that needs it and the tables among
    /// `others` that have it.
    fn missing(&self, counted: &Counted, others: &[&EnergyTable]) -> Problems {
        let mut problems = Problems::new();
        let mut told: BTreeSet<(Primitive, NumberFormat)> = BTreeSet::new();
        for tally in &counted.census.tallies {
            let format = tally.precision.resolve(self.format);
            if self.price(tally).is_some() || !told.insert((tally.primitive, format)) {
                continue;
            }
            let graph = &counted.graph;
            let op = &graph.ops()[tally.op];
            problems.push(self.missing_entry(
                tally.primitive,
                format,
                &graph.full_name(op),
                &op.place,
                others,
            ));
        }
        problems
    }

    fn missing_entry(
        &self,
        primitive: Primitive,
        format: NumberFormat,
        op: &str,
        place: &Place,
        others: &[&EnergyTable],
    ) -> Diagnostic {
        let name = self.table.name();
        let message =
            format!("table `{name}` has no `{primitive}` in {format}, which op `{op}` needs");
        let having: Vec<&str> = others
            .iter()
            .filter(|table| table.entry(primitive, format).is_some())
            .map(|table| table.name())
            .collect();
        let formats: Vec<String> = self
            .table
            .formats()
            .filter(|format| self.table.entry(primitive, *format).is_some())
            .map(|format| format.to_string())
            .collect();
        let mut diagnostic = Diagnostic::at(place, message);
        diagnostic = match having.as_slice() {
            [] => diagnostic.help(format!("no table here has `{primitive}` in {format}")),
            tables => diagnostic.help(format!("tables that have it: {}", tables.join(", "))),
        };
        if !formats.is_empty() {
            diagnostic = diagnostic.help(format!(
                "`{name}` has `{primitive}` in {}",
                formats.join(", ")
            ));
        }
        diagnostic
    }
}

/// Prices `counted`. `others` are tables to point to where one lacks an entry.
///
/// # Errors
/// Every entry that the table lacks.
pub fn estimate(
    counted: &Counted,
    pricing: &Pricing<'_>,
    others: &[&EnergyTable],
) -> Result<Estimate, Problems> {
    let mut lines = Vec::with_capacity(counted.counts.len());
    let graph = &counted.graph;
    let values = graph.values();
    for (tally, count) in counted.census.tallies.iter().zip(&counted.counts) {
        let Some(price) = pricing.price(tally) else {
            return Err(pricing.missing(counted, others));
        };
        let op = &graph.ops()[tally.op];
        let exact = number::product(count, &price.picojoules);
        lines.push(Line {
            op: graph.full_name(op),
            stage: op.stage.clone(),
            layer: layer_name(graph, op, &values),
            primitive: tally.primitive,
            format: price.format,
            count: count.clone(),
            picojoules: exact,
            confidence: price.confidence,
        });
    }
    Ok(Estimate {
        model: graph.model.clone(),
        variant: graph.variant.clone(),
        table: pricing.table.name().to_owned(),
        format: pricing.format,
        dims: counted.dims.clone(),
        macs: counted.macs.clone(),
        parameters: counted.parameters.clone(),
        left_out: counted.left_out.clone(),
        lines,
        stages: graph.stages().into_iter().map(str::to_owned).collect(),
        scopes: graph.scopes().to_vec(),
        settings: Settings {
            conventions: counted.conventions,
            free: pricing.free.clone(),
            set: set_by_hand(pricing.table),
            densities: graph.densities().cloned(),
        },
    })
}

/// The entries of a table that were set by hand.
fn set_by_hand(table: &EnergyTable) -> Vec<(String, BigRational)> {
    let set = (table.entries()).filter(|(_, _, entry)| entry.provenance == Provenance::Set);
    set.map(|(format, primitive, entry)| (table.symbol(primitive, format), entry.pj.clone()))
        .collect()
}

/// The layer of an op: the outermost block around it with its repeats, or the
/// op itself where it stands in the model.
fn layer_name(graph: &OpGraph, op: &crate::graph::Op, values: &Values) -> String {
    let Some(layer) = graph.layer(op.region) else {
        return op.name.clone();
    };
    let region = graph.region(layer);
    match region.repeat.evaluate(values) {
        Ok(repeat) if repeat != number::whole(1) => {
            format!("{} (×{})", region.name, number::plain(&repeat))
        }
        _ => region.name.clone(),
    }
}
