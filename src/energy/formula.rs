//! Counts and energies as closed forms in the dims.

use std::collections::BTreeMap;

use super::cost::{CostModel, missing_entries};
use super::counted::Counted;
use super::moved::{StageTraffic, moved_picojoules, stage_traffic};
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::Expr;
use crate::table::EnergyTable;

/// The counts and the energy of one stage as expressions in the dims.
#[derive(Debug, Clone, PartialEq)]
pub struct StageFormula {
    /// The stage.
    pub stage: String,
    /// How many of each primitive.
    pub counts: BTreeMap<(Primitive, NumberFormat), Expr>,
    /// The energy of the arithmetic in picojoules.
    pub picojoules: Expr,
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
            picojoules: Expr::zero(),
            traffic: None,
        })
        .collect();
    if let Some(memory) = model.memory {
        let mut traffic = stage_traffic(counted, memory, model.format);
        for formula in &mut formulas {
            formula.traffic = Some(traffic.remove(&formula.stage).unwrap_or_default());
        }
    }
    let priced = counted
        .price(model, |_| true, |_, cost| Some(cost.picojoules()))
        .map_err(|missing| missing_entries(&missing, counted, model.table, others))?;
    for one in priced {
        let stage = &counted.graph.ops()[one.demand.op].stage;
        if let Some(formula) = formulas.iter_mut().find(|formula| formula.stage == *stage) {
            let key = (one.cost.primitive, one.cost.format);
            *formula.counts.entry(key).or_default() += &one.demand.count;
            formula.picojoules += &one.demand.count.scale(&one.each);
        }
    }
    Ok(formulas)
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
    let priced = counted
        .price(model, |_| true, |_, _| Some(()))
        .map_err(|missing| missing_entries(&missing, counted, model.table, &[]))?;
    // One entry prices many ops: their counts are added up first.
    let mut counts: BTreeMap<(Primitive, NumberFormat), Expr> = BTreeMap::new();
    for one in priced {
        let inside = stages.contains(&counted.graph.ops()[one.demand.op].stage);
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
    if let Some(memory) = model.memory {
        sum += &moved_picojoules(counted, memory, model.format, stages)?;
    }
    Ok(sum)
}
