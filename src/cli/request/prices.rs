//! Tables, formats and conventions.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::formats::{check_formats, lacking, lacks};
use crate::census::Conventions;
use crate::cli::args::PriceArgs;
use crate::cli::entry::{self, EntryName};
use crate::cli::settings::EntrySetting;
use crate::cli::typed::{Typed, words};
use crate::energy::CostModel;
use crate::format::Format;
use crate::loader::Loader;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
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
}

impl PriceRequest {
    /// Reads the tables; `default` names those that are meant where none is.
    pub(super) fn new(
        args: &PriceArgs,
        entries: &[EntrySetting],
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
            let typed = Typed::new("--table", name).spanned(name);
            if names[..at].contains(name) {
                let message = format!("table `{name}` is given twice");
                problems.push(Diagnostic::at(&typed.place, message));
                continue;
            }
            match loader.table(&typed) {
                Ok(table) => tables.push(Arc::unwrap_or_clone(table)),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        // Which tables are in use is known only where all could be read.
        let all_read = tables.len() == names.len();
        if all_read {
            for setting in entries {
                if let Err(mistake) = set_entry(&mut tables, setting) {
                    problems.push(mistake);
                }
            }
        }
        let formats = words(&args.format, "--format", &[], &mut problems);
        check_formats(
            &args.format,
            &tables,
            (named || names.len() == 1) && all_read,
            &mut problems,
        );
        let primitives: Vec<&str> = Primitive::names().collect();
        let free = words(&args.free, "--free", &primitives, &mut problems);
        let dot_adds = words(
            std::slice::from_ref(&args.dot_adds),
            "--dot-adds",
            &[],
            &mut problems,
        );
        problems.or(PriceRequest {
            tables,
            formats,
            free: free.into_iter().collect(),
            conventions: Conventions {
                dot_adds: dot_adds.first().copied().unwrap_or_default(),
            },
            named,
        })
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
        for table in &self.tables {
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

/// Sets one entry of the tables in use.
fn set_entry(tables: &mut [EnergyTable], setting: &EntrySetting) -> Result<(), Diagnostic> {
    let name = &setting.name;
    let parts = entry::parts(&name.value).ok_or_else(|| {
        Diagnostic::at(&name.place, format!("`{}` is no table entry", name.value))
            .help(entry::SHAPE)
    })?;
    let found = EntryName::find(parts, &name.place, tables)?;
    if let Some(table) = tables.get_mut(found.table) {
        *table = table.with_price(found.primitive, found.format, setting.value.clone());
    }
    Ok(())
}
