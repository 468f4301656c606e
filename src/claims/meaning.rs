//! What the names in the formulas of claims stand for.
//!
//! | name | what it is |
//! |---|---|
//! | an input, a quantity | a published number; a formula with a name |
//! | `e.energy`, `e.energy.mul` | what the estimate `e` costs, or one primitive of it |
//! | `e.count.add`, `e.macs` | how many of a primitive it has; multiply–accumulates |
//! | `e.weights` | how many numbers the weights of its model hold |
//! | `45nm.fp32.mul` | a table entry; `-` in a table's name is written `_` |
//! | `45nm.dram.bit` | what a memory takes for a bit; with its size where there are several |

use std::collections::BTreeMap;
use std::sync::Arc;

use num_rational::BigRational;

use super::computed::Computed;
use super::context::Values;
use super::spec::{ClaimFile, Input};
use crate::catalog::{self, Kind};
use crate::format::NumberFormat;
use crate::formula::Formula;
use crate::loader::Loader;
use crate::movement::{Direction, Role};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Spanned};
use crate::table::{EnergyTable, MemoryLevel};

/// What the names of a file's formulas stand for.
pub(super) struct Names<'a> {
    pub(super) file: &'a ClaimFile,
    pub(super) estimates: &'a BTreeMap<String, Computed>,
    pub(super) loader: &'a Loader,
    /// In formulas as they stand.
    pub(super) values: Values,
}

/// What a name stands for.
pub(super) enum Meaning<'a> {
    Input(&'a Input),
    Quantity(&'a Spanned<String>, &'a Formula),
    Estimate(&'a str, &'a Computed, Attribute),
    Entry(Arc<EnergyTable>, Primitive, NumberFormat),
    Memory(Arc<EnergyTable>, BigRational),
}

/// What is asked of an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Energy(Option<Primitive>),
    Count(Primitive),
    Macs,
    Weights,
    /// The energy of what moves.
    Movement,
    /// The bits that move through a level, of one role if one is named, and one
    /// way if one is.
    Traffic(usize, Option<Role>, Option<Direction>),
}

impl<'a> Names<'a> {
    pub(super) fn new(
        file: &'a ClaimFile,
        estimates: &'a BTreeMap<String, Computed>,
        loader: &'a Loader,
    ) -> Names<'a> {
        Names {
            file,
            estimates,
            loader,
            values: Values::default(),
        }
    }

    /// What `name` stands for.
    pub(super) fn meaning(&self, name: &str, place: &Place) -> Result<Meaning<'a>, Diagnostic> {
        let file = self.file;
        if let Some(input) = file.inputs.iter().find(|input| input.name.value == name) {
            return Ok(Meaning::Input(input));
        }
        if let Some((own, formula)) = file.quantities.iter().find(|(own, _)| own.value == name) {
            return Ok(Meaning::Quantity(own, formula));
        }
        let parts: Vec<&str> = name.split('.').collect();
        let first = parts.first().copied().unwrap_or("");
        if let Some((own, computed)) = self.estimates.get_key_value(first) {
            let attribute = attribute(computed, &parts[1..], name, place)?;
            return Ok(Meaning::Estimate(own, computed, attribute));
        }
        if let Some(table) = self.table(first, place)? {
            return entry(table, &parts[1..], place);
        }
        let own = (file.inputs.iter().map(|input| input.name.value.as_str()))
            .chain(file.quantities.iter().map(|(own, _)| own.value.as_str()))
            .chain(self.estimates.keys().map(String::as_str));
        let mut known: Vec<&str> = own.collect();
        for table in catalog::names(Kind::Table) {
            known.push(table);
        }
        Err(Diagnostic::at(place, format!("`{name}` names nothing here")).known(first, known))
    }

    /// A table by its name in formulas: one of the file's, or one that ships.
    fn table(&self, name: &str, place: &Place) -> Result<Option<Arc<EnergyTable>>, Diagnostic> {
        let is = |known: &str| written(known) == name;
        let own = self.estimates.values().filter_map(|one| one.price.as_ref());
        let mut own = own.map(|(table, _)| table);
        if let Some(table) = own.find(|table| is(table.name())) {
            return Ok(Some(Arc::clone(table)));
        }
        let Some(known) = catalog::names(Kind::Table).find(|known| is(known)) else {
            return Ok(None);
        };
        let table = self
            .loader
            .table(&Spanned::new(known.to_owned(), place.clone()));
        table.map(Some).map_err(|mistakes| {
            let first = mistakes.iter().next().cloned();
            first.unwrap_or_else(|| Diagnostic::at(place, format!("cannot read table `{known}`")))
        })
    }
}

/// How a table's name is written in a formula.
fn written(name: &str) -> String {
    name.replace('-', "_")
}

