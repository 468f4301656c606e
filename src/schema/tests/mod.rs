//! Schemas and readers say the same.
//!
//! A reader that asks for a key which its shape lacks stops in any test that reads
//! such a table. Here the other half is shown: every key of every schema stands in
//! a file that is read without a mistake; what a schema refuses is refused by the
//! reader; and a key that neither knows is refused by both.

#![allow(clippy::unwrap_used, clippy::panic)]

mod check;
mod mutate;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use self::check::accepts;
use self::mutate::{Site, keys_in, mutations, sites};
use super::{KINDS, schema, shape};
use crate::catalog::{self, Kind};
use crate::claims::ClaimFile;
use crate::loader::Loader;
use crate::model::{Densities, Module, ModuleKind};
use crate::report::Spec;
use crate::source::{Datum, Problems, Source, Value as Read, parse_toml};
use crate::table::EnergyTable;

/// What the reader of this kind says of a text.
fn read(kind: Kind, name: &str, text: String) -> Result<(), Problems> {
    let source = Source::new(name, text);
    let module = |kind| {
        let mut problems = Problems::new();
        let module = Module::read(&source, kind, &mut problems);
        problems.or_some(module).map(drop)
    };
    match kind {
        Kind::Model => module(ModuleKind::Model),
        Kind::Block => module(ModuleKind::Block),
        Kind::Table => EnergyTable::read(&source, &Loader::shipped()).map(drop),
        Kind::Report => Spec::read(&source).map(drop),
        Kind::Claim => ClaimFile::read(&source).map(drop),
        Kind::Densities => Densities::read(&source).map(drop),
        Kind::Runs => Ok(()),
    }
}

/// A value as JSON has it.
fn to_json(datum: &Datum) -> Value {
    match &datum.value {
        Read::Text(text) => Value::String(text.clone()),
        Read::Number(number) => serde_json::from_str(&crate::number::plain(number)).unwrap(),
        Read::Bool(truth) => Value::Bool(*truth),
        Read::Array(items) => Value::Array(items.iter().map(to_json).collect()),
        Read::Table(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.value.clone(), to_json(value)))
                    .collect(),
            )
        }
        Read::Other(words) => panic!("{words}"),
    }
}

/// The same as TOML, a key of the root in each line.
fn to_toml(root: &Value) -> String {
    fn inline(value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(inline).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(entries) => {
                let entries: Vec<String> = (entries.iter())
                    .map(|(key, value)| {
                        format!("{} = {}", Value::from(key.as_str()), inline(value))
                    })
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
            other => other.to_string(),
        }
    }
    let entries = root.as_object().unwrap().iter();
    entries
        .map(|(key, value)| format!("{} = {}\n", Value::from(key.as_str()), inline(value)))
        .collect()
}

/// What ships of a kind, and the files in `tests/schemas` that have the keys that
/// none of it has.
fn files(kind: Kind) -> Vec<Arc<Source>> {
    let mut files: Vec<Arc<Source>> = catalog::names(kind)
        .filter_map(|name| catalog::find(kind, name))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let mut own: Vec<_> = (std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            name == kind.noun() || name.starts_with(&format!("{}-", kind.noun()))
        })
        .collect();
    own.sort();
    for path in own {
        let text = std::fs::read_to_string(&path).unwrap();
        files.push(Source::new(path.display().to_string(), text));
    }
    files
}

fn parsed(source: &Arc<Source>) -> Value {
    to_json(&parse_toml(source, &mut Problems::new()).unwrap())
}

fn written(kind: Kind) -> Value {
    serde_json::from_str(&schema(kind).unwrap()).unwrap()
}

#[test]
fn every_file_fits_its_schema_and_every_key_stands_in_one() {
    let mut all = BTreeSet::new();
    let mut found = BTreeSet::new();
    for kind in KINDS {
        let (schema, shape) = (written(kind), shape(kind).unwrap());
        keys_in(shape, &mut all);
        for source in files(kind) {
            let root = parsed(&source);
            read(kind, source.name(), source.text().to_owned())
                .unwrap_or_else(|problems| panic!("{problems}"));
            assert!(accepts(&schema, &schema, &root), "{}", source.name());
            for site in sites(&root, shape) {
                for key in site.table(&root).keys() {
                    let known = site.shape.key(key);
                    found.extend(known.map(|key| mutate::mark(site.shape, key)));
                }
            }
        }
    }
    let missing: Vec<_> = all.difference(&found).collect();
    assert!(missing.is_empty(), "no file has {missing:?}");
}

/// At most so many tables of a kind are tried: what holds of two holds of all.
const TRIED: usize = 2;

#[test]
fn what_a_schema_refuses_the_reader_refuses() {
    for kind in KINDS {
        let (schema, shape) = (written(kind), shape(kind).unwrap());
        let mut tried: Vec<(&str, String)> = Vec::new();
        for source in files(kind) {
            let root = parsed(&source);
            for site in sites(&root, shape) {
                for mutation in mutations(&root, &site) {
                    let mark = (site.shape.name, mutation.what.clone());
                    if tried.iter().filter(|other| **other == mark).count() >= TRIED {
                        continue;
                    }
                    tried.push(mark);
                    check_mutation(kind, &schema, &source, &site, &mutation);
                }
            }
        }
    }
}

fn check_mutation(
    kind: Kind,
    schema: &Value,
    source: &Source,
    site: &Site,
    mutation: &mutate::Mutation,
) {
    let text = to_toml(&mutation.root);
    let by_schema = accepts(schema, schema, &mutation.root);
    let by_reader = read(kind, source.name(), text).is_ok();
    let what = format!(
        "{}: {} of `{}`",
        source.name(),
        mutation.what,
        site.shape.name
    );
    assert!(
        by_schema || !by_reader,
        "{what} is refused by the schema alone"
    );
    if mutation.is_unknown_key {
        assert_eq!(by_schema, by_reader, "{what}");
    }
}

/// The files in `schemas` are what the program prints.
#[test]
fn the_committed_schemas_are_those_of_the_readers() {
    for kind in KINDS {
        let path = format!(
            "{}/schemas/{}.json",
            env!("CARGO_MANIFEST_DIR"),
            kind.noun()
        );
        let text = schema(kind).unwrap();
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "schemas/{}.json is not what the reader asks for; `UPDATE_SCHEMAS=1 cargo test --lib schema` writes it",
            kind.noun()
        );
    }
}

/// Every file that ships names the schema of its kind, by a path that leads there.
#[test]
fn every_file_that_ships_names_its_schema() {
    for kind in KINDS.into_iter().filter(|kind| kind.ships()) {
        for source in catalog::names(kind).filter_map(|name| catalog::find(kind, name)) {
            let first = source.text().lines().next().unwrap_or_default();
            let up = "../".repeat(source.name().matches('/').count());
            let expected = format!("#:schema {up}schemas/{}.json", kind.noun());
            assert_eq!(first, expected, "{}", source.name());
        }
    }
}
