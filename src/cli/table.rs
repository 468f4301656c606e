//! `picojoule table`

use super::args::{OutputFormat, TableArgs, TableCommand};
use super::{json, output, request};
use crate::render::table::Table;
use crate::report::{entries_table, memory_table, sources_table, table_list};
use crate::source::Problems;

pub(super) fn run(args: &TableArgs) -> Result<(), Problems> {
    match &args.command {
        TableCommand::List { format } => {
            print(&[table_list(&request::shipped_tables()?)], format.output)
        }
        TableCommand::Show { table, format } => {
            let table = request::table(table)?;
            let tables = [
                entries_table(&table),
                memory_table(&table),
                sources_table(&table),
            ];
            // One kind of rows is all that CSV can hold.
            let shown = if format.output == OutputFormat::Csv {
                &tables[..1]
            } else {
                &tables[..]
            };
            print(shown, format.output)
        }
    }
}

fn print(tables: &[Table], format: OutputFormat) -> Result<(), Problems> {
    match output::table_format(format) {
        Some(format) => output::print(&output::tables(tables, format)),
        None => output::print(&json::tables(tables)?),
    }
}
