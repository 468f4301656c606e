//! `picojoule table`

use serde_json::{Value, json};

use super::args::{OutputFormat, TableArgs, TableCommand};
use super::scale;
use super::{json, loading, output};
use crate::render::table::Table;
use crate::source::Problems;
use crate::table::EnergyTable;
use crate::view::cells::unique;
use crate::view::{device_table, entries_table, memory_table, sources_table, table_list};

pub(super) fn run(args: &TableArgs) -> Result<(), Problems> {
    match &args.command {
        TableCommand::List { format } => {
            let tables = loading::shipped_tables()?;
            match format.output {
                OutputFormat::Json => output::print(&json::text(&list_json(&tables))?),
                format => print(&[table_list(&tables)], format),
            }
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

/// Its fields may be added to, never renamed.
fn list_json(tables: &[EnergyTable]) -> Value {
    let rows = tables.iter().map(|table| {
        let formats = table.formats().map(|format| format.to_string());
        let levels = table.memories().iter().map(|level| level.level.as_str());
        json!({
            "table": table.name(),
            "title": table.title(),
            "node": table.node(),
            "supply": table.supply(),
            "boundary": table.boundary().to_string(),
            "figures": table.kind().to_string(),
            "extends": table.extends().map(|base| base.value.as_str()),
            "formats": formats.collect::<Vec<_>>(),
            "memories": unique(levels),
        })
    });
    json!({ "rows": rows.collect::<Vec<_>>() })
}

fn print(tables: &[Table], format: OutputFormat) -> Result<(), Problems> {
    match output::table_format(format) {
        Some(format) => output::print(&output::tables(tables, format)),
        None => output::print(&json::tables(tables)?),
    }
}
