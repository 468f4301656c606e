//! JSON lines: an object for each row.

use super::batch::{ColumnValues, RowColumn};
use super::lines::Lines;
use super::number::Notation;

/// What is written where there is no number.
const MISSING: &[u8] = b"null";

/// The lines of a batch.
pub(super) fn lines(names: &[RowColumn], columns: &[ColumnValues<'_>], rows: usize) -> Vec<u8> {
    let mut lines = Lines::default();
    lines.push_text(b"{");
    for (number, (name, column)) in names.iter().zip(columns).enumerate() {
        let is_last = number + 1 == columns.len();
        let after = if is_last { b'}' } else { b',' };
        lines.push_text(&json(&name.name));
        lines.push_text(b":");
        match column {
            ColumnValues::Word(word) => lines.push_text(&json(word)),
            ColumnValues::Same(value) if value.is_finite() => {
                lines.push_text(Notation::Pointed.text(*value).as_bytes());
            }
            ColumnValues::Same(_) => lines.push_text(MISSING),
            ColumnValues::Numbers(values) => {
                lines.push_numbers(values, Notation::Pointed, MISSING, after);
                continue;
            }
        }
        lines.push_text(&[after]);
    }
    lines.push_text(b"\n");
    lines.text(rows)
}

/// A word as JSON writes it.
fn json(word: &str) -> Vec<u8> {
    serde_json::Value::from(word).to_string().into_bytes()
}
