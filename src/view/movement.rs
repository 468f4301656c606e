//! What moves, level by level.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::cells::{self, column, row, share, words};
use crate::census::Ineffectual;
use crate::energy::{Estimate, LevelNumber, LevelTraffic, Memory, Moved};
use crate::movement::Movement;
use crate::number;
use crate::render::table::{Align, Cell, Row, RowKind, Table};
use crate::symbolic::Symbol;
use crate::table::MemoryLevel;
use crate::units::{Energy, bytes};

/// The traffic of one estimate, a row for each level, role and direction; none
/// where data movement is not counted.
pub fn traffic_table(estimate: &Estimate) -> Option<Table> {
    let moved = estimate.moved.as_ref()?;
    let whole = moved.energy(|_| true);
    let mut rows: Vec<Row> = (moved.by_level(|_| true).iter())
        .map(|traffic| row(level_cells(traffic, &moved.memory, whole)))
        .collect();
    rows.push(Row {
        cells: vec![
            words("total"),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            cells::energy(estimate.movement()),
            share(estimate.movement(), whole),
        ],
        kind: RowKind::Total,
    });
    Some(Table {
        title: Some("Data movement".to_owned()),
        columns: vec![
            column("Level", "level", Align::Left),
            column("What", "role", Align::Left),
            column("Way", "direction", Align::Left),
            column("Data", "bits", Align::Right),
            column("Energy", "pj", Align::Right),
            column("Share", "share", Align::Right),
        ],
        rows,
        notes: Vec::new(),
    })
}

fn level_cells(traffic: &LevelTraffic, memory: &Memory, whole: Energy) -> Vec<Cell> {
    let picojoules = traffic.picojoules.as_ref();
    let energy = picojoules.map(|exact| Energy::from_picojoules(number::to_f64(exact)));
    vec![
        words(memory.level_name(traffic.level)),
        words(traffic.role.name()),
        words(traffic.direction.name()),
        words(size(&traffic.bits)),
        cells::energy(energy),
        share(energy, whole),
    ]
}

fn size(bits: &BigRational) -> String {
    bytes(bits.to_f64().unwrap_or(f64::NAN) / 8.0)
}

/// What is to be said of the levels and of what crosses them: prices at other
/// sizes than published, and the lower bound beside what goes to and from the
/// farthest level.
pub(super) fn movement_notes(estimate: &Estimate) -> Vec<String> {
    let Some(moved) = &estimate.moved else {
        return Vec::new();
    };
    let mut notes = level_notes(&moved.memory, &[]);
    notes.extend(bound_note(moved));
    notes
}

/// What is to be said of prices at other sizes than published, where some
/// numbers of levels vary.
pub(super) fn level_notes(memory: &Memory, varied: &[Symbol]) -> Vec<String> {
    let of_level = |(at, level): (usize, &MemoryLevel)| match varied
        .contains(&memory.symbol(at, LevelNumber::Kib))
    {
        true => level.resizing(),
        false => level.resized(),
    };
    let levels = memory.levels.iter().enumerate();
    one_level(memory)
        .into_iter()
        .chain(levels.filter_map(of_level))
        .collect()
}

/// What is to be said where no memory stands before the farthest one.
fn one_level(memory: &Memory) -> Option<String> {
    match (memory.movement, memory.levels.as_slice()) {
        (Movement::Tiled(_), [only]) => Some(format!(
            "`{}` is the only memory here: no tile is kept before it, and every operand comes from \
             it for every operation.",
            only.name()
        )),
        _ => None,
    }
}

/// The lower bound beside what crosses to and from the farthest level; nothing
/// where there is none.
fn bound_note(moved: &Moved) -> Option<String> {
    let bound = moved.lower_bound_bits.as_ref()?;
    let farthest = moved.memory.levels.len().saturating_sub(1);
    let rows = moved.by_level(|line| line.level == farthest);
    let found: BigRational = rows.iter().map(|row| row.bits.clone()).sum();
    Some(format!(
        "Through {}: {}; no schedule moves less than {}.",
        moved.memory.level_name(farthest),
        size(&found),
        size(bound)
    ))
}

/// What moves although it is not counted as arithmetic.
pub(super) fn skipped_note(estimate: &Estimate) -> Option<String> {
    let conventions = estimate.settings.conventions;
    let skips = [conventions.padding, conventions.causal].contains(&Ineffectual::Skipped);
    let note = "What is skipped of padding and causal masks is left out of the arithmetic alone, \
                and moves as ever.";
    (skips && estimate.moved.is_some()).then(|| note.to_owned())
}
