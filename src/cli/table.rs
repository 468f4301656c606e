//! `picojoule table`

use serde_json::{Value, json};

use super::args::{OutputFormat, TableArgs, TableCommand};
use super::{json, loading, output, scale};
use crate::number::to_f64;
use crate::source::Problems;
use crate::table::EnergyTable;
use crate::view::cells::unique;
use crate::view::{device_table, entries_table, memory_table, sources_table, table_list};

pub(super) fn run(args: &TableArgs) -> Result<(), Problems> {
    match &args.command {
        TableCommand::List { format } => {
            let tables = loading::shipped_tables()?;
            if format.output == OutputFormat::Json {
                let text = json::text(&list_json(&tables))?;
                return output::print_json(&text, &format.columns);
            }
            let list = table_list(&tables);
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

/// Its fields may be added to, never renamed.
fn list_json(tables: &[EnergyTable]) -> Value {
    let rows = tables.iter().map(|table| {
        let formats = table.formats().map(|format| format.to_string());
        let levels = table.memories().iter().map(|level| level.level.as_str());
        json!({
            "table": table.name(),
            "title": table.title(),
            "node_nm": table.nanometres(),
            "supply_v": table.volts().map(|volts| to_f64(&volts)),
            "boundary": table.boundary().to_string(),
            "figures": table.kind().to_string(),
            "extends": table.extends().map(|base| base.value.as_str()),
            "formats": formats.collect::<Vec<_>>(),
            "memories": unique(levels),
        })
    });
    json!({ "rows": rows.collect::<Vec<_>>() })
}
