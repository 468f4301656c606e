//! Tables, formats and conventions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use num_rational::BigRational;

use super::formats::{check_formats, lacking, lacks};
use super::memory::{keep_with_memory, memories, set_levels};
use crate::census::Conventions;
use crate::cli::arg_source::{ArgSource, parse_list, refuse_repeats};
use crate::cli::args::PriceArgs;
use crate::cli::files;
use crate::cli::name::{DeviceName, EntryName, FoundLevel, LevelName};
use crate::cli::settings::{DeviceSetting, EntrySetting, HardwareSet, twice};
use crate::energy::{CostModel, Counted, LevelNumber, Memory};
use crate::fit::Hardware;
use crate::format::{Format, NumberFormat};
use crate::loader::Loader;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::Symbol;
use crate::table::EnergyTable;

/// Tables, formats and conventions.
pub(in crate::cli) struct PriceRequest {
    pub(in crate::cli) tables: Vec<EnergyTable>,
    /// The formats asked for; others if there is none.
    formats: Vec<Format>,
    pub(in crate::cli) free: BTreeSet<Primitive>,
    pub(in crate::cli) conventions: Conventions,
    /// Whether the tables were named, so that each must have each format.
    named: bool,
    /// Whether static energy is counted.
    pub(in crate::cli) statics: bool,
    /// For each table the memories that data moves between, if that is counted.
    memories: Vec<Option<Memory>>,
    /// The entries that were set, and where.
    set: BTreeMap<Symbol, Place>,
    /// Entries that were set or left open.
    changed: Vec<ChangedEntry>,
}

/// An entry that was set or left open.
struct ChangedEntry {
    name: EntryName,
    /// The table that it is of.
    table: String,
    /// The formats in which something costs other than before.
    formats: BTreeSet<NumberFormat>,
}

impl ChangedEntry {
    fn new(name: &EntryName, before: &EnergyTable, after: &EnergyTable) -> ChangedEntry {
        let entries = after.entries();
        let others = entries.filter(|(format, primitive, entry)| {
            let known = before.entry(*primitive, *format);
            known.is_none_or(|known| known.pj != entry.pj)
        });
        ChangedEntry {
            name: name.clone(),
            table: after.name().to_owned(),
            formats: others
                .map(|(format, ..)| format)
                .chain([name.format])
                .collect(),
        }
    }

