//! Hardware tables, found by name or path.

use std::sync::Arc;

use super::files;
use crate::catalog::{self, Kind};
use crate::source::{Place, Problems};
use crate::table::EnergyTable;

/// All tables that ship.
pub(super) fn shipped_tables() -> Result<Vec<EnergyTable>, Problems> {
    catalog::names(Kind::Table).map(table).collect()
}

/// A table by name or path.
pub(super) fn table(name: &str) -> Result<EnergyTable, Problems> {
    table_at(name, None)
}

/// The same, with the place where it was typed.
pub(super) fn table_at(name: &str, place: Option<&Place>) -> Result<EnergyTable, Problems> {
    let source = files::open_at(Kind::Table, "table", name, place)?;
    let from = Arc::clone(&source);
    EnergyTable::read(&source, &move |base| {
        if files::is_path(base) {
            files::read(&files::beside(&from, base)).ok()
        } else {
            catalog::find(Kind::Table, base)
        }
    })
}
