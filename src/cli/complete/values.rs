//! The values of each kind of argument, in the light of what is on the line.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::Arc;

use clap::CommandFactory;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};

use super::kinds::Kind;
use super::line::Line;
use crate::catalog;
use crate::cli::args::{Cli, ShippedKind};
use crate::cli::help::TOPICS;
use crate::cli::show::graphs;
use crate::energy::{Estimate, Memory};
use crate::movement::{Movement, MovementOptions};
use crate::primitive::Primitive;
use crate::table::EnergyTable;

/// A value, and what is said of it.
type Value = (String, Option<String>);

/// What completes the values of one argument.
pub(super) struct Values {
    pub(super) kind: Kind,
    pub(super) line: Arc<Line>,
}

impl ValueCompleter for Values {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = current.to_str() else {
            return Vec::new();
        };
        let values = self.values(typed).into_iter();
        let values = values.filter(|(value, _)| value.starts_with(typed));
        let mut candidates: Vec<CompletionCandidate> = values
            .map(|(value, about)| CompletionCandidate::new(value).help(about.map(Into::into)))
            .collect();
        candidates.extend(self.files(current));
        candidates
    }
}

impl Values {
    /// Files that may stand there. Where names may, too, they come once one begins to
    /// be typed: a folder has many.
    fn files(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        if self.kind == Kind::Folder {
            return PathCompleter::dir().complete(current);
        }
        let Some(endings) = self.kind.files() else {
            return Vec::new();
        };
        if current.is_empty() && !matches!(self.kind, Kind::File(_)) {
            return Vec::new();
        }
        let fits = |path: &std::path::Path| {
            let name = path.to_string_lossy();
            path.is_file()
                && (endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending)))
        };
        PathCompleter::any().filter(fits).complete(current)
    }

    fn values(&self, typed: &str) -> Vec<Value> {
        let line = &self.line;
        match self.kind {
            Kind::Model => shipped(&[ShippedKind::Model]),
            Kind::Table => shipped(&[ShippedKind::Table]),
            Kind::Report => shipped(&[ShippedKind::Report]),
            Kind::Claim => shipped(&[ShippedKind::Claim]),
            Kind::Audited => shipped(&[ShippedKind::Claim, ShippedKind::Report]),
            Kind::Any => shipped(&ShippedKind::ALL),
            Kind::Topic => topics(),
            Kind::Variant => variants(line, typed),
            Kind::Scope => scopes(line),
            Kind::Set => [numbers(line), entries(line, typed)].concat(),
            Kind::Over => over(line, typed),
            Kind::Format => plain(formats(line)),
            Kind::Memory => memories(line),
            Kind::Primitive => plain(Primitive::names().map(str::to_owned).collect()),
            Kind::Words(words) => plain(words.iter().map(|word| (*word).to_owned()).collect()),
            Kind::File(_) | Kind::Folder => Vec::new(),
        }
    }
}

fn plain(names: Vec<String>) -> Vec<Value> {
    names.into_iter().map(|name| (name, None)).collect()
}

/// The names of what ships, each once, with the kinds that have it.
fn shipped(kinds: &[ShippedKind]) -> Vec<Value> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for kind in kinds {
        for name in catalog::names(kind.kind()) {
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some((_, of)) => of.push(kind.word()),
                None => found.push((name, vec![kind.word()])),
            }
        }
    }
    let found = found.into_iter();
    found
        .map(|(name, of)| (name.to_owned(), Some(of.join(", "))))
        .collect()
}

fn topics() -> Vec<Value> {
    let root = Cli::command();
    let commands = root.get_subcommands().map(|command| {
        let about = command.get_about().map(ToString::to_string);
        (command.get_name().to_owned(), about)
    });
    let topics = TOPICS.iter();
    let topics = topics.map(|topic| (topic.name.to_owned(), Some(topic.title().to_owned())));
    let mut all: Vec<Value> = commands.collect();
    for topic in topics {
        if !all.iter().any(|(known, _)| *known == topic.0) {
            all.push(topic);
        }
    }
    all
}

/// The model's own variants, and, once a name begins to be typed, all blocks.
fn variants(line: &Line, typed: &str) -> Vec<Value> {
    let model = line.model();
    let own = model.map(|model| model.variant_names()).unwrap_or_default();
    let mut all = plain(own.iter().map(|name| (*name).to_owned()).collect());
    if !typed.is_empty() || own.is_empty() {
        let blocks = catalog::names(catalog::Kind::Block);
        let blocks = blocks.filter(|name| !own.contains(name));
        all.extend(blocks.map(|name| (name.to_owned(), Some("block".to_owned()))));
    }
    all
}

