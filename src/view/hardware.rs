//! Hardware tables as their readers see them: every entry with its source.

use num_rational::BigRational;

use super::cells::{column, row, words};
use crate::number::{plain, to_f64};
use crate::render::table::{Align, Cell, Column, Row, Table};
use crate::table::{
    AccessPrice, EnergyTable, Entry, Figure, Measure, MemoryLevel, Provenance, Scaling, SizeLaw,
};

fn columns(names: &[(&str, &str, Align)]) -> Vec<Column> {
    names
        .iter()
        .map(|(name, key, align)| column(*name, *key, *align))
        .collect()
}

fn row_of_words(cells: Vec<String>) -> Row {
    row(cells.into_iter().map(words).collect())
}

/// Several tables, a row for each.
pub fn table_list(tables: &[EnergyTable]) -> Table {
    let rows = tables
        .iter()
        .map(|table| {
            let formats: Vec<String> = table.formats().map(|format| format.to_string()).collect();
            row_of_words(vec![
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
fn value(entry: &Entry) -> Cell {
    ranged(&entry.pj, entry.range.as_ref())
}

fn ranged(value: &BigRational, range: Option<&(BigRational, BigRational)>) -> Cell {
    Cell::Ranged {
        value: value.clone(),
        range: range.cloned(),
    }
}

/// A number with all its digits, and no range.
fn number(value: &BigRational) -> Cell {
    Cell::Worded {
        text: plain(value),
        value: Some(to_f64(value)),
    }
}

fn provenance(provenance: &Provenance) -> String {
    match provenance {
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
    if let Some(scaled) = table.scaled() {
        words.push(format!("Scaled {} by {}.", scaled.words, scaled.law.name()));
        if !scaled.left_out.is_empty() {
            let names = scaled.left_out.join(", ");
            words.push(format!("Not covered by that law and left out: {names}."));
        }
    }
    let has_prices = table.entries().next().is_some();
    words.push(match has_prices {
        true => "All in pJ.".to_owned(),
        false => "No operation is priced.".to_owned(),
    });
    words.join(" ")
}

/// The priced entries of a table.
pub fn entries_table(table: &EnergyTable) -> Table {
    let rows = table
        .entries()
        .map(|(format, primitive, entry)| {
            row(vec![
                words(format.to_string()),
                words(primitive.to_string()),
                value(entry),
                words(entry.confidence.to_string()),
                words(provenance(&entry.provenance)),
                words(entry.note.clone().unwrap_or_default()),
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
    let prices = || levels.iter().filter_map(|level| level.price.as_ref());
    let has_writes = prices().any(|price| !price.is_one());
    let has_laws = levels.iter().any(|level| law(level).is_some());
    let has_bandwidths = (levels.iter()).any(|level| level.bandwidth.is_some());
    let mut headings = vec![("Level", "level", Align::Left), ("pJ", "pj", Align::Right)];
    if has_writes {
        headings.push(("Write, pJ", "write_pj", Align::Right));
    }
    headings.push(("Per", "per_bits", Align::Left));
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
        let price = level.price.as_ref();
        let or_nothing = |entry: Option<&Entry>| entry.map_or(Cell::Empty, value);
        let mut cells = vec![
            words(level.name()),
            or_nothing(price.map(|price| &price.read)),
        ];
        if has_writes {
            cells.push(or_nothing(price.and_then(|price| price.write.as_ref())));
        }
        cells.push(price.map_or(Cell::Empty, |price| Cell::Worded {
            text: price.per(),
            value: Some(f64::from(price.bits)),
        }));
        if has_laws {
            cells.push(law(level).map_or(Cell::Empty, |law| number(&law.exponent)));
        }
        if has_bandwidths {
            cells.push(bandwidth(level).map_or(Cell::Empty, number));
        }
        cells.extend(said(level).map(words));
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
    match level.price.as_ref().map(|price| &price.scaling) {
        Some(Scaling::Law(law)) => Some(law),
        Some(Scaling::Any | Scaling::Fixed(_)) | None => None,
    }
}

fn bandwidth(level: &MemoryLevel) -> Option<&BigRational> {
    Some(&level.bandwidth.as_ref()?.value)
}

/// What a row of memory says of itself: of its price, or else of its size, or
/// of its bandwidth.
fn said(level: &MemoryLevel) -> [String; 4] {
    let from = |source: &Option<String>| source.clone().unwrap_or_else(|| "assumption".to_owned());
    let (boundary, confidence, from, note) = match (&level.price, &level.about, &level.bandwidth) {
        (Some(AccessPrice { read, .. }), _, _) => (
            read.boundary,
            read.confidence,
            provenance(&read.provenance),
            &read.note,
        ),
        (None, Some(about), _) => (
            about.boundary,
            about.confidence,
            from(&about.source),
            &about.note,
        ),
        (None, None, Some(figure)) => (
            figure.boundary,
            figure.confidence,
            provenance(&figure.provenance),
            &figure.note,
        ),
        (None, None, None) => return Default::default(),
    };
    let note = note.clone().unwrap_or_default();
    [boundary.to_string(), confidence.to_string(), from, note]
}

/// The numbers of the device as a whole, and the bandwidths of its memories;
/// nothing where the table has none of the first.
pub fn device_table(table: &EnergyTable) -> Option<Table> {
    table.device_numbers().next()?;
    let row = |name: String, measure: Measure, figure: &Figure| {
        row(vec![
            words(name),
            ranged(&figure.value, figure.range.as_ref()),
            words(measure.symbol()),
            words(figure.boundary.to_string()),
            words(figure.kind.to_string()),
            words(figure.confidence.to_string()),
            words(provenance(&figure.provenance)),
            words(figure.note.clone().unwrap_or_default()),
        ])
    };
    let own = table
        .device_numbers()
        .map(|(number, figure)| row(number.to_string(), number.measure(), figure));
    let bandwidths = table.memories().iter().filter_map(|level| {
        let figure = level.bandwidth.as_ref()?;
        let name = format!("{}.{}", level.name(), Measure::Bandwidth.unit());
        Some(row(name, Measure::Bandwidth, figure))
    });
    Some(Table {
        title: Some(format!("{}: device", table.name())),
        columns: columns(&[
            ("Number", "number", Align::Left),
            ("Value", "value", Align::Right),
            ("Unit", "unit", Align::Left),
            ("Boundary", "boundary", Align::Left),
            ("Kind", "kind", Align::Left),
            ("Confidence", "confidence", Align::Left),
            ("From", "from", Align::Left),
            ("Note", "note", Align::Left),
        ]),
        rows: own.chain(bandwidths).collect(),
        notes: Vec::new(),
    })
}

/// The sources that a table cites.
pub fn sources_table(table: &EnergyTable) -> Table {
    let rows = table
        .sources()
        .map(|(key, citation)| {
            row_of_words(vec![
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
