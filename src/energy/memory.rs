//! What data movement costs: traffic × the prices of levels.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Zero;

use super::counted::{Counted, layer_name};
use super::sum::Sum;
use crate::format::Format;
use crate::graph::Op;
use crate::movement::{Direction, Hierarchy, Movement, Role, traffic};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr};
use crate::table::{Confidence, MemoryLevel};
use crate::units::Energy;

/// The levels of memory that an estimate counts with, and how data moves
/// between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// How data moves.
    pub movement: Movement,
    /// The levels, nearest first.
    pub levels: Vec<MemoryLevel>,
}

impl Memory {
    /// The levels as the movement sees them: their capacities, without prices.
    pub fn hierarchy(&self) -> Hierarchy {
        let capacities = self.levels.iter().map(MemoryLevel::capacity);
        Hierarchy {
            movement: self.movement,
            capacities: capacities.map(|bits| bits.map(Expr::constant)).collect(),
        }
    }

    /// Picojoules for one bit, and how far to trust that; nothing where the
    /// table does not say what a write costs.
    pub fn price(&self, level: usize, direction: Direction) -> Option<(BigRational, Confidence)> {
        let level = self.levels.get(level)?;
        match direction {
            Direction::Read => Some((level.pj_per_bit(), level.access.confidence)),
            Direction::Write => {
                let write = level.write.as_ref()?;
                Some((level.pj_per_bit_written()?, write.confidence))
            }
        }
    }

    /// The names of all levels, nearest first.
    pub fn names(&self) -> Vec<String> {
        self.levels.iter().map(MemoryLevel::name).collect()
    }

    /// The name of a level.
    pub fn level_name(&self, level: usize) -> String {
        self.levels
            .get(level)
            .map_or_else(String::new, MemoryLevel::name)
    }
}

/// What moves in one estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Between which levels, and how.
    pub memory: Memory,
    /// What each op moves.
    pub lines: Vec<MovedLine>,
    /// The least bits that any schedule moves to and from the farthest level;
    /// only for tiles.
    pub lower_bound_bits: Option<BigRational>,
}

/// What one op moves of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedLine {
    /// The op, with the blocks around it.
    pub op: String,
    /// Its stage.
    pub stage: String,
    /// Its layer.
    pub layer: String,
    /// Which level is read or written.
    pub level: usize,
    /// What moves.
    pub role: Role,
    /// Which way.
    pub direction: Direction,
    /// How many bits.
    pub bits: BigRational,
    /// What that costs, in picojoules, exactly.
    pub picojoules: BigRational,
    /// How far to trust the price of the level.
    pub confidence: Confidence,
}

/// The bits of one kind, added up.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelTraffic {
    /// Which level.
    pub level: usize,
    /// What moves.
    pub role: Role,
    /// Which way.
    pub direction: Direction,
    /// How many bits.
    pub bits: BigRational,
    /// What that costs, in picojoules, exactly.
    pub picojoules: BigRational,
}

impl Moved {
    /// What a line is, in words: `dram read`.
    pub fn name(&self, line: &MovedLine) -> String {
        let level = self.memory.level_name(line.level);
        format!("{level} {}", line.direction.name())
    }

    /// What moves in the lines that `within` takes, by level, role and
    /// direction; only what there is.
    pub fn by_level(&self, within: impl Fn(&MovedLine) -> bool) -> Vec<LevelTraffic> {
        let mut rows: Vec<LevelTraffic> = Vec::new();
        for level in 0..self.memory.levels.len() {
            for role in Role::ALL {
                for direction in Direction::ALL {
                    let is_it = |line: &&MovedLine| {
                        (line.level, line.role, line.direction) == (level, role, direction)
                    };
                    let (mut bits, mut picojoules) = (BigRational::zero(), Sum::default());
                    for line in self.lines.iter().filter(is_it).filter(|line| within(line)) {
                        bits = number::sum(&bits, &line.bits);
                        picojoules.add(&line.picojoules);
                    }
                    if !bits.is_zero() {
                        rows.push(LevelTraffic {
                            level,
                            role,
                            direction,
                            bits,
                            picojoules: picojoules.value(),
                        });
                    }
                }
            }
        }
        rows
    }

    /// The energy of the lines that `within` takes.
    pub fn energy(&self, within: impl Fn(&MovedLine) -> bool) -> Energy {
        let mut sum = Sum::default();
        for line in self.lines.iter().filter(|line| within(line)) {
            sum.add(&line.picojoules);
        }
        Energy::from_picojoules(number::to_f64(&sum.value()))
    }
}

/// Prices what moves in `counted`.
///
/// # Errors
/// A level that does not hold one element of each tensor of an op, and one of
/// which the table does not say what a write costs.
pub(super) fn moved(counted: &Counted, memory: &Memory, format: Format) -> Result<Moved, Problems> {
    let graph = &counted.graph;
    let values = graph.values();
    let bind = |expr: &Expr| expr.bind(&[], &values).unwrap_or_else(|_| expr.clone());
    let traffic = traffic(graph, format, &memory.hierarchy(), &bind);
    let mut problems = Problems::new();
    let mut lines = Vec::with_capacity(traffic.accesses.len());
    let mut without_price = Vec::new();
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
        let Some((price, confidence)) = memory.price(access.level, access.direction) else {
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
            picojoules: number::product(&bits, &price),
            bits,
            confidence,
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
/// the dims.
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
    let traffic = traffic(graph, format, &memory.hierarchy(), &Expr::clone);
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
        if let Some((price, _)) = memory.price(*level, *direction) {
            picojoules += &bits.scale(&price);
        }
    }
    Ok(picojoules)
}

/// A write whose price the table does not say.
fn unpriced(memory: &Memory, level: usize, op: &Op, name: &str) -> Diagnostic {
    let level = memory.level_name(level);
    let message = format!("no price for a write to `{level}`, which `{name}` needs");
    Diagnostic::at(&op.place, message)
        .help("a memory whose `per` is a read says what a write costs: `write = { pj = … }`")
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
