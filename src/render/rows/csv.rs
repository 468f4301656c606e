//! Comma-separated values (RFC 4180), a header first.

use super::batch::{ColumnValues, RowColumn};
use super::lines::Lines;
use super::number::Notation;

/// The first line.
pub(super) fn header(columns: &[RowColumn]) -> Vec<u8> {
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    format!("{}\n", names.join(",")).into_bytes()
}

/// A word in quotes where it needs them.
fn quoted(word: &str) -> String {
    if word.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", word.replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}

/// The lines of a batch.
pub(super) fn lines(columns: &[ColumnValues<'_>], rows: usize) -> Vec<u8> {
    let mut lines = Lines::default();
    for (number, column) in columns.iter().enumerate() {
        let is_last = number + 1 == columns.len();
        let after = if is_last { b'\n' } else { b',' };
        match column {
            ColumnValues::Word(word) => lines.push_text(quoted(word).as_bytes()),
            ColumnValues::Same(value) if value.is_finite() => {
                lines.push_text(Notation::Plain.text(*value).as_bytes());
            }
            ColumnValues::Same(_) => {}
            ColumnValues::Numbers(values) => {
                lines.push_numbers(values, Notation::Plain, b"", after);
                continue;
            }
        }
        lines.push_text(&[after]);
    }
    lines.text(rows)
}
