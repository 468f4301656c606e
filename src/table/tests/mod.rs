//! The room from outside: the tables that ship, what each mistake says, and
//! the laws of derived prices.

#![allow(clippy::unwrap_used, clippy::panic)]

mod dependencies;
mod device;
mod laws;
mod mistakes;
mod scale;
mod shipped;
mod units;

use std::sync::Arc;

use num_rational::BigRational;

use super::{EnergyTable, Entry};
use crate::catalog::{Finder, Kind, not_shipped};
use crate::number;
use crate::source::{Diagnostic, Problems, Source, Spanned};

/// The exact number with these digits.
fn exact(digits: &str) -> BigRational {
    number::parse_decimal(digits).unwrap()
}

/// Reads `text` as `t.toml`; nothing can be extended.
fn read(text: &str) -> Result<EnergyTable, Problems> {
    EnergyTable::read(&Source::new("t.toml", text), &Named(|_: &str| None))
}

/// A table that begins as tables must: a name, a boundary, a kind and the
/// source `s`, on lines 1 to 6. Line 7 is the first of `rest`.
fn table_text(rest: &str) -> String {
    format!(
        "name = \"t\"\nboundary = \"functional unit\"\nkind = \"measured\"\n\
         [source.s]\ntitle = \"A text\"\nwhere = \"Somewhere, 2026\"\n{rest}"
    )
}

/// `fp32.add`.
fn entry<'t>(table: &'t EnergyTable, name: &str) -> Option<&'t Entry> {
    let (format, primitive) = name.split_once('.').unwrap();
    table.entry(primitive.parse().unwrap(), format.parse().unwrap())
}

/// The price of an entry, written out, or `-` where there is none.
fn pj(table: &EnergyTable, name: &str) -> String {
    entry(table, name).map_or_else(|| "-".to_owned(), |entry| number::plain(&entry.pj))
}

/// Tables by the name in `extends`.
struct Named<F>(F);

impl<F: Fn(&str) -> Option<Arc<Source>>> Finder for Named<F> {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        let mistake = |message| Diagnostic::at(&name.place, message);
        self.0(&name.value).ok_or_else(|| not_shipped(kind, &name.value, mistake))
    }

    fn names(&self, _: Kind) -> Vec<&str> {
        Vec::new()
    }
}

fn shipped(name: &str) -> Option<Arc<Source>> {
    let text = match name {
        "45nm" => include_str!("../../../energy-tables/45nm.toml"),
        "7nm" => include_str!("../../../energy-tables/7nm.toml"),
        "fpga-zc706" => include_str!("../../../energy-tables/fpga-zc706.toml"),
        "45nm-cacti" => include_str!("../../../energy-tables/45nm-cacti.toml"),
        "tpu-v4i" => include_str!("../../../energy-tables/tpu-v4i.toml"),
        "eyeriss" => include_str!("../../../energy-tables/eyeriss.toml"),
        "lemaire" => include_str!("../../../energy-tables/lemaire.toml"),
        _ => return None,
    };
    Some(Source::new(format!("energy-tables/{name}.toml"), text))
}

fn load(name: &str) -> EnergyTable {
    EnergyTable::read(&shipped(name).unwrap(), &Named(shipped))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// `t.toml:8:5: message`.
fn told(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.place().map(ToString::to_string);
    format!("{}: {}", place.unwrap_or_default(), diagnostic.message())
}

fn mistakes(text: &str) -> Vec<String> {
    let problems = read(text).unwrap_err();
    problems.iter().map(told).collect()
}

/// `text` has the one mistake that is told, and the help is shown with it.
#[track_caller]
fn one(text: &str, expected: &str, help: &str) {
    assert_eq!(mistakes(text), [expected]);
    let shown = read(text).unwrap_err().render(false);
    // No help where the message says it all.
    let found = help.is_empty() || shown.contains(&format!("help: {help}"));
    assert!(found, "{shown}");
}

/// The same for a text after a sound beginning.
#[track_caller]
fn one_in(rest: &str, expected: &str, help: &str) {
    one(&table_text(rest), expected, help);
}
