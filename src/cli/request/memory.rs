//! How data moves, and between which memories.

use std::collections::BTreeMap;

use crate::cli::arg_source::ArgSource;
use crate::cli::args::PriceArgs;
use crate::cli::settings::{LevelSetting, twice};
use crate::energy::Memory;
use crate::movement::{Movement, Tiles};
use crate::number;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::Symbol;
use crate::table::EnergyTable;

/// For each table the memories that data moves between; nothing where that is
/// not counted.
pub(super) fn memories(
    args: &PriceArgs,
    tables: &[EnergyTable],
    problems: &mut Problems,
) -> Vec<Option<Memory>> {
    let movement = movement(args, problems);
    let of_table = |table: &EnergyTable| {
        let levels = match table.levels(args.memory.as_deref()) {
            Ok(levels) => levels,
            Err(mistake) => {
                let placed = match &args.memory {
                    Some(text) => {
                        let place = ArgSource::new("--memory", text).spanned(text).place;
                        mistake.labelled(&place, "")
                    }
                    None => mistake,
                };
                problems.push(placed);
                return None;
            }
        };
        Some(Memory {
            table: table.name().to_owned(),
            movement: movement?,
            levels,
        })
    };
    match movement {
        Some(_) => tables.iter().map(of_table).collect(),
        None => tables.iter().map(|_| None).collect(),
    }
}

/// Leaves out the tables without the memories asked for, unless none has them.
pub(super) fn keep_with_memory(tables: &mut Vec<EnergyTable>, levels: Option<&str>) {
    let has = |table: &EnergyTable| table.levels(levels).is_ok();
    if tables.iter().any(has) {
        tables.retain(has);
    }
}

/// How data moves; nothing where that is not counted.
fn movement(args: &PriceArgs, problems: &mut Problems) -> Option<Movement> {
    let mut wrong = |flag: &str, text: &str, message: String, known: &[&str]| {
        let place = ArgSource::new(flag, text).spanned(text).place;
        let mistake = Diagnostic::at(&place, message);
        problems.push(mistake.known(text, known.iter().copied()));
    };
    let tiles = match args.tiles.as_str() {
        "any" => Some(Tiles::Any),
        "divisors" => Some(Tiles::Divisors),
        other => {
            let message = format!("`{other}` is no kind of tiles");
            wrong("--tiles", other, message, &["any", "divisors"]);
            None
        }
    };
    let name = args.movement.as_str();
    if name == "none" {
        if let Some(memory) = &args.memory {
            let message = "`--memory` is given, but data movement is not counted".to_owned();
            wrong("--memory", memory, message, &[]);
        } else if tiles == Some(Tiles::Divisors) {
            let message = "`--tiles` is given, but data movement is not counted".to_owned();
            wrong("--tiles", &args.tiles, message, &[]);
        }
        return None;
    }
    match (name.parse::<Movement>(), tiles?) {
        (Ok(Movement::Tiled(_)), tiles) => Some(Movement::Tiled(tiles)),
        (Ok(movement), _) => Some(movement),
        (Err(_), _) => {
            let message = format!("`{name}` is no model of data movement");
            wrong("--movement", name, message, &Movement::NAMES);
            None
        }
    }
}

/// Sets numbers of the levels in use, each once.
pub(super) fn set_levels(
    memories: &mut [Option<Memory>],
    levels: &[LevelSetting],
    seen: &mut BTreeMap<Symbol, Place>,
    problems: &mut Problems,
) {
    for LevelSetting { name, value } in levels {
        let found = match name.find(memories) {
            Ok(found) => found,
            Err(mistake) => {
                problems.push(mistake);
                continue;
            }
        };
        if let Some(first) = seen.get(&found.symbol) {
            problems.push(twice(found.symbol.name(), &name.place, first));
            continue;
        }
        let memory = memories.get_mut(found.table).and_then(Option::as_mut);
        if !memory.is_some_and(|memory| memory.set(found.level, found.number, value)) {
            let message = format!("`{}` cannot be {}", name.text(), number::plain(value));
            problems.push(
                Diagnostic::at(&name.place, message).help(
                    "a level holds more than 0 KiB, and an access moves a whole number of bits",
                ),
            );
        }
        seen.insert(found.symbol, name.place.clone());
    }
}
