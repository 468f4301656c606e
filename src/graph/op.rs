//! The nodes of the graph.

use std::sync::Arc;

use super::einsum::Einsum;
use super::elementwise::Term;
use super::region::RegionId;
use super::tensor::Tensor;
use crate::format::Format;
use crate::model::Reduce;
use crate::primitive::Primitive;
use crate::source::Place;
use crate::symbolic::Expr;

/// What the name of an op's own weight has behind that of the op.
pub(super) const OWN_WEIGHT: &str = " weight";
/// What the name of an op's bias has behind that of the op.
pub(super) const OWN_BIAS: &str = " bias";

/// One op of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Its name within its block.
    pub name: Arc<str>,
    /// Its stage.
    pub stage: Arc<str>,
    /// The instance of a block that it belongs to.
    pub region: RegionId,
    /// What it does.
    pub kind: OpKind,
    /// A factor on how often it runs, beside those of its blocks; of a bias,
    /// whether it is there. All together are [`OpGraph::runs`].
    ///
    /// [`OpGraph::runs`]: super::OpGraph::runs
    pub share: Expr,
    /// The part of its runs that works on what a causal mask hides.
    pub masked: Expr,
    /// The format that it computes in, against that of the estimate; the
    /// format that its result lies in is [`Tensor::stored_in`].
    pub computed_in: Option<Format>,
    /// Its result.
    pub output: Arc<Tensor>,
    /// Whether its result is what is kept of a token when the next is decoded,
    /// in place of the keys and values that are made of it.
    pub is_cached: bool,
    /// Whether its result is a state in the next step.
    pub is_kept: bool,
    /// Whether it runs once for every copy of a weight or a state, whatever share
    /// of the blocks around it runs.
    pub is_once_per_copy: bool,
    /// When it runs.
    pub pass: Pass,
    /// Where it was written.
    pub place: Place,
}

/// When an op of a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pass {
    /// From the inputs to the result.
    #[default]
    Forward,
    /// From the gradient of the result to those of the weights.
    Backward,
    /// When weights change.
    Update,
}

/// What an op does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// An input of the model.
    Input,
    /// A weight, or a bias.
    Weight,
    /// A tensor that is there like a weight, but was not learnt.
    Constant,
    /// What one step leaves for the next: keys and values of earlier tokens.
    State,
    /// A map over index combinations and a reduction. Copies of an op share it.
    Einsum(Arc<Einsum>),
    /// The same for every element. Copies of an op share it.
    Elementwise(Arc<Elementwise>),
    /// Data that is only moved.
    Move(Movement),
    /// An operator, by its name, that is not known: what it computes is left
    /// out, and whatever rests on it says so.
    Unsupported(String),
}

/// What is done to every element.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Elementwise {
    /// The formula as written, or the primitives that are listed.
    pub text: String,
    /// The formula; nothing where primitives are listed, which does not say
    /// what is done with them.
    pub(super) formula: Option<Arc<Term>>,
    /// Whether the result holds only values of the operands, though no formula
    /// says so: the largest of a window.
    pub(super) keeps_values: bool,
    /// The primitives that give a gradient back, with how many of each in all,
    /// where they are listed too.
    pub(super) backward: Option<Vec<(Primitive, Expr)>>,
    /// Among how many of them each of the result is one, where that is known.
    pub(super) among: Option<Expr>,
    /// Primitives and how many of each in all.
    pub steps: Vec<(Primitive, Expr)>,
}

impl Elementwise {
    /// Whether it is known which elements of its operands one of its result
    /// takes: those in the same place.
    pub fn has_formula(&self) -> bool {
        self.formula.is_some()
    }
}

/// How data is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Movement {
    /// Into another shape.
    Reshape,
    /// Tensors laid end to end.
    Concat,
    /// A tensor behind what a state holds, for the next step too.
    Append,
    /// Rows of the last operand, chosen by the others.
    Gather,
    /// One index of every axis that the result lacks.
    Index,
}

impl Movement {
    /// Its name in pictures and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Movement::Reshape => "move",
            Movement::Concat => "concat",
            Movement::Append => "append",
            Movement::Gather => "gather",
            Movement::Index => "take",
        }
    }
}

impl OpKind {
    /// Whether it hands on one operand as it is, in another order or shape.
    pub(super) fn only_moves(&self) -> bool {
        match self {
            OpKind::Move(_) => true,
            OpKind::Einsum(einsum) => einsum.only_moves(),
            _ => false,
        }
    }
}

impl Op {
    /// Whether it is a tensor that is there before any input.
    pub fn is_stored(&self) -> bool {
        matches!(self.kind, OpKind::Weight | OpKind::Constant)
    }

    /// Whether it adds up products of which those with a zero are skipped.
    pub fn skips_zeros(&self) -> bool {
        let OpKind::Einsum(einsum) = &self.kind else {
            return false;
        };
        let is_product = einsum.operands.len() == 2 && einsum.map.zero_annihilating();
        is_product && einsum.has_reduction() && einsum.reduce == Reduce::Add
    }

    /// Whether it only appends its last operand to a state.
    pub fn appends(&self) -> bool {
        self.kind == OpKind::Move(Movement::Append)
    }

    /// Whether it does anything: inputs, weights and states are only there.
    pub fn computes(&self) -> bool {
        !matches!(self.kind, OpKind::Input | OpKind::State) && !self.is_stored()
    }
}
