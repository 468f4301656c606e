//! What is read in a file: a few facts and lists, for people and for programs.
//!
//! One value serves both. A cell is JSON, so that a program gets numbers and
//! lists; people get the same in words.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::cli::json::{cell_json, text};
use crate::cli::output;
use crate::render::table::{Align, Table, TableFormat, write};
use crate::source::{Place, Problems};
use crate::view::cells::{column, row, words};

/// Rows, and values of one cell, for people; programs get all.
const SHOWN: usize = 100;
const NAMED: usize = 12;

/// What is read in a file.
pub(super) struct Outline {
    /// What it is: `model`, `table`.
    pub(super) kind: &'static str,
    /// Its name.
    pub(super) name: String,
    /// The name of its file.
    pub(super) file: String,
    /// What is said of all of it, by key.
    facts: Vec<(&'static str, Value)>,
    lists: Vec<List>,
}

/// Rows of one kind.
pub(super) struct List {
    /// What they are of, for people.
    title: String,
    /// The same for programs.
    key: String,
    /// The names of the columns, for people and for programs; one without a name is
    /// not for them.
    columns: Vec<(String, String)>,
    rows: Vec<Vec<Value>>,
}

impl List {
    pub(super) fn new(
        title: &str,
        key: &str,
        columns: &[(&str, &str)],
        rows: Vec<Vec<Value>>,
    ) -> List {
        let columns = columns.iter();
        List {
            title: title.to_owned(),
            key: key.to_owned(),
            columns: columns
                .map(|(name, key)| ((*name).to_owned(), (*key).to_owned()))
                .collect(),
            rows,
        }
    }

    /// The rows of a table of results.
    pub(super) fn of_table(title: &str, key: &str, table: &Table) -> List {
        let columns = table.columns.iter();
        let rows = table.rows.iter();
        List {
            title: title.to_owned(),
            key: key.to_owned(),
            columns: columns
                .map(|column| (column.name.clone(), column.key.clone()))
                .collect(),
            rows: rows
                .map(|row| row.cells.iter().map(cell_json).collect())
                .collect(),
        }
    }

    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(row);
            let cells = cells.filter(|((_, key), _)| !key.is_empty());
            Value::Object(
                cells
                    .map(|((_, key), cell)| (key.clone(), cell.clone()))
                    .collect(),
            )
        });
        rows.collect()
    }

    fn text(&self, width: usize) -> String {
        let shown = |at: usize| (self.columns.get(at)).is_some_and(|(name, _)| !name.is_empty());
        let cells = |cells: &[Value]| {
            let cells = cells.iter().enumerate().filter(|(at, _)| shown(*at));
            row(cells.map(|(_, cell)| words(in_words(cell))).collect())
        };
        let more = self.rows.len().saturating_sub(SHOWN);
        let table = Table {
            title: Some(self.title.clone()),
            columns: (self.columns.iter())
                .filter(|(name, _)| !name.is_empty())
                .map(|(name, key)| column(name, key, Align::Left))
                .collect(),
            rows: (self.rows.iter().take(SHOWN))
                .map(|row| cells(row))
                .collect(),
            notes: (more > 0)
                .then(|| format!("{more} more: all of them by `--output json`."))
                .into_iter()
                .collect(),
        };
        write(&table, TableFormat::Text, width)
    }
}

impl Outline {
    pub(super) fn new(kind: &'static str, name: &str, file: &str) -> Outline {
        Outline {
            kind,
            name: name.to_owned(),
            file: file.to_owned(),
            facts: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// Adds a fact; one that is empty says nothing.
    pub(super) fn fact(&mut self, key: &'static str, value: impl Into<Value>) {
        let value = value.into();
        if !in_words(&value).is_empty() {
            self.facts.push((key, value));
        }
    }

    /// Adds a list, if anything is in it.
    pub(super) fn list(&mut self, list: List) {
        if !list.rows.is_empty() {
            self.lists.push(list);
        }
    }

    /// For programs. Its fields may be added to, never renamed.
    pub(super) fn json(&self) -> Result<String, Problems> {
        let mut all = Map::new();
        for (key, value) in [
            ("kind", self.kind),
            ("name", &self.name),
            ("file", &self.file),
        ] {
            all.insert(key.to_owned(), json!(value));
        }
        for (key, value) in &self.facts {
            all.insert((*key).to_owned(), value.clone());
        }
        for list in &self.lists {
            all.insert(list.key.clone(), list.json());
        }
        text(&all)
    }

    /// For people, in lines of this width.
    pub(super) fn text(&self, width: usize) -> String {
        let mut parts = vec![format!("{}: a {}, {}", self.name, self.kind, self.file)];
        for (key, value) in &self.facts {
            parts.push(format!("{}: {}", key.replace('_', " "), in_words(value)));
        }
        let mut parts = vec![output::filled(&parts.join("\n"), width)];
        for list in &self.lists {
            parts.push(list.text(width).trim_end().to_owned());
        }
        parts.join("\n\n")
    }
}

/// A value as people read it.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let mut named: Vec<String> = values.iter().take(NAMED).map(in_words).collect();
            if values.len() > NAMED {
                named.push(format!("… ({} in all)", values.len()));
            }
            named.join(", ")
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Vec<String> = fields
                .map(|(key, value)| format!("{key} = {}", in_words(value)))
                .collect();
            fields.join(", ")
        }
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
    }
}

/// The lines of files: where each begins is looked for once.
#[derive(Default)]
pub(super) struct Lines<'s> {
    breaks: HashMap<&'s str, Vec<usize>>,
}

impl<'s> Lines<'s> {
    /// The line that something stands in, counted from 1.
    pub(super) fn line(&mut self, place: &'s Place) -> usize {
        let source = place.source();
        let breaks = self.breaks.entry(source.name()).or_insert_with(|| {
            let breaks = source.text().match_indices('\n');
            breaks.map(|(at, _)| at).collect()
        });
        let start = place.span().start;
        breaks.partition_point(|at| *at < start) + 1
    }

    /// Where something stands: `models/blocks/vanilla.toml:14`.
    pub(super) fn at(&mut self, place: &'s Place) -> String {
        format!("{}:{}", place.source().name(), self.line(place))
    }
}
