//! Any text, read as a model and the blocks that come with it.

#![no_main]

mod dice;
mod words;

use std::sync::Arc;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::catalog::{self, Kind};
use picojoule::census::{Conventions, census};
use picojoule::graph::{Unfold, lower};
use picojoule::model::{Library, Model};
use picojoule::source::{Problems, Source};

/// What a block begins after.
const BLOCK: &str = "\n#=== block ";

/// The blocks of the input, then those that ship.
struct Blocks<'t>(Vec<(&'t str, &'t str)>);

impl Library for Blocks<'_> {
    fn find(&self, name: &str, _from: &Source) -> Result<Arc<Source>, String> {
        if let Some((_, text)) = self.0.iter().find(|(known, _)| *known == name) {
            return Ok(Source::new(format!("{name}.toml"), *text));
        }
        catalog::find(Kind::Block, name).ok_or_else(|| format!("no block `{name}`"))
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = catalog::names(Kind::Block).collect();
        names.extend(self.0.iter().map(|(name, _)| *name));
        names
    }
}

fn all(text: &str) -> Result<(), Problems> {
    let mut parts = text.split(BLOCK);
    let root = parts.next().unwrap_or_default();
    let blocks = Blocks(parts.filter_map(|part| part.split_once('\n')).collect());
    let model = Model::read(&Source::new("m.toml", root), &blocks)?;
    for name in model.variant_names().into_iter().take(2) {
        for unfold in [Unfold::No, Unfold::Yes] {
            let graph = lower(&model, name, &[], unfold)?;
            drop(census(&graph, Conventions::default()));
        }
    }
    Ok(())
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    words::mutate(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    if let Err(problems) = all(text) {
        drop(problems.render(true));
    }
});
