//! A model in several phases, and every way to price it that a page offers.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::{ModelRequest, Unnamed};
use super::prices::conventions as read_conventions;
use super::{PriceRequest, leaving_dims_open};
use crate::catalog::COMPARED_TABLES;
use crate::cli::arg_source::ArgSource;
use crate::cli::args::{ExploreArgs, ModelArgs, PriceArgs};
use crate::cli::loading;
use crate::cli::settings::HardwareSet;
use crate::cli::usage::usage_error;
use crate::energy::{CostModel, Counted, Memory};
use crate::explore::{ExploredPhase, ExploredTable};
use crate::format::Format;
use crate::loader::Loader;
use crate::model::Phase;
use crate::movement::Movement;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
use crate::table::EnergyTable;

/// What a page is to be of.
pub(in crate::cli) struct ExploreRequest {
    pub(in crate::cli) model: String,
    pub(in crate::cli) phases: Vec<ExploredPhase>,
    pub(in crate::cli) tables: Vec<ExploredTable>,
    pub(in crate::cli) formats: Vec<Format>,
    pub(in crate::cli) zero_cost: BTreeSet<Primitive>,
    pub(in crate::cli) notes: Vec<String>,
}

/// The word for all phases, or all movements.
const ALL: &str = "all";
/// The phase that has options of its own.
const TRAIN: &str = Phase::NAMES[2];

/// Reads the model and its prices.
pub(in crate::cli) fn explored(args: &ExploreArgs) -> Result<ExploreRequest, Problems> {
    let movements = movements(&args.price)?;
    if args.price.statics {
        let message = "a page shows no static energy; `picojoule estimate --static` does";
        return Err(usage_error(message));
    }
    let loader = loading::scanning(&args.model.scan)?;
    let mut found = phases(args, &loader)?.into_iter();
    let Some(first) = found.next() else {
        return Err(usage_error("no phase is named"));
    };
    let Priced { plain, tables } = priced(args, &loader, &first.model, &movements)?;
    let mut request = ExploreRequest {
        model: first.model.model.root.name.clone(),
        formats: Vec::new(),
        zero_cost: plain.free.clone(),
        notes: first.notes.clone(),
        phases: Vec::new(),
        tables: Vec::new(),
    };
    let own = first.model.own_format();
    for phase in std::iter::once(first).chain(found) {
        request.phases.push(ExploredPhase {
            name: phase.name,
            variants: phase.counted,
        });
    }
    request.keep(args, plain.formats(), own, tables)?;
    Ok(request)
}

impl ExploreRequest {
    /// Keeps the tables that price the model in some format, and says of the others
    /// why they are not here.
    fn keep(
        &mut self,
        args: &ExploreArgs,
        asked: &[Format],
        own: Format,
        tables: Vec<ExploredTable>,
    ) -> Result<(), Problems> {
        let is_named = !args.price.table.is_empty();
        let mut formats: Vec<Format> = asked.to_vec();
        if formats.is_empty() {
            formats.push(own);
            let proposed = tables
                .iter()
                .flat_map(|table| table.table.default_formats());
            for format in proposed {
                if !formats.contains(format) {
                    formats.push(*format);
                }
            }
        }
        let mut left_out = Vec::new();
        for table in tables {
            let prices = |format: &Format| self.prices(&table.table, *format);
            match is_named || formats.iter().any(prices) {
                true => self.tables.push(table),
                false => left_out.push(table.table.name().to_owned()),
            }
        }
        if asked.is_empty() {
            let tables = &self.tables;
            formats.retain(|format| {
                tables
                    .iter()
                    .any(|table| self.prices(&table.table, *format))
            });
        }
        if self.tables.is_empty() || formats.is_empty() {
            let message = "no table that ships prices this model in a format that it proposes";
            return Err(Diagnostic::new(message)
                .help("name tables with `--table` and formats with `--format`")
                .into());
        }
        if !left_out.is_empty() {
            self.notes.push(format!(
                "tables without a price for some operation here: {}",
                left_out.join(", ")
            ));
        }
        self.formats = formats;
        Ok(())
    }

    /// Whether a table has a price for all that the first variant asks for.
    fn prices(&self, table: &EnergyTable, format: Format) -> bool {
        let model = CostModel {
            table,
            format,
            zero_cost: &self.zero_cost,
            memory: None,
            static_energy: false,
        };
        let first = self.phases.first().and_then(|phase| phase.variants.first());
        first.is_some_and(|counted| {
            let mut demands = counted.census.demands.iter();
            table.entries().next().is_some() && demands.all(|demand| model.cost(demand).is_ok())
        })
    }
}

/// A model in a phase.
struct FoundPhase {
    name: String,
    model: ModelRequest,
    counted: Vec<Counted>,
    notes: Vec<String>,
}

