//! `picojoule table`

use super::args::{TableArgs, TableCommand};
use super::{loading, output, scale};
use crate::source::Problems;
use crate::view::{device_table, entries_table, memory_table, sources_table, table_list};

pub(super) fn run(args: &TableArgs) -> Result<(), Problems> {
    match &args.command {
        TableCommand::List { format } => {
            let list = table_list(&loading::shipped_tables()?);
            let list = output::captioned(list, "Hardware tables", format.output);
            output::print_tables(vec![list], format)
        }
        TableCommand::Show { table, format } => {
            let table = loading::loader().table(table)?;
            let mut all = vec![entries_table(&table), memory_table(&table)];
            all.extend(device_table(&table));
            all.push(sources_table(&table));
            output::print_tables(all, format)
        }
        TableCommand::Scale(args) => scale::run(args),
    }
}
