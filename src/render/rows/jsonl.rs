//! JSON lines: an object for each row.

use super::batch::{ColumnValues, RowColumn};
use super::number;

/// The lines of a batch.
pub(super) fn lines(names: &[RowColumn], columns: &[ColumnValues<'_>], rows: usize) -> Vec<u8> {
    // Keys are the same in every row, and what stands in all rows of a batch.
    let fixed: Vec<(Vec<u8>, bool)> = names
        .iter()
        .zip(columns)
        .enumerate()
        .map(|(at, (name, column))| {
            let mut text = vec![if at == 0 { b'{' } else { b',' }];
            text.extend(json(&name.name));
            text.push(b':');
            match column {
                ColumnValues::Word(word) => text.extend(json(word)),
                ColumnValues::Same(value) if value.is_finite() => {
                    number::pointed(*value, &mut text);
                }
                ColumnValues::Same(_) => text.extend_from_slice(b"null"),
                ColumnValues::Numbers(_) => return (text, true),
            }
            (text, false)
        })
        .collect();
    let mut text = Vec::with_capacity(rows * columns.len() * 24);
    for row in 0..rows {
        for (column, (fixed, varies)) in columns.iter().zip(&fixed) {
            text.extend_from_slice(fixed);
            match column.number(row) {
                Some(value) if *varies => number::pointed(value, &mut text),
                None if *varies => text.extend_from_slice(b"null"),
                _ => {}
            }
        }
        text.extend_from_slice(b"}\n");
    }
    text
}

/// A word as JSON writes it.
fn json(word: &str) -> Vec<u8> {
    serde_json::Value::from(word).to_string().into_bytes()
}
