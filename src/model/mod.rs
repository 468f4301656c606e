//! Models as their users describe them: dims, blocks, variants, stages.
//!
//! A model file and a block file have the same shape, a [`Module`]: inputs,
//! numbers with names, and ops. A model adds variants and blocks of its own; a
//! block takes its numbers from whoever calls it. This room reads the files and checks what
//! can be said of each by itself; what an op's shape is, and whether its
//! inputs exist, shows only when a model is lowered to a graph.

mod axes;
mod blocks;
mod chains;
mod densities;
mod limits;
mod module;
mod notation;
mod op;
mod read;
mod shape;

use std::sync::Arc;

use self::blocks::Blocks;
use crate::source::{Diagnostic, Place, Problems, RenamedKeys, Source, Spanned};

pub use self::axes::{AxisGroup, Signature};
pub use self::densities::Densities;
pub use self::module::{
    Input, Module, ModuleKind, Named, NamedWeight, Number, NumberRole, OwnBlock, Scope, Variant,
    WeightRole,
};
pub use self::notation::Ellipsis;
pub use self::op::{Callee, Map, OpDecl, OpForm, Operand, Reduce, WeightDecl};
pub use self::read::read_numbers;
pub use self::shape::ShapeDecl;

/// Where blocks come from. This room reads no files itself.
pub trait Library {
    /// The source of the block that `from` calls `name`; of any file if that
    /// is a path, relative to `from`.
    ///
    /// # Errors
    /// What keeps it from being found, in words.
    fn find(&self, name: &str, from: &Source) -> Result<Arc<Source>, String>;

    /// The names of the blocks that can be found from anywhere.
    fn names(&self) -> Vec<&str>;
}

/// A model with every block that it or one of its variants names.
#[derive(Debug, Clone)]
pub struct Model {
    /// The model file.
    pub root: Arc<Module>,
    /// Densities that were measured, over those that the files declare.
    pub densities: Option<Arc<Densities>>,
    /// Keys that its files have under former names.
    pub renamed: RenamedKeys,
    blocks: Blocks,
}

impl Model {
    /// Reads a model and, through `library`, all blocks that it names.
    ///
    /// # Errors
    /// Fails with every mistake in any of these files, each with its place.
    pub fn read(source: &Arc<Source>, library: &dyn Library) -> Result<Model, Problems> {
        let mut problems = Problems::new();
        let root = Module::read(source, ModuleKind::Model, &mut problems);
        let Some(root) = root else {
            return Err(problems);
        };
        let mut blocks = Blocks::new(&root.blocks);
        blocks.add(root.callees(), library, &mut problems);
        blocks.check_unused(library, &mut problems);
        let densities = root.densities.as_ref();
        let densities = densities.and_then(|file| open_densities(file, library, &mut problems));
        let renamed = problems.take_renamed();
        problems.or(Model {
            root: Arc::new(root),
            densities,
            renamed,
            blocks,
        })
    }

    /// Adds a variant that puts a block into the slot that the variants of the
    /// model differ in (or into its only slot), so that any block can be tried
    /// without a line in the model file.
    ///
    /// # Errors
    /// A model without such a slot, or a block that cannot be read.
    pub fn add_variant(
        &mut self,
        name: &str,
        place: &Place,
        library: &dyn Library,
    ) -> Result<(), Problems> {
        let Some(slot) = self.open_slot() else {
            let known = self.root.variants.iter().map(|v| v.name.value.as_str());
            let message = format!("`{}` has no variant `{name}`", self.root.name);
            return Err(Diagnostic::at(place, message).known(name, known).into());
        };
        let callee = Spanned::new(name.to_owned(), place.clone());
        if self.blocks.own(&callee).is_none()
            && let Err(message) = library.find(name, place.source())
        {
            if name.contains('/') || name.ends_with(".toml") {
                return Err(Diagnostic::at(place, message).into());
            }
            let mut known = self.blocks.known(library);
            let variants = self.root.variants.iter();
            known.splice(0..0, variants.map(|variant| variant.name.value.as_str()));
            known.dedup();
            let message = format!(
                "`{}` has no variant `{name}`, and {message}",
                self.root.name
            );
            return Err(Diagnostic::at(place, message).known(name, known).into());
        }
        let variant = Variant::of_slot(slot, name, place);
        let mut problems = Problems::new();
        self.blocks.add(vec![callee], library, &mut problems);
        let mut root = Module::clone(&self.root);
        root.variants.push(variant);
        self.root = Arc::new(root);
        self.renamed.extend(problems.take_renamed());
        problems.or(())
    }

    /// The slot that the variants differ in, or the only one.
    fn open_slot(&self) -> Option<&Named<String>> {
        let filled = |slot: &&Named<String>| {
            let name = &slot.name.value;
            let variants = self.root.variants.iter();
            variants
                .flat_map(|variant| &variant.slots)
                .any(|filled| filled.name.value == *name)
        };
        let mut varied = self.root.slots.iter().filter(filled);
        match (varied.next(), varied.next(), self.root.slots.as_slice()) {
            (Some(slot), None, _) => Some(slot),
            (None, _, [slot]) => Some(slot),
            _ => None,
        }
    }

    /// The block that a name means where it stands.
    pub fn block(&self, name: &Spanned<String>) -> Option<&Arc<Module>> {
        self.blocks.find(name)
    }

    /// All blocks that the model or one of its variants names.
    pub fn blocks(&self) -> impl Iterator<Item = (&str, &Arc<Module>)> {
        self.blocks.iter()
    }

    /// The names of the variants, the baseline first. A model without variants
    /// has one, named after itself.
    pub fn variant_names(&self) -> Vec<&str> {
        if self.root.variants.is_empty() {
            return vec![self.root.name.as_str()];
        }
        self.root
            .variants
            .iter()
            .map(|variant| variant.name.value.as_str())
            .collect()
    }
}

/// The densities that a model file names.
fn open_densities(
    file: &Spanned<String>,
    library: &dyn Library,
    problems: &mut Problems,
) -> Option<Arc<Densities>> {
    if !file.value.ends_with(".toml") {
        let message = format!("`{}` is no file of densities", file.value);
        problems.push(
            Diagnostic::at(&file.place, message)
                .help(format!("it is given by its path: `./{}.toml`", file.value)),
        );
        return None;
    }
    let found = library.find(&file.value, file.place.source());
    let read = found
        .map_err(|message| Diagnostic::at(&file.place, message).into())
        .and_then(|source| Densities::read(&source));
    match read {
        Ok(densities) => Some(Arc::new(densities)),
        Err(mistakes) => {
            problems.extend(mistakes);
            None
        }
    }
}
