//! Lines of text, put together from cells.
//!
//! Cells are written column by column, some rows at a time, and stand in memory of a
//! fixed size: put into a line they are copied as so many bytes, a few of them too many.
//! That takes a few instructions, where to copy any number of bytes is a call. Nor is a
//! cell read just after it was written piece by piece, for which a processor has to wait.

use std::ops::Range;

use super::number::Notation;

/// So many rows are written at a time.
const PART: usize = 128;

/// What stands in every line, from its start to its end.
#[derive(Default)]
pub(super) struct Lines<'a>(Vec<Piece<'a>>);

enum Piece<'a> {
    /// The same text in all of them.
    Same(Vec<u8>),
    Numbers(NumberCells<'a>),
}

impl<'a> Lines<'a> {
    /// Adds a text that is the same in all lines.
    pub(super) fn push_text(&mut self, text: &[u8]) {
        match self.0.last_mut() {
            Some(Piece::Same(before)) => before.extend_from_slice(text),
            _ => self.0.push(Piece::Same(text.to_vec())),
        }
    }

    /// Adds the numbers of a column, `missing` in the place of those that are not finite,
    /// and a byte behind each.
    pub(super) fn push_numbers(
        &mut self,
        values: &'a [f64],
        notation: Notation,
        missing: &'static [u8],
        after: u8,
    ) {
        let period = period(values);
        self.0.push(Piece::Numbers(NumberCells {
            values,
            notation,
            missing,
            after,
            period,
            cells: vec![Cell::EMPTY; period + PART],
            places: Vec::with_capacity(PART),
            start: 0,
        }));
    }

    /// So many lines.
    pub(super) fn text(mut self, rows: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(rows * self.0.len() * 16);
        for start in (0..rows).step_by(PART) {
            let part = start..rows.min(start + PART);
            for piece in &mut self.0 {
                if let Piece::Numbers(numbers) = piece {
                    numbers.write(part.clone());
                }
            }
            for row in 0..part.len() {
                for piece in &self.0 {
                    match piece {
                        Piece::Same(same) => text.extend_from_slice(same),
                        Piece::Numbers(numbers) => numbers.append(row, &mut text),
                    }
                }
            }
        }
        text
    }
}

/// The cells of a column of numbers. Those that may be copied are not written again: in a
/// grid outer axes stay what they are for many rows, and so does what depends on them
/// alone; inner ones start over.
struct NumberCells<'a> {
    values: &'a [f64],
    notation: Notation,
    missing: &'static [u8],
    after: u8,
    /// After how many rows the first number comes again; 0 where it does not.
    period: usize,
    /// The cells of the first so many rows, and behind them those of the rows of a part.
    cells: Vec<Cell>,
    /// Where the cell of each row of the part stands among them.
    places: Vec<u32>,
    /// The first row of the part.
    start: usize,
}

fn period(values: &[f64]) -> usize {
    let again = values.split_first().and_then(|(first, others)| {
        let mut others = others.iter();
        others.position(|value| value.to_bits() == first.to_bits())
    });
    again.map_or(0, |others| others + 1)
}

impl NumberCells<'_> {
    /// Writes the cells of the next rows.
    fn write(&mut self, part: Range<usize>) {
        self.start = part.start;
        self.places.clear();
        let (values, period) = (self.values, self.period);
        let same = |row: usize, other: usize| values[row].to_bits() == values[other].to_bits();
        let mut next = part.start.checked_rem(period).unwrap_or(0);
        let mut last = None;
        for row in part {
            let place = match last {
                _ if row < period => self.cell(row, row),
                _ if period > 0 && same(row, next) => next,
                Some(last) if same(row, row - 1) => last,
                _ => self.cell(row, period + row - self.start),
            };
            last = Some(place);
            self.places.push(place as u32);
            next = if next + 1 < period { next + 1 } else { 0 };
        }
    }

    /// Writes the cell of a row into this place.
    #[inline(always)]
    fn cell(&mut self, row: usize, place: usize) -> usize {
        let (value, cell) = (self.values[row], &mut self.cells[place]);
        let mut digits = Digits(zmij::Buffer::new());
        if let Some(text) = self.notation.print(value, &mut digits.0) {
            cell.set(text, self.after);
        } else if !value.is_finite() {
            cell.set(self.missing, self.after);
        } else {
            cell.set(self.notation.text(value).as_bytes(), self.after);
        }
        place
    }

    /// Appends the cell of a row of the part to a text.
    #[inline(always)]
    fn append(&self, row: usize, text: &mut Vec<u8>) {
        let cell = &self.cells[self.places[row] as usize];
        let Some(length) = cell.length() else {
            let long = self.notation.text(self.values[self.start + row]);
            text.extend_from_slice(long.as_bytes());
            text.push(self.after);
            return;
        };
        let end = text.len() + length;
        text.extend_from_slice(&cell.0);
        text.truncate(end);
    }
}

/// Where the digits of a number are found, in one line of the cache: a number that stands
/// across two takes half as long again.
#[repr(align(32))]
struct Digits(zmij::Buffer);

/// A short text, and its length in the last byte.
#[derive(Clone, Copy)]
struct Cell([u8; Cell::SIZE]);

impl Cell {
    const SIZE: usize = 32;
    /// The length of a text that has no room here.
    const LONG: u8 = u8::MAX;
    const EMPTY: Cell = Cell([0; Cell::SIZE]);

    /// Makes it a text and a byte behind it.
    #[inline(always)]
    fn set(&mut self, text: &[u8], after: u8) {
        let length = text.len();
        if length + 2 > Cell::SIZE {
            self.0[Cell::SIZE - 1] = Cell::LONG;
            return;
        }
        // Up to 24 bytes are copied as three times eight, which may overlap.
        match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) if length <= 24 => {
                let middle = (length - 8).min(8);
                if let Some(between) = text[middle..].first_chunk::<8>() {
                    self.0[middle..middle + 8].copy_from_slice(between);
                }
                self.0[..8].copy_from_slice(first);
                self.0[length - 8..length].copy_from_slice(last);
            }
            _ => self.0[..length].copy_from_slice(text),
        }
        self.0[length] = after;
        self.0[Cell::SIZE - 1] = length as u8 + 1;
    }

    /// How long its text is; `None` where it had no room.
    #[inline(always)]
    fn length(&self) -> Option<usize> {
        let length = self.0[Cell::SIZE - 1];
        (length != Cell::LONG).then_some(length.into())
    }
}
