//! Ops, the most expensive first.

use num_rational::BigRational;

use super::tree::{Node, NodeKind};

/// An op, and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct HotOp {
    /// Its layer; nothing for an op of the model itself.
    pub layer: Option<String>,
    /// Its stage.
    pub stage: String,
    /// Its name, with the blocks between it and its layer.
    pub op: String,
    /// Its energy in picojoules, exactly.
    pub picojoules: BigRational,
    /// What most of that is paid for, and its energy; nothing where the op costs
    /// nothing.
    pub most: Option<(String, BigRational)>,
}

/// The ops of a tree, the most expensive first; of two that cost the same, the one
/// that comes first in the graph.
pub fn hottest(root: &Node) -> Vec<HotOp> {
    let mut ops = Vec::new();
    collect(root, (None, ""), &mut ops);
    ops.sort_by(|a, b| b.picojoules.cmp(&a.picojoules));
    ops
}

fn collect<'n>(node: &'n Node, (layer, stage): (Option<&'n str>, &'n str), ops: &mut Vec<HotOp>) {
    for child in &node.children {
        match child.kind {
            NodeKind::Layer => collect(child, (Some(&child.name), stage), ops),
            NodeKind::Stage => collect(child, (layer, &child.name), ops),
            NodeKind::Op => ops.push(HotOp {
                layer: layer.map(str::to_owned),
                stage: stage.to_owned(),
                op: child.name.clone(),
                picojoules: child.picojoules.clone(),
                most: most(child),
            }),
            NodeKind::Model | NodeKind::Item(_) => {}
        }
    }
}

/// What most of an op's energy is paid for; the first of several that cost the
/// same.
fn most(op: &Node) -> Option<(String, BigRational)> {
    let items = op.children.iter().rev();
    let most = items.max_by(|a, b| a.picojoules.cmp(&b.picojoules))?;
    let costs = most.picojoules > BigRational::default();
    costs.then(|| (most.name.clone(), most.picojoules.clone()))
}
