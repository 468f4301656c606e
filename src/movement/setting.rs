//! How data moves: a convention, as `--movement` names it.

use std::fmt;
use std::str::FromStr;

use super::steps::Tiles;

/// How data is taken to move between the levels of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Movement {
    /// Every operand of every operation is fetched from the nearest level, and
    /// every result is written there.
    NoReuse,
    /// Every tensor moves once: weights from the farthest level, activations
    /// to and from the farthest one on the die that holds them.
    Compulsory,
    /// Products and convolutions move tile by tile, as few bits as tiles allow.
    Tiled(Tiles),
}

impl Movement {
    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Movement::NoReuse => "no-reuse",
            Movement::Compulsory => "compulsory",
            Movement::Tiled(_) => "tiled",
        }
    }

    /// Which tiles there are, if products move tile by tile.
    pub fn tiles(self) -> Option<Tiles> {
        match self {
            Movement::Tiled(tiles) => Some(tiles),
            Movement::NoReuse | Movement::Compulsory => None,
        }
    }

    /// The names that arguments and files may have, `none` for what is not
    /// counted.
    pub const NAMES: [&'static str; 4] = ["none", "no-reuse", "compulsory", "tiled"];
}

impl fmt::Display for Movement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Movement::Tiled(Tiles::Divisors) => f.write_str("tiled, by divisors"),
            movement => f.write_str(movement.name()),
        }
    }
}

/// What goes with a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MovementOptions {
    /// What is done in one pass; only of tiles.
    pub fuse: Fuse,
    /// How spikes lie in memory.
    pub spikes: Spikes,
}

impl MovementOptions {
    /// What is not as usual, in words.
    pub fn words(self) -> Vec<&'static str> {
        let fused = (self.fuse == Fuse::Attention).then_some("attention fused");
        let events = (self.spikes == Spikes::Events).then_some("spikes as events");
        fused.into_iter().chain(events).collect()
    }
}

/// Which ops are done in one pass, so that what one gives to the next need not
/// leave the die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fuse {
    /// None.
    #[default]
    None,
    /// The scores of attention, what is done to them, and the sum of the values.
    Attention,
}

impl Fuse {
    /// All of them.
    pub const ALL: [Fuse; 2] = [Fuse::None, Fuse::Attention];

    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Fuse::None => "none",
            Fuse::Attention => "attention",
        }
    }
}

/// How a tensor of zeros and ones whose share of ones is known lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Spikes {
    /// A bit each.
    #[default]
    Bits,
    /// The addresses of the ones.
    Events,
}

impl Spikes {
    /// All of them.
    pub const ALL: [Spikes; 2] = [Spikes::Bits, Spikes::Events];

    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Spikes::Bits => "bits",
            Spikes::Events => "events",
        }
    }
}

/// A name that no movement has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMovement(pub String);

impl FromStr for Movement {
    type Err = UnknownMovement;

    /// Reads a movement that is one; tiles are of any size.
    fn from_str(text: &str) -> Result<Movement, UnknownMovement> {
        match text {
            "no-reuse" => Ok(Movement::NoReuse),
            "compulsory" => Ok(Movement::Compulsory),
            "tiled" => Ok(Movement::Tiled(Tiles::Any)),
            _ => Err(UnknownMovement(text.to_owned())),
        }
    }
}

/// What a tensor is to the op that moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A weight, a bias or a constant.
    Weight,
    /// An input, or what an op gives to others.
    Activation,
    /// What one step leaves for the next: a cache, a membrane potential.
    State,
    /// A sum on its way.
    Partial,
}

impl Role {
    /// All roles, in the order of outputs.
    pub const ALL: [Role; 4] = [Role::Weight, Role::Activation, Role::State, Role::Partial];

    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Role::Weight => "weight",
            Role::Activation => "activation",
            Role::State => "state",
            Role::Partial => "partial",
        }
    }
}

/// Which way data goes, seen from a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Out of it.
    Read,
    /// Into it.
    Write,
}

impl Direction {
    /// Both directions, in the order of outputs.
    pub const ALL: [Direction; 2] = [Direction::Read, Direction::Write];

    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Read => "read",
            Direction::Write => "write",
        }
    }
}
