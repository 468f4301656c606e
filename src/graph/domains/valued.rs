//! Bodies with the values of their tensors, and calls with their rounds.

use crate::graph::lower::{Call, LoweredOp, ValueId};
use crate::graph::tensor::ValueSet;
use crate::symbolic::Expr;

/// A body, with the values of all that it computes.
pub(super) struct Valued<'l> {
    /// In the order of the body's own.
    pub(super) items: Vec<ValuedItem<'l>>,
    pub(super) output: ValueId,
    /// The values of its output.
    pub(super) result: ValueSet,
}

pub(super) enum ValuedItem<'l> {
    Op(ValuedOp<'l>),
    Call(ValuedCall<'l>),
}

pub(super) struct ValuedOp<'l> {
    pub(super) op: &'l LoweredOp<'l>,
    pub(super) values: ValueSet,
    /// Where the density is from, if it was not worked out.
    pub(super) density_from: Option<DensityOrigin>,
}

/// Where a density is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DensityOrigin {
    /// The model's files.
    Declared,
    /// A file of densities that were measured.
    Measured,
}

pub(super) struct ValuedCall<'l> {
    pub(super) call: &'l Call<'l>,
    /// One after the other; at least one.
    pub(super) runs: Vec<Run<'l>>,
    /// The values that the last run gives.
    pub(super) result: ValueSet,
}

/// Rounds of a block that have equal values.
pub(super) struct Run<'l> {
    pub(super) name: String,
    pub(super) rounds: Expr,
    /// The values of the first input, where they are wider than those that come
    /// in: what holds of all rounds.
    pub(super) joined: Option<ValueSet>,
    pub(super) body: Valued<'l>,
    /// Whether there is none of them, so that what comes in goes out.
    pub(super) is_skipped: bool,
}

impl ValuedItem<'_> {
    /// The values that it gives.
    pub(super) fn result(&self) -> &ValueSet {
        match self {
            ValuedItem::Op(op) => &op.values,
            ValuedItem::Call(call) => &call.result,
        }
    }
}
