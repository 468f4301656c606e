//! Models over the blocks that ship.

use std::sync::Arc;

use picojoule::catalog::{self, Kind};
use picojoule::graph::{self, Unfold};
use picojoule::model::{Library, Model};
use picojoule::source::{Problems, Source};

/// Nothing else can be found.
struct Shipped;

impl Library for Shipped {
    fn find(&self, name: &str, _from: &Source) -> Result<Arc<Source>, String> {
        catalog::find(Kind::Block, name).ok_or_else(|| format!("no block `{name}`"))
    }

    fn names(&self) -> Vec<&str> {
        catalog::names(Kind::Block).collect()
    }
}

/// Lowers a model file that an importer wrote. Whether its shapes fit is the
/// user's matter; that it can be read is the importer's.
pub fn lower(text: &str) {
    let model = Model::read(&Source::new("m.toml", text), &Shipped)
        .unwrap_or_else(|problems| panic!("what was written cannot be read:\n{problems}\n{text}"));
    for name in model.variant_names() {
        let told = |problems: Problems| drop(problems.render(true));
        let _ = graph::lower(&model, name, &[], Unfold::No).map_err(told);
    }
}
