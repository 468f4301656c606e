//! Counts and energies as closed forms in the dims.

use std::collections::BTreeMap;

use super::cost::{CostModel, missing_entries};
use super::counted::Counted;
use super::moved::{
    StageTraffic, Unpriced, moved_picojoules, open_traffic, planned_traffic, stage_traffic,
};
use super::statics::{op_seconds, static_picojoules};
use crate::format::NumberFormat;
use crate::graph::has_stage;
use crate::movement::Access;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};
use crate::table::EnergyTable;

/// The counts and the energy of one stage as expressions in the dims.
#[derive(Debug, Clone, PartialEq)]
pub struct StageFormula {
    /// The stage.
    pub stage: String,
    /// How many of each primitive.
    pub counts: BTreeMap<(Primitive, NumberFormat), Expr>,
    /// The energy of the arithmetic in picojoules; nothing where the table prices
    /// no operation.
    pub picojoules: Option<Expr>,
    /// The seconds that its ops take; nothing where time is not counted, or not
    /// known.
    pub seconds: Option<Expr>,
    /// The bits that move, with the tiles that are the best at the sizes of the
    /// graph; nothing where data movement is not counted.
    pub traffic: Option<StageTraffic>,
}

/// The closed form of every stage.
///
/// # Errors
/// Every entry that the table lacks.
pub fn stage_formulas(
    counted: &Counted,
    model: &CostModel<'_>,
    others: &[&EnergyTable],
) -> Result<Vec<StageFormula>, Problems> {
    let mut formulas: Vec<StageFormula> = counted
        .graph
        .stages()
        .into_iter()
        .map(|stage| StageFormula {
            stage: stage.to_owned(),
            counts: BTreeMap::new(),
            picojoules: Some(Expr::zero()),
            seconds: None,
            traffic: None,
        })
        .collect();
    let traffic = (model.memory).map(|memory| planned_traffic(counted, memory, model.format));
    if let Some(traffic) = &traffic {
        let mut by_stage = stage_traffic(counted, traffic);
        for formula in &mut formulas {
            formula.traffic = Some(by_stage.remove(&formula.stage).unwrap_or_default());
        }
    }
    if model.static_energy {
        let accesses = traffic
            .as_ref()
            .map_or(&[][..], |traffic| &traffic.accesses);
        add_seconds(&mut formulas, counted, model, accesses);
    }
    if model.leaves_out_arithmetic() {
        add_counts(&mut formulas, counted, model);
        return Ok(formulas);
    }
    let priced = counted
        .price(model, |_| true, |_, cost| Some(cost.picojoules()))
        .map_err(|missing| missing_entries(&missing, counted, model.table, others))?;
    for one in priced {
        let stage = &counted.graph.ops()[one.demand.op].stage;
        if let Some(formula) = formulas
            .iter_mut()
            .find(|formula| *formula.stage == **stage)
        {
            let key = (one.cost.primitive, one.cost.format);
            *formula.counts.entry(key).or_default() += &one.demand.count;
            let picojoules = formula.picojoules.get_or_insert_default();
            *picojoules += &one.demand.count.scale(&one.each);
        }
    }
    Ok(formulas)
}

/// What moves, and what the time takes, as far as they are counted: in picojoules,
/// as an expression in the dims and in the numbers of the table.
///
/// # Errors
/// What the table does not say.
pub(super) fn beside_arithmetic(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
) -> Result<Expr, Problems> {
    let mut sum = Expr::zero();
    let traffic = model
        .memory
        .map(|memory| open_traffic(counted, memory, model.format));
    if let (Some(memory), Some(traffic)) = (model.memory, &traffic) {
        let without = Unpriced::of(model);
        sum += &moved_picojoules(counted, memory, traffic, stages, without)?;
    }
    if model.static_energy {
        let accesses = traffic
            .as_ref()
            .map_or(&[][..], |traffic| &traffic.accesses);
        sum += &static_picojoules(counted, model, accesses, stages)?;
    }
    Ok(sum)
}

/// Adds the values of all numbers of the device, and of its memories, each under
/// its symbol, to `values`.
pub(super) fn device_values(model: &CostModel<'_>, values: &mut Bindings) {
    if let Some(memory) = model.memory {
        memory.values(values);
    }
    for (number, figure) in model.table.device_numbers() {
        let symbol = Symbol::new(&model.table.device_symbol(number));
        values.set(symbol, figure.value.clone());
    }
}

/// The seconds of each stage, with the numbers of the device at their values;
/// nothing where the table lacks a peak.
fn add_seconds(
    formulas: &mut [StageFormula],
    counted: &Counted,
    model: &CostModel<'_>,
    accesses: &[Access],
) {
    let Ok(ops) = op_seconds(counted, model, accesses, &|_| true) else {
        return;
    };
    let mut values = Bindings::default();
    device_values(model, &mut values);
    for formula in formulas.iter_mut() {
        formula.seconds = Some(Expr::zero());
    }
    for (at, seconds) in ops {
        let known = |symbol: &Symbol| values.get(symbol).cloned().map(Expr::constant);
        let seconds = seconds.substitute(&known).unwrap_or(seconds);
        let stage = &counted.graph.ops()[at].stage;
        if let Some(formula) = formulas
            .iter_mut()
            .find(|formula| *formula.stage == **stage)
        {
            *formula.seconds.get_or_insert_default() += &seconds;
        }
    }
}

/// The counts of each stage, on a table that prices no operation.
fn add_counts(formulas: &mut [StageFormula], counted: &Counted, model: &CostModel<'_>) {
    for demand in &counted.census.demands {
        let stage = &counted.graph.ops()[demand.op].stage;
        let formula = formulas
            .iter_mut()
            .find(|formula| *formula.stage == **stage);
        if let (Some(formula), Some(primitive)) = (formula, demand.primitive()) {
            let key = (primitive, demand.precision.resolve(model.format));
            *formula.counts.entry(key).or_default() += &demand.count;
            formula.picojoules = None;
        }
    }
}

/// The energy of some stages in picojoules, as an expression in the dims and
/// in whatever `price` writes the entries in.
///
/// # Errors
/// Every entry that the table lacks.
pub fn energy_formula(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
    price: impl Fn(&EnergyTable, Primitive, NumberFormat) -> Option<Expr>,
) -> Result<Expr, Problems> {
    // Also what stands outside of the stages must have a price.
    let priced = match model.leaves_out_arithmetic() {
        true => Vec::new(),
        false => counted
            .price(model, |_| true, |_, _| Some(()))
            .map_err(|missing| missing_entries(&missing, counted, model.table, &[]))?,
    };
    // One entry prices many ops: their counts are added up first.
    let mut counts: BTreeMap<(Primitive, NumberFormat), Expr> = BTreeMap::new();
    for one in priced {
        let stage = &counted.graph.ops()[one.demand.op].stage;
        let inside = has_stage(stages, stage);
        if inside && one.cost.entry.is_some() {
            let key = (one.cost.primitive, one.cost.format);
            *counts.entry(key).or_default() += &one.demand.count;
        }
    }
    let mut sum = Expr::zero();
    for ((primitive, format), count) in &counts {
        let price = price(model.table, *primitive, *format).ok_or_else(|| {
            let name = model.table.symbol(*primitive, *format);
            Diagnostic::new(format!("the entry `{name}` has no value"))
        })?;
        sum += &(count * &price);
    }
    Ok(&sum + &beside_arithmetic(counted, model, stages)?)
}
