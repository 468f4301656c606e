//! A graph priced on one table in one format.

use num_rational::BigRational;

use super::cost::{Cost, CostModel, missing_entries};
use super::counted::{Counted, layer_name};
use super::estimate::{Estimate, Line, OpWork, Origin, Settings};
use super::moved::moved;
use crate::number;
use crate::primitive::Primitive;
use crate::source::Problems;
use crate::table::{EnergyTable, Provenance};

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
                origin: origin(model.table, &one.cost),
            }
        })
        .collect();
    let products = (counted.census.products.iter().zip(&counted.products))
        .map(|(products, work)| {
            let op = &graph.ops()[products.op];
            OpWork {
                op: graph.full_name(op),
                stage: op.stage.clone(),
                layer: layer_name(graph, op, &values),
                work: work.clone(),
            }
        })
        .collect();
    let moved = match model.memory {
        Some(memory) => Some(moved(counted, memory, model.format)?),
        None => None,
    };
    let fused = lines.iter().filter(|line| line.primitive == Primitive::Mac);
    let fused = fused.map(|line| line.format).collect();
    Ok(Estimate {
        model: graph.model.clone(),
        variant: graph.variant.clone(),
        table: model.table.name().to_owned(),
        format: model.format,
        dims: counted.dims.clone(),
        products,
        macs: counted.macs.clone(),
        parameters: counted.parameters.clone(),
        densities: counted.densities,
        unsupported: counted.unsupported.clone(),
        lines,
        moved,
        stages: graph.stages().into_iter().map(str::to_owned).collect(),
        scopes: graph.scopes().to_vec(),
        settings: Settings {
            phase: counted.graph.phase(),
            conventions: counted.conventions,
            zero_cost: model.zero_cost.clone(),
            fused,
            set: set_by_hand(model.table),
            densities: graph.densities().cloned(),
            memory: model.memory.cloned(),
        },
    })
}

/// The table that the entry is of which prices something, where it is not
/// `table` itself.
fn origin(table: &EnergyTable, cost: &Cost<'_>) -> Option<Origin> {
    cost.entry?;
    let origin = table.origin(cost.primitive, cost.format);
    (!std::ptr::eq(origin, table)).then(|| Origin {
        table: origin.name().to_owned(),
        other_node: (origin.node() != table.node())
            .then(|| origin.node().unwrap_or("another node").to_owned()),
    })
}

/// The entries of a table that were set by hand.
fn set_by_hand(table: &EnergyTable) -> Vec<(String, BigRational)> {
    let set = (table.entries()).filter(|(_, _, entry)| entry.provenance == Provenance::Set);
    set.map(|(format, primitive, entry)| (table.symbol(primitive, format), entry.pj.clone()))
        .collect()
}
