//! Comma-separated values (RFC 4180), a header first.

use std::ops::Range;

use super::batch::{ColumnValues, RowColumn};
use super::line::Line;
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
    let mut columns: Vec<Written<'_>> = columns.iter().map(Written::of).collect();
    let mut text = Vec::with_capacity(rows * columns.len() * 16);
    // The line before, and where each of its cells ends.
    let (mut line, mut ends) = (Line::new(), vec![0; columns.len()]);
    for row in 0..rows {
        // Outer axes of a grid come first, and stay what they are.
        let stay = columns.iter().take_while(|column| column.stays(row));
        let stay = stay.count();
        line.cut(stay.checked_sub(1).map_or(0, |last| ends[last]));
        for (column, end) in columns.iter_mut().zip(&mut ends).skip(stay) {
            column.append(row, &text, &mut line);
            *end = line.end();
        }
        // The last comma is the end of the line.
        line.set_last(b'\n');
        text.extend_from_slice(line.text());
    }
    text
}

/// A column as its cells are written, a comma behind each.
enum Written<'a> {
    /// The same text in all rows.
    Same(Line),
    Numbers(Numbers<'a>),
}

impl<'a> Written<'a> {
    fn of(column: &ColumnValues<'a>) -> Written<'a> {
        let mut cell = Line::new();
        match column {
            ColumnValues::Word(word) => cell.push(quoted(word).as_bytes()),
            ColumnValues::Same(value) if value.is_finite() => number::plain(*value, &mut cell),
            ColumnValues::Same(_) => {}
            ColumnValues::Numbers(values) => return Written::Numbers(Numbers::of(values)),
        }
        cell.push_byte(b',');
        Written::Same(cell)
    }

    /// Whether a row has what the row before has.
    fn stays(&self, row: usize) -> bool {
        match self {
            Written::Same(_) => row > 0,
            Written::Numbers(numbers) => numbers.stays(row),
        }
    }

    /// Appends the cell of a row to its line; `text` are the lines before.
    fn append(&mut self, row: usize, text: &[u8], line: &mut Line) {
        match self {
            Written::Same(cell) => line.push(cell.text()),
            Written::Numbers(numbers) => numbers.append(row, text, line),
        }
    }
}

/// Numbers, and the cells that may be copied: in a grid outer axes stay what they are
/// for many rows, and so does what depends on them alone; inner ones start over.
struct Numbers<'a> {
    values: &'a [f64],
    /// Where the cell before stands.
    last: Range<usize>,
    /// Where the cells of the first rows stand, up to the row that has the number of
    /// the first again.
    round: Vec<Range<usize>>,
}

impl<'a> Numbers<'a> {
    fn of(values: &'a [f64]) -> Numbers<'a> {
        let again = values.split_first().and_then(|(first, others)| {
            let mut others = others.iter();
            others.position(|value| value.to_bits() == first.to_bits())
        });
        Numbers {
            values,
            last: 0..0,
            round: vec![0..0; again.map_or(0, |others| others + 1)],
        }
    }

    /// Whether two rows have the same number.
    fn same(&self, row: usize, other: usize) -> bool {
        let bits = |row: usize| self.values.get(row).map(|value| value.to_bits());
        bits(row) == bits(other)
    }

    fn stays(&self, row: usize) -> bool {
        row > 0 && self.same(row, row - 1)
    }

    fn append(&mut self, row: usize, text: &[u8], line: &mut Line) {
        let start = text.len() + line.end();
        let in_round = row.checked_rem(self.round.len());
        let in_round = in_round.filter(|first| self.same(row, *first));
        let known = match in_round.and_then(|first| self.round.get(first)) {
            _ if self.stays(row) => self.last.clone(),
            Some(cell) => cell.clone(),
            None => 0..0,
        };
        if known.is_empty() {
            if let Some(value) = self.values.get(row).filter(|value| value.is_finite()) {
                number::plain(*value, line);
            }
            line.push_byte(b',');
        } else {
            line.push_from(text, known);
        }
        self.last = start..text.len() + line.end();
        if let Some(cell) = self.round.get_mut(row) {
            *cell = self.last.clone();
        }
    }
}
