//! The levels of memory of an estimate, and what moved through them.

use num_rational::BigRational;
use num_traits::Zero;

use super::sum::Sum;
use crate::movement::{Direction, Hierarchy, Movement, Role};
use crate::number;
use crate::symbolic::Expr;
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
