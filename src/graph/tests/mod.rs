//! Models as text, the graphs they become, and the mistakes they are told of.
#![allow(clippy::unwrap_used, clippy::panic)]

mod limits;
mod mistakes;
mod shapes;

use std::sync::Arc;

use crate::catalog::{self, Kind};
use crate::graph::{OpGraph, Unfold, lower};
use crate::model::{Library, Model};
use crate::source::{Problems, Source};

/// Blocks given with a test, and those that ship.
pub(super) struct Blocks<'t>(pub(super) &'t [(&'t str, &'t str)]);

impl Library for Blocks<'_> {
    fn find(&self, name: &str, _from: &Source) -> Result<Arc<Source>, String> {
        if let Some((_, text)) = self.0.iter().find(|(known, _)| *known == name) {
            return Ok(Source::new(format!("{name}.toml"), *text));
        }
        catalog::find(Kind::Block, name).ok_or_else(|| format!("no block `{name}`"))
    }

    fn names(&self) -> Vec<&str> {
        catalog::names(Kind::Block).collect()
    }
}

/// The first variant of a model in the file `m.toml`.
pub(super) fn try_lowered(
    text: &str,
    blocks: &[(&str, &str)],
    unfold: Unfold,
) -> Result<OpGraph, Problems> {
    let model = Model::read(&Source::new("m.toml", text), &Blocks(blocks))?;
    let variant = model.variant_names()[0].to_owned();
    lower(&model, &variant, &[], unfold)
}

pub(super) fn lowered(text: &str, blocks: &[(&str, &str)]) -> OpGraph {
    try_lowered(text, blocks, Unfold::No).unwrap_or_else(|problems| panic!("{problems}"))
}

/// One variant of a model that ships.
pub(super) fn shipped(name: &str, variant: &str, unfold: Unfold) -> OpGraph {
    let source = catalog::find(Kind::Model, name).unwrap();
    let model = Model::read(&source, &Blocks(&[])).unwrap();
    lower(&model, variant, &[], unfold).unwrap()
}
