//! How data moves, and between which memories.

use crate::cli::arg_source::ArgSource;
use crate::cli::args::PriceArgs;
use crate::energy::Memory;
use crate::movement::{Movement, Tiles};
use crate::source::{Diagnostic, Problems};
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
            movement: movement?,
            levels,
        })
    };
    match movement {
        Some(_) => tables.iter().map(of_table).collect(),
        None => tables.iter().map(|_| None).collect(),
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
