//! Census × table: what every op costs.
//!
//! Counts are exact, entries are exact, and so is their product; only then is
//! it rounded to a double. An op that needs an entry which the table lacks is
//! an error, never a zero.

mod cost;
mod estimate;
mod formula;

use num_rational::BigRational;
use num_traits::Zero;

use crate::census::{Census, Conventions, census};
use crate::graph::OpGraph;
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{EvalError, Values};
use crate::table::{EnergyTable, Provenance};

use self::cost::missing_entries;
pub use self::cost::{Cost, CostModel, MissingEntry, Priced};
pub use self::estimate::{By, Estimate, Group, Line, Settings, Unsupported, add_up};
pub use self::formula::{StageFormula, energy_formula, stage_formulas};

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
    /// The count of every demand of the census.
    pub counts: Vec<BigRational>,
    /// Multiply–accumulates.
    pub macs: BigRational,
    /// How many numbers the weights and biases hold.
    pub parameters: BigRational,
    /// The ops whose operators are not supported, so that what they compute is
    /// left out.
    pub unsupported: Vec<Unsupported>,
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
        let mut counts = Vec::with_capacity(census.demands.len());
        for demand in &census.demands {
            counts.push(demand.count.evaluate(&values).map_err(failed)?);
        }
        let macs = census.macs.evaluate(&values).map_err(failed)?;
        let parameters = census.parameters.evaluate(&values).map_err(failed)?;
        let mut unsupported = Vec::new();
        for unknown in &census.unsupported {
            let count = unknown.times.evaluate(&values).map_err(failed)?;
            if !count.is_zero() {
                let op = &graph.ops()[unknown.op];
                unsupported.push(Unsupported {
                    operator: unknown.operator.clone(),
                    op: graph.full_name(op),
                    stage: op.stage.clone(),
                    layer: layer_name(&graph, op, &values),
                    count,
                });
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
            unsupported,
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

/// Prices `counted`. `others` are tables to point to where one lacks an entry.
///
/// # Errors
/// Every entry that the table lacks.
pub fn estimate(
    counted: &Counted,
    model: &CostModel<'_>,
    others: &[&EnergyTable],
) -> Result<Estimate, Problems> {
    let graph = &counted.graph;
    let values = graph.values();
    let priced = counted
        .price(model, |_| true, |_, cost| Some(cost.picojoules()))
        .map_err(|missing| missing_entries(&missing, counted, model.table, others))?;
    let lines: Vec<Line> = priced
        .into_iter()
        .map(|one| {
            let op = &graph.ops()[one.demand.op];
            Line {
                op: graph.full_name(op),
                stage: op.stage.clone(),
                layer: layer_name(graph, op, &values),
                primitive: one.cost.primitive,
                format: one.cost.format,
                count: one.count.clone(),
                picojoules: number::product(one.count, &one.each),
                confidence: one.cost.confidence(),
            }
        })
        .collect();
    let fused = lines.iter().filter(|line| line.primitive == Primitive::Mac);
    let fused = fused.map(|line| line.format).collect();
    Ok(Estimate {
        model: graph.model.clone(),
        variant: graph.variant.clone(),
        table: model.table.name().to_owned(),
        format: model.format,
        dims: counted.dims.clone(),
        macs: counted.macs.clone(),
        parameters: counted.parameters.clone(),
        unsupported: counted.unsupported.clone(),
        lines,
        stages: graph.stages().into_iter().map(str::to_owned).collect(),
        scopes: graph.scopes().to_vec(),
        settings: Settings {
            conventions: counted.conventions,
            zero_cost: model.zero_cost.clone(),
            fused,
            set: set_by_hand(model.table),
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
