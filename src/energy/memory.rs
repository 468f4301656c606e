//! The levels of memory of an estimate, and what moved through them.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;
use petgraph::graph::NodeIndex;

use super::sum::Sum;
use crate::movement::{Direction, Hierarchy, Movement, MovementOptions, Role};
use crate::number;
use crate::symbolic::{Bindings, Expr, Symbol};
use crate::table::{AccessPrice, Confidence, Entry, Figure, MemoryLevel, Scaling};
use crate::units::Energy;

/// The levels of memory that an estimate counts with, and how data moves
/// between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// The table that the levels are of, by which what-ifs name them.
    pub table: String,
    /// How data moves.
    pub movement: Movement,
    /// What goes with it.
    pub options: MovementOptions,
    /// The levels, nearest first.
    pub levels: Vec<MemoryLevel>,
}

impl Memory {
    /// How data moves, in words: `tiled, spikes as events`.
    pub fn convention(&self) -> String {
        let mut words = vec![self.movement.to_string()];
        words.extend(self.options.words().into_iter().map(str::to_owned));
        words.join(", ")
    }

    /// The levels as the movement sees them: their capacities, without prices.
    pub fn hierarchy(&self) -> Hierarchy {
        let capacities = self.levels.iter().map(MemoryLevel::capacity);
        Hierarchy {
            movement: self.movement,
            options: self.options,
            capacities: capacities.map(|bits| bits.map(Expr::constant)).collect(),
        }
    }

    /// Picojoules for one bit, and how far to trust that; nothing where the
    /// table does not say what a write costs.
    pub fn price(&self, level: usize, direction: Direction) -> Option<(BigRational, Confidence)> {
        let level = self.levels.get(level)?;
        let price = level.price.as_ref()?;
        match direction {
            Direction::Read => Some((level.pj_per_bit()?, price.read.confidence)),
            Direction::Write => {
                let write = price.write.as_ref()?;
                Some((level.pj_per_bit_written()?, write.confidence))
            }
        }
    }

    /// The level of a name, with or without its size.
    pub fn find(&self, name: &str) -> Option<usize> {
        let levels = || self.levels.iter();
        let full = levels().position(|level| level.name() == name);
        full.or_else(|| levels().position(|level| level.level == name))
    }

    /// The numbers of a level that a what-if may change, with their values: what
    /// an access costs, how wide it is, how much the level holds.
    pub fn numbers(&self, level: usize) -> Vec<(LevelNumber, BigRational)> {
        let Some(level) = self.levels.get(level) else {
            return Vec::new();
        };
        let mut numbers = level.price.as_ref().map(price_numbers).unwrap_or_default();
        let size = level.size_kib.iter().cloned();
        numbers.extend(size.map(|size| (LevelNumber::Kib, size)));
        let bandwidth = level.bandwidth.iter();
        numbers.extend(bandwidth.map(|figure| (LevelNumber::Bandwidth, figure.value.clone())));
        numbers
    }

    /// Gives a number of a level another value. `false` where it cannot have it:
    /// an access moves a whole number of bits, and a level holds something.
    pub fn set(&mut self, level: usize, number: LevelNumber, value: &BigRational) -> bool {
        let Some(level) = self.levels.get_mut(level) else {
            return false;
        };
        level.with(number.name(), value)
    }

    /// The prices of all levels, each with its symbol.
    pub fn prices(&self) -> Vec<(Symbol, &Entry)> {
        let mut prices = Vec::new();
        for (at, level) in self.levels.iter().enumerate() {
            let price = level.price.as_ref();
            for (number, _) in self.numbers(at) {
                let entry = match number {
                    LevelNumber::Access | LevelNumber::Read => price.map(|price| &price.read),
                    LevelNumber::Write => price.and_then(|price| price.write.as_ref()),
                    LevelNumber::AccessBits | LevelNumber::Kib | LevelNumber::Bandwidth => None,
                };
                prices.extend(entry.map(|entry| (self.symbol(at, number), entry)));
            }
        }
        prices
    }

    /// The bandwidths of all levels, each with its symbol.
    pub fn bandwidths(&self) -> impl Iterator<Item = (Symbol, &Figure)> {
        let levels = self.levels.iter().enumerate();
        levels.filter_map(|(at, level)| {
            let symbol = self.symbol(at, LevelNumber::Bandwidth);
            Some((symbol, level.bandwidth.as_ref()?))
        })
    }

    /// The symbol of a number in energies: `45nm.dram.access`. Of two levels of
    /// one name it has the size.
    pub fn symbol(&self, level: usize, number: LevelNumber) -> Symbol {
        let name = self.levels.get(level).map_or("", |level| &level.level);
        let alike = self.levels.iter().filter(|other| other.level == name);
        let name = match alike.count() {
            0 | 1 => name.to_owned(),
            _ => self.level_name(level),
        };
        Symbol::new(&format!("{}.{name}.{}", self.table, number.name()))
    }

    /// Adds the values of all numbers, each under its symbol, to `values`.
    pub fn values(&self, values: &mut Bindings) {
        for level in 0..self.levels.len() {
            for (number, value) in self.numbers(level) {
                values.set(self.symbol(level, number), value);
            }
        }
    }

