//! What the arguments mean: models read, variants lowered, tables found.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::args::{ModelArgs, PriceArgs};
use super::files::{self, Blocks};
use super::import;
use super::settings::{EntrySetting, Set, check_settings};
use crate::catalog::{self, Kind};
use crate::census::Conventions;
use crate::energy::{Counted, Pricing};
use crate::format::Format;
use crate::formula::{Formula, Node};
use crate::graph::{OpGraph, Setting, Unfold, lower, lower_unchecked};
use crate::model::{Model, NumberRole};
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems, Source, Spanned};
use crate::table::EnergyTable;

/// The name of what was typed, in messages.
pub(super) const COMMAND_LINE: &str = "command line";

/// A model with what was set on it, ready to be lowered.
pub(super) struct ModelRequest {
    pub(super) model: Model,
    settings: Vec<Setting>,
    /// Whether an operator that is not known is a mistake.
    strict: bool,
    /// Table entries that were set: table, format and primitive as typed.
    entries: Vec<EntrySetting>,
    /// The variants asked for, or all.
    pub(super) variants: Vec<String>,
}

/// Which variants are meant where none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Default {
    /// The baseline.
    First,
    /// All of the model.
    All,
}

impl ModelRequest {
    pub(super) fn new(
        args: &ModelArgs,
        variants: &[String],
        default: Default,
    ) -> Result<ModelRequest, Problems> {
        let mut problems = Problems::new();
        let Set { settings, entries } = Set::new(&args.set, &mut problems);
        let read =
            import::open(&args.model, &args.scan).and_then(|source| Model::read(&source, &Blocks));
        let mut model = match read {
            Ok(model) => model,
            Err(mistakes) => {
                problems.extend(mistakes);
                return Err(problems);
            }
        };
        let mut chosen: Vec<String> = Vec::new();
        for variant in variants {
            let place = typed("--variant", variant);
            let known = model.variant_names().contains(&variant.as_str());
            if !known && let Err(mistakes) = model.add_variant(variant, &place, &Blocks) {
                problems.extend(mistakes);
            }
            if chosen.contains(variant) {
                problems.push(Diagnostic::at(
                    &place,
                    format!("variant `{variant}` is given twice"),
                ));
            }
            chosen.push(variant.clone());
        }
        // A block that is tried may have parameters of its own.
        check_settings(&model, &settings, &mut problems);
        if variants.is_empty() {
            let all = model.variant_names().into_iter().map(str::to_owned);
            chosen = match default {
                Default::First => all.take(1).collect(),
                Default::All => all.collect(),
            };
        }
        problems.or(ModelRequest {
            model,
            settings,
            strict: args.strict.strict,
            entries,
            variants: chosen,
        })
    }

    /// The model and what it is priced with. What is wrong with either is told
    /// in one go.
    pub(super) fn with_prices(
        args: &ModelArgs,
        variants: &[String],
        default: Default,
        prices: &PriceArgs,
        tables: &[&str],
    ) -> Result<(ModelRequest, PriceRequest), Problems> {
        let model = ModelRequest::new(args, variants, default);
        let prices = match &model {
            Ok(model) => PriceRequest::new(prices, &model.entries, tables),
            // Only where the prices can be judged without the model's.
            Err(_) => {
                let entries = Set::new(&args.set, &mut Problems::new()).entries;
                PriceRequest::new(prices, &entries, tables)
            }
        };
        match (model, prices) {
            (Ok(model), Ok(prices)) => Ok((model, prices)),
            (model, prices) => {
                let mut problems = Problems::new();
                model
                    .err()
                    .into_iter()
                    .for_each(|wrong| problems.extend(wrong));
                prices
                    .err()
                    .into_iter()
                    .for_each(|wrong| problems.extend(wrong));
                Err(problems)
            }
        }
    }

    /// What the model is priced with.
    pub(super) fn prices(
        &self,
        prices: &PriceArgs,
        tables: &[&str],
    ) -> Result<PriceRequest, Problems> {
        PriceRequest::new(prices, &self.entries, tables)
    }

    /// The same with the first variants only.
    pub(super) fn only(mut self, variants: usize) -> ModelRequest {
        self.variants.truncate(variants);
        self
    }

    /// Gives the dim `name`, which runs over a range, some value, if the model
    /// needs one and nobody has set it; whether it did.
    pub(super) fn fill(&mut self, name: &str) -> bool {
        let root = &self.model.root;
        let needed = root.needs.iter().any(|need| need.value == name);
        let is_set = self.settings.iter().any(|set| set.name.value == name)
            || (root.variants.iter())
                .flat_map(|variant| &variant.set)
                .any(|(set, _)| set.value == name);
        if !needed || is_set {
            return false;
        }
        let place = typed("--over", name);
        self.settings.push(Setting {
            name: Spanned::new(name.to_owned(), place.clone()),
            formula: Formula::number(number::whole(1), &place),
        });
        true
    }

