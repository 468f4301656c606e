//! What was typed so far, and the model and tables that it names.

use std::ffi::OsString;
use std::sync::{Arc, OnceLock};

use clap::{ArgMatches, CommandFactory};

use crate::catalog::COMPARED_TABLES;
use crate::cli::args::Cli;
use crate::cli::loading;
use crate::cli::request::DEFAULT_TABLE;
use crate::loader::Loader;
use crate::model::{Model, Phase};
use crate::table::EnergyTable;

/// Larger graphs are not read while somebody types.
const LARGEST_GRAPH: u64 = 64 << 20;

/// A line that is not finished.
pub(super) struct Line {
    /// The innermost command.
    command: Option<String>,
    /// What could be read of it.
    matches: Option<ArgMatches>,
    loader: Loader,
    model: OnceLock<Option<Arc<Model>>>,
    tables: OnceLock<Vec<Arc<EnergyTable>>>,
}

impl Line {
    /// Reads the words as far as they make sense.
    pub(super) fn read(words: &[OsString]) -> Line {
        let command = Cli::command().ignore_errors(true);
        let mut matches = command.try_get_matches_from(words).ok();
        let mut command = None;
        while let Some((name, inner)) = matches.as_mut().and_then(ArgMatches::remove_subcommand) {
            (command, matches) = (Some(name), Some(inner));
        }
        Line {
            command,
            matches,
            loader: loading::loader(),
            model: OnceLock::new(),
            tables: OnceLock::new(),
        }
    }

    /// What was typed for an argument.
    fn typed(&self, id: &str) -> Vec<String> {
        let matches = self.matches.as_ref();
        let values = matches.and_then(|all| all.try_get_many::<String>(id).ok().flatten());
        values.into_iter().flatten().cloned().collect()
    }

    /// The model that is named, in its phase.
    pub(super) fn model(&self) -> Option<&Arc<Model>> {
        let read = || {
            let name = self.typed("model").into_iter().next()?;
            let size = std::fs::metadata(&name).map_or(0, |file| file.len());
            if size > LARGEST_GRAPH {
                return None;
            }
            let model = self.loader.model(&name).ok()?;
            let phase = self.typed("phase").into_iter().next();
            let phase = phase.and_then(|phase| phase.parse::<Phase>().ok());
            match phase {
                Some(phase) => Model::clone(&model).in_phase(phase).map(Arc::new).ok(),
                None => Some(model),
            }
        };
        self.model.get_or_init(read).as_ref()
    }

    /// The tables that are named; the usual one where none is, or, for a comparison,
    /// the usual three.
    pub(super) fn tables(&self) -> &[Arc<EnergyTable>] {
        self.tables.get_or_init(|| {
            let named = self.typed("table");
            let usual: &[&str] = match self.command.as_deref() {
                Some("compare") => &COMPARED_TABLES,
                _ => &[DEFAULT_TABLE],
            };
            let names = match named.is_empty() {
                true => usual.to_vec(),
                false => named.iter().map(String::as_str).collect(),
            };
            let tables = names
                .into_iter()
                .filter_map(|name| self.loader.table(name).ok());
            tables.collect()
        })
    }
}
