//! Models as text, the graphs they become, and the mistakes they are told of.
#![allow(clippy::unwrap_used, clippy::panic)]

mod at_settings;
mod limits;
mod mistakes;
mod shapes;

use std::sync::Arc;

use crate::catalog::{self, Finder, Kind, not_shipped};
use crate::graph::{OpGraph, Unfold, lower};
use crate::model::Model;
use crate::source::{Diagnostic, Problems, Source, Spanned};

/// Blocks given with a test, and those that ship.
pub(super) struct Blocks<'t>(pub(super) &'t [(&'t str, &'t str)]);

impl Finder for Blocks<'_> {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        if let Some((name, text)) = self.0.iter().find(|(known, _)| *known == name.value) {
            return Ok(Source::new(format!("{name}.toml"), *text));
        }
        let mistake = |message| Diagnostic::at(&name.place, message);
        catalog::find(kind, &name.value).ok_or_else(|| not_shipped(kind, &name.value, mistake))
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        catalog::names(kind).collect()
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
