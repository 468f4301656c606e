//! The blocks that a model draws on: its own, and those of other files.
//!
//! A name means the same block wherever it stands, a path is relative to the
//! file that it stands in: two files may call two blocks `./act.toml`, and one
//! block may be called by two paths.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::limits::BLOCKS;
use super::module::{Module, ModuleKind, OwnBlock};
use crate::catalog::{Finder, Kind, is_path};
use crate::source::{Diagnostic, Problems, Spanned};

/// The blocks of one model, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocks {
    /// Those that stand in the model file.
    own: BTreeMap<String, Arc<Module>>,
    /// Those of them that the model or one of its variants names.
    reached: BTreeSet<String>,
    /// Those that it or one of its variants names and that stand elsewhere, by
    /// the name of what ships or the path of the file.
    others: BTreeMap<String, Arc<Module>>,
    /// Which of these a path means, by the file that it stands in.
    paths: BTreeMap<(String, String), String>,
}

impl Blocks {
    pub(super) fn new(own: &[OwnBlock]) -> Blocks {
        let own = own.iter();
        Blocks {
            own: own
                .map(|block| (block.name.value.clone(), Arc::clone(&block.module)))
                .collect(),
            ..Blocks::default()
        }
    }

    /// The block that a name means where it stands.
    pub(super) fn find(&self, name: &Spanned<String>) -> Option<&Arc<Module>> {
        let other = || self.others.get(self.key(name)?);
        self.own(name).or_else(other)
    }

    /// The name or the path of a block that stands elsewhere.
    fn key<'k>(&'k self, name: &'k Spanned<String>) -> Option<&'k String> {
        match is_path(&name.value) {
            true => self.paths.get(&standing(name)),
            false => Some(&name.value),
        }
    }

    /// The model's own block of this name, unless a block of another file means
    /// one: it knows nothing of the model.
    pub(super) fn own(&self, name: &Spanned<String>) -> Option<&Arc<Module>> {
        let own = self.own.get(&name.value)?;
        let from = name.place.source();
        let mut others = self.others.values();
        let of_other =
            !Arc::ptr_eq(from, &own.source) && others.any(|block| Arc::ptr_eq(from, &block.source));
        (!of_other).then_some(own)
    }

    /// The blocks that are named anywhere, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Module>)> {
        let own = self.own.iter();
        own.filter(|(name, _)| self.reached.contains(*name))
            .chain(&self.others)
            .map(|(name, block)| (name.as_str(), block))
    }

    /// The names of the model's own blocks, and of those that ship.
    pub(super) fn known<'b>(&'b self, finder: &'b dyn Finder) -> Vec<&'b str> {
        let own = self.own.keys().map(String::as_str);
        own.chain(finder.names(Kind::Block)).collect()
    }

    /// Finds the blocks `wanted`, and all that they name in turn.
    pub(super) fn add(
        &mut self,
        mut wanted: Vec<Spanned<String>>,
        finder: &dyn Finder,
        problems: &mut Problems,
    ) {
        wanted.reverse();
        while let Some(name) = wanted.pop() {
            let named = if let Some(own) = self.own(&name) {
                let own = Arc::clone(own);
                self.reached.insert(name.value.clone()).then_some(own)
            } else if self.find(&name).is_some() {
                None
            } else if self.others.len() >= BLOCKS {
                let message = format!("a model may use at most {BLOCKS} blocks");
                problems.push(Diagnostic::at(&name.place, message));
                return;
            } else {
                self.open(&name, finder, problems)
            };
            if let Some(block) = named {
                wanted.extend(block.callees().into_iter().rev());
            }
        }
    }

    /// Checks the names in blocks of the model's own that nothing names, too.
    pub(super) fn check_unused(&self, finder: &dyn Finder, problems: &mut Problems) {
        let mut all = self.clone();
        let unused = self.own.iter();
        let unused = unused.filter(|(name, _)| !self.reached.contains(*name));
        for (_, block) in unused {
            all.add(block.callees(), finder, problems);
        }
    }

    /// Reads a block that stands elsewhere; nothing if it was read before, by
    /// another path.
    fn open(
        &mut self,
        name: &Spanned<String>,
        finder: &dyn Finder,
        problems: &mut Problems,
    ) -> Option<Arc<Module>> {
        let source = match finder.find(Kind::Block, name) {
            Ok(source) => source,
            Err(unreadable) if is_path(&name.value) => {
                problems.push(unreadable);
                return None;
            }
            // What ships is not all that it could be.
            Err(_) => {
                let mistake = Diagnostic::at(&name.place, format!("no block `{}`", name.value));
                problems.push(mistake.known(&name.value, self.known(finder)));
                return None;
            }
        };
        let key = match is_path(&name.value) {
            true => source.name().to_owned(),
            false => name.value.clone(),
        };
        let fresh = match self.others.contains_key(&key) {
            true => None,
            false => {
                let block = Arc::new(Module::read(&source, ModuleKind::Block, problems)?);
                self.others.insert(key.clone(), Arc::clone(&block));
                Some(block)
            }
        };
        self.paths.insert(standing(name), key);
        fresh
    }
}

/// The file in which a name stands, and the name.
fn standing(name: &Spanned<String>) -> (String, String) {
    (name.place.source().name().to_owned(), name.value.clone())
}
