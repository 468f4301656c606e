//! The roofline of every op: what its arithmetic and its traffic take.

use std::collections::HashMap;

use num_rational::BigRational;
use num_traits::Zero;
use petgraph::graph::NodeIndex;

use super::cost::CostModel;
use super::counted::{Counted, layer_name};
use super::memory::{Memory, Moved};
use super::timing::{Bound, MissingPeak, PICOJOULES, TimedOp, Timing};
use crate::demand::Demand;
use crate::format::NumberFormat;
use crate::graph::{Movement, Op, OpKind};
use crate::number::{self, whole};
use crate::source::{Diagnostic, Problems};
use crate::symbolic::EvalError;
use crate::table::{Confidence, DeviceNumber, Figure, MemoryLevel};

/// Operations a second in the unit of peaks.
pub(super) const TERA: i64 = 1_000_000_000_000;

/// Bits a second in the unit of bandwidths.
pub(super) const GIGABYTES: i64 = 8_000_000_000;

/// Whether an op is launched: what is only there, and what only shows a tensor in
/// another way, is not.
pub(super) fn is_launched(op: &Op) -> bool {
    op.computes()
        && match &op.kind {
            OpKind::Move(movement) => !matches!(movement, Movement::Reshape | Movement::Index),
            OpKind::Einsum(einsum) => !einsum.only_moves(),
            _ => true,
        }
}

/// The format at whose peak a demand is met: both halves of a
/// multiply–accumulate at that of the operands.
pub(super) fn rate_format(demand: &Demand, model: &CostModel<'_>) -> NumberFormat {
    let precision = demand.fused.map_or(demand.precision, |fused| fused.operand);
    precision.resolve(model.format)
}

/// The peak that a demand is met at.
///
/// # Errors
/// The table lacks it.
pub(super) fn peak<'t>(
    counted: &Counted,
    demand: &Demand,
    model: &CostModel<'t>,
) -> Result<&'t Figure, MissingPeak> {
    let format = rate_format(demand, model);
    let peak = model.table.device(DeviceNumber::Peak(format));
    peak.ok_or_else(|| {
        let op = &counted.graph.ops()[demand.op];
        MissingPeak {
            table: model.table.name().to_owned(),
            format,
            op: counted.graph.full_name(op).to_string(),
            place: op.place.clone(),
        }
    })
}

/// The time and the static energy of `counted`, of which `moved` moves.
///
/// # Errors
/// A number of runs without a value.
pub(super) fn timing(
    counted: &Counted,
    model: &CostModel<'_>,
    moved: Option<&Moved>,
) -> Result<Timing, Problems> {
    let device = |number| model.table.device(number).cloned();
    let bandwidths = (model.memory.iter())
        .flat_map(|memory| &memory.levels)
        .filter(|level| level.bandwidth.is_some());
    let bandwidths = bandwidths.map(MemoryLevel::name).collect();
    let failed =
        |error: EvalError| Diagnostic::new(format!("a number of runs has no value: {error}"));
    let ops = match Waits::of(counted, model, moved) {
        Err(missing) => Err(missing),
        Ok(waits) => Ok(waits.times(counted, model).map_err(failed)?),
    };
    Ok(Timing {
        ops,
        power: device(DeviceNumber::Static),
        inference: device(DeviceNumber::Inference),
        launch: device(DeviceNumber::Launch),
        bandwidths,
    })
}

/// What ops wait for: seconds of arithmetic, and seconds of each level.
#[derive(Default)]
struct Waits {
    arithmetic: HashMap<NodeIndex, (BigRational, Confidence)>,
    levels: HashMap<NodeIndex, Vec<Option<BigRational>>>,
}

