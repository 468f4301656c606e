//! Comma-separated values (RFC 4180), a header first.

use super::batch::{ColumnValues, RowColumn};
use super::number;

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
    let fixed: Vec<Vec<u8>> = columns
        .iter()
        .map(|column| {
            let mut text = Vec::new();
            match column {
                ColumnValues::Word(word) => text = quoted(word).into_bytes(),
                ColumnValues::Same(value) if value.is_finite() => number::plain(*value, &mut text),
                _ => {}
            }
            text
        })
        .collect();
    let mut text = Vec::with_capacity(rows * columns.len() * 12);
    for row in 0..rows {
        for (at, (column, fixed)) in columns.iter().zip(&fixed).enumerate() {
            if at > 0 {
                text.push(b',');
            }
            match column {
                ColumnValues::Numbers(_) => {
                    if let Some(value) = column.number(row) {
                        number::plain(value, &mut text);
                    }
                }
                _ => text.extend_from_slice(fixed),
            }
        }
        text.push(b'\n');
    }
    text
}
