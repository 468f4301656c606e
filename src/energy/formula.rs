//! Counts and energies as closed forms in the dims.

use std::collections::BTreeMap;

use super::{Counted, Pricing};
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::source::Problems;
use crate::symbolic::Expr;
use crate::table::EnergyTable;

/// The counts and the energy of one stage as expressions in the dims.
#[derive(Debug, Clone, PartialEq)]
pub struct StageFormula {
    /// The stage.
    pub stage: String,
    /// How many of each primitive.
    pub counts: BTreeMap<(Primitive, NumberFormat), Expr>,
    /// The energy in picojoules.
    pub picojoules: Expr,
}

/// The closed form of every stage.
///
/// # Errors
/// Every entry that the table lacks.
pub fn stage_formulas(
    counted: &Counted,
    pricing: &Pricing<'_>,
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
        })
        .collect();
    for tally in &counted.census.tallies {
        let Some(price) = pricing.price(tally) else {
            return Err(pricing.missing(counted, others));
        };
        let stage = &counted.graph.ops()[tally.op].stage;
        if let Some(formula) = formulas.iter_mut().find(|formula| formula.stage == *stage) {
            let key = (tally.primitive, price.format);
            *formula.counts.entry(key).or_default() += &tally.count;
            formula.picojoules += &tally.count.scale(&price.picojoules);
        }
    }
    Ok(formulas)
}
