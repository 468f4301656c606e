//! The conventions that a result rests on, in a line.

use std::collections::BTreeSet;

use super::movement::level_notes;
use super::timing::static_words;
use crate::census::Conventions;
use crate::energy::{Estimate, LevelNumber, Memory};
use crate::model::Phase;
use crate::number;
use crate::primitive::Primitive;
use crate::symbolic::Symbol;

/// `Conventions: a dot product of length k takes k additions; …`.
pub fn conventions_line(estimate: &Estimate) -> String {
    line_over(estimate, &[])
}

/// [`conventions_line`] where some numbers vary, and what is to be said of the
/// sizes of memories.
pub fn conventions_over(estimate: &Estimate, varied: &[Symbol]) -> Vec<String> {
    let memory = estimate.settings.memory.iter();
    let notes = memory.flat_map(|memory| level_notes(memory, varied));
    [line_over(estimate, varied)]
        .into_iter()
        .chain(notes)
        .collect()
}

fn line_over(estimate: &Estimate, varied: &[Symbol]) -> String {
    let settings = &estimate.settings;
    let free = free_words(&settings.zero_cost);
    let fused: Vec<String> = (settings.fused.iter())
        .map(|format| format!("; one mac in {format} is a multiplication and an addition"))
        .collect();
    let fused = fused.concat();
    // What is varied has no one value.
    let is_fixed = |entry: &str| varied.iter().all(|symbol| symbol.name() != entry);
    let set = (settings.set.iter())
        .filter(|(entry, _)| is_fixed(entry))
        .map(|(entry, value)| format!("; {entry} set to {} pJ", number::plain(value)));
    let device = (settings.device_set.iter())
        .filter(|(entry, _)| is_fixed(&entry.to_string()))
        .map(|(entry, value)| format!("; {entry} set to {}", number::plain(value)));
    let set: Vec<String> = set.chain(device).collect();
    let set = set.concat();
    let counted = Counted {
        how: format!("{}{free}{fused}{set}", settings.conventions),
        phase: settings.phase,
        statics: static_words(estimate),
    };
    line(&counted, settings.memory.iter(), varied)
}

/// The conventions of all that is swept over some numbers, and what is to be said
/// of the sizes of memories.
pub fn swept_conventions(
    (conventions, phase, free): (Conventions, Phase, &BTreeSet<Primitive>),
    memories: &[&Memory],
    counts_static_energy: bool,
    varied: &[Symbol],
) -> Vec<String> {
    let counted = Counted {
        how: format!("{conventions}{}", free_words(free)),
        phase,
        statics: counts_static_energy.then(|| "static power × time by the roofline".to_owned()),
    };
    let mut notes = vec![line(&counted, memories.iter().copied(), varied)];
    for note in memories
        .iter()
        .flat_map(|memory| level_notes(memory, varied))
    {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// What is counted, and how, beside the data that moves.
struct Counted {
    how: String,
    phase: Phase,
    /// What static energy is; nothing where the table has none to give.
    statics: Option<String>,
}

fn line<'m>(
    counted: &Counted,
    memories: impl Iterator<Item = &'m Memory>,
    varied: &[Symbol],
) -> String {
    let mut movements: Vec<String> = Vec::new();
    for words in memories.map(|memory| movement_words(memory, varied)) {
        if !movements.contains(&words) {
            movements.push(words);
        }
    }
    let movement = match movements.is_empty() {
        true => "— (not counted)".to_owned(),
        false => movements.join(" / "),
    };
    let phase = match counted.phase {
        Phase::Prefill => String::new(),
        phase => format!("; phase: {phase}"),
    };
    let statics = match &counted.statics {
        None => String::new(),
        Some(words) => format!("; static energy: {words}"),
    };
    let how = &counted.how;
    format!("Conventions: {how}{phase}; data movement: {movement}{statics}.")
}

/// `tiled through sram 32 KiB, dram`; a size that varies is left out.
fn movement_words(memory: &Memory, varied: &[Symbol]) -> String {
    let names = memory.levels.iter().enumerate().map(|(at, level)| {
        match varied.contains(&memory.symbol(at, LevelNumber::Kib)) {
            true => level.level.clone(),
            false => level.name(),
        }
    });
    let names: Vec<String> = names.collect();
    format!("{} through {}", memory.convention(), names.join(", "))
}

fn free_words(free: &BTreeSet<Primitive>) -> String {
    let names: Vec<&str> = free.iter().map(|primitive| primitive.name()).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("; {} priced at 0", names.join(", ")),
    }
}
