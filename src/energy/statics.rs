//! Time and static energy as expressions: in the dims, and in the peaks, the
//! bandwidths and the power of a device, each by its symbol.
//!
//! The time of an op is the larger of its arithmetic and of each level's
//! traffic, and stays a maximum in the expression: at every point of a sweep the
//! same is compared as in an estimate there.

use std::collections::BTreeMap;

use num_rational::BigRational;
use petgraph::graph::NodeIndex;

use super::cost::CostModel;
use super::counted::Counted;
use super::estimate::INFERENCE;
use super::memory::{LevelNumber, Memory};
use super::roofline::{GIGABYTES, TERA, is_launched, peak, rate_format};
use super::timing::{MissingPeak, PICOJOULES};
use crate::format::NumberFormat;
use crate::graph::has_stage;
use crate::movement::Access;
use crate::number::whole;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::Expr;
use crate::table::DeviceNumber;

/// The seconds that each op takes of which `inside` takes the stage.
///
/// # Errors
/// A format whose peak the table lacks, also outside of these stages.
pub(super) fn op_seconds(
    counted: &Counted,
    model: &CostModel<'_>,
    accesses: &[Access],
    inside: &dyn Fn(&str) -> bool,
) -> Result<Vec<(NodeIndex, Expr)>, MissingPeak> {
    let arithmetic = arithmetic(counted, model)?;
    let mut levels: BTreeMap<NodeIndex, BTreeMap<usize, Expr>> = BTreeMap::new();
    let timed = |level: usize| model.memory.and_then(|memory| bandwidth(memory, level));
    for access in accesses.iter().filter(|one| timed(one.level).is_some()) {
        let of_op = levels.entry(access.op).or_default();
        *of_op.entry(access.level).or_default() += &access.bits;
    }
    let launch = symbol_of(model, DeviceNumber::Launch);
    let graph = &counted.graph;
    let mut all = Vec::new();
    for (at, op) in graph.iter().filter(|(_, op)| inside(&op.stage)) {
        let mut longest = arithmetic.get(&at).cloned();
        for (level, bits) in levels.get(&at).into_iter().flatten() {
            let seconds = timed(*level).and_then(|rate| bits.divide(&rate));
            longest = match (longest, seconds) {
                (Some(longest), Some(seconds)) => Some(longest.larger(&seconds)),
                (longest, seconds) => longest.or(seconds),
            };
        }
        let mut seconds = longest.unwrap_or_default();
        if let Some(launch) = launch.as_ref().filter(|_| is_launched(op)) {
            seconds += &(launch * &graph.runs(op));
        }
        if !seconds.is_zero() {
            all.push((at, seconds));
        }
    }
    Ok(all)
}

/// The static energy of some stages in picojoules.
///
/// # Errors
/// What the table does not say: a power, or the peak of a format.
pub(super) fn static_picojoules(
    counted: &Counted,
    model: &CostModel<'_>,
    accesses: &[Access],
    stages: &[String],
) -> Result<Expr, Problems> {
    let mut sum = Expr::zero();
    let power = symbol_of(model, DeviceNumber::Static);
    let inference = symbol_of(model, DeviceNumber::Inference);
    if power.is_none() && inference.is_none() {
        let name = model.table.name();
        let message = format!("table `{name}` has no static power");
        return Err(Diagnostic::new(message)
            .help(format!(
                "leave out `--static`, or give it one: `--set {name}.static.watts=…`"
            ))
            .into());
    }
    if let Some(power) = power {
        let inside = |stage: &str| has_stage(stages, stage);
        let seconds = op_seconds(counted, model, accesses, &inside)
            .map_err(|missing| missing.diagnostic())?;
        let power = power.scale(&whole(PICOJOULES));
        for (_, seconds) in &seconds {
            sum += &(&power * seconds);
        }
    }
    if let Some(inference) = inference.filter(|_| stages.iter().any(|stage| stage == INFERENCE)) {
        sum += &inference.scale(&whole(PICOJOULES));
    }
    Ok(sum)
}

/// The symbol of a number of the device, if the table says it.
fn symbol_of(model: &CostModel<'_>, number: DeviceNumber) -> Option<Expr> {
    model.table.device(number)?;
    Some(Expr::symbol(&model.table.device_symbol(number)))
}

/// The bits a second that cross a level, if they are known.
fn bandwidth(memory: &Memory, level: usize) -> Option<Expr> {
    memory.levels.get(level)?.bandwidth.as_ref()?;
    let symbol = memory.symbol(level, LevelNumber::Bandwidth);
    Some(Expr::symbol(symbol.name()).scale(&whole(GIGABYTES)))
}

/// The seconds that the arithmetic of each op takes.
fn arithmetic(
    counted: &Counted,
    model: &CostModel<'_>,
) -> Result<BTreeMap<NodeIndex, Expr>, MissingPeak> {
    let mut counts: BTreeMap<(NodeIndex, NumberFormat), Expr> = BTreeMap::new();
    for demand in &counted.census.demands {
        peak(counted, demand, model)?;
        let format = rate_format(demand, model);
        *counts.entry((demand.op, format)).or_default() += &demand.count;
    }
    let tera: BigRational = whole(TERA);
    let mut seconds: BTreeMap<NodeIndex, Expr> = BTreeMap::new();
    for ((op, format), count) in &counts {
        let rate = symbol_of(model, DeviceNumber::Peak(*format)).map(|rate| rate.scale(&tera));
        if let Some(own) = rate.and_then(|rate| count.divide(&rate)) {
            *seconds.entry(*op).or_default() += &own;
        }
    }
    Ok(seconds)
}