impl Waits {
    fn of(
        counted: &Counted,
        model: &CostModel<'_>,
        moved: Option<&Moved>,
    ) -> Result<Waits, MissingPeak> {
        let mut waits = Waits::default();
        for (demand, count) in counted.census.demands.iter().zip(&counted.counts) {
            let peak = peak(counted, demand, model)?;
            let seconds = count / (&peak.value * whole(TERA));
            let (sum, confidence) = (waits.arithmetic.entry(demand.op))
                .or_insert_with(|| (BigRational::zero(), Confidence::High));
            *sum = number::sum(sum, &seconds);
            *confidence = (*confidence).max(peak.confidence);
        }
        for line in moved.iter().flat_map(|moved| &moved.lines) {
            let Some(memory) = model.memory else { continue };
            let empty = || {
                memory
                    .levels
                    .iter()
                    .map(bandwidth_of)
                    .map(|known| known.map(|_| BigRational::zero()))
            };
            let levels = waits
                .levels
                .entry(line.node)
                .or_insert_with(|| empty().collect());
            let bandwidth = memory.levels.get(line.level).and_then(bandwidth_of);
            if let (Some(Some(sum)), Some(bandwidth)) = (levels.get_mut(line.level), bandwidth) {
                *sum = number::sum(sum, &(&line.bits / (&bandwidth.value * whole(GIGABYTES))));
            }
        }
        Ok(waits)
    }

    /// The times of all ops, in the order of the graph.
    fn times(
        mut self,
        counted: &Counted,
        model: &CostModel<'_>,
    ) -> Result<Vec<TimedOp>, EvalError> {
        let graph = &counted.graph;
        let values = graph.values();
        let power = model.table.device(DeviceNumber::Static);
        let launch = model.table.device(DeviceNumber::Launch);
        let mut ops = Vec::new();
        for (at, op) in graph.iter() {
            let launches = match launch.filter(|_| is_launched(op)) {
                Some(launch) => &launch.value * graph.runs(op).evaluate(&values)?,
                None => BigRational::zero(),
            };
            let (arithmetic, of_peaks) = (self.arithmetic.remove(&at))
                .unwrap_or_else(|| (BigRational::zero(), Confidence::High));
            let levels = self.levels.remove(&at).unwrap_or_default();
            let (longest, bound) = longest(&arithmetic, &levels);
            let seconds = longest + &launches;
            if seconds.is_zero() {
                continue;
            }
            let of_bound = match bound {
                Bound::Arithmetic => of_peaks,
                Bound::Level(level) => confidence_of_level(model.memory, level),
            };
            let of_launch = launch.filter(|_| !launches.is_zero());
            let confidence = [power, of_launch]
                .into_iter()
                .flatten()
                .map(|figure| figure.confidence)
                .fold(of_bound, Ord::max);
            ops.push(TimedOp {
                op: graph.full_name(op),
                stage: op.stage.clone(),
                layer: layer_name(graph, op, &values),
                arithmetic,
                levels,
                launches,
                picojoules: power.map(|power| &seconds * &power.value * whole(PICOJOULES)),
                seconds,
                bound,
                confidence,
            });
        }
        Ok(ops)
    }
}

fn bandwidth_of(level: &MemoryLevel) -> Option<&Figure> {
    level.bandwidth.as_ref()
}

fn confidence_of_level(memory: Option<&Memory>, level: usize) -> Confidence {
    let level = memory.and_then(|memory| memory.levels.get(level));
    let bandwidth = level.and_then(bandwidth_of);
    bandwidth.map_or(Confidence::High, |figure| figure.confidence)
}

/// The longest of what happens at once, and what that is; of two that take as
/// long the arithmetic, or the nearer level.
fn longest(arithmetic: &BigRational, levels: &[Option<BigRational>]) -> (BigRational, Bound) {
    let mut longest = (arithmetic, Bound::Arithmetic);
    for (at, seconds) in levels.iter().enumerate() {
        if let Some(seconds) = seconds.as_ref().filter(|seconds| *seconds > longest.0) {
            longest = (seconds, Bound::Level(at));
        }
    }
    (longest.0.clone(), longest.1)
}
