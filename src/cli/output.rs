//! Results to stdout.

use std::io::{ErrorKind, Write};

use unicode_width::UnicodeWidthStr;

use super::arg_source::{ArgSource, refuse_repeats};
use super::args::{ColumnsArgs, FormatArgs, OutputFormat};
use super::json;
use super::usage::usage_error;
use crate::render::table::{Table, TableFormat, latex_label, write, write_latex};
use crate::render::wrap::wrap;
use crate::source::{Diagnostic, Problems, did_you_mean};

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

/// Prints tables, or those of their columns that are asked for. One kind of rows is
/// all that CSV can hold: that of the first table.
pub(super) fn print_tables(all: Vec<Table>, args: &FormatArgs) -> Result<(), Problems> {
    let shown = chosen(all, &args.columns)?;
    match table_format(args.output) {
        None => print(&json::tables(&shown)?),
        Some(TableFormat::Csv) => print(&tables(shown.get(..1).unwrap_or(&[]), TableFormat::Csv)),
        Some(format) => print(&tables(&shown, format)),
    }
}

/// The table with a caption, which it needs on a page and not in a terminal.
pub(super) fn captioned(table: Table, caption: &str, format: OutputFormat) -> Table {
    match (format, &table.title) {
        (OutputFormat::Latex, None) => Table {
            title: Some(caption.to_owned()),
            ..table
        },
        _ => table,
    }
}

/// Prints JSON that is more than tables, and so has no columns to choose.
pub(super) fn print_json(text: &str, columns: &ColumnsArgs) -> Result<(), Problems> {
    match columns.columns.is_empty() {
        true => print(text),
        false => Err(usage_error(
            "--columns chooses columns of tables; JSON has all fields here",
        )),
    }
}

/// The tables that have the columns asked for, with these alone.
pub(super) fn chosen(all: Vec<Table>, args: &ColumnsArgs) -> Result<Vec<Table>, Problems> {
    let names = &args.columns;
    if names.is_empty() {
        return Ok(all);
    }
    let mut problems = Problems::new();
    refuse_repeats(names, "--columns", &mut problems);
    let chosen: Vec<Table> = all
        .iter()
        .filter_map(|table| table.with_columns(names))
        .collect();
    if !chosen.is_empty() {
        return problems.or(chosen);
    }
    let columns = all.iter().flat_map(|table| &table.columns);
    let known: Vec<&str> = columns.map(|column| column.key.as_str()).collect();
    for name in names {
        if !all.iter().any(|table| table.has_column(name)) {
            problems.push(no_column(name, &known));
        }
    }
    problems.or(())?;
    Err(usage_error(format!(
        "no table has all of the columns {}: choose those of one",
        names.join(", ")
    )))
}

/// The mistake of a column that there is not: which is close, and which there are.
pub(super) fn no_column(name: &str, known: &[&str]) -> Diagnostic {
    let place = ArgSource::new("--columns", name).whole();
    let mut all: Vec<&str> = Vec::new();
    for one in known {
        if !all.contains(one) {
            all.push(one);
        }
    }
    let unknown = Diagnostic::at(&place, format!("no column `{name}`"));
    let unknown = match did_you_mean(name, all.iter().copied()) {
        Some(close) => unknown.help(format!("did you mean `{close}`?")),
        None => unknown,
    };
    unknown.help(format!("columns: {}", all.join(", ")))
}

/// The tables, one after the other, each with a label of its own.
pub(super) fn tables(tables: &[Table], format: TableFormat) -> String {
    let mut labels: Vec<String> = Vec::new();
    let texts = tables.iter().map(|table| {
        if format != TableFormat::Latex {
            return write(table, format, width()).trim_end().to_owned();
        }
        let label = latex_label(table);
        let alike = labels.iter().filter(|known| **known == label).count();
        labels.push(label.clone());
        let own = match alike {
            0 => label,
            before => format!("{label}-{}", before + 1),
        };
        write_latex(table, &own).trim_end().to_owned()
    });
    texts.collect::<Vec<String>>().join("\n\n")
}

/// Writes a line to standard error. Nobody who closed it wants to hear of it.
pub(super) fn tell(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
