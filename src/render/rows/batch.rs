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

impl ColumnValues<'_> {
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        match self {
            ColumnValues::Word(_) => None,
            ColumnValues::Same(value) => Some(*value),
            ColumnValues::Numbers(values) => values.get(row).copied(),
        }
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

/// Writes rows in one format.
pub trait RowWriter {
    /// Writes a batch of `rows` rows; `columns` are in the order of the
    /// writer's own.
    ///
    /// # Errors
    /// That the file cannot be written.
    fn write(&mut self, columns: &[ColumnValues<'_>], rows: usize) -> io::Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// That the rest of the file cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
