//! Hardware tables as their readers see them: every entry with its source.

use super::cells::{self, column, words};
use crate::number::{self, plain, whole};
use crate::render::table::{Align, Column, Row, Table};
use crate::table::{EnergyTable, Entry, MemoryLevel, Provenance, Scaling, SizeLaw};

fn columns(names: &[(&str, &str, Align)]) -> Vec<Column> {
    names
        .iter()
        .map(|(name, key, align)| column(*name, *key, *align))
        .collect()
}

fn row(cells: Vec<String>) -> Row {
    cells::row(cells.into_iter().map(words).collect())
}

/// Several tables, a row for each.
pub fn table_list(tables: &[EnergyTable]) -> Table {
    let rows = tables
        .iter()
        .map(|table| {
            let formats: Vec<String> = table.formats().map(|format| format.to_string()).collect();
            row(vec![
                table.name().to_owned(),
                table.title().to_owned(),
                table.boundary().to_string(),
                formats.join(", "),
            ])
        })
        .collect();
    Table {
        title: None,
        columns: columns(&[
            ("Table", "table", Align::Left),
            ("What it is", "title", Align::Left),
            ("Boundary", "boundary", Align::Left),
            ("Formats", "formats", Align::Left),
        ]),
        rows,
        notes: Vec::new(),
    }
}

/// The value of an entry in picojoules, with its range where it has one.
fn value(entry: &Entry) -> String {
    let digits = |value: &num_rational::BigRational| {
        if number::is_decimal(value) {
            number::plain(value)
        } else {
            crate::units::significant(number::to_f64(value), 4)
        }
    };
    match &entry.range {
        Some((low, high)) => format!(
            "{} ({} to {})",
            digits(&entry.pj),
            digits(low),
            digits(high)
        ),
        None => digits(&entry.pj),
    }
}

fn provenance(entry: &Entry) -> String {
    match &entry.provenance {
        Provenance::Published { source } => source.clone(),
        Provenance::Assumed => "assumption".to_owned(),
        Provenance::Derived {
            formula,
            source: Some(source),
        } => format!("= {formula}, {source}"),
        Provenance::Derived {
            formula,
            source: None,
        } => format!("= {formula}"),
        Provenance::Set => "set by hand".to_owned(),
    }
}

/// What holds for the whole table.
fn about(table: &EnergyTable) -> String {
    let mut words = Vec::new();
    if let Some(node) = table.node() {
        words.push(format!("Node: {node}."));
    }
    if let Some(supply) = table.supply() {
        words.push(format!("Supply: {supply}."));
    }
    words.push(format!("Boundary: {}.", table.boundary()));
    words.push(format!("Figures: {}.", table.kind()));
    if let Some(base) = table.extends() {
        words.push(format!("Extends {}.", base.value));
    }
    words.push("All in pJ.".to_owned());
    words.join(" ")
}

/// The priced entries of a table.
pub fn entries_table(table: &EnergyTable) -> Table {
    let rows = table
        .entries()
        .map(|(format, primitive, entry)| {
            row(vec![
                format.to_string(),
                primitive.to_string(),
                value(entry),
                entry.confidence.to_string(),
                provenance(entry),
                entry.note.clone().unwrap_or_default(),
            ])
        })
        .collect();
    Table {
        title: Some(format!("{}: {}", table.name(), table.title())),
        columns: columns(&[
            ("Format", "format", Align::Left),
            ("Primitive", "primitive", Align::Left),
            ("pJ", "pj", Align::Right),
            ("Confidence", "confidence", Align::Left),
            ("From", "from", Align::Left),
            ("Note", "note", Align::Left),
        ]),
        rows,
        notes: vec![about(table)],
    }
}

/// The memory levels of a table. Writes, laws and bandwidths have a column where
/// some level has one.
pub fn memory_table(table: &EnergyTable) -> Table {
    let levels = table.memories();
    let has_writes = levels.iter().any(|level| !level.has_one_price());
    let has_laws = levels.iter().any(|level| law(level).is_some());
    let has_bandwidths = (levels.iter()).any(|level| level.bytes_per_second.is_some());
    let mut headings = vec![("Level", "level", Align::Left), ("pJ", "pj", Align::Right)];
    if has_writes {
        headings.push(("Write, pJ", "write_pj", Align::Right));
    }
    headings.push(("Per", "per", Align::Left));
    if has_laws {
        headings.push(("Size to the power of", "law", Align::Right));
    }
    if has_bandwidths {
        headings.push(("GB/s", "bandwidth_gb_s", Align::Right));
    }
    headings.extend([
        ("Boundary", "boundary", Align::Left),
        ("Confidence", "confidence", Align::Left),
        ("From", "from", Align::Left),
        ("Note", "note", Align::Left),
    ]);
    let cells = |level: &MemoryLevel| {
        let mut cells = vec![level.name(), value(&level.access)];
        if has_writes {
            cells.push(level.write.as_ref().map_or_else(String::new, value));
        }
        cells.push(level.per());
        if has_laws {
            cells.push(law(level).map_or_else(String::new, |law| plain(&law.exponent)));
        }
        if has_bandwidths {
            cells.push(bandwidth(level).unwrap_or_default());
        }
        cells.extend([
            level.access.boundary.to_string(),
            level.access.confidence.to_string(),
            provenance(&level.access),
            level.access.note.clone().unwrap_or_default(),
        ]);
        row(cells)
    };
    let hierarchies = table.hierarchies().iter().map(|hierarchy| {
        let levels: Vec<&str> = (hierarchy.levels.iter())
            .map(|level| level.value.as_str())
            .collect();
        format!(
            "Hierarchy `{}`: {}.",
            hierarchy.name.value,
            levels.join(", ")
        )
    });
    Table {
        title: Some(format!("{}: memory", table.name())),
        columns: columns(&headings),
        rows: levels.iter().map(cells).collect(),
        notes: hierarchies.collect(),
    }
}

fn law(level: &MemoryLevel) -> Option<&SizeLaw> {
    match &level.scaling {
        Scaling::Law(law) => Some(law),
        Scaling::Any | Scaling::Fixed(_) => None,
    }
}

fn bandwidth(level: &MemoryLevel) -> Option<String> {
    let bytes = level.bytes_per_second.as_ref()?;
    Some(plain(&(bytes / whole(1_000_000_000))))
}

/// The sources that a table cites.
pub fn sources_table(table: &EnergyTable) -> Table {
    let rows = table
        .sources()
        .map(|(key, citation)| {
            row(vec![
                key.to_owned(),
                citation.title.clone(),
                citation.venue.clone(),
                citation.read.clone().unwrap_or_default(),
            ])
        })
        .collect();
    Table {
        title: Some(format!("{}: sources", table.name())),
        columns: columns(&[
            ("Key", "key", Align::Left),
            ("Title", "title", Align::Left),
            ("Where", "where", Align::Left),
            ("How it was read", "read", Align::Left),
        ]),
        rows,
        notes: Vec::new(),
    }
}
