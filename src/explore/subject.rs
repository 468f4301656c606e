//! What a page is of.

use std::collections::BTreeSet;

use crate::energy::{Counted, Memory};
use crate::format::Format;
use crate::primitive::Primitive;
use crate::table::EnergyTable;

/// What a page is of.
#[derive(Debug)]
pub struct Subject<'s> {
    /// The name of the model.
    pub model: &'s str,
    /// What it is used for, the first first.
    pub phases: &'s [ExploredPhase],
    /// The hardware.
    pub tables: &'s [ExploredTable],
    /// The formats to choose from, the first first.
    pub formats: &'s [Format],
    /// Primitives that cost 0 whatever a table says.
    pub zero_cost: &'s BTreeSet<Primitive>,
    /// The scope that is shown first; all of the model if there is none.
    pub scope: Option<&'s str>,
    /// What else is to be said: what was set, what was left out.
    pub notes: &'s [String],
}

/// The variants of a model in one phase.
#[derive(Debug)]
pub struct ExploredPhase {
    /// Its name.
    pub name: String,
    /// The variants, the baseline first.
    pub variants: Vec<Counted>,
}

/// A table, and how data moves on it.
#[derive(Debug)]
pub struct ExploredTable {
    /// The table.
    pub table: EnergyTable,
    /// Its memories for each movement that the page offers beside none; nothing
    /// where it names no hierarchy.
    pub memories: Vec<Memory>,
}
