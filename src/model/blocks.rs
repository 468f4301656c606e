//! The blocks that a model draws on: its own, and those of a library.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Library;
use super::limits::BLOCKS;
use super::module::{Module, ModuleKind, OwnBlock};
use crate::source::{Diagnostic, Problems, Spanned};

/// The blocks of one model, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocks {
    /// Those that stand in the model file.
    own: BTreeMap<String, Arc<Module>>,
    /// Those of them that the model or one of its variants names.
    reached: BTreeSet<String>,
    /// Those that it or one of its variants names and that stand elsewhere.
    library: BTreeMap<String, Arc<Module>>,
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
        self.own(name).or_else(|| self.library.get(&name.value))
    }

    /// The model's own block of this name, unless a block of the library means
    /// one of its own kind: it knows nothing of the model.
    pub(super) fn own(&self, name: &Spanned<String>) -> Option<&Arc<Module>> {
        let own = self.own.get(&name.value)?;
        let from = name.place.source();
        let mut elsewhere = self.library.values();
        let of_library = !Arc::ptr_eq(from, &own.source)
            && elsewhere.any(|block| Arc::ptr_eq(from, &block.source));
        (!of_library).then_some(own)
    }

    /// The blocks that are named anywhere, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Module>)> {
        let own = self.own.iter();
        own.filter(|(name, _)| self.reached.contains(*name))
            .chain(&self.library)
            .map(|(name, block)| (name.as_str(), block))
    }

    /// The names of the model's own blocks, and of those that ship.
    pub(super) fn known<'b>(&'b self, library: &'b dyn Library) -> Vec<&'b str> {
        let own = self.own.keys().map(String::as_str);
        own.chain(library.names()).collect()
    }

    /// Finds the blocks `wanted`, and all that they name in turn.
    pub(super) fn add(
        &mut self,
        mut wanted: Vec<Spanned<String>>,
        library: &dyn Library,
        problems: &mut Problems,
    ) {
        wanted.reverse();
        while let Some(name) = wanted.pop() {
            let named = if let Some(own) = self.own(&name) {
                let own = Arc::clone(own);
                self.reached.insert(name.value.clone()).then_some(own)
            } else if self.library.contains_key(&name.value) {
                None
            } else if self.library.len() >= BLOCKS {
                let message = format!("a model may use at most {BLOCKS} blocks");
                problems.push(Diagnostic::at(&name.place, message));
                return;
            } else {
                self.open(&name, library, problems)
            };
            if let Some(block) = named {
                wanted.extend(block.callees().into_iter().rev());
            }
        }
    }

    /// Checks the names in blocks of the model's own that nothing names, too.
    pub(super) fn check_unused(&self, library: &dyn Library, problems: &mut Problems) {
        let mut all = self.clone();
        let unused = self.own.iter();
        let unused = unused.filter(|(name, _)| !self.reached.contains(*name));
        for (_, block) in unused {
            all.add(block.callees(), library, problems);
        }
    }

    /// Reads a block of the library.
    fn open(
        &mut self,
        name: &Spanned<String>,
        library: &dyn Library,
        problems: &mut Problems,
    ) -> Option<Arc<Module>> {
        match library.find(&name.value, name.place.source()) {
            Ok(source) => {
                let block = Arc::new(Module::read(&source, ModuleKind::Block, problems)?);
                self.library.insert(name.value.clone(), Arc::clone(&block));
                Some(block)
            }
            Err(message) => {
                problems.push(
                    Diagnostic::at(&name.place, message).known(&name.value, self.known(library)),
                );
                None
            }
        }
    }
}