    /// Whether an op is computed in one of its formats.
    fn is_used(&self, counted: &[Counted], pricings: &[CostModel<'_>]) -> bool {
        let own = pricings.iter();
        let mut own = own.filter(|pricing| pricing.table.name() == self.table);
        own.any(|pricing| {
            let demands = counted.iter().flat_map(|one| &one.census.demands);
            let mut formats = demands.map(|one| one.precision.resolve(pricing.format));
            formats.any(|format| self.formats.contains(&format))
        })
    }
}

impl PriceRequest {
    /// Reads the tables; `default` names those that are meant where none is.
    pub(in crate::cli) fn new(
        args: &PriceArgs,
        hardware: &HardwareSet,
        default: &[&str],
        loader: &Loader,
    ) -> Result<PriceRequest, Problems> {
        let mut problems = Problems::new();
        let named = !args.table.is_empty();
        let names: Vec<&str> = if named {
            args.table.iter().map(String::as_str).collect()
        } else {
            default.to_vec()
        };
        let mut tables = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let typed = ArgSource::new(args.table_flag, name).spanned(name);
            if names[..at].contains(name) {
                let message = format!("table `{name}` is given twice");
                problems.push(Diagnostic::at(&typed.place, message));
                continue;
            }
            match loader.table(&typed) {
                Ok(table) => tables.push((*name, Arc::unwrap_or_clone(table))),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        let called: Vec<String> = (tables.iter())
            .map(|(_, table)| table.name().to_owned())
            .collect();
        let files: Vec<&str> = tables.iter().map(|(file, _)| *file).collect();
        let mut tables: Vec<EnergyTable> = (tables.into_iter().enumerate())
            .map(|(at, (_, table))| table.told_apart(files::apart(&files, at), &called))
            .collect();
        // Which tables are in use is known only where all could be read.
        let all_read = tables.len() == names.len();
        let mut set = BTreeMap::new();
        let mut changed = Vec::new();
        if all_read {
            (set, changed) = set_entries(&mut tables, &hardware.entries, &mut problems);
            let devices = hardware.devices.as_slice();
            set_devices(&mut tables, devices, args.statics, &mut set, &mut problems);
        }
        refuse_repeats(&args.format, args.format_flag, &mut problems);
        let formats = parse_list(&args.format, args.format_flag, &[], &mut problems);
        check_formats(
            (&args.format, args.format_flag),
            &tables,
            (named || names.len() == 1) && all_read,
            &mut problems,
        );
        let primitives: Vec<&str> = Primitive::names().collect();
        let free = parse_list(&args.free, "--free", &primitives, &mut problems);
        let conventions = conventions(args, &mut problems);
        if !named && args.movement != "none" {
            keep_with_memory(&mut tables, args.memory.as_deref());
        }
        let mut memories = memories(args, &tables, &mut problems);
        if problems.is_empty() {
            set_levels(
                &mut memories,
                &hardware.levels,
                args.statics,
                &mut set,
                &mut problems,
            );
        }
        problems.or(PriceRequest {
            memories,
            tables,
            formats,
            free: free.into_iter().collect(),
            conventions,
            named,
            statics: args.statics,
            set,
            changed,
        })
    }

    /// The formats asked for.
    pub(in crate::cli) fn formats(&self) -> &[Format] {
        &self.formats
    }

    /// The one table with its memories; nothing where none is in use.
    pub(in crate::cli) fn hardware(&self) -> Option<Hardware> {
        let (table, memory) = self.tables.iter().zip(&self.memories).next()?;
        Some(Hardware {
            table: table.clone(),
            memory: memory.clone(),
            free: self.free.clone(),
            statics: self.statics,
        })
    }

    /// The memories of the one table; nothing where data movement is not counted.
    pub(in crate::cli) fn memory(&self) -> Option<&Memory> {
        self.memories.first().and_then(Option::as_ref)
    }

    /// The same memories, as a table has them that extends the one in use.
    pub(in crate::cli) fn memory_of(
        &self,
        table: &EnergyTable,
    ) -> Result<Option<Memory>, Diagnostic> {
        let Some(memory) = self.memory() else {
            return Ok(None);
        };
        let names = memory.names().join(",");
        Ok(Some(Memory {
            table: table.name().to_owned(),
            levels: table.levels(Some(&names))?,
            ..memory.clone()
        }))
    }

    /// Where an entry was given with `--set`, if it was.
    pub(in crate::cli) fn given(&self, symbol: &Symbol) -> Option<&Place> {
        self.set.get(symbol)
    }

    /// That every entry which was set or left open has a price that something here
    /// takes.
    ///
    /// # Errors
    /// One in a format in which nothing is computed.
    pub(in crate::cli) fn check_used(
        &self,
        counted: &[Counted],
        pricings: &[CostModel<'_>],
    ) -> Result<(), Problems> {
        let mut problems = Problems::new();
        for changed in &self.changed {
            if !changed.is_used(counted, pricings) {
                problems.push(changed.name.changes_nothing());
            }
        }
        problems.or(())
    }

    /// Leaves an entry open: it costs `value` and depends on no other.
    pub(in crate::cli) fn leave_open(
        &mut self,
        name: &EntryName,
        value: BigRational,
    ) -> Result<Symbol, Diagnostic> {
        let at = name.find(&self.tables)?;
        let table = &mut self.tables[at];
        let after = table.with_price(name.primitive, name.format, value);
        self.changed.push(ChangedEntry::new(name, table, &after));
        *table = after;
        Ok(name.symbol(table))
    }

    /// Leaves a number of a level of memory open, with `value` for now.
    pub(in crate::cli) fn leave_level_open(
        &mut self,
        name: &LevelName,
        value: &BigRational,
    ) -> Result<Symbol, Diagnostic> {
        let found = self.level(name)?;
        let memory = self.memories.get_mut(found.table).and_then(Option::as_mut);
        // A value that it cannot have is told of where the values are.
        if let Some(memory) = memory {
            memory.set(found.level, found.number, value);
        }
        Ok(found.symbol)
    }

    /// The memories that data moves between, of every table that has some.
    pub(in crate::cli) fn memories(&self) -> impl Iterator<Item = &Memory> {
        self.memories.iter().flatten()
    }

    /// The number of a level of memory that `name` means.
    pub(in crate::cli) fn level(&self, name: &LevelName) -> Result<FoundLevel, Diagnostic> {
        let found = name.find(&self.memories)?;
        match found.number == LevelNumber::Bandwidth && !self.statics {
            true => Err(name.is_not_counted()),
            false => Ok(found),
        }
    }

    /// The table that a number of a device is of, which must have it.
    pub(in crate::cli) fn device(&self, name: &DeviceName) -> Result<usize, Diagnostic> {
        if !self.statics {
            return Err(name.is_not_counted());
        }
        let at = name.find(&self.tables)?;
        match self.tables[at].device(name.number) {
            Some(_) => Ok(at),
            None => Err(name.missing(&self.tables[at])),
        }
    }

    /// Keeps one of the tables alone.
    pub(in crate::cli) fn keep_table(&mut self, at: usize) {
        let keep = |kept: usize| kept == at;
        let mut places = 0..self.tables.len();
        self.tables.retain(|_| places.next().is_some_and(keep));
        let mut places = 0..self.memories.len();
        self.memories.retain(|_| places.next().is_some_and(keep));
    }

    /// Every table with every format: the formats asked for, or those of
    /// `default`. A table that was not asked for by name is left out where it
    /// lacks a format.
    pub(in crate::cli) fn pricings(
        &self,
        default: impl Fn(&EnergyTable) -> Vec<Format>,
    ) -> Result<Vec<CostModel<'_>>, Problems> {
        let mut pricings = Vec::new();
        let mut problems = Problems::new();
        for (table, memory) in self.tables.iter().zip(&self.memories) {
            let formats = if self.formats.is_empty() {
                default(table)
            } else {
                self.formats.clone()
            };
            for format in formats {
                match lacking(table, format) {
                    None => pricings.push(CostModel {
                        table,
                        format,
                        zero_cost: &self.free,
                        memory: memory.as_ref(),
                        static_energy: self.statics,
                    }),
                    Some(number) if self.named || self.tables.len() == 1 => {
                        problems.push(lacks(table, number, Diagnostic::new));
                    }
                    Some(_) => {}
                }
            }
        }
        if pricings.is_empty() && problems.is_empty() {
            let formats: Vec<String> = self.formats.iter().map(Format::to_string).collect();
            problems.push(Diagnostic::new(format!(
                "no table that ships has {}",
                formats.join(", ")
            )));
        }
        problems.or(pricings)
    }
}

/// What is counted how.
pub(super) fn conventions(args: &PriceArgs, problems: &mut Problems) -> Conventions {
    Conventions {
        dot_adds: setting(&args.dot_adds, "--dot-adds", problems),
        bias: setting(&args.bias, "--bias", problems),
        padding: setting(&args.padding, "--padding", problems),
        causal: setting(&args.causal, "--causal", problems),
    }
}

/// One setting; the usual one where it is wrong, which is noted.
fn setting<T>(text: &String, option: &'static str, problems: &mut Problems) -> T
where
    T: FromStr + Copy + Default,
    T::Err: Display,
{
    let read = parse_list(std::slice::from_ref(text), option, &[], problems);
    read.first().copied().unwrap_or_default()
}

/// Sets entries of the tables in use, each once.
fn set_entries(
    tables: &mut [EnergyTable],
    entries: &[EntrySetting],
    problems: &mut Problems,
) -> (BTreeMap<Symbol, Place>, Vec<ChangedEntry>) {
    let mut seen: BTreeMap<Symbol, Place> = BTreeMap::new();
    let mut changed = Vec::new();
    for EntrySetting { name, value } in entries {
        let at = match name.find(tables) {
            Ok(at) => at,
            Err(mistake) => {
                problems.push(mistake);
                continue;
            }
        };
        let symbol = name.symbol(&tables[at]);
        if let Some(first) = seen.get(&symbol) {
            problems.push(twice(symbol.name(), &name.place, first));
            continue;
        }
        seen.insert(symbol, name.place.clone());
        let after = tables[at].with_price(name.primitive, name.format, value.clone());
        changed.push(ChangedEntry::new(name, &tables[at], &after));
        tables[at] = after;
    }
    (seen, changed)
}

/// Sets numbers of the devices in use, each once.
fn set_devices(
    tables: &mut [EnergyTable],
    devices: &[DeviceSetting],
    statics: bool,
    seen: &mut BTreeMap<Symbol, Place>,
    problems: &mut Problems,
) {
    for DeviceSetting { name, value, place } in devices {
        let at = match name.find(tables) {
            Ok(_) if !statics => {
                problems.push(name.is_not_counted());
                continue;
            }
            Ok(at) => at,
            Err(mistake) => {
                problems.push(mistake);
                continue;
            }
        };
        let symbol = name.symbol(&tables[at]);
        if let Some(first) = seen.get(&symbol) {
            problems.push(twice(symbol.name(), &name.place, first));
            continue;
        }
        seen.insert(symbol, name.place.clone());
        match tables[at].with_device(name.number, value.clone()) {
            Some(table) => tables[at] = table,
            None => problems.push(name.cannot_be(place)),
        }
    }
}
