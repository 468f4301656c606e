//! A model file or a block file, read.

use std::sync::Arc;

use num_rational::BigRational;

use super::op::{Callee, OpDecl, OpForm, WeightDecl};
use super::shape::ShapeDecl;
use crate::domain::Domain;
use crate::format::Format;
use crate::formula::Formula;
use crate::source::{Place, Source, Spanned};

/// A model or a block: inputs, numbers with names, ops.
#[derive(Debug, Clone)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: Option<String>,
    /// What it is computed from, in order.
    pub inputs: Vec<Input>,
    /// Tensors that are there before any input, by name.
    pub weights: Vec<NamedWeight>,
    /// Numbers that a caller must give.
    pub needs: Vec<Spanned<String>>,
    /// Numbers with names, in order.
    pub numbers: Vec<Number>,
    /// Dims that may be 0, as the length of a past may be (models only).
    pub emptiable: Vec<Spanned<String>>,
    /// Dims by further names, as the file that the model was made of gives
    /// them (models only).
    pub aliases: Vec<Named<String>>,
    /// What counts tokens, none of which sees a later one (models only).
    pub tokens: Option<Spanned<TokenAxis>>,
    /// Axes and dims whose extents may be fractions: means over parts of
    /// unequal size.
    pub fractional: Vec<Spanned<String>>,
    /// Places that a variant may fill, with the block that fills them else.
    pub slots: Vec<Named<String>>,
    /// The ops, in order.
    pub ops: Vec<OpDecl>,
    /// Blocks that stand in the same file (models only).
    pub blocks: Vec<OwnBlock>,
    /// Named sets of stages.
    pub scopes: Vec<Scope>,
    /// The variants, the baseline first (models only).
    pub variants: Vec<Variant>,
    /// The op whose result the module gives; the last one if it does not say.
    pub output: Option<Spanned<String>>,
    /// The format that an estimate uses unless told otherwise (models only).
    pub format: Option<Format>,
    /// In which numbers its linear layers compute, if not in those of the
    /// estimate (models only).
    pub linear: Option<Linear>,
    /// How the weights of some stages lie in memory, if not in the format of the
    /// estimate (models only).
    pub stored: Vec<Stored>,
    /// The share of ones among bits that are made of other numbers, where
    /// nothing else tells it (models only).
    pub bit_density: Option<Formula>,
    /// Parameters that have another value when decoding (models only).
    pub decode: Vec<(Spanned<String>, Formula)>,
    /// The file of densities that were measured (models only).
    pub densities: Option<Spanned<String>>,
    /// The file.
    pub source: Arc<Source>,
}

/// What holds of all linear layers of a model: of products with weights that
/// are summed, wherever a block has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// The format in which they multiply and add, if not in that of the
    /// estimate.
    pub format: Option<Format>,
    /// Which values their weights hold.
    pub domain: Domain,
    /// The bits that a number of their weights takes in memory, if others than
    /// in its format.
    pub bits: Option<BigRational>,
    /// Stages of which this does not hold.
    pub except: Vec<Spanned<String>>,
}

/// How the weights of some stages lie in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The stages.
    pub stages: Vec<Spanned<String>>,
    /// The ops of these stages whose weights are meant; all of them if none is
    /// named.
    pub ops: Vec<Spanned<String>>,
    /// Whether this is of their gains and biases alone, or of all else alone; of
    /// all their weights if it is not said.
    pub vectors: Option<bool>,
    /// The bits that a number takes, scales and offsets included.
    pub bits: BigRational,
    /// How many numbers the file of weights holds of them, where there is one.
    pub numbers: Option<u64>,
    /// What that file calls them.
    pub tensors: Option<String>,
}

/// What a file describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleKind {
    /// A model: its sizes are the user's to set.
    Model,
    /// A block: its sizes follow from what it is called with.
    Block,
}

impl ModuleKind {
    /// What messages call it.
    pub(super) fn words(self) -> &'static str {
        match self {
            ModuleKind::Model => "a model",
            ModuleKind::Block => "a block",
        }
    }
}

/// What counts the tokens of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenAxis {
    /// This dim.
    Dim(String),
    /// This axis of its inputs, from 0: where a file has numbers for dims.
    Axis(usize),
}

/// A block that stands in a model file.
#[derive(Debug, Clone)]
pub struct OwnBlock {
    /// Its name.
    pub name: Spanned<String>,
    /// The block.
    pub module: Arc<Module>,
}