    /// The graph of one variant.
    pub(super) fn graph(&self, variant: &str, unfold: Unfold) -> Result<OpGraph, Problems> {
        lower(&self.model, variant, &self.settings, unfold)?.known_if(self.strict)
    }

    /// Every variant, lowered and counted, whether or not the dims fit.
    pub(super) fn unchecked(&self, conventions: Conventions) -> Result<Vec<Counted>, Problems> {
        let mut problems = Problems::new();
        let mut all = Vec::new();
        for variant in &self.variants {
            let counted = lower_unchecked(&self.model, variant, &self.settings, Unfold::No)
                .and_then(|graph| graph.known_if(self.strict))
                .and_then(|graph| Counted::new(graph, conventions));
            match counted {
                Ok(counted) => all.push(counted),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.or(all)
    }

    /// Every variant, lowered and counted.
    pub(super) fn counted(&self, conventions: Conventions) -> Result<Vec<Counted>, Problems> {
        let mut problems = Problems::new();
        let mut all = Vec::new();
        for variant in &self.variants {
            let counted = self
                .graph(variant, Unfold::No)
                .and_then(|graph| Counted::new(graph, conventions));
            match counted {
                Ok(counted) => all.push(counted),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.or(all)
    }
}

/// Where something stands that was typed after a flag: `--table 45mm`.
fn typed(flag: &str, text: &str) -> Place {
    let source = Source::new(COMMAND_LINE, format!("{flag} {text}"));
    Place::new(&source, flag.len() + 1..source.text().len())
}

/// Tables, formats and conventions.
pub(super) struct PriceRequest {
    pub(super) tables: Vec<EnergyTable>,
    /// All tables that ship, to point to where one lacks an entry.
    formats: Vec<Format>,
    pub(super) free: BTreeSet<Primitive>,
    pub(super) conventions: Conventions,
    /// Whether the tables were named, so that each must have each format.
    named: bool,
}

impl PriceRequest {
    /// Reads the tables; `default` names those that are meant where none is.
    fn new(
        args: &PriceArgs,
        entries: &[EntrySetting],
        default: &[&str],
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
            if names[..at].contains(name) {
                let message = format!("table `{name}` is given twice");
                problems.push(Diagnostic::at(&typed("--table", name), message));
                continue;
            }
            match table_at(name, Some(&typed("--table", name))) {
                Ok(table) => tables.push(table),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        // Which tables are in use is known only where all could be read.
        if tables.len() == names.len() {
            for setting in entries {
                set_entry(&mut tables, setting, &mut problems);
            }
        }
        let formats = words(&args.format, "--format", &[], &mut problems);
        let all_read = tables.len() == names.len();
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
    pub(super) fn pricings(
        &self,
        default: impl Fn(&EnergyTable) -> Vec<Format>,
    ) -> Result<Vec<Pricing<'_>>, Problems> {
        let mut pricings = Vec::new();
        let mut problems = Problems::new();
        for table in &self.tables {
            let formats = if self.formats.is_empty() {
                default(table)
            } else {
                self.formats.clone()
            };
            for format in formats {
                let lacking = [format.operand, format.accumulator]
                    .into_iter()
                    .find(|number| !table.formats().any(|known| known == *number));
                match lacking {
                    None => pricings.push(Pricing {
                        table,
                        format,
                        free: &self.free,
                    }),
                    Some(number) if self.named || self.tables.len() == 1 => {
                        let known: Vec<String> =
                            table.formats().map(|known| known.to_string()).collect();
                        problems.push(
                            Diagnostic::new(format!(
                                "table `{}` has no format {number}",
                                table.name()
                            ))
                            .known(&number.to_string(), known.iter().map(String::as_str)),
                        );
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

/// Tells of formats that a table lacks; where `each` is not asked for, of
/// those that no table has. Formats that could not be read are told of before.
fn check_formats(texts: &[String], tables: &[EnergyTable], each: bool, problems: &mut Problems) {
    let shipped = if each {
        Vec::new()
    } else {
        shipped_tables().unwrap_or_default()
    };
    for text in texts {
        let Ok(format) = text.parse::<Format>() else {
            continue;
        };
        let lacks = |table: &EnergyTable| {
            [format.operand, format.accumulator]
                .into_iter()
                .find(|number| !table.formats().any(|known| known == *number))
        };
        let place = typed("--format", text);
        let all = || tables.iter().chain(&shipped);
        if !each && all().all(|table| lacks(table).is_some()) {
            let known: Vec<String> = all()
                .flat_map(EnergyTable::formats)
                .map(|f| f.to_string())
                .collect();
            problems.push(
                Diagnostic::at(&place, format!("no table has {format}"))
                    .known(text, known.iter().map(String::as_str)),
            );
        }
        for table in tables.iter().filter(|_| each) {
            if let Some(number) = lacks(table) {
                let known: Vec<String> = table.formats().map(|f| f.to_string()).collect();
                let message = format!("table `{}` has no format {number}", table.name());
                problems.push(
                    Diagnostic::at(&place, message)
                        .known(&number.to_string(), known.iter().map(String::as_str)),
                );
            }
        }
    }
}

/// All tables that ship.
pub(super) fn shipped_tables() -> Result<Vec<EnergyTable>, Problems> {
    catalog::names(Kind::Table).map(table).collect()
}

/// A table by name or path.
pub(super) fn table(name: &str) -> Result<EnergyTable, Problems> {
    table_at(name, None)
}

/// The same, with the place where it was typed.
fn table_at(name: &str, place: Option<&Place>) -> Result<EnergyTable, Problems> {
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

fn set_entry(tables: &mut [EnergyTable], setting: &EntrySetting, problems: &mut Problems) {
    let place = &setting.name.place;
    let parts: Vec<&str> = setting.name.value.split('.').collect();
    let [table_name, format, primitive] = parts.as_slice() else {
        problems.push(
            Diagnostic::at(place, format!("`{}` is no table entry", setting.name.value))
                .help("an entry is TABLE.FORMAT.PRIMITIVE, such as `45nm.fp32.mul`"),
        );
        return;
    };
    let names: Vec<String> = tables.iter().map(|table| table.name().to_owned()).collect();
    let Some(table) = tables.iter_mut().find(|table| table.name() == *table_name) else {
        problems.push(
            Diagnostic::at(place, format!("no table `{table_name}` is in use"))
                .known(table_name, names.iter().map(String::as_str)),
        );
        return;
    };
    let number_format = match format.parse() {
        Ok(format) => format,
        Err(error) => {
            let error: crate::format::UnknownFormat = error;
            problems.push(Diagnostic::at(place, error.to_string()));
            return;
        }
    };
    match primitive.parse() {
        Ok(primitive) => *table = table.with_price(primitive, number_format, setting.value.clone()),
        Err(error) => {
            let error: crate::primitive::UnknownPrimitive = error;
            problems.push(
                Diagnostic::at(place, error.to_string()).known(primitive, Primitive::names()),
            );
        }
    }
}

/// Words of a flag, each parsed.
fn words<T>(texts: &[String], flag: &str, known: &[&str], problems: &mut Problems) -> Vec<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let mut values = Vec::new();
    for text in texts {
        match text.parse::<T>() {
            Ok(value) => values.push(value),
            Err(error) => {
                let mistake = Diagnostic::at(&typed(flag, text), error.to_string());
                problems.push(if known.is_empty() {
                    mistake
                } else {
                    mistake.known(text, known.iter().copied())
                });
            }
        }
    }
    values
}

/// The models that ship, with their variants and dims.
pub(super) fn list_models() -> Result<String, Problems> {
    use crate::render::table::{Align, Cell, Column, Format, Row, RowKind, Table, write};
    let column = |name: &str, key: &str| Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align: Align::Left,
    };
    let mut rows = Vec::new();
    for name in catalog::names(Kind::Model) {
        let source = files::open(Kind::Model, "model", name)?;
        let model = Model::read(&source, &Blocks)?;
        let dims: Vec<String> = (model.root.numbers.iter())
            .filter(|dim| dim.role == NumberRole::Dim)
            .map(|dim| match &dim.formula.ast.node {
                Node::Number(value) => {
                    format!("{}={}", dim.name.value, number::plain(value))
                }
                _ => format!("{}={}", dim.name.value, dim.formula.text),
            })
            .chain(model.root.needs.iter().map(|need| need.value.clone()))
            .collect();
        let variants = if model.root.variants.is_empty() {
            String::new()
        } else {
            model.variant_names().join(", ")
        };
        rows.push(Row {
            cells: vec![
                Cell::Text(name.to_owned()),
                Cell::Text(model.root.about.clone().unwrap_or_default()),
                Cell::Text(variants),
                Cell::Text(dims.join(", ")),
            ],
            kind: RowKind::Plain,
        });
    }
    let table = Table {
        title: None,
        columns: vec![
            column("Model", "model"),
            column("What it is", "about"),
            column("Variants", "variants"),
            column("Dims", "dims"),
        ],
        rows,
        notes: Vec::new(),
    };
    Ok(write(&table, Format::Text, super::output::width()))
}
