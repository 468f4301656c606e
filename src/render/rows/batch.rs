//! A batch of rows, column by column, and what writes it.

use std::io;

/// The values of one column in one batch.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValues<'a> {
    /// A word, in every row.
    Word(&'a str),
    /// A number, in every row.
    Same(f64),
    /// A number for each row.
    Numbers(&'a [f64]),
}

#[cfg(feature = "parquet")]
impl ColumnValues<'_> {
    /// The number of a row; `None` where it is a word, or missing.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        let number = match self {
            ColumnValues::Word(_) => None,
            ColumnValues::Same(value) => Some(*value),
            ColumnValues::Numbers(values) => values.get(row).copied(),
        };
        number.filter(|value| value.is_finite())
    }
}

/// A name and whether its column holds words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowColumn {
    /// The name.
    pub name: String,
    /// Whether its values are words; they are numbers otherwise.
    pub words: bool,
}

/// A batch of rows as it goes into a file.
#[derive(Debug, Clone, PartialEq)]
pub struct RowBlock(pub(super) Encoded);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Encoded {
    /// Lines of text.
    Text(Vec<u8>),
    /// Columns of so many rows.
    #[cfg(feature = "parquet")]
    Columns(Vec<OwnColumn>, usize),
}

/// The values of a column of a batch, in memory of their own.
#[cfg(feature = "parquet")]
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OwnColumn {
    /// A word, in every row.
    Word(String),
    /// The numbers that are not missing, and for each row whether it is one.
    Numbers(Vec<f64>, Vec<i16>),
}

/// Writes rows in one format.
pub trait RowWriter: Send {
    /// Writes a batch of rows, which [`RowFormat::encode`](super::RowFormat::encode)
    /// of the writer's own format and columns made.
    ///
    /// # Errors
    /// That the file cannot be written.
    fn write(&mut self, block: RowBlock) -> io::Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// That the rest of the file cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
