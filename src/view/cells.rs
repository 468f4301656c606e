//! Short ways to write the columns, rows and cells of a table.

use num_rational::BigRational;

use crate::number::to_f64;
use crate::render::table::{Align, Cell, Column, Row, RowKind};
use crate::units::Energy;

/// A column with its name for people and its key for programs.
pub(crate) fn column(name: impl Into<String>, key: impl Into<String>, align: Align) -> Column {
    Column {
        name: name.into(),
        key: key.into(),
        align,
    }
}

/// A row that is no total.
pub(crate) fn row(cells: Vec<Cell>) -> Row {
    Row {
        cells,
        kind: RowKind::Plain,
    }
}

/// A cell of words.
pub(crate) fn words(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// An energy; a dash where it is not known.
pub(super) fn energy(energy: Option<Energy>) -> Cell {
    energy.map_or(Cell::NotCounted, Cell::Energy)
}

/// A time in seconds; a dash where it is not known.
pub(super) fn seconds(seconds: Option<&BigRational>) -> Cell {
    seconds.map_or(Cell::NotCounted, |seconds| Cell::Seconds(to_f64(seconds)))
}

/// The share of `part` in `whole`, if there is any energy at all.
pub(super) fn share(part: Option<Energy>, whole: Energy) -> Cell {
    match part {
        None => Cell::NotCounted,
        Some(_) if whole == Energy::ZERO => Cell::Empty,
        Some(part) => Cell::Share(part.picojoules() / whole.picojoules()),
    }
}

/// Each of `names` once, in the order in which they first stand.
pub(crate) fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}