/// The model in every phase that is asked for, at least one.
fn phases(args: &ExploreArgs, loader: &Arc<Loader>) -> Result<Vec<FoundPhase>, Problems> {
    let is_all = args.model.phase == ALL;
    let words = match is_all {
        true => vec!["prefill", "decode"],
        false => args.model.phase.split(',').map(str::trim).collect(),
    };
    let mut found: Vec<FoundPhase> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if words[..at].contains(word) {
            return Err(usage_error(format!("the phase `{word}` is given twice")));
        }
        let phase = phase(args, loader, word, words.contains(&TRAIN));
        match (phase, is_all && at > 0) {
            (Ok(phase), _) => found.push(phase),
            // A model that does not generate has none.
            (Err(_), true) => {}
            (Err(problems), false) => return Err(problems),
        }
    }
    Ok(found)
}

/// The model in one phase, beside others of which one `trains`, and means what is said
/// of training.
fn phase(
    args: &ExploreArgs,
    loader: &Arc<Loader>,
    word: &str,
    trains: bool,
) -> Result<FoundPhase, Problems> {
    let is_meant = !trains || word == TRAIN;
    let model = ModelArgs {
        phase: word.to_owned(),
        optimizer: args.model.optimizer.clone().filter(|_| is_meant),
        activations: args.model.activations.clone().filter(|_| is_meant),
        ..args.model.clone()
    };
    let variants = &args.variants;
    let request = ModelRequest::new(loader, &model, variants, Unnamed::All)?;
    let mut problems = Problems::new();
    let conventions = read_conventions(&args.price, &mut problems);
    problems.or(())?;
    let counted = request.counted(conventions)?;
    let found = (request, counted);
    let (request, counted, settled) =
        leaving_dims_open(&model, variants, Unnamed::All, found, conventions)?;
    let notes = (!settled.is_empty()).then(|| {
        let names = settled.join("`, `");
        format!("`{names}` changes the graph itself; another page has another value")
    });
    Ok(FoundPhase {
        name: word.to_owned(),
        model: request,
        counted,
        notes: notes.into_iter().collect(),
    })
}

/// The movements that are asked for beside none, and whether they were typed.
struct Movements<'a> {
    words: Vec<&'a str>,
    typed: bool,
}

fn movements(args: &PriceArgs) -> Result<Movements<'_>, Problems> {
    let typed = args.movement != ALL;
    let words: Vec<&str> = match typed {
        true => args.movement.split(',').map(str::trim).collect(),
        false => vec!["none", "compulsory", "no-reuse"],
    };
    if words.contains(&Movement::NAMES[3]) {
        let place = ArgSource::new("--movement", &args.movement).whole();
        let message = "tiles are searched for, which a page does not do";
        return Err(Diagnostic::at(&place, message)
            .help("`picojoule sweep --movement tiled` counts them over a grid")
            .into());
    }
    let moves = words.into_iter().filter(|word| *word != "none");
    Ok(Movements {
        words: moves.collect(),
        typed,
    })
}

/// What a model is priced with.
struct Priced {
    /// Without movement.
    plain: PriceRequest,
    tables: Vec<ExploredTable>,
}

fn priced(
    args: &ExploreArgs,
    loader: &Arc<Loader>,
    model: &ModelRequest,
    movements: &Movements<'_>,
) -> Result<Priced, Problems> {
    let shipped = loader.shipped_tables()?;
    let mut names: Vec<&str> = COMPARED_TABLES.to_vec();
    names.extend(shipped.iter().map(|table| table.name()));
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let moves = !movements.words.is_empty();
    let mut plain = PriceArgs {
        movement: "none".to_owned(),
        ..args.price.clone()
    };
    // What is said of memories belongs to the movements.
    let mut hardware = model.hardware.clone();
    if moves {
        hardware.levels.clear();
        plain.memory = None;
        plain.spikes = "bits".to_owned();
    }
    let plain = PriceRequest::new(&plain, &hardware, &names, loader)?;
    let mut tables: Vec<ExploredTable> = (plain.tables.iter())
        .map(|table| ExploredTable {
            table: table.clone(),
            memories: Vec::new(),
        })
        .collect();
    for word in &movements.words {
        for memory in memories(
            args,
            loader,
            &model.hardware,
            (word, movements.typed),
            &names,
        )? {
            let table = (tables.iter_mut()).find(|table| table.table.name() == memory.table);
            if let Some(table) = table {
                table.memories.push(memory);
            }
        }
    }
    Ok(Priced { plain, tables })
}

/// The memories of every table by one movement. Where no movement was typed, tables
/// without memories have none.
fn memories(
    args: &ExploreArgs,
    loader: &Loader,
    hardware: &HardwareSet,
    (word, typed): (&str, bool),
    names: &[&str],
) -> Result<Vec<Memory>, Problems> {
    let mut price = PriceArgs {
        movement: word.to_owned(),
        ..args.price.clone()
    };
    if !typed && args.price.memory.is_none() {
        let has_memory = |name: &String| {
            let table = loader.table(&ArgSource::new("--table", name).spanned(name));
            table.is_ok_and(|table| table.levels(None).is_ok())
        };
        price.table.retain(has_memory);
        if price.table.is_empty() && !args.price.table.is_empty() {
            return Ok(Vec::new());
        }
    }
    let request = PriceRequest::new(&price, hardware, names, loader)?;
    let memories = request.memories().cloned();
    Ok(memories.collect())
}
