//! Training: the backward ops of a graph, and what updates its weights.
//!
//! The gradient of the result is taken as given: the loss is not in the model.
//! From there the ops are gone through against their order. What each gives back
//! to its operands follows from what it does; where several ops give something
//! back to one tensor, that is added up; where a tensor leads to no weight,
//! nothing is given back. Gradients are real numbers, whatever the values of the
//! tensors are; a product of a gradient with bits or signs is as cheap as one
//! in the forward pass.
//!
//! A repeated block stands in the graph once, and so do its backward ops. What
//! goes in at its first round may need no gradient, where that of all other
//! rounds does: then backward ops run in all rounds but one.
//!
//! | file | what it does |
//! |---|---|
//! | `derivative` | elementwise formulas, as formulas of the gradient |
//! | `turned` | einsums, as einsums of the gradient |
//! | `listed` | steps that a file lists |
//! | `needs` | which tensors need a gradient, and in which share of the rounds |
//! | `backward` | the way back through the graph |
//! | `operands` | what each op gives back to its operands |
//! | `again` | ops that run once more, where activations are not stored |
//! | `update` | the optimiser |

mod again;
mod backward;
mod derivative;
mod listed;
mod needs;
mod operands;
mod turned;
mod update;

use petgraph::graph::NodeIndex;

use self::again::again;
use self::backward::Backward;
use self::needs::Needs;
use self::update::update;
use crate::graph::{OpGraph, OpKind};
use crate::model::{Activations, Training};

/// Adds to a graph what training it takes; gives how many weights it updates.
pub(super) fn train(graph: &mut OpGraph, training: Training) -> usize {
    let Some(output) = graph.output else { return 0 };
    let needs = Needs::of(graph);
    let forward: Vec<NodeIndex> = graph.ops.node_indices().collect();
    let sources = match training.activations {
        Activations::Stored => forward.clone(),
        Activations::Recomputed => again(graph),
    };
    let mut backward = Backward::new(graph, &needs, &sources);
    backward.run(&forward, output);
    let gradients = backward.finish();
    let mut updated = 0;
    for (at, gradient) in forward.into_iter().zip(gradients) {
        if graph.ops[at].kind == OpKind::Weight
            && let Some(gradient) = gradient
        {
            update(graph, at, gradient, training.optimiser);
            updated += 1;
        }
    }
    updated
}
