//! Comma-separated values (RFC 4180), a header first.

use std::ops::Range;

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

/// What a column has in the rows of a batch.
enum Written<'a> {
    /// The same text in all of them.
    Same(Vec<u8>),
    Numbers {
        values: &'a [f64],
        /// The number written last, and where it stands: in a grid the outer axes
        /// stay what they are for many rows, and much that depends on them alone.
        last: Option<(u64, Range<usize>)>,
    },
}

/// The lines of a batch.
pub(super) fn lines(columns: &[ColumnValues<'_>], rows: usize) -> Vec<u8> {
    let written = columns.iter().map(|column| {
        let mut text = Vec::new();
        match column {
            ColumnValues::Word(word) => text = quoted(word).into_bytes(),
            ColumnValues::Same(value) if value.is_finite() => number::plain(*value, &mut text),
            ColumnValues::Same(_) => {}
            ColumnValues::Numbers(values) => return Written::Numbers { values, last: None },
        }
        Written::Same(text)
    });
    let mut written: Vec<Written<'_>> = written.collect();
    let mut text = Vec::with_capacity(rows * columns.len() * 16);
    // Where the line before begins, and where each of its cells ends.
    let (mut line, mut ends) = (0, vec![0; columns.len()]);
    for row in 0..rows {
        let start = text.len();
        // Outer axes of a grid come first, and stay what they are.
        let same = written
            .iter()
            .take_while(|column| column.stays(row))
            .count();
        if let Some(end) = same.checked_sub(1).map(|last| ends[last]) {
            text.extend_from_within(line..end);
        }
        for end in &mut ends[..same] {
            *end += start - line;
        }
        for (column, end) in written.iter_mut().zip(&mut ends).skip(same) {
            column.append(row, &mut text);
            text.push(b',');
            *end = text.len();
        }
        // The last comma is the end of the line.
        if let Some(end) = text.last_mut() {
            *end = b'\n';
        }
        line = start;
    }
    text
}

impl Written<'_> {
    /// Whether a row has what the row before has.
    fn stays(&self, row: usize) -> bool {
        let Some(before) = row.checked_sub(1) else {
            return false;
        };
        match self {
            Written::Same(_) => true,
            Written::Numbers { values, .. } => {
                let bits = |row: usize| values.get(row).map(|value| value.to_bits());
                bits(row) == bits(before)
            }
        }
    }

    fn append(&mut self, row: usize, text: &mut Vec<u8>) {
        let (values, last) = match self {
            Written::Same(same) => {
                text.extend_from_slice(same);
                return;
            }
            Written::Numbers { values, last } => (values, last),
        };
        let Some(value) = values.get(row).filter(|value| value.is_finite()) else {
            return;
        };
        match last {
            Some((bits, place)) if *bits == value.to_bits() => {
                text.extend_from_within(place.clone());
            }
            _ => {
                let start = text.len();
                number::plain(*value, text);
                *last = Some((value.to_bits(), start..text.len()));
            }
        }
    }
}
