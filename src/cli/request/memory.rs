//! How data moves, and between which memories.

use std::collections::BTreeMap;

use crate::cli::arg_source::ArgSource;
use crate::cli::args::PriceArgs;
use crate::cli::settings::{LevelSetting, twice};
use crate::energy::{LevelNumber, Memory};
use crate::movement::{Fuse, Movement, MovementOptions, Spikes, Tiles};
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
    let Some((movement, options)) = movement(args, problems) else {
        return tables.iter().map(|_| None).collect();
    };
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
            movement,
            options,
            levels,
        })
    };
    tables.iter().map(of_table).collect()
}

/// Leaves out the tables without the memories asked for, unless none has them.
pub(super) fn keep_with_memory(tables: &mut Vec<EnergyTable>, levels: Option<&str>) {
    let has = |table: &EnergyTable| table.levels(levels).is_ok();
    if tables.iter().any(has) {
        tables.retain(has);
    }
}

/// How data moves; nothing where that is not counted.
fn movement(args: &PriceArgs, problems: &mut Problems) -> Option<(Movement, MovementOptions)> {
    let tiles = choice(
        ("--tiles", &args.tiles, "kind of tiles"),
        [Tiles::Any, Tiles::Divisors],
        Tiles::name,
        problems,
    );
    let fuse = ("--fuse", args.fuse.as_str(), "kind of pass");
    let fuse = choice(fuse, Fuse::ALL, Fuse::name, problems);
    let spikes = ("--spikes", args.spikes.as_str(), "form of spikes");
    let spikes = choice(spikes, Spikes::ALL, Spikes::name, problems);
    if args.movement == "none" {
        for (_, mistake) in unused(args, "data movement is not counted") {
            problems.push(mistake);
        }
        return None;
    }
    let Ok(movement) = args.movement.parse::<Movement>() else {
        let name = args.movement.as_str();
        let message = format!("`{name}` is no model of data movement");
        problems.push(wrong("--movement", name, message).known(name, Movement::NAMES));
        return None;
    };
    let options = MovementOptions {
        fuse: fuse?,
        spikes: spikes?,
    };
    let movement = match movement {
        Movement::Tiled(_) => Movement::Tiled(tiles?),
        whole => {
            let why = format!("`--movement {whole}` has no tiles");
            for (flag, mistake) in unused(args, &why) {
                if ["--tiles", "--fuse"].contains(&flag) {
                    problems.push(mistake);
                }
            }
            whole
        }
    };
    Some((movement, options))
}

fn wrong(flag: &'static str, text: &str, message: String) -> Diagnostic {
    Diagnostic::at(&ArgSource::new(flag, text).spanned(text).place, message)
}

/// The one of some choices that is meant.
fn choice<T: Copy, const N: usize>(
    (flag, text, kind): (&'static str, &str, &str),
    all: [T; N],
    name: impl Fn(T) -> &'static str,
    problems: &mut Problems,
) -> Option<T> {
    let found = all.into_iter().find(|one| name(*one) == text);
    if found.is_none() {
        let message = format!("`{text}` is no {kind}");
        problems.push(wrong(flag, text, message).known(text, all.into_iter().map(name)));
    }
    found
}

/// The options that are given but mean nothing, for the reason given.
fn unused(args: &PriceArgs, why: &str) -> Vec<(&'static str, Diagnostic)> {
    let given = [
        ("--memory", args.memory.as_deref(), ""),
        ("--tiles", Some(args.tiles.as_str()), "any"),
        ("--fuse", Some(args.fuse.as_str()), "none"),
        ("--spikes", Some(args.spikes.as_str()), "bits"),
    ];
    let unused = given.into_iter().filter_map(|(flag, text, usual)| {
        let text = text.filter(|text| *text != usual)?;
        let message = format!("`{flag}` is given, but {why}");
        Some((flag, wrong(flag, text, message)))
    });
    unused.collect()
}

/// Sets numbers of the levels in use, each once.
pub(super) fn set_levels(
    memories: &mut [Option<Memory>],
    levels: &[LevelSetting],
    statics: bool,
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
        if found.number == LevelNumber::Bandwidth && !statics {
            problems.push(name.is_not_counted());
            continue;
        }
        if let Some(first) = seen.get(&found.symbol) {
            problems.push(twice(found.symbol.name(), &name.place, first));
            continue;
        }
        let memory = memories.get_mut(found.table).and_then(Option::as_mut);
        if !memory.is_some_and(|memory| memory.set(found.level, found.number, value)) {
            let message = format!("`{}` cannot be {}", name.text(), number::plain(value));
            problems.push(Diagnostic::at(&name.place, message).help(
                "a level holds more than 0 KiB, an access moves a whole number of bits, and \
                     a bandwidth is above 0",
            ));
        }
        seen.insert(found.symbol, name.place.clone());
    }
}
