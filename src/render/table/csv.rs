//! CSV as RFC 4180 has it, for programs.
//!
//! Bindings are raw: energies in picojoules to the last digit, shares as fractions,
//! counts as integers. The unit stands in the header (`energy_pj`), so that a column
//! is a column of numbers. Title and notes stay out; a program would read them as
//! rows. Lines end in `\n`, which every reader takes and every diff prefers.

use super::{Cell, Row, Table, number};

/// Writes `table` as CSV.
pub fn write(table: &Table) -> String {
    let columns: Vec<DataColumn> = data_columns(table);
    let mut out = line(columns.iter().map(|column| column.key.clone()));
    for row in &table.rows {
        out += &line(columns.iter().map(|column| raw(&column.cell(row))));
    }
    out
}

/// A column as programs read it.
pub struct DataColumn {
    index: usize,
    /// Its header.
    pub key: String,
    which: Which,
}

/// What of the cells of a column stands in one for programs.
#[derive(Clone, Copy)]
enum Which {
    Value,
    Low,
    High,
}

impl DataColumn {
    /// What stands in it in a row.
    pub fn cell(&self, row: &Row) -> Cell {
        let cell = row.cell(self.index);
        match (cell, self.which) {
            (Cell::Ranged { value, .. }, Which::Value) => Cell::Count(value.clone()),
            (Cell::Ranged { range, .. }, which) => match (range, which) {
                (Some((low, _)), Which::Low) => Cell::Count(low.clone()),
                (Some((_, high)), _) => Cell::Count(high.clone()),
                (None, _) => Cell::Empty,
            },
            (cell, Which::Value) => cell.clone(),
            (_, Which::Low | Which::High) => Cell::Empty,
        }
    }
}

/// The columns for programs: numbers with ranges are three of them.
pub fn data_columns(table: &Table) -> Vec<DataColumn> {
    let columns = (0..table.columns.len()).map(|index| {
        let own = key(table, index);
        let ranged = table.any_cell(index, |cell| matches!(cell, Cell::Ranged { .. }));
        let mut columns = vec![(own.clone(), Which::Value)];
        if ranged {
            columns.push((format!("{own}_low"), Which::Low));
            columns.push((format!("{own}_high"), Which::High));
        }
        let columns = columns.into_iter();
        columns.map(move |(key, which)| DataColumn { index, key, which })
    });
    columns.flatten().collect()
}

/// The machine header of a column, with the unit of its energies.
fn key(table: &Table, index: usize) -> String {
    let key = &table.columns[index].key;
    let energies = table.any_cell(index, |cell| matches!(cell, Cell::Energy(_)));
    match energies && key != "pj" && !key.ends_with("_pj") {
        true => format!("{key}_pj"),
        false => key.clone(),
    }
}

fn raw(cell: &Cell) -> String {
    match cell {
        Cell::Empty | Cell::NotCounted => String::new(),
        Cell::Text(text) | Cell::Formula { text, .. } => text.clone(),
        Cell::Count(count) => number::raw(count),
        Cell::Energy(energy) => energy.picojoules().to_string(),
        Cell::Seconds(seconds) => seconds.to_string(),
        Cell::Share(value) | Cell::Factor(value) | Cell::Number(value) => value.to_string(),
        Cell::Ranged { value, .. } | Cell::Limit { value, .. } => number::raw(value),
        Cell::Worded { value, .. } => value.map_or_else(String::new, |value| value.to_string()),
    }
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let fields: Vec<String> = fields.map(|field| quoted(&field)).collect();
    match fields.as_slice() {
        // A lone empty field would be a blank line, which readers skip.
        [only] if only.is_empty() => "\"\"\n".to_string(),
        _ => fields.join(",") + "\n",
    }
}

fn quoted(field: &str) -> String {
    match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{column, energy, example};
    use super::super::{Align, RowKind};
    use super::*;

    #[test]
    fn raw_values_under_machine_keys() {
        assert_eq!(
            write(&example()),
            "stage,ops,energy_pj,share,gain\n\
             q-proj,8388608,30500000,0.75,2.854\n\
             softmax,65536,950,0.25,\n\
             total,8454144,30500950,1,\n"
        );
    }

    #[test]
    fn what_csv_would_interpret_is_quoted() {
        assert_eq!(quoted("plain text"), "plain text");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
        assert_eq!(quoted("a\rb"), "\"a\rb\"");
    }

    #[test]
    fn energies_keep_every_digit() {
        let table = Table {
            columns: vec![column("E", "e_pj", Align::Right)],
            rows: [energy(0.1 + 0.2), Cell::Empty]
                .map(|cell| Row {
                    cells: vec![cell],
                    kind: RowKind::Plain,
                })
                .to_vec(),
            ..Table::default()
        };
        assert_eq!(write(&table), "e_pj\n0.30000000000000004\n\"\"\n");
    }

    #[test]
    fn a_range_is_columns_of_its_own_and_words_are_numbers() {
        let whole = crate::number::whole;
        let ranged = |range| Cell::Ranged {
            value: whole(2),
            range,
        };
        let worded = |text: &str, value| Cell::Worded {
            text: text.into(),
            value,
        };
        let rows = [
            [
                ranged(Some((whole(1), whole(3)))),
                worded("< 0.01", Some(0.004)),
            ],
            [ranged(None), worded("none", None)],
        ];
        let table = Table {
            columns: vec![
                column("pJ", "pj", Align::Right),
                column("change", "change", Align::Right),
            ],
            rows: rows
                .map(|cells| Row {
                    cells: cells.to_vec(),
                    kind: RowKind::Plain,
                })
                .to_vec(),
            ..Table::default()
        };
        assert_eq!(table.rows[0].cells[0].human(), "2 (1 to 3)");
        assert_eq!(
            write(&table),
            "pj,pj_low,pj_high,change\n2,1,3,0.004\n2,,,\n"
        );
    }

    #[test]
    fn an_empty_table_is_its_header() {
        let table = Table {
            rows: vec![],
            ..example()
        };
        assert_eq!(write(&table), "stage,ops,energy,share,gain\n");
    }

    #[test]
    fn a_short_row_ends_in_empty_cells() {
        let mut table = example();
        table.rows[0].cells.truncate(1);
        assert_eq!(write(&table).lines().nth(1), Some("q-proj,,,,"));
    }
}
