//! A table as plain data: columns, rows and typed cells.

use num_rational::BigRational;

use super::number;
use crate::number as exact;
use crate::units::{self, Energy};

/// A table of results.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What the table shows, in one line.
    pub title: Option<String>,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, top to bottom, without the header.
    pub rows: Vec<Row>,
    /// What a reader must know to read the numbers: conventions, sources.
    pub notes: Vec<String>,
}

/// A column: its two headers and its alignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The header for people, such as `Energy`.
    pub name: String,
    /// The header for programs, such as `energy`; the CSV writer appends the unit.
    pub key: String,
    /// To which side its cells are set.
    pub align: Align,
}

/// To which side a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A row. One with fewer cells than there are columns ends in empty cells; cells
/// beyond the last column have no header and are not written.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The cells, left to right.
    pub cells: Vec<Cell>,
    /// Whether the row is one of many or their total.
    pub kind: RowKind,
}

/// What a row is to the rows around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// One of many.
    Plain,
    /// A total or subtotal, set off by rules or bold type.
    Total,
}

/// The content of one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing to say.
    Empty,
    /// A number that nobody knows, since what it is of is not counted: a dash
    /// for people, empty for programs, never 0.
    NotCounted,
    /// Words. Plain text: every writer escapes what its format would interpret.
    Text(String),
    /// A formula, in plain text and in LaTeX.
    Formula {
        /// What every format but LaTeX shows.
        text: String,
        /// LaTeX mathematics, without dollar signs.
        latex: String,
    },
    /// An exact number of operations or bytes.
    Count(BigRational),
    /// A number from or up to which something holds, as exact as a count; people get
    /// one of fewer digits for which it holds too.
    Limit {
        /// The number.
        value: BigRational,
        /// Whether it holds from there on, and not up to there.
        from: bool,
    },
    /// An energy.
    Energy(Energy),
    /// A time in seconds.
    Seconds(f64),
    /// A fraction, shown to people as a percentage: 0.651 is `65.10 %`.
    Share(f64),
    /// A ratio, shown to people as a multiple: 2.85 is `2.85×`.
    Factor(f64),
    /// A number of any sign and size, such as a slope, shown to people to four
    /// significant digits.
    Number(f64),
    /// A number with all its digits, and between which two it lies, if that is known:
    /// one cell for people, `0 (0 to 0.9)`, and three for programs.
    Ranged {
        /// The number.
        value: BigRational,
        /// The least and the most that it may be.
        range: Option<(BigRational, BigRational)>,
    },
    /// What people read in words, such as `< 0.01`, and programs as a number or, where
    /// there is none, as nothing.
    Worded {
        /// For people.
        text: String,
        /// For programs.
        value: Option<f64>,
    },
}

impl Cell {
    /// The cell as people read it: counts with thin spaces between groups of three
    /// digits, energies to four significant digits, shares to two decimals.
    pub fn human(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::NotCounted => "—".to_owned(),
            Cell::Text(text) | Cell::Formula { text, .. } => text.clone(),
            Cell::Count(count) => number::grouped(count),
            Cell::Limit { value, from } => number::grouped(&number::within(value, *from)),
            Cell::Energy(energy) => minus(format!("{energy:.4}")),
            Cell::Seconds(seconds) => units::seconds(*seconds),
            Cell::Share(share) => units::percent(*share, 2),
            Cell::Factor(factor) => format!("{}×", units::significant(*factor, 3)),
            Cell::Number(number) => signed(*number),
            Cell::Ranged { value, range } => ranged(value, range.as_ref()),
            Cell::Worded { text, .. } => text.clone(),
        }
    }
}

/// With the sign of a number below zero as shares have it.
fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A number with its range, where it has one.
fn ranged(value: &BigRational, range: Option<&(BigRational, BigRational)>) -> String {
    let digits = |value: &BigRational| match exact::is_decimal(value) {
        true => exact::plain(value),
        false => units::significant(exact::to_f64(value), 4),
    };
    match range {
        Some((low, high)) => format!("{} ({} to {})", digits(value), digits(low), digits(high)),
        None => digits(value),
    }
}

/// Whole numbers in groups of three digits where four digits are not enough.
fn signed(number: f64) -> String {
    match BigRational::from_float(number.round()) {
        Some(whole) if (1e4..1e15).contains(&number.abs()) => number::grouped(&whole),
        _ => units::significant(number, 4),
    }
}

impl Row {
    /// The cell in column `index`, empty where the row is too short.
    pub(super) fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }
}