/// The scopes of the model's variants, and all of it.
fn scopes(line: &Line) -> Vec<Value> {
    let graphs = line.model().and_then(|model| graphs(model).ok());
    let mut all: Vec<Value> = Vec::new();
    for graph in graphs.iter().flatten() {
        for scope in graph.scopes() {
            if !all.iter().any(|(known, _)| *known == scope.name) {
                all.push((scope.name.clone(), Some(scope.stages.join(", "))));
            }
        }
    }
    all.push((Estimate::WHOLE.to_owned(), Some("all of it".to_owned())));
    all
}

/// The dims and params of the model and of its blocks, with the model's own values.
fn numbers(line: &Line) -> Vec<Value> {
    let Some(model) = line.model() else {
        return Vec::new();
    };
    let values: BTreeMap<&str, &str> = (model.root.numbers.iter())
        .map(|number| (number.name.value.as_str(), number.formula.text.as_str()))
        .collect();
    let own: Vec<&str> = (model.root.needs.iter().map(|need| need.value.as_str()))
        .chain(
            model
                .root
                .numbers
                .iter()
                .map(|number| number.name.value.as_str()),
        )
        .collect();
    let settable = crate::graph::settable(model);
    let of_blocks = settable.iter().copied().filter(|name| !own.contains(name));
    let named = own.iter().copied().chain(of_blocks);
    named
        .map(|name| {
            let value = values.get(name).map(|value| format!("{name} = {value}"));
            (format!("{name}="), value)
        })
        .collect()
}

/// The entries of the tables in use, their memories and devices, once a name begins to
/// be typed, as they are many. Without the name of the table where there is one only;
/// with it once that is typed.
fn entries(line: &Line, typed: &str) -> Vec<Value> {
    let tables = line.tables();
    let all = tables.iter().flat_map(|table| {
        let dotted = format!("{}.", table.name());
        let of_table = match () {
            () if typed.starts_with(&dotted) => own_entries(table).into_iter(),
            () if tables.len() == 1 => return own_entries(table),
            () => return vec![(dotted, Some(table.title().to_owned()))],
        };
        of_table
            .map(|(entry, about)| (format!("{dotted}{entry}"), about))
            .collect()
    });
    match typed.is_empty() {
        true => Vec::new(),
        false => all.collect(),
    }
}

fn own_entries(table: &EnergyTable) -> Vec<Value> {
    let pj =
        |value: &num_rational::BigRational| Some(format!("{} pJ", crate::number::to_f64(value)));
    let entries = table
        .entries()
        .map(|(format, primitive, entry)| (format!("{format}.{primitive}="), pj(&entry.pj)));
    let mut all: Vec<Value> = entries.collect();
    if let Ok(levels) = table.levels(None) {
        let memory = Memory {
            table: table.name().to_owned(),
            movement: Movement::Compulsory,
            options: MovementOptions::default(),
            levels,
        };
        for at in 0..memory.levels.len() {
            for (number, _) in memory.numbers(at) {
                all.push((
                    format!("{}.{}=", memory.levels[at].level, number.name()),
                    None,
                ));
            }
        }
    }
    let numbers = table.device_numbers();
    all.extend(numbers.map(|(number, _)| (format!("{number}="), None)));
    all
}

/// What can run over several values; behind `table=`, `format=` and `variant=` their
/// words, one after the other.
fn over(line: &Line, typed: &str) -> Vec<Value> {
    const AXES: [&str; 3] = ["table=", "format=", "variant="];
    let axis = AXES.into_iter().find(|axis| typed.starts_with(axis));
    let Some(axis) = axis else {
        let axes = AXES.iter().map(|axis| ((*axis).to_owned(), None));
        return [numbers(line), axes.collect(), entries(line, typed)].concat();
    };
    let before = typed.rfind(',').map_or(axis.len(), |comma| comma + 1);
    let (kept, word) = typed.split_at(before);
    let words = match axis {
        "table=" => shipped(&[ShippedKind::Table]),
        "format=" => plain(formats(line)),
        _ => variants(line, word),
    };
    let words = words.into_iter();
    words
        .map(|(word, about)| (format!("{kept}{word}"), about))
        .collect()
}

/// The formats that a table has prices for.
fn formats(line: &Line) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for format in line.tables().iter().flat_map(|table| table.formats()) {
        let format = format.to_string();
        if !all.contains(&format) {
            all.push(format);
        }
    }
    all
}

/// The hierarchies of the tables, and the levels that they have for memories.
fn memories(line: &Line) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for table in line.tables() {
        let hierarchies = table.hierarchies().iter().map(|hierarchy| {
            let levels: Vec<&str> = (hierarchy.levels.iter())
                .map(|level| level.value.as_str())
                .collect();
            (hierarchy.name.value.clone(), Some(levels.join(", ")))
        });
        let levels = table.memories().iter();
        let levels = levels.map(|level| (level.name(), Some(table.name().to_owned())));
        for value in hierarchies.chain(levels) {
            if !all.iter().any(|(known, _)| *known == value.0) {
                all.push(value);
            }
        }
    }
    all
}
