//! Under which conditions something is computed, and how each is known. Claim
//! files and report files state them alike.

use std::fmt;

use crate::energy::Memory;
use crate::format::Format;
use crate::graph::Setting;
use crate::movement::{Movement, MovementOptions, Tiles};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Fields, Place, Problems, Spanned};
use crate::table::EnergyTable;

/// A table and a format.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceSpec {
    /// The table.
    pub table: Spanned<String>,
    /// The format of what the model leaves open.
    pub format: Format,
    /// How data moves; nothing where that is not counted.
    pub movement: Option<MovementSpec>,
    /// Whether static energy is counted.
    pub statics: bool,
}

/// How data moves, and between which memories of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct MovementSpec {
    /// How it moves.
    pub movement: Movement,
    /// The memories, as `--memory` names them; those of the usual hierarchy
    /// where nothing is said.
    pub memory: Option<Spanned<String>>,
    /// Where that stands.
    pub place: Place,
}

impl MovementSpec {
    /// The memories of `table` that data moves between.
    ///
    /// # Errors
    /// A table without these memories.
    pub fn memory(&self, table: &EnergyTable) -> Result<Memory, Diagnostic> {
        let text = self.memory.as_ref();
        let place = text.map_or(&self.place, |text| &text.place);
        let levels = table.levels(text.map(|text| text.value.as_str()));
        Ok(Memory {
            table: table.name().to_owned(),
            movement: self.movement,
            options: MovementOptions::default(),
            levels: levels.map_err(|mistake| mistake.labelled(place, ""))?,
        })
    }
}

/// How it is known that a convention is what it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The publication says so.
    Stated,
    /// The authors' code does so.
    Code,
    /// Neither; the published digits come out with it.
    Inferred,
}

impl Known {
    /// All of them, in the order of the documentation.
    pub const ALL: [Known; 3] = [Known::Stated, Known::Code, Known::Inferred];

    /// Its name in files and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Known::Stated => "stated",
            Known::Code => "code",
            Known::Inferred => "inferred",
        }
    }
}

/// For readers.
impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Known::Code => "the authors' code",
            Known::Stated | Known::Inferred => self.name(),
        })
    }
}

/// What a convention is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Whether memory is counted, which an audit asks: `about = "memory"`.
    Memory,
    /// Anything else, in the words of the file.
    Other(String),
}

impl From<String> for Topic {
    fn from(text: String) -> Topic {
        match text.as_str() {
            "memory" => Topic::Memory,
            _ => Topic::Other(text),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topic::Memory => "memory",
            Topic::Other(text) => text,
        })
    }
}

/// `set`: what is set on the model.
pub(crate) fn settings(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<Setting> {
    let numbers = crate::model::read_numbers(fields.take("set"), problems).into_iter();
    numbers
        .map(|(name, formula)| Setting { name, formula })
        .collect()
}

/// `movement`, with its `memory` and `tiles`: how data moves, in the words of
/// the flags.
pub(crate) fn movement(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<MovementSpec> {
    let movement = fields.text("movement", problems);
    let memory = fields.text("memory", problems);
    let tiles = fields.text("tiles", problems);
    let named = movement.as_ref().filter(|named| named.value != "none");
    let Some(named) = named else {
        for (key, given) in [("memory", &memory), ("tiles", &tiles)] {
            if let Some(given) = given {
                let message = format!("`{key}` is given, but data movement is not counted");
                let help = format!("`movement` is one of {}", Movement::NAMES.join(", "));
                problems.push(Diagnostic::at(&given.place, message).help(help));
            }
        }
        return None;
    };
    let unknown = |text: &Spanned<String>, what: &str, known: &[&str]| {
        let message = format!("`{}` is no {what}", text.value);
        Diagnostic::at(&text.place, message).known(&text.value, known.iter().copied())
    };
    let tiles = match tiles.as_ref().map(|text| (text, text.value.as_str())) {
        None | Some((_, "any")) => Tiles::Any,
        Some((_, "divisors")) => Tiles::Divisors,
        Some((text, _)) => {
            problems.push(unknown(text, "kind of tiles", &["any", "divisors"]));
            return None;
        }
    };
    let movement = match named.value.parse::<Movement>() {
        Ok(Movement::Tiled(_)) => Movement::Tiled(tiles),
        Ok(movement) => movement,
        Err(_) => {
            problems.push(unknown(named, "model of data movement", &Movement::NAMES));
            return None;
        }
    };
    Some(MovementSpec {
        movement,
        memory,
        place: named.place.clone(),
    })
}

/// `free`: primitives that cost nothing.
pub(crate) fn zero_cost(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<Primitive> {
    let mut all = Vec::new();
    for text in fields.texts("free", problems) {
        match text.value.parse::<Primitive>() {
            Ok(primitive) => all.push(primitive),
            Err(unknown) => problems.push(
                Diagnostic::at(&text.place, unknown.to_string())
                    .known(&text.value, Primitive::names()),
            ),
        }
    }
    all
}
