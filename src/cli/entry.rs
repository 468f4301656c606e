//! Table entries as they are typed: `45nm.fp32.mul`.

use crate::format::{NumberFormat, UnknownFormat};
use crate::primitive::{Primitive, UnknownPrimitive};
use crate::source::{Diagnostic, Place};
use crate::table::EnergyTable;

/// What tells how an entry is written.
pub(super) const SHAPE: &str = "an entry is TABLE.FORMAT.PRIMITIVE, such as `45nm.fp32.mul`";

/// An entry of a table that is in use.
pub(super) struct EntryName {
    /// The place of the table among those in use.
    pub(super) table: usize,
    pub(super) format: NumberFormat,
    pub(super) primitive: Primitive,
}

/// Table, format and primitive of `name`, if it has three parts.
pub(super) fn parts(name: &str) -> Option<[&str; 3]> {
    let parts: Vec<&str> = name.split('.').collect();
    parts.try_into().ok()
}

impl EntryName {
    /// What the `parts` of a name that stands at `place` mean in `tables`.
    pub(super) fn find(
        [table, format, primitive]: [&str; 3],
        place: &Place,
        tables: &[EnergyTable],
    ) -> Result<EntryName, Diagnostic> {
        let at = |message: String| Diagnostic::at(place, message);
        let Some(found) = tables.iter().position(|known| known.name() == table) else {
            let known = tables.iter().map(EnergyTable::name);
            return Err(at(format!("no table `{table}` is in use")).known(table, known));
        };
        let format = (format.parse()).map_err(|error: UnknownFormat| at(error.to_string()))?;
        let primitive = primitive.parse().map_err(|error: UnknownPrimitive| {
            at(error.to_string()).known(primitive, Primitive::names())
        })?;
        Ok(EntryName {
            table: found,
            format,
            primitive,
        })
    }
}
