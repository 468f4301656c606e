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
mod phase;
pub(crate) mod read;
mod shape;
mod stages;
mod variants;

use std::sync::Arc;

use self::blocks::Blocks;
use crate::catalog::{Finder, Kind};
use crate::source::{Diagnostic, Outline, Problems, RenamedKeys, Source, Spanned};

pub use self::axes::{AxisGroup, Signature};
pub use self::densities::Densities;
pub(crate) use self::limits::check_import;
pub use self::module::{
    Input, Linear, Module, ModuleKind, Named, NamedWeight, Number, NumberRole, OwnBlock, Scope,
    Stored, TokenAxis, Variant, WeightRole,
};
pub use self::notation::Ellipsis;
pub use self::op::{Callee, Map, OpDecl, OpForm, Operand, Reduce, WeightDecl};
pub use self::phase::{Activations, CONTEXT, Optimiser, Phase, Training, UnknownPhase};
pub use self::read::read_numbers;
pub use self::shape::ShapeDecl;

/// A model with every block that it or one of its variants names.
#[derive(Debug, Clone)]
pub struct Model {
    /// The model file.
    pub root: Arc<Module>,
    /// Densities that were measured, over those that the files declare.
    pub densities: Option<Arc<Densities>>,
    /// Keys that its files have under former names.
    pub renamed: RenamedKeys,
    phase: Phase,
    blocks: Blocks,
}

impl Model {
    /// Reads a model and, through `finder`, all files that it names: blocks, and
    /// densities that were measured. This room opens no files itself.
    ///
    /// # Errors
    /// Fails with every mistake in any of these files, each with its place.
    pub fn read(source: &Arc<Source>, finder: &dyn Finder) -> Result<Model, Problems> {
        let mut problems = Problems::new();
        let root = Module::read(source, ModuleKind::Model, &mut problems);
        Model::of(root, finder, problems)
    }

    /// The same of a text that a program of ours has written, by its outline.
    ///
    /// # Errors
    /// As of [`Model::read`].
    pub fn read_outlined(
        source: &Arc<Source>,
        outline: &Outline,
        finder: &dyn Finder,
    ) -> Result<Model, Problems> {
        let mut problems = Problems::new();
        let root = Module::of_outline(source, outline, &mut problems);
        Model::of(root, finder, problems)
    }

    fn of(
        root: Option<Module>,
        finder: &dyn Finder,
        mut problems: Problems,
    ) -> Result<Model, Problems> {
        let Some(root) = root else {
            return Err(problems);
        };
        let mut blocks = Blocks::new(&root.blocks);
        blocks.add(root.callees(), finder, &mut problems);
        blocks.check_unused(finder, &mut problems);
        let densities = root.densities.as_ref();
        let densities = densities.and_then(|file| open_densities(file, finder, &mut problems));
        let renamed = problems.take_renamed();
        problems.or(Model {
            root: Arc::new(root),
            densities,
            renamed,
            phase: Phase::default(),
            blocks,
        })
    }

    /// The block that a name means where it stands.
    pub fn block(&self, name: &Spanned<String>) -> Option<&Arc<Module>> {
        self.blocks.find(name)
    }

    /// All blocks that the model or one of its variants names.
    pub fn blocks(&self) -> impl Iterator<Item = (&str, &Arc<Module>)> {
        self.blocks.iter()
    }

    /// Whether a variant sets a number for itself.
    pub fn variant_sets(&self, variant: &str, number: &str) -> bool {
        let mut variants = self.root.variants.iter();
        let found = variants.find(|known| known.name.value == variant);
        found.is_some_and(|known| known.set.iter().any(|(name, _)| name.value == number))
    }

    /// The dim that the file which the model was made from calls `alias`.
    pub fn named_by(&self, alias: &str) -> Option<&str> {
        let mut aliases = self.root.aliases.iter();
        let found = aliases.find(|known| known.name.value == alias)?;
        Some(&found.value.value)
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
    finder: &dyn Finder,
    problems: &mut Problems,
) -> Option<Arc<Densities>> {
    let ships = finder.names(Kind::Densities).contains(&file.value.as_str());
    if !ships && !file.value.ends_with(".toml") {
        let message = format!("`{}` is no file of densities", file.value);
        problems.push(
            Diagnostic::at(&file.place, message)
                .help(format!("it is given by its path: `./{}.toml`", file.value)),
        );
        return None;
    }
    let found = finder.find(Kind::Densities, file);
    let read = found
        .map_err(Problems::from)
        .and_then(|source| Densities::read(&source));
    match read {
        Ok(densities) => Some(Arc::new(densities)),
        Err(mistakes) => {
            problems.extend(mistakes);
            None
        }
    }
}