    /// [`Memory::hierarchy`], with the symbols of the capacities in the place of
    /// their values.
    pub(crate) fn open_hierarchy(&self) -> Hierarchy {
        let levels = 0..self.levels.len();
        let capacities = levels.map(|level| {
            let size = self.levels.get(level)?.size_kib.as_ref();
            let symbol = self.symbol(level, LevelNumber::Kib);
            let bits = number::whole(1024 * 8);
            size.map(|_| Expr::symbol(symbol.name()).scale(&bits).floor())
        });
        Hierarchy {
            movement: self.movement,
            options: self.options,
            capacities: capacities.collect(),
        }
    }

    /// Picojoules for one bit in the symbols of the level.
    pub(crate) fn open_price(&self, level: usize, direction: Direction) -> Option<Expr> {
        let own = self.levels.get(level)?;
        let price = own.price.as_ref()?;
        let number = match (price.is_one(), direction) {
            (true, _) => LevelNumber::Access,
            (false, Direction::Read) => LevelNumber::Read,
            (false, Direction::Write) => price.write.as_ref().map(|_| LevelNumber::Write)?,
        };
        let symbol = |number| Expr::symbol(self.symbol(level, number).name());
        let per_bit = symbol(number).divide(&symbol(LevelNumber::AccessBits))?;
        Some(match &price.scaling {
            Scaling::Law(law) => &per_bit * &law.open_factor(&symbol(LevelNumber::Kib)),
            Scaling::Any | Scaling::Fixed(_) => per_bit,
        })
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

/// What an access costs, and how wide it is.
fn price_numbers(price: &AccessPrice) -> Vec<(LevelNumber, BigRational)> {
    let read = price.read.pj.clone();
    let mut numbers = match (price.is_one(), &price.write) {
        (true, _) => vec![(LevelNumber::Access, read)],
        (false, None) => vec![(LevelNumber::Read, read)],
        (false, Some(write)) => vec![
            (LevelNumber::Read, read),
            (LevelNumber::Write, write.pj.clone()),
        ],
    };
    numbers.push((LevelNumber::AccessBits, number::whole(price.bits)));
    numbers
}

/// A number of a level of memory that a what-if may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LevelNumber {
    /// What a read or a write costs, in picojoules, where both cost the same.
    Access,
    /// What a read costs.
    Read,
    /// What a write costs.
    Write,
    /// How many bits an access moves.
    AccessBits,
    /// How many KiB the level holds.
    Kib,
    /// How many bytes cross in a second, in units of 10⁹.
    Bandwidth,
}

impl LevelNumber {
    /// All of them.
    pub const ALL: [LevelNumber; 6] = [
        LevelNumber::Access,
        LevelNumber::Read,
        LevelNumber::Write,
        LevelNumber::AccessBits,
        LevelNumber::Kib,
        LevelNumber::Bandwidth,
    ];

    /// Its name in symbols and arguments.
    pub fn name(self) -> &'static str {
        match self {
            LevelNumber::Access => "access",
            LevelNumber::Read => "read",
            LevelNumber::Write => "write",
            LevelNumber::AccessBits => "access_bits",
            LevelNumber::Kib => "kib",
            LevelNumber::Bandwidth => "gb_s",
        }
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
    /// The op in its graph.
    pub node: NodeIndex,
    /// The op, with the blocks around it.
    pub op: Arc<str>,
    /// Its stage.
    pub stage: Arc<str>,
    /// Its layer.
    pub layer: Arc<str>,
    /// Which level is read or written.
    pub level: usize,
    /// What moves.
    pub role: Role,
    /// Which way.
    pub direction: Direction,
    /// How many bits.
    pub bits: BigRational,
    /// What that costs, in picojoules, exactly; nothing where the level has no
    /// price.
    pub picojoules: Option<BigRational>,
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
    /// What that costs, in picojoules, exactly; nothing where the level has no
    /// price.
    pub picojoules: Option<BigRational>,
}

impl Moved {
    /// Whether anything that moves has a price.
    pub fn has_prices(&self) -> bool {
        self.lines.is_empty() || self.lines.iter().any(|line| line.picojoules.is_some())
    }

    /// The levels that something moves through at no known price.
    pub fn unpriced(&self) -> Vec<String> {
        let is_unpriced = |level: &usize| {
            let mut lines = self.lines.iter();
            lines.any(|line| line.level == *level && line.picojoules.is_none())
        };
        let levels = (0..self.memory.levels.len()).filter(is_unpriced);
        levels.map(|level| self.memory.level_name(level)).collect()
    }

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
                    let mut has_price = true;
                    for line in self.lines.iter().filter(is_it).filter(|line| within(line)) {
                        bits = number::sum(&bits, &line.bits);
                        match &line.picojoules {
                            Some(own) => picojoules.add(own),
                            None => has_price = false,
                        }
                    }
                    if !bits.is_zero() {
                        rows.push(LevelTraffic {
                            level,
                            role,
                            direction,
                            bits,
                            picojoules: has_price.then(|| picojoules.value()),
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
        let lines = self.lines.iter().filter(|line| within(line));
        for picojoules in lines.filter_map(|line| line.picojoules.as_ref()) {
            sum.add(picojoules);
        }
        Energy::from_picojoules(number::to_f64(&sum.value()))
    }
}
