//! The energy of a scope as one expression.

use num_rational::BigRational;
use num_traits::Zero;

use super::cost::{CostModel, missing_entries};
use super::counted::Counted;
use super::formula::{beside_arithmetic, device_values, energy_formula};
use crate::graph::has_stage;
use crate::number::{quotient, sum, whole};
use crate::source::Problems;
use crate::symbolic::{Bindings, EvalError, Expr, Symbol};
use crate::table::EnergyTable;

/// The energy of some stages in picojoules, as an expression in the dims.
///
/// # Errors
/// Every entry that the table lacks.
pub fn picojoules(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
) -> Result<Expr, Problems> {
    let arithmetic = arithmetic(counted, model, stages)?;
    if model.memory.is_none() && !model.static_energy {
        return Ok(arithmetic);
    }
    let others = beside_arithmetic(counted, model, stages)?;
    let mut values = Bindings::default();
    device_values(model, &mut values);
    let others = others.substitute(&|symbol| values.get(symbol).cloned().map(Expr::constant));
    Ok(&arithmetic + &others.unwrap_or_default())
}

/// What the operations of some stages cost: nothing on a table that prices none.
fn arithmetic(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
) -> Result<Expr, Problems> {
    let mut sum = Expr::zero();
    if model.leaves_out_arithmetic() {
        return Ok(sum);
    }
    // Also what stands outside of the stages must have a price.
    let priced = counted
        .price(model, |_| true, |_, cost| Some(cost.picojoules()))
        .map_err(|missing| missing_entries(&missing, counted, model.table, &[]))?;
    for one in priced {
        let stage = &counted.graph.ops()[one.demand.op].stage;
        if has_stage(stages, stage) {
            sum += &one.demand.count.scale(&one.each);
        }
    }
    Ok(sum)
}

/// What a variant saves against a baseline, over one scope on one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Saving {
    /// The energy of the baseline in picojoules.
    pub baseline: Expr,
    /// That of the variant.
    pub energy: Expr,
}

impl Saving {
    /// The share saved, exactly; nothing where the baseline costs nothing.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn at(&self, values: &Bindings) -> Result<Option<BigRational>, EvalError> {
        let baseline = self.baseline.evaluate(values)?;
        let energy = self.energy.evaluate(values)?;
        Ok((!baseline.is_zero()).then(|| sum(&whole(1), &-quotient(&energy, &baseline))))
    }
}

/// The energy of some stages in picojoules, as an expression in the dims and in
/// the entries of the table, each by its symbol (`45nm.fp32.mul`).
///
/// # Errors
/// Every entry that the table lacks.
pub fn priced(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
) -> Result<Expr, Problems> {
    energy_formula(counted, model, stages, EnergyTable::price)
}

/// The same, with a symbol also for every derived entry that has a range of
/// its own: see [`EnergyTable::price_with_ranges`].
///
/// # Errors
/// Every entry that the table lacks.
pub fn priced_with_ranges(
    counted: &Counted,
    model: &CostModel<'_>,
    stages: &[String],
) -> Result<Expr, Problems> {
    energy_formula(counted, model, stages, EnergyTable::price_with_ranges)
}

/// Adds the values of all entries of the table, of all numbers of the levels of
/// memory, and of those of the device, each under its symbol, to `values`.
pub fn entry_values(model: &CostModel<'_>, values: &mut Bindings) {
    let table = model.table;
    device_values(model, values);
    for (format, primitive, entry) in table.entries() {
        let symbol = Symbol::new(&table.symbol(primitive, format));
        values.set(symbol, entry.pj.clone());
    }
}
