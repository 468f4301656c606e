//! The formats of tables, each with its writer.

use std::fmt;
use std::str::FromStr;

use super::data::Table;
use super::{csv, latex, markdown, text};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Aligned columns for a terminal.
    Text,
    /// A pipe table as GitHub and most other Markdown dialects know it.
    Markdown,
    /// RFC 4180, with raw values.
    Csv,
    /// Floating tables for the columns of a paper, with `booktabs` rules.
    Latex,
}

/// Writes `table` in `format`. The result ends in a line break. Only
/// [`TableFormat::Text`] looks at `width`, the columns of the terminal: words are wrapped
/// to stay within it as far as that goes without breaking a word or a number.
pub fn write(table: &Table, format: TableFormat, width: usize) -> String {
    match format {
        TableFormat::Text => text::write(table, width),
        TableFormat::Markdown => markdown::write(table),
        TableFormat::Csv => csv::write(table),
        TableFormat::Latex => latex::write(table, &latex::label(table)),
    }
}

impl TableFormat {
    /// All formats, in the order in which help lists them.
    pub const ALL: [TableFormat; 4] = [
        TableFormat::Text,
        TableFormat::Markdown,
        TableFormat::Csv,
        TableFormat::Latex,
    ];
}

/// The name a user types.
impl fmt::Display for TableFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TableFormat::Text => "text",
            TableFormat::Markdown => "markdown",
            TableFormat::Csv => "csv",
            TableFormat::Latex => "latex",
        })
    }
}

/// The text is not the name of a [`TableFormat`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTableFormat(pub String);

impl fmt::Display for UnknownTableFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no table format is called '{}' (there are", self.0)?;
        for (index, format) in TableFormat::ALL.into_iter().enumerate() {
            write!(f, "{} {format}", if index == 0 { "" } else { "," })?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for UnknownTableFormat {}

impl FromStr for TableFormat {
    type Err = UnknownTableFormat;

    fn from_str(name: &str) -> Result<TableFormat, UnknownTableFormat> {
        TableFormat::ALL
            .into_iter()
            .find(|format| format.to_string() == name)
            .ok_or_else(|| UnknownTableFormat(name.to_string()))
    }
}
