//! What data movement costs: traffic × the prices of levels.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Zero;

use super::counted::{Counted, layer_name};
use super::memory::{Memory, Moved, MovedLine};
use crate::format::Format;
use crate::graph::Op;
use crate::movement::{Direction, Role, Sizes, traffic};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr};

/// Prices what moves in `counted`.
///
/// # Errors
/// A level that does not hold one element of each tensor of an op, and one of
/// which the table does not say what a write costs.
pub fn moved(counted: &Counted, memory: &Memory, format: Format) -> Result<Moved, Problems> {
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
        let Some((price, confidence)) = price else {
            if !without_price.contains(&access.level) {
                without_price.push(access.level);
                problems.push(unpriced(memory, access.level, op, &name));
            }
            continue;
        };
        lines.push(MovedLine {
            op: name,
            stage: op.stage.clone(),
            layer: layer_name(graph, op, &values),
            level: access.level,
            role: access.role,
            direction: access.direction,
            picojoules: number::product(&bits, price),
            bits,
            confidence: *confidence,
        });
    }
    let lower_bound_bits = lower_bound(traffic.lower_bound.as_ref(), &values, &mut problems);
    problems.or(Moved {
        memory: memory.clone(),
        lines,
        lower_bound_bits,
    })
}

/// The energy of what moves in some stages in picojoules, as an expression in
/// the dims and in the numbers of the levels, each by its symbol.
///
/// # Errors
/// A level of which the table does not say what a write costs.
pub(super) fn moved_picojoules(
    counted: &Counted,
    memory: &Memory,
    format: Format,
    stages: &[String],
) -> Result<Expr, Problems> {
    let graph = &counted.graph;
    let traffic = traffic(graph, format, &memory.open_hierarchy(), Sizes::Open);
    let mut problems = Problems::new();
    let mut bits: BTreeMap<(usize, Direction), Expr> = BTreeMap::new();
    for access in &traffic.accesses {
        let op = &graph.ops()[access.op];
        let key = (access.level, access.direction);
        if memory.price(access.level, access.direction).is_none() && !bits.contains_key(&key) {
            problems.push(unpriced(memory, access.level, op, &graph.full_name(op)));
        }
        let sum = bits.entry(key).or_default();
        if stages.contains(&op.stage) {
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

/// What moves in each stage in closed form, with the tiles that are the best at
/// the sizes of the graph.
pub(super) fn stage_traffic(
    counted: &Counted,
    memory: &Memory,
    format: Format,
) -> BTreeMap<String, StageTraffic> {
    let graph = &counted.graph;
    let values = graph.values();
    let sizes = Sizes::Planned(&values);
    let traffic = traffic(graph, format, &memory.hierarchy(), sizes);
    let mut stages: BTreeMap<String, StageTraffic> = BTreeMap::new();
    for access in traffic.accesses {
        let stage = stages
            .entry(graph.ops()[access.op].stage.clone())
            .or_default();
        let key = (access.level, access.role, access.direction);
        *stage.entry(key).or_default() += &access.bits;
    }
    stages
}

/// A write whose price the table does not say.
fn unpriced(memory: &Memory, level: usize, op: &Op, name: &str) -> Diagnostic {
    let row = memory
        .levels
        .get(level)
        .and_then(|row| row.access.place.as_ref());
    let level = memory.level_name(level);
    let message = format!("no price for a write to `{level}`, which `{name}` needs");
    let mistake = match row {
        Some(row) => Diagnostic::at(row, message).and(&op.place, "written here"),
        None => Diagnostic::at(&op.place, message),
    };
    mistake.help("a memory whose `per` is a read says what a write costs: `write = { pj = … }`")
}

fn lower_bound(
    bound: Option<&Expr>,
    values: &Bindings,
    problems: &mut Problems,
) -> Option<BigRational> {
    match bound?.evaluate(values) {
        Ok(bits) => Some(bits),
        Err(why) => {
            let message = format!("the lower bound of the traffic has no value: {why}");
            problems.push(Diagnostic::new(message));
            None
        }
    }
}
