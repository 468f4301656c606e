//! JSON lines: an object for each row.

use super::batch::{ColumnValues, RowColumn};
use super::line::Line;
use super::number;

/// The lines of a batch.
pub(super) fn lines(names: &[RowColumn], columns: &[ColumnValues<'_>], rows: usize) -> Vec<u8> {
    // Keys are the same in every row, and what stands in all rows of a batch.
    let fixed: Vec<(Line, bool)> = names
        .iter()
        .zip(columns)
        .enumerate()
        .map(|(at, (name, column))| {
            let mut cell = Line::new();
            cell.push_byte(if at == 0 { b'{' } else { b',' });
            cell.push(&json(&name.name));
            cell.push_byte(b':');
            match column {
                ColumnValues::Word(word) => cell.push(&json(word)),
                ColumnValues::Same(value) if value.is_finite() => {
                    number::pointed(*value, &mut cell);
                }
                ColumnValues::Same(_) => cell.push(b"null"),
                ColumnValues::Numbers(_) => return (cell, true),
            }
            (cell, false)
        })
        .collect();
    let mut text = Vec::with_capacity(rows * columns.len() * 24);
    let mut line = Line::new();
    for row in 0..rows {
        line.cut(0);
        for (column, (fixed, varies)) in columns.iter().zip(&fixed) {
            line.push(fixed.text());
            match column.number(row) {
                Some(value) if *varies => number::pointed(value, &mut line),
                None if *varies => line.push(b"null"),
                _ => {}
            }
        }
        line.push(b"}\n");
        text.extend_from_slice(line.text());
    }
    text
}

/// A word as JSON writes it.
fn json(word: &str) -> Vec<u8> {
    serde_json::Value::from(word).to_string().into_bytes()
}
