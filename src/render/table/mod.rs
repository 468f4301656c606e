//! A table as a value, and one writer for each format.
//!
//! What a cell *is* (a count, an energy, a share) is decided once, by whoever makes
//! the table; how it looks is decided by each writer. People get rounded numbers
//! with units ([`Cell::human`]); a CSV file gets every digit and no unit, which
//! moves into the header. That is why cells are typed and not strings.

mod csv;
mod latex;
mod markdown;
mod number;
mod text;

use std::fmt;
use std::str::FromStr;

use num_rational::BigRational;

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
    /// An energy.
    Energy(Energy),
    /// A fraction, shown to people as a percentage: 0.651 is `65.10 %`.
    Share(f64),
    /// A ratio, shown to people as a multiple: 2.85 is `2.85×`.
    Factor(f64),
    /// A number of any sign and size, such as a slope, shown to people to four
    /// significant digits.
    Number(f64),
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns for a terminal.
    Text,
    /// A pipe table as GitHub and most other Markdown dialects know it.
    Markdown,
    /// RFC 4180, with raw values.
    Csv,
    /// A floating `table` with a `booktabs` `tabular`.
    Latex,
}

/// Writes `table` in `format`. The result ends in a line break. Only
/// [`Format::Text`] looks at `width`, the columns of the terminal: words are wrapped
/// to stay within it as far as that goes without breaking a word or a number.
pub fn write(table: &Table, format: Format, width: usize) -> String {
    match format {
        Format::Text => text::write(table, width),
        Format::Markdown => markdown::write(table),
        Format::Csv => csv::write(table),
        Format::Latex => latex::write(table),
    }
}

impl Cell {
    /// The cell as people read it: counts with thin spaces between groups of three
    /// digits, energies to four significant digits, shares to two decimals.
    pub fn human(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Formula { text, .. } => text.clone(),
            Cell::Count(count) => number::grouped(count),
            Cell::Energy(energy) => format!("{energy:.4}"),
            Cell::Share(share) => units::percent(*share, 2),
            Cell::Factor(factor) => format!("{}×", units::significant(*factor, 3)),
            Cell::Number(number) => signed(*number),
        }
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
    fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Format; 4] = [Format::Text, Format::Markdown, Format::Csv, Format::Latex];
}

/// The name a user types.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Format::Text => "text",
            Format::Markdown => "markdown",
            Format::Csv => "csv",
            Format::Latex => "latex",
        })
    }
}

/// The text is not the name of a [`Format`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no table format is called '{}' (there are", self.0)?;
        for (index, format) in Format::ALL.into_iter().enumerate() {
            write!(f, "{} {format}", if index == 0 { "" } else { "," })?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        Format::ALL
            .into_iter()
            .find(|format| format.to_string() == name)
            .ok_or_else(|| UnknownFormat(name.to_string()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    pub(crate) fn column(name: &str, key: &str, align: Align) -> Column {
        Column {
            name: name.into(),
            key: key.into(),
            align,
        }
    }

    pub(crate) fn count(numerator: i64, denominator: i64) -> Cell {
        Cell::Count(BigRational::new(numerator.into(), denominator.into()))
    }

    pub(crate) fn energy(picojoules: f64) -> Cell {
        Cell::Energy(Energy::from_picojoules(picojoules))
    }

    /// Two stages and their total, with every kind of cell.
    pub(crate) fn example() -> Table {
        let row = |name: &str, ops, pj, share, factor, kind| Row {
            cells: vec![
                Cell::Text(name.into()),
                count(ops, 1),
                energy(pj),
                Cell::Share(share),
                factor,
            ],
            kind,
        };
        Table {
            title: Some("Energy by stage".into()),
            columns: vec![
                column("Stage", "stage", Align::Left),
                column("Operations", "ops", Align::Right),
                column("Energy", "energy", Align::Right),
                column("Share", "share", Align::Right),
                column("Gain", "gain", Align::Right),
            ],
            rows: vec![
                row(
                    "q-proj",
                    8_388_608,
                    30.5e6,
                    0.75,
                    Cell::Factor(2.854),
                    RowKind::Plain,
                ),
                row("softmax", 65_536, 950.0, 0.25, Cell::Empty, RowKind::Plain),
                row(
                    "total",
                    8_454_144,
                    30_500_950.0,
                    1.0,
                    Cell::Empty,
                    RowKind::Total,
                ),
            ],
            notes: vec!["45nm, fp32.".into()],
        }
    }

    #[test]
    fn formats_are_found_by_the_name_a_user_types() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let error = "html".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no table format is called 'html' (there are text, markdown, csv, latex)"
        );
    }

    #[test]
    fn cells_read_as_a_person_would_write_them() {
        assert_eq!(Cell::Empty.human(), "");
        assert_eq!(count(8_388_608, 1).human(), "8\u{202f}388\u{202f}608");
        assert_eq!(energy(42_061_004.8).human(), "42.06 µJ");
        assert_eq!(Cell::Share(0.651).human(), "65.10 %");
        assert_eq!(Cell::Share(0.99999).human(), "99.999 %");
        assert_eq!(Cell::Factor(2.854).human(), "2.85×");
        assert_eq!(Cell::Number(-0.012346).human(), "-0.01235");
        assert_eq!(Cell::Number(-123_456.7).human(), "-123\u{202f}457");
        assert_eq!(Cell::Number(f64::INFINITY).human(), "inf");
    }
}
