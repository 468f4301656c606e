//! Model files that importers write.

use picojoule::graph::{self, Unfold};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::source::{Problems, Source};

/// Lowers a model file that an importer wrote. Whether its shapes fit is the
/// user's matter; that it can be read is the importer's.
pub fn lower(text: &str) {
    let model = Model::read(&Source::new("m.toml", text), &Loader::shipped())
        .unwrap_or_else(|problems| panic!("what was written cannot be read:\n{problems}\n{text}"));
    for name in model.variant_names() {
        let report = |problems: Problems| drop(problems.render(true));
        let _ = graph::lower(&model, name, &[], Unfold::No).map_err(report);
    }
}