/// A name and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T> {
    /// The name.
    pub name: Spanned<String>,
    /// What it stands for.
    pub value: Spanned<T>,
}

/// A tensor that a module is computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: Spanned<String>,
    /// Its shape. In a block, a plain name that is not yet known takes the
    /// extent of what the caller gives.
    pub shape: ShapeDecl,
    /// Which values it holds (a model's own inputs).
    pub domain: Domain,
    /// The share of it that is not zero, where zeros are skipped.
    pub density: Option<Formula>,
}

/// A weight with a name, which any op of the module may take. However many do,
/// it is there once.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedWeight {
    /// Its name.
    pub name: Spanned<String>,
    /// Its shape and values.
    pub decl: WeightDecl,
    /// Whether it was learnt.
    pub role: WeightRole,
}

/// Whether a weight was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightRole {
    /// It was: it counts among the parameters.
    Parameter,
    /// It was not: a mask, a table of positions.
    Constant,
    /// It is what one step leaves for the next, such as a membrane potential.
    State,
}

/// A number with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Its name.
    pub name: Spanned<String>,
    /// What it is for.
    pub role: NumberRole,
    /// Its value, or the formula that gives it.
    pub formula: Formula,
}

/// What a number is for, and who may set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberRole {
    /// A size of the model: whole, at least 1 unless the file says otherwise,
    /// set by the user.
    Dim,
    /// A share, a factor, a switch: at least 0, set by the user or the caller.
    Param,
    /// A size that follows from others within a block.
    Derived,
}

/// A named set of stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// Its name.
    pub name: Spanned<String>,
    /// Stages, or other scopes, that it is made of.
    pub members: Vec<Spanned<String>>,
}

/// One way to fill the slots and numbers of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: Spanned<String>,
    /// Slots and the blocks that fill them.
    pub slots: Vec<Named<String>>,
    /// Numbers that it sets.
    pub set: Vec<(Spanned<String>, Formula)>,
}

impl Variant {
    /// The variant that fills one slot, named after the block it fills it with.
    pub fn of_slot(slot: &Named<String>, block: &str, place: &Place) -> Variant {
        let here = Spanned::new(block.to_owned(), place.clone());
        Variant {
            name: here.clone(),
            slots: vec![Named {
                name: slot.name.clone(),
                value: here,
            }],
            set: Vec::new(),
        }
    }
}

impl Module {
    /// Which of `stored` says how the weights that an op of a stage takes lie in
    /// memory: its gains and biases, or all else.
    pub fn stored_as(&self, stage: &str, op: &str, vectors: bool) -> Option<(usize, &Stored)> {
        let names = |known: &[Spanned<String>], name: &str| known.iter().any(|k| k.value == name);
        let is_it = |(_, stored): &(usize, &Stored)| {
            stored.vectors.unwrap_or(vectors) == vectors
                && names(&stored.stages, stage)
                && (stored.ops.is_empty() || names(&stored.ops, op))
        };
        self.stored.iter().enumerate().find(is_it)
    }

    /// Whether it may be a block that was taken for a model: it has no size of
    /// its own, and nothing that only models have.
    pub fn may_be_block(&self) -> bool {
        let has_dims = (self.numbers.iter()).any(|number| number.role == NumberRole::Dim);
        !has_dims
            && self.variants.is_empty()
            && self.blocks.is_empty()
            && self.format.is_none()
            && self.densities.is_none()
    }

    /// How many ops its file has, those of its own blocks among them.
    pub fn op_count(&self) -> usize {
        let blocks = self.blocks.iter().map(|block| block.module.ops.len());
        self.ops.len() + blocks.sum::<usize>()
    }

    /// Every block that it names, with the place, in order.
    pub fn callees(&self) -> Vec<Spanned<String>> {
        let of_ops = self.ops.iter().filter_map(|op| match &op.form {
            OpForm::Call {
                callee: Callee::Block(name),
                ..
            } => Some(name),
            _ => None,
        });
        let of_slots = self.slots.iter().map(|slot| &slot.value);
        let of_variants = self
            .variants
            .iter()
            .flat_map(|variant| variant.slots.iter().map(|slot| &slot.value));
        of_ops.chain(of_slots).chain(of_variants).cloned().collect()
    }
}
