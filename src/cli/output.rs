//! Results to stdout.

use std::io::{ErrorKind, Write};

use unicode_width::UnicodeWidthStr;

use super::args::OutputFormat;
use super::usage::usage_error;
use crate::render::table::{Table, TableFormat, write};
use crate::render::wrap::wrap;
use crate::source::Problems;

/// The width of lines where the output is no terminal.
const PIPED_WIDTH: usize = 100;

/// The width to write tables in.
pub(super) fn width() -> usize {
    match terminal_size::terminal_size_of(std::io::stdout()) {
        Some((terminal_size::Width(columns), _)) => usize::from(columns).max(40),
        None => PIPED_WIDTH,
    }
}

/// The text in lines that fit into this width.
pub(super) fn filled(text: &str, width: usize) -> String {
    wrap(text, width as f64, |line| line.width() as f64).join("\n")
}

/// Prints `text` with one line break at its end. A reader that has closed the
/// pipe has read enough.
pub(super) fn print(text: &str) -> Result<(), Problems> {
    let mut stdout = std::io::stdout().lock();
    let result = writeln!(stdout, "{}", text.trim_end_matches('\n')).and_then(|()| stdout.flush());
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(usage_error(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}

/// The writer for a format of tables; nothing for JSON, which is no table.
pub(super) fn table_format(format: OutputFormat) -> Option<TableFormat> {
    match format {
        OutputFormat::Text => Some(TableFormat::Text),
        OutputFormat::Markdown => Some(TableFormat::Markdown),
        OutputFormat::Csv => Some(TableFormat::Csv),
        OutputFormat::Latex => Some(TableFormat::Latex),
        OutputFormat::Json => None,
    }
}

/// The tables, one after the other.
pub(super) fn tables(tables: &[Table], format: TableFormat) -> String {
    let texts: Vec<String> = tables
        .iter()
        .map(|table| write(table, format, width()).trim_end().to_owned())
        .collect();
    texts.join("\n\n")
}

/// Writes a line to standard error. Nobody who closed it wants to hear of it.
pub(super) fn tell(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
