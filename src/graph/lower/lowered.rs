//! What lowering leaves: the blocks of a model in place of their calls.
//!
//! A body is the list of what one block computes, each item after those that
//! it takes; a call holds the body of the block that it calls. So a repeated
//! block stands here once, however its values change from round to round: the
//! pass over the domains finds that, and writes out the rounds that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::Domain;
use crate::format::Format;
use crate::graph::constraint::Constraints;
use crate::graph::symbols::Symbols;
use crate::graph::{OpKind, ResolvedScope, StoredBits};
use crate::model::Model;
use crate::source::Place;
use crate::symbolic::{Expr, Symbol};

/// A variant of a model, lowered.
pub(in crate::graph) struct Lowered<'m> {
    pub(in crate::graph) model: &'m Model,
    pub(in crate::graph) variant: &'m str,
    pub(in crate::graph) body: Body<'m>,
    pub(in crate::graph) symbols: Symbols,
    pub(in crate::graph) constraints: Constraints,
    /// The dims and parameters that the variant sets for itself.
    pub(in crate::graph) set: BTreeSet<String>,
    /// The share of ones among bits of which nothing else is known.
    pub(in crate::graph) bit_density: Option<Expr>,
    /// The numbers that the user has set.
    pub(in crate::graph) typed: BTreeSet<String>,
    /// The symbols that decide which ops there are.
    pub(in crate::graph) switches: BTreeSet<Symbol>,
    pub(in crate::graph) scopes: Vec<ResolvedScope>,
    /// What the model's own names stand for.
    pub(in crate::graph) names: BTreeMap<String, Expr>,
}

/// What a block computes.
pub(in crate::graph) struct Body<'m> {
    pub(in crate::graph) items: Vec<Item<'m>>,
    /// What it gives.
    pub(in crate::graph) output: ValueId,
}

/// A tensor of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) enum ValueId {
    /// What the caller gives as its input of this number.
    Input(usize),
    /// The result of the item of this number.
    Item(usize),
}

/// One thing that a body computes.
pub(in crate::graph) enum Item<'m> {
    Op(Box<LoweredOp<'m>>),
    Call(Box<Call<'m>>),
}

/// An op with its shape, but without values.
pub(in crate::graph) struct LoweredOp<'m> {
    pub(in crate::graph) name: Arc<str>,
    /// The names of other ops that do the same to the same tensors, and so are
    /// this one.
    pub(in crate::graph) aliases: Vec<&'m str>,
    pub(in crate::graph) stage: Arc<str>,
    /// Elementwise formulas have no primitives yet, and products are products.
    pub(in crate::graph) kind: OpKind,
    /// A factor on how often it runs.
    pub(in crate::graph) share: Expr,
    /// The part of its runs that a causal mask hides.
    pub(in crate::graph) masked: Expr,
    pub(in crate::graph) computed_in: Option<Format>,
    pub(in crate::graph) stored_in: Option<Format>,
    pub(in crate::graph) stored_bits: Option<Box<StoredBits>>,
    pub(in crate::graph) shape: Arc<[Expr]>,
    /// Whether it is what is kept of a token, in place of keys and values.
    pub(in crate::graph) is_cached: bool,
    /// The state, by name, that its result is in the next step.
    pub(in crate::graph) keeps: Option<&'m str>,
    /// The values of its result, where the file says them.
    pub(in crate::graph) domain: Option<Domain>,
    /// The share of its result that is not zero, where the file says it.
    pub(in crate::graph) density: Option<Expr>,
    pub(in crate::graph) operands: Vec<ValueId>,
    /// How many elements each operand of a move has.
    pub(in crate::graph) elements: Vec<Expr>,
    pub(in crate::graph) place: Place,
}

/// A block in the place of an op.
pub(in crate::graph) struct Call<'m> {
    /// The name of the op.
    pub(in crate::graph) name: &'m str,
    pub(in crate::graph) body: Body<'m>,
    pub(in crate::graph) operands: Vec<ValueId>,
    /// A factor on how often its ops run, beside the rounds.
    pub(in crate::graph) share: Expr,
    /// The part of their runs that a causal mask hides.
    pub(in crate::graph) masked: Expr,
    pub(in crate::graph) repeat: Option<Repeat>,
    /// Where the block is named.
    pub(in crate::graph) place: &'m Place,
}

/// How often a block follows upon itself: what it gives is its first input in
/// the next round.
pub(in crate::graph) struct Repeat {
    pub(in crate::graph) rounds: Expr,
    /// Where the number stands.
    pub(in crate::graph) place: Place,
}

/// What an op does, and the shape of its result.
pub(super) type Form = (OpKind, Arc<[Expr]>);

/// A value while a body is lowered.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) id: ValueId,
    pub(super) shape: Arc<[Expr]>,
    /// Whether it is a weight, or one that was only moved.
    pub(super) is_weight: bool,
    /// Whether it holds matrices chosen from weights, as those of experts.
    pub(super) is_chosen: bool,
}
