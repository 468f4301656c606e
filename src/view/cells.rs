//! Short ways to write the columns, rows and cells of a table.

use crate::render::table::{Align, Cell, Column, Row, RowKind};

/// A column with its name for people and its key for programs.
pub(crate) fn column(name: impl Into<String>, key: impl Into<String>, align: Align) -> Column {
    Column {
        name: name.into(),
        key: key.into(),
        align,
    }
}

/// A row that is no total.
pub(crate) fn row(cells: Vec<Cell>) -> Row {
    Row {
        cells,
        kind: RowKind::Plain,
    }
}

/// A cell of words.
pub(crate) fn words(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}
