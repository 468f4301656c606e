//! Entries that do not belong together: all-in beside single operations, and
//! those of two tables.

use num_rational::BigRational;
use num_traits::Zero;

use super::{Case, Fault, Warning};
use crate::claims::computed::{Lookup, Prices};
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::table::{Boundary, EnergyTable, Entry};

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    all_in(case).into_iter().chain(two_tables(case)).collect()
}

/// Nothing but what is all-in costs anything.
struct AllIn;

impl Prices for AllIn {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let entry = lookup.entry()?;
        Some(match entry.boundary {
            Boundary::AllIn => entry.pj.clone(),
            _ => BigRational::zero(),
        })
    }
}

fn all_in(case: &Case<'_>) -> Option<Warning> {
    let entries = entries(case);
    let named = |all_in: bool| {
        let mut names: Vec<&str> = (entries.iter())
            .filter(|(_, entry)| (entry.boundary == Boundary::AllIn) == all_in)
            .filter(|(_, entry)| !entry.pj.is_zero())
            .map(|(name, _)| name.as_str())
            .collect();
        names.dedup();
        names.join(", ")
    };
    let (whole, single) = (named(true), named(false));
    if whole.is_empty() || single.is_empty() {
        return None;
    }
    let says = format!("all-in entries ({whole}) hold what others ({single}) price once more");
    Some(case.warning(Fault::AllIn, says, case.shown_or(case.under(&AllIn))))
}

/// Every entry that the claim rests on, with its name.
fn entries<'c>(case: &'c Case<'_>) -> Vec<(String, &'c Entry)> {
    let mut all: Vec<(String, &Entry)> = Vec::new();
    let mut add = |table: &'c EnergyTable, primitive: Primitive, format: NumberFormat| {
        let name = format!("{}.{format}.{primitive}", table.name());
        if let Some(entry) = table.entry(primitive, format)
            && !all.iter().any(|(known, _)| *known == name)
        {
            all.push((name, entry));
        }
    };
    for (table, primitive, format) in &case.uses.entries {
        add(table, *primitive, *format);
    }
    for (_, computed) in &case.uses.energies {
        if let Some((table, format)) = &computed.price {
            let tallies = computed.tallies(computed.stages.as_deref());
            for (tally, _) in tallies.filter(|(one, _)| !computed.free.contains(&one.primitive)) {
                add(table, tally.primitive, tally.precision.resolve(*format));
            }
        }
    }
    all
}

/// All prices from one table.
struct From<'a>(&'a EnergyTable);

impl Prices for From<'_> {
    fn table<'t>(&'t self, _: &'t EnergyTable) -> &'t EnergyTable {
        self.0
    }
}

fn two_tables(case: &Case<'_>) -> Option<Warning> {
    let tables = case.uses.tables();
    if tables.len() < 2 {
        return None;
    }
    let each: Vec<String> = tables
        .iter()
        .map(|table| {
            let value = case.shown_or(case.under(&From(table)));
            format!("{} alone: {value}", table.name())
        })
        .collect();
    let names: Vec<&str> = tables.iter().map(|table| table.name()).collect();
    let says = format!("entries of {} stand in one number", names.join(" and "));
    Some(case.warning(Fault::TwoTables, says, each.join(", ")))
}
