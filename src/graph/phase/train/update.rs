//! The optimiser: what every weight takes besides its gradient g.
//!
//! | optimiser | for every number | kept |
//! |---|---|---|
//! | `sgd` | w − η·g: a multiplication, a subtraction | nothing |
//! | `momentum` | m = μ·m + g, w − η·m: two multiplications, an addition, a subtraction | m |
//! | `adam` | m = β₁·m + (1 − β₁)·g, v = β₂·v + (1 − β₂)·g·g, w − η·m/(√v + ε): six multiplications, three additions, a subtraction, a square root, a division | m, v |
//!
//! The corrections of `adam` for its first steps are numbers, put into η and ε
//! once for all weights.

use std::sync::Arc;

use petgraph::graph::NodeIndex;

use crate::graph::{Edge, Elementwise, Op, OpGraph, OpKind, Pass};
use crate::model::Optimiser;
use crate::primitive::Primitive::{self, Add, Div, Mul, Sqrt, Sub};

/// Of every number.
fn steps(optimiser: Optimiser) -> &'static [(Primitive, i64)] {
    match optimiser {
        Optimiser::Sgd => &[(Mul, 1), (Sub, 1)],
        Optimiser::Momentum => &[(Mul, 2), (Add, 1), (Sub, 1)],
        Optimiser::Adam => &[(Mul, 6), (Add, 3), (Sub, 1), (Sqrt, 1), (Div, 1)],
    }
}

/// What is kept of every number from step to step.
fn kept(optimiser: Optimiser) -> &'static [&'static str] {
    match optimiser {
        Optimiser::Sgd => &[],
        Optimiser::Momentum => &["momentum"],
        Optimiser::Adam => &["mean", "variance"],
    }
}

/// Adds the update of one weight.
pub(super) fn update(
    graph: &mut OpGraph,
    weight: NodeIndex,
    gradient: NodeIndex,
    optimiser: Optimiser,
) {
    let op = graph.ops[weight].clone();
    let part = |name: &str, kind: OpKind| Op {
        name: format!("{} {name}", op.name).into(),
        stage: "optimiser".into(),
        kind,
        is_once_per_copy: true,
        pass: Pass::Update,
        ..op.clone()
    };
    let numbers = op.output.elements();
    let steps = steps(optimiser).iter();
    let steps =
        steps.map(|(primitive, count)| (*primitive, numbers.scale(&crate::number::whole(*count))));
    let update = OpKind::Elementwise(Arc::new(Elementwise {
        text: optimiser.name().to_owned(),
        formula: None,
        keeps_values: false,
        among: None,
        backward: None,
        steps: steps.collect(),
    }));
    let mut operands = vec![weight, gradient];
    for name in kept(optimiser) {
        operands.push(graph.ops_mut().add_node(part(name, OpKind::State)));
    }
    let update = graph.ops_mut().add_node(part("update", update));
    for (slot, from) in operands.into_iter().enumerate() {
        let tensor = graph.ops[from].output.clone();
        let edge = Edge {
            slot,
            tensor,
            carried: Vec::new(),
        };
        graph.ops_mut().add_edge(from, update, edge);
    }
}
