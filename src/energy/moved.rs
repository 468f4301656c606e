//! What data movement costs: traffic × the prices of levels.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::cost::CostModel;
use super::counted::{Counted, layer_name};
use super::memory::{Memory, Moved, MovedLine};
use crate::format::Format;
use crate::graph::Op;
use crate::graph::has_stage;
use crate::movement::{Direction, Role, Sizes, Traffic, traffic};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::Expr;
use crate::table::Confidence;

/// What becomes of a level of memory without a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unpriced {
    /// It is a mistake.
    Refused,
    /// What moves through it is counted, and has no energy.
    LeftOut,
}

impl Unpriced {
    pub(super) fn of(model: &CostModel<'_>) -> Unpriced {
        match model.static_energy {
            true => Unpriced::LeftOut,
            false => Unpriced::Refused,
        }
    }

    fn leaves_out(self, memory: &Memory, level: usize) -> bool {
        let level = memory.levels.get(level);
        self == Unpriced::LeftOut && level.is_some_and(|level| level.price.is_none())
    }
}

/// Prices what moves in `counted`.
///
/// # Errors
/// A level that does not hold one element of each tensor of an op, and one of
/// which the table does not say what a read or a write costs.
pub fn moved(counted: &Counted, memory: &Memory, format: Format) -> Result<Moved, Problems> {
    moved_with(counted, memory, format, Unpriced::Refused)
}

/// The same, with what becomes of levels without a price.
pub(super) fn moved_with(
    counted: &Counted,
    memory: &Memory,
    format: Format,
    without: Unpriced,
) -> Result<Moved, Problems> {
    let graph = &counted.graph;
    let values = graph.values();
    let traffic = traffic(graph, format, &memory.hierarchy(), Sizes::Known(&values));
    let mut problems = Problems::new();
    let mut lines = Vec::with_capacity(traffic.accesses.len());
    let mut without_price = Vec::new();
    let mut prices = BTreeMap::new();
    for access in &traffic.accesses {
        let op = &graph.ops()[access.op];
        let name = graph.full_name(op);
        let bits = match access.bits.evaluate(&values) {
            Ok(bits) if bits.is_zero() => continue,
            Ok(bits) => bits,
            Err(why) => {
                let level = memory.level_name(access.level.saturating_sub(1));
                let message = format!("`{name}` does not go through `{level}`: {why}");
                if !problems.iter().any(|known| known.message() == message) {
                    problems.push(Diagnostic::at(&op.place, message));
                }
                continue;
            }
        };
        let price = prices
            .entry((access.level, access.direction))
            .or_insert_with(|| memory.price(access.level, access.direction));
        if price.is_none() && !without.leaves_out(memory, access.level) {
            if !without_price.contains(&access.level) {
                without_price.push(access.level);
                problems.push(unpriced(memory, access.level, op, &name));
            }
            continue;
        }
        let confidence = price
            .as_ref()
            .map_or(Confidence::Assumed, |(_, known)| *known);
        lines.push(MovedLine {
            node: access.op,
            op: name,
            stage: op.stage.clone(),
            layer: layer_name(graph, op, &values),
            level: access.level,
            role: access.role,
            direction: access.direction,
            picojoules: price
                .as_ref()
                .map(|(price, _)| number::product(&bits, price)),
            bits,
            confidence,
        });
    }
    // There is none where an extent is no whole number.
    let bound = traffic.lower_bound.as_ref();
    let lower_bound_bits = bound.and_then(|bound| bound.evaluate(&values).ok());
    problems.or(Moved {
        memory: memory.clone(),
        lines,
        lower_bound_bits,
    })
}

/// What moves in `counted`, as expressions in the dims and in the capacities of
/// the levels, each by its symbol.
pub(super) fn open_traffic(counted: &Counted, memory: &Memory, format: Format) -> Traffic {
    traffic(
        &counted.graph,
        format,
        &memory.open_hierarchy(),
        Sizes::Open,
    )
}

/// The energy of `traffic` in some stages in picojoules, as an expression in the
/// dims and in the numbers of the levels, each by its symbol.
///
/// # Errors
/// A level of which the table does not say what a read or a write costs.
pub(super) fn moved_picojoules(
    counted: &Counted,
    memory: &Memory,
    traffic: &Traffic,
    stages: &[String],
    without: Unpriced,
) -> Result<Expr, Problems> {
    let graph = &counted.graph;
    let mut problems = Problems::new();
    let mut bits: BTreeMap<(usize, Direction), Expr> = BTreeMap::new();
    for access in &traffic.accesses {
        let op = &graph.ops()[access.op];
        let key = (access.level, access.direction);
        let is_unpriced = memory.price(access.level, access.direction).is_none()
            && !without.leaves_out(memory, access.level);
        if is_unpriced && !bits.contains_key(&key) {
            problems.push(unpriced(memory, access.level, op, &graph.full_name(op)));
        }
        let sum = bits.entry(key).or_default();
        if has_stage(stages, &op.stage) {
            *sum += &access.bits;
        }
    }
    problems.or(())?;
    let mut picojoules = Expr::zero();
    for ((level, direction), bits) in &bits {
        if let Some(price) = memory.open_price(*level, *direction) {
            picojoules += &(bits * &price);
        }
    }
    Ok(picojoules)
}

/// The bits of one stage that move by level, role and direction.
pub type StageTraffic = BTreeMap<(usize, Role, Direction), Expr>;

/// What moves in closed form, with the tiles that are the best at the sizes of
/// the graph.
pub(super) fn planned_traffic(counted: &Counted, memory: &Memory, format: Format) -> Traffic {
    let graph = &counted.graph;
    let values = graph.values();
    let sizes = Sizes::Planned(&values);
    traffic(graph, format, &memory.hierarchy(), sizes)
}

/// The same by stage.
pub(super) fn stage_traffic(
    counted: &Counted,
    traffic: &Traffic,
) -> BTreeMap<String, StageTraffic> {
    let graph = &counted.graph;
    let mut stages: BTreeMap<String, StageTraffic> = BTreeMap::new();
    for access in &traffic.accesses {
        let stage = stages
            .entry(graph.ops()[access.op].stage.to_string())
            .or_default();
        let key = (access.level, access.role, access.direction);
        *stage.entry(key).or_default() += &access.bits;
    }
    stages
}

/// An access whose price the table does not say.
fn unpriced(memory: &Memory, level: usize, op: &Op, name: &str) -> Diagnostic {
    let price = memory
        .levels
        .get(level)
        .and_then(|level| level.price.as_ref());
    let level = memory.level_name(level);
    let Some(price) = price else {
        let message = format!("no price for `{level}`, which `{name}` needs");
        return Diagnostic::at(&op.place, message).help(
            "the table says what this memory is, not what an access costs; `--static` counts the \
             time that it takes alone",
        );
    };
    let message = format!("no price for a write to `{level}`, which `{name}` needs");
    let mistake = match &price.read.place {
        Some(row) => Diagnostic::at(row, message).and(&op.place, "written here"),
        None => Diagnostic::at(&op.place, message),
    };
    mistake.help("a memory whose `per` is a read says what a write costs: `write = { pj = … }`")
}
