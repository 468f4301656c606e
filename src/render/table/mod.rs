//! A table as a value, and one writer for each format.
//!
//! What a cell *is* (a count, an energy, a share) is decided once, by whoever makes
//! the table; how it looks is decided by each writer. People get rounded numbers
//! with units ([`Cell::human`]); a CSV file gets every digit and no unit, which
//! moves into the header. That is why cells are typed and not strings.

mod csv;
mod data;
mod format;
mod latex;
mod markdown;
mod number;
mod select;
#[cfg(test)]
mod tests;
mod text;

pub use csv::{DataColumn, data_columns};
pub use data::{Align, Cell, Column, Row, RowKind, Table};
pub use format::{TableFormat, UnknownTableFormat, write};
pub use latex::{label as latex_label, write as write_latex};
