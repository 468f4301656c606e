//! Any text, read as a model and the blocks that come with it.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::catalog::{Finder, Kind};
use picojoule::census::{BiasAs, Conventions, DotAdds, Ineffectual, census};
use picojoule::graph::{Unfold, lower};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::source::{Diagnostic, Problems, Source, Spanned};
use support::text;

/// What a block begins after.
const BLOCK: &str = "\n#=== block ";

/// The blocks of the input, then those that ship.
struct Blocks<'t>(Vec<(&'t str, &'t str)>);

impl Finder for Blocks<'_> {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        match self.0.iter().find(|(known, _)| *known == name.value) {
            Some((known, text)) => Ok(Source::new(format!("{known}.toml"), *text)),
            None => Loader::shipped().find(kind, name),
        }
    }

    fn names(&self, _: Kind) -> Vec<&str> {
        self.0.iter().map(|(name, _)| *name).collect()
    }
}

/// What changes no result is left out.
const SKIPPED: Conventions = Conventions {
    dot_adds: DotAdds::KMinusOne,
    bias: BiasAs::Counted,
    padding: Ineffectual::Skipped,
    causal: Ineffectual::Skipped,
};

fn all(text: &str) -> Result<(), Problems> {
    let mut parts = text.split(BLOCK);
    let root = parts.next().unwrap_or_default();
    let blocks = Blocks(parts.filter_map(|part| part.split_once('\n')).collect());
    let model = Model::read(&Source::new("m.toml", root), &blocks)?;
    for name in model.variant_names().into_iter().take(2) {
        for unfold in [Unfold::No, Unfold::Yes] {
            let graph = lower(&model, name, &[], unfold)?;
            drop(census(&graph, Conventions::default()));
            drop(census(&graph, SKIPPED));
        }
    }
    Ok(())
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    text::mutate(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    if let Err(problems) = all(text) {
        drop(problems.render(true));
    }
});
