//! Entries that do not belong together: all-in beside single operations, and
//! those of two tables.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;

use super::case::Case;
use super::fault::{Fault, Overlap, Tables};
use super::uses::{Factor, PlacedFactor};
use super::warning::{Corrected, Warning};
use crate::claims::computed::{Computed, Lookup, Prices};
use crate::claims::context::{Context, Replaced};
use crate::claims::meaning::Attribute;
use crate::claims::quantity::Quantity;
use crate::claims::unit::Dimension;
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::table::{Boundary, EnergyTable, Entry, Provenance};

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let tables = two_tables(case).or_else(|| extended(case));
    all_in(case).into_iter().chain(tables).collect()
}

/// In estimates that have both, nothing but what is all-in costs anything.
struct AllIn;

impl Prices for AllIn {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let entry = lookup.entry()?;
        let mixes = lookup.op.is_some_and(|op| {
            let entries = of_estimate(op.of, None);
            let (whole, single) = split(&entries);
            !whole.is_empty() && !single.is_empty()
        });
        Some(match entry.boundary {
            Boundary::AllIn => entry.pj.clone(),
            _ if mixes => BigRational::zero(),
            _ => entry.pj.clone(),
        })
    }
}

/// All-in entries added to others: not where one is only held against another.
fn all_in(case: &Case<'_>) -> Option<Warning> {
    let mut overlaps: Vec<Overlap> = Vec::new();
    let mut replaced: Vec<Replaced> = Vec::new();
    for amount in &case.uses.amounts {
        let factors = || {
            let factors = amount.products.iter().flat_map(|product| &product.factors);
            factors.filter(|factor| !factor.divides)
        };
        let entries: Vec<Named<'_>> = factors().flat_map(of_factor).collect();
        let (whole, single) = split(&entries);
        if whole.is_empty() || single.is_empty() {
            continue;
        }
        let overlap = Overlap {
            all_in: whole,
            single,
        };
        if !overlaps.contains(&overlap) {
            overlaps.push(overlap);
        }
        for factor in factors() {
            let own: Vec<Named<'_>> = of_factor(factor).collect();
            let dimension = match factor.factor {
                Factor::Entry(..) => Dimension::PER_OPERATION,
                _ => Dimension::ENERGY,
            };
            // One that has both is priced by `AllIn`.
            if !own.is_empty() && split(&own).0.is_empty() {
                replaced.push(Replaced {
                    path: factor.path.clone(),
                    value: Quantity::zero(dimension),
                });
            }
        }
    }
    if overlaps.is_empty() {
        return None;
    }
    let alone = case.evaluate(Context {
        replaced: &replaced,
        ..Context::all(&AllIn)
    });
    Some(case.warning(Fault::AllIn(overlaps), case.corrected(alone)))
}

/// An entry with its name.
type Named<'e> = (String, &'e Entry);

/// The names of the all-in entries, and of the others, each once; what costs
/// nothing is left out.
fn split(entries: &[Named<'_>]) -> (Vec<String>, Vec<String>) {
    let (mut whole, mut single) = (Vec::new(), Vec::new());
    for (name, entry) in entries.iter().filter(|(_, entry)| !entry.pj.is_zero()) {
        let names = match entry.boundary {
            Boundary::AllIn => &mut whole,
            _ => &mut single,
        };
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    (whole, single)
}

/// The entries that a factor is priced by.
fn of_factor<'f>(factor: &'f PlacedFactor<'_>) -> impl Iterator<Item = Named<'f>> {
    let entries = match &factor.factor {
        Factor::Entry(table, primitive, format) => {
            named(table, *primitive, *format).into_iter().collect()
        }
        Factor::Estimate(_, computed, Attribute::Energy(primitive)) => {
            of_estimate(computed, *primitive)
        }
        _ => Vec::new(),
    };
    entries.into_iter()
}

fn of_estimate(computed: &Computed, primitive: Option<Primitive>) -> Vec<Named<'_>> {
    let Some((table, _)) = &computed.price else {
        return Vec::new();
    };
    let priced = computed.priced(primitive).into_iter();
    priced
        .map(|one| {
            let name = format!("{}.{}.{}", table.name(), one.format, one.primitive);
            (name, one.entry)
        })
        .collect()
}

fn named(table: &EnergyTable, primitive: Primitive, format: NumberFormat) -> Option<Named<'_>> {
    let entry = table.entry(primitive, format)?;
    Some((format!("{}.{format}.{primitive}", table.name()), entry))
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
    let names = tables.iter().map(|table| table.name().to_owned()).collect();
    alone(case, Tables::Named(names), &tables)
}

/// A table that extends another has entries of both.
fn extended(case: &Case<'_>) -> Option<Warning> {
    let tables = case.uses.tables();
    let [table] = tables.as_slice() else {
        return None;
    };
    let base = table.extends()?;
    let products = case.uses.products.iter();
    let entries: Vec<Named<'_>> = products
        .flat_map(|product| &product.factors)
        .flat_map(of_factor)
        .collect();
    // What is derived or assumed follows the entries that it is derived from.
    let mut files: Vec<(String, Vec<String>)> = Vec::new();
    for (name, entry) in entries {
        let (Provenance::Published { .. }, Some(place)) = (&entry.provenance, &entry.place) else {
            continue;
        };
        let file = place.source().name().to_owned();
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => files.push((file, vec![name])),
        }
    }
    if files.len() < 2 {
        return None;
    }
    let fault = Tables::Extended {
        table: table.name().to_owned(),
        base: base.value.clone(),
        entries: files.into_iter().map(|(_, names)| names).collect(),
    };
    match case.names.loader.table(base) {
        Ok(base) => alone(case, fault, &[&base]),
        Err(_) => Some(case.warning(Fault::TwoTables(fault), Corrected::NoBase)),
    }
}

/// The warning with what each table alone gives; nothing where they all give
/// the same as the claim.
fn alone(case: &Case<'_>, fault: Tables, tables: &[&Arc<EnergyTable>]) -> Option<Warning> {
    let values: Vec<_> = (tables.iter())
        .map(|table| (table.name(), case.under(&From(table))))
        .collect();
    let is_same = |value: &Result<BigRational, _>| value.as_ref() == Ok(&case.value.value);
    if values.iter().all(|(_, value)| is_same(value)) {
        return None;
    }
    let each = values.into_iter().map(|(name, value)| {
        let shown = value.map(|value| case.shown(&value));
        (name.to_owned(), shown)
    });
    let each = Corrected::EachTable(each.collect());
    Some(case.warning(Fault::TwoTables(fault), each))
}
