//! What is read in a hardware table: what `picojoule table show` prints.

use super::outline::{List, Outline};
use crate::loader::Loader;
use crate::source::Problems;
use crate::view::{device_table, entries_table, memory_table, sources_table};

/// The outline of the hardware table of this name.
pub(super) fn outline(name: &str, file: &str, loader: &Loader) -> Result<Outline, Problems> {
    let table = loader.table(name)?;
    let mut outline = Outline::new("table", table.name(), file);
    outline.fact("title", table.title());
    outline.fact("node", table.node());
    outline.fact("supply", table.supply());
    outline.fact("boundary", table.boundary().to_string());
    outline.fact("figures", table.kind().to_string());
    outline.fact("extends", table.extends().map(|base| base.value.clone()));
    let formats: Vec<String> = table.formats().map(|format| format.to_string()).collect();
    outline.fact("formats", formats);
    outline.list(List::of_table(
        "Entries, in pJ",
        "entries",
        &entries_table(&table),
    ));
    outline.list(List::of_table(
        "Memories",
        "memories",
        &memory_table(&table),
    ));
    if let Some(device) = device_table(&table) {
        outline.list(List::of_table("Device", "device", &device));
    }
    outline.list(List::of_table("Sources", "sources", &sources_table(&table)));
    Ok(outline)
}
