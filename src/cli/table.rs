//! `picojoule table`

use super::args::{OutputFormat, TableArgs, TableCommand};
use super::scale;
use super::{json, loading, output};
use crate::render::table::Table;
use crate::source::Problems;
use crate::view::{device_table, entries_table, memory_table, sources_table, table_list};

pub(super) fn run(args: &TableArgs) -> Result<(), Problems> {
    match &args.command {
        TableCommand::List { format } => {
            print(&[table_list(&loading::shipped_tables()?)], format.output)
        }
        TableCommand::Show { table, format } => {
            let table = loading::loader().table(table)?;
            let mut all = vec![entries_table(&table), memory_table(&table)];
            all.extend(device_table(&table));
            all.push(sources_table(&table));
            // One kind of rows is all that CSV can hold.
            let shown = if format.output == OutputFormat::Csv {
                &all[..1]
            } else {
                &all[..]
            };
            print(shown, format.output)
        }
        TableCommand::Scale(args) => scale::run(args),
    }
}

fn print(tables: &[Table], format: OutputFormat) -> Result<(), Problems> {
    match output::table_format(format) {
        Some(format) => output::print(&output::tables(tables, format)),
        None => output::print(&json::tables(tables)?),
    }
}