/// `energy`, `energy.mul`, `count.add`, `macs`, `weights`, `movement`,
/// `traffic.dram`, `traffic.dram.weight`, `traffic.dram.weight.read`.
fn attribute(
    computed: &Computed,
    parts: &[&str],
    name: &str,
    place: &Place,
) -> Result<Attribute, Diagnostic> {
    let primitive = |text: &str| {
        text.parse::<Primitive>().map_err(|unknown| {
            Diagnostic::at(place, unknown.to_string()).known(text, Primitive::names())
        })
    };
    match parts {
        ["energy"] => Ok(Attribute::Energy(None)),
        ["energy", of] => Ok(Attribute::Energy(Some(primitive(of)?))),
        ["count", of] => Ok(Attribute::Count(primitive(of)?)),
        ["macs"] => Ok(Attribute::Macs),
        ["weights"] => Ok(Attribute::Weights),
        ["movement"] => Ok(Attribute::Movement),
        ["traffic", level] => {
            let level = traffic(computed, level, place)?;
            Ok(Attribute::Traffic(level, None, None))
        }
        ["traffic", level, role] => {
            let level = traffic(computed, level, place)?;
            Ok(Attribute::Traffic(level, Some(moving(role, place)?), None))
        }
        ["traffic", level, role, way] => {
            let level = traffic(computed, level, place)?;
            let role = moving(role, place)?;
            let mut ways = Direction::ALL.into_iter();
            let found = ways.find(|one| one.name() == *way).ok_or_else(|| {
                let message = format!("nothing moves by a `{way}`");
                Diagnostic::at(place, message).known(way, Direction::ALL.map(Direction::name))
            })?;
            Ok(Attribute::Traffic(level, Some(role), Some(found)))
        }
        _ => {
            let message = format!("`{name}` is nothing that an estimate has");
            let known = "an estimate has `energy`, `energy.mul`, `count.mul`, `macs`, `weights`, \
                 and where data movement is counted `movement`, `traffic.dram`, \
                 `traffic.dram.weight`, `traffic.dram.weight.read`";
            Err(Diagnostic::at(place, message).help(known))
        }
    }
}

/// What moves, by its name.
fn moving(role: &str, place: &Place) -> Result<Role, Diagnostic> {
    let found = Role::ALL.into_iter().find(|one| one.name() == role);
    found.ok_or_else(|| {
        let message = format!("nothing that moves is a `{role}`");
        Diagnostic::at(place, message).known(role, Role::ALL.map(Role::name))
    })
}

/// The level of an estimate that a formula names, with or without its size.
fn traffic(computed: &Computed, name: &str, place: &Place) -> Result<usize, Diagnostic> {
    let levels = computed.moved.as_ref().map(|moved| &moved.memory.levels);
    let Some(levels) = levels else {
        let message = "data movement is not counted in this estimate";
        return Err(Diagnostic::at(place, message).help("it needs a `movement`"));
    };
    let is_it = |level: &MemoryLevel| {
        [&level.name(), &level.level]
            .into_iter()
            .any(|known| memory_name(known) == name)
    };
    levels.iter().position(is_it).ok_or_else(|| {
        let names: Vec<String> = levels.iter().map(|one| memory_name(&one.name())).collect();
        let message = format!("no level `{name}` is in use");
        Diagnostic::at(place, message).known(name, names.iter().map(String::as_str))
    })
}

/// `fp32.mul` or `dram.bit` of a table.
fn entry<'a>(
    table: Arc<EnergyTable>,
    parts: &[&str],
    place: &Place,
) -> Result<Meaning<'a>, Diagnostic> {
    if let [level, "bit"] = parts {
        let memories = table.memories().iter();
        let names: Vec<String> = memories.map(|memory| memory_name(&memory.name())).collect();
        let found = names.iter().position(|name| name == level);
        let found = found.and_then(|at| table.memories().get(at));
        return match found.map(|memory| memory.pj_per_bit()) {
            Some(None) => {
                let message = format!("table `{}` has no price for `{level}`", table.name());
                Err(Diagnostic::at(place, message))
            }
            Some(Some(pj)) => Ok(Meaning::Memory(table, pj)),
            None => {
                let message = format!("table `{}` has no memory `{level}`", table.name());
                let known = names.iter().map(String::as_str);
                Err(Diagnostic::at(place, message).known(level, known))
            }
        };
    }
    let [format, primitive] = parts else {
        let message = format!("this names no entry of table `{}`", table.name());
        return Err(Diagnostic::at(place, message)
            .help("an entry is TABLE.FORMAT.PRIMITIVE, such as `45nm.fp32.mul`"));
    };
    let number_format: NumberFormat = format.parse().map_err(|_| {
        let known: Vec<String> = table.formats().map(|format| format.to_string()).collect();
        let message = format!("`{format}` is no number format");
        Diagnostic::at(place, message).known(format, known.iter().map(String::as_str))
    })?;
    let primitive: Primitive = primitive.parse().map_err(|_| {
        let message = format!("unknown primitive `{primitive}`");
        Diagnostic::at(place, message).known(primitive, Primitive::names())
    })?;
    match table.entry(primitive, number_format) {
        Some(_) => Ok(Meaning::Entry(table, primitive, number_format)),
        None => Err(no_entry(&table, primitive, number_format, place)),
    }
}

/// `sram 8 KiB` as formulas write it: `sram_8_kib`.
fn memory_name(name: &str) -> String {
    name.to_lowercase().replace([' ', '-', '/'], "_")
}

/// The mistake of an entry that a table lacks.
pub(super) fn no_entry(
    table: &EnergyTable,
    primitive: Primitive,
    format: NumberFormat,
    place: &Place,
) -> Diagnostic {
    let having: Vec<String> = (table.formats())
        .filter(|format| table.entry(primitive, *format).is_some())
        .map(|format| format.to_string())
        .collect();
    let message = format!("table `{}` has no `{primitive}` in {format}", table.name());
    Diagnostic::at(place, message).known(&format.to_string(), having.iter().map(String::as_str))
}
