//! The operation graph: what a model computes, op by op.
//!
//! Nodes are [`Op`]s, edges are the tensors that flow between them, each with
//! shape, format and value domain. Shapes are expressions in the dims, so one
//! graph serves every size of a model. A repeated block stands in the graph
//! once, with the number of its rounds, as far as its rounds have equal values.
//!
//! The way here is five passes, each of which rests on the one before:
//!
//! | pass | leaves |
//! |---|---|
//! | `lower` | blocks in place of their calls, ops wired, a repeated block once |
//! | `infer` | the shape of every tensor; pure functions, called by `lower` |
//! | `domains` | the graph, with the values of every tensor, round by round |
//! | `phase` | what is computed where the model decodes token by token |
//! | `strength` | every product as what the values of its operands allow |
//!
//! [`lower`] runs them all; at other numbers the graph is most often the same
//! ([`OpGraph::at_settings`]). [`draw`] makes pictures of the result.

mod at_settings;
mod budget;
mod check;
mod constraint;
mod domains;
pub mod draw;
mod einsum;
mod elementwise;
mod infer;
mod limits;
mod lower;
mod names;
mod op;
mod op_graph;
mod phase;
mod product;
mod region;
mod reported;
mod scopes;
mod stored;
mod strength;
mod symbols;
mod tensor;

#[cfg(test)]
mod tests;

use crate::model::Model;
use crate::source::Problems;

pub use self::constraint::{Constraint, Law, Rule};
pub use self::domains::Unfold;
pub use self::einsum::{AffineIndex, Axis, Bias, Einsum, Projection};
pub use self::lower::{Setting, meant, set_twice, settable, settings_of};
pub use self::op::{Elementwise, Movement, Op, OpKind, Pass};
pub use self::op_graph::{DensitiesUsed, DensityLimits, OpGraph};
pub use self::region::{Region, RegionId};
pub use self::scopes::ResolvedScope;
pub(crate) use self::scopes::has_stage;
pub use self::stored::{StoredApart, stored_apart};
pub use self::symbols::SymbolInfo;
pub use self::tensor::{Edge, StoredBits, Tensor};

/// Lowers one variant of `model`, with `settings` over its defaults.
///
/// # Errors
/// Everything that keeps it from having a graph: unknown names, shapes that do
/// not fit, cycles, dims that break a constraint.
pub fn lower(
    model: &Model,
    variant: &str,
    settings: &[Setting],
    unfold: Unfold,
) -> Result<OpGraph, Problems> {
    let graph = lower_unchecked(model, variant, settings, unfold)?;
    graph.check(&graph.values())?;
    Ok(graph)
}

/// [`lower`], but the values of the dims may break constraints: for a sweep,
/// which checks them at each of its points.
///
/// # Errors
/// As for [`lower`], without the constraints.
pub fn lower_unchecked(
    model: &Model,
    variant: &str,
    settings: &[Setting],
    unfold: Unfold,
) -> Result<OpGraph, Problems> {
    let lowered = lower::lower(model, variant, settings)?;
    let names = lowered.names.clone();
    let mut graph = domains::find(lowered, unfold)?;
    phase::apply(&mut graph, model, &|name| names.get(name).cloned())?;
    strength::reduce(&mut graph);
    Ok(graph)
}
