//! A graph priced on one table in one format.

use std::sync::Arc;

use num_rational::BigRational;

use super::cost::{Cost, CostModel, missing_entries};
use super::counted::{Counted, layer_name};
use super::estimate::{Estimate, Line, OpWork, Origin};
use super::memory::Memory;
use super::moved::{Unpriced, moved_with};
use super::roofline::timing;
use super::settings::{Settings, StaticSetting};
use super::timing::has_static;
use crate::number;
use crate::primitive::Primitive;
use crate::source::Problems;
use crate::table::{Confidence, EnergyTable, Figure, Provenance};

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
    let lines = match model.leaves_out_arithmetic() {
        true => unpriced_lines(counted, model),
        false => priced_lines(counted, model, others)?,
    };
    let products = (counted.census.products.iter().zip(&counted.products))
        .map(|(products, work)| {
            let op = &graph.ops()[products.op];
            OpWork {
                op: graph.full_name(op),
                stage: op.stage.clone(),
                layer: layer_name(graph, op, &values),
                work: Arc::clone(work),
            }
        })
        .collect();
    let moved = match model.memory {
        Some(memory) => {
            let without = Unpriced::of(model);
            Some(moved_with(counted, memory, model.format, without)?)
        }
        None => None,
    };
    let timing = match model.static_energy {
        true => Some(timing(counted, model, moved.as_ref())?),
        false => None,
    };
    let statics = match (model.static_energy, has_static(model.table)) {
        (true, _) => StaticSetting::Counted,
        (false, true) => StaticSetting::LeftOut,
        (false, false) => StaticSetting::Absent,
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
        active_parameters: counted.active_parameters.clone(),
        densities: counted.densities,
        unsupported: counted.unsupported.clone(),
        lines,
        moved,
        timing,
        stages: graph.stages().into_iter().map(str::to_owned).collect(),
        model_stages: graph.model_stages().clone(),
        scopes: graph.scopes().to_vec(),
        settings: Settings {
            phase: counted.graph.phase(),
            conventions: counted.conventions,
            zero_cost: model.zero_cost.clone(),
            fused,
            set: set_by_hand(model.table),
            device_set: device_set_by_hand(model),
            densities: graph.densities().cloned(),
            memory: model.memory.cloned(),
            statics,
        },
    })
}

/// Every demand with its price.
fn priced_lines(
    counted: &Counted,
    model: &CostModel<'_>,
    others: &[&EnergyTable],
) -> Result<Vec<Line>, Problems> {
    let graph = &counted.graph;
    let values = graph.values();
    let priced = counted
        .price(model, |_| true, |_, cost| Some(cost.picojoules()))
        .map_err(|missing| missing_entries(&missing, counted, model.table, others))?;
    let lines = priced.into_iter().map(|one| {
        let op = &graph.ops()[one.demand.op];
        Line {
            op: graph.full_name(op),
            stage: op.stage.clone(),
            layer: layer_name(graph, op, &values),
            primitive: one.cost.primitive,
            format: one.cost.format,
            count: one.count.clone(),
            picojoules: Some(number::product(one.count, &one.each)),
            confidence: one.cost.confidence(),
            origin: origin(model.table, &one.cost),
        }
    });
    Ok(lines.collect())
}

/// Every demand, on a table that prices none.
fn unpriced_lines(counted: &Counted, model: &CostModel<'_>) -> Vec<Line> {
    let graph = &counted.graph;
    let values = graph.values();
    let demands = counted.census.demands.iter().zip(&counted.counts);
    let lines = demands.filter_map(|(demand, count)| {
        let op = &graph.ops()[demand.op];
        Some(Line {
            op: graph.full_name(op),
            stage: op.stage.clone(),
            layer: layer_name(graph, op, &values),
            primitive: demand.primitive()?,
            format: demand.precision.resolve(model.format),
            count: count.clone(),
            picojoules: None,
            confidence: Confidence::Assumed,
            origin: None,
        })
    });
    lines.collect()
}

/// The table that the entry is of which prices something, where it is not
/// `table` itself.
fn origin(table: &EnergyTable, cost: &Cost<'_>) -> Option<Arc<Origin>> {
    cost.entry?;
    let origin = table.origin(cost.primitive, cost.format);
    let found = || Origin {
        table: origin.name().to_owned(),
        other_node: (origin.node() != table.node())
            .then(|| origin.node().unwrap_or("another node").to_owned()),
    };
    (!std::ptr::eq(origin, table)).then(|| found().into())
}

/// The entries of a table that were set by hand.
fn set_by_hand(table: &EnergyTable) -> Vec<(String, BigRational)> {
    let set = (table.entries()).filter(|(_, _, entry)| entry.provenance == Provenance::Set);
    set.map(|(format, primitive, entry)| (table.symbol(primitive, format), entry.pj.clone()))
        .collect()
}

/// The numbers of a device that were set by hand, and the bandwidths.
fn device_set_by_hand(model: &CostModel<'_>) -> Vec<(String, BigRational)> {
    let is_set = |figure: &Figure| figure.provenance == Provenance::Set;
    let own = (model.table.device_numbers()).filter(|(_, figure)| is_set(figure));
    let own = own.map(|(number, figure)| (model.table.device_symbol(number), &figure.value));
    let bandwidths = model.memory.into_iter().flat_map(Memory::bandwidths);
    let bandwidths = bandwidths
        .filter(|(_, figure)| is_set(figure))
        .map(|(symbol, figure)| (symbol.name().to_owned(), &figure.value));
    let all = own.chain(bandwidths);
    all.map(|(name, value)| (name, value.clone())).collect()
}
