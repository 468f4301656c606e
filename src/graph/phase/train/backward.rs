//! The way back through a graph: what was given back to a tensor is its
//! gradient, and goes on to the operands of its op.

use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::needs::{Needs, carrying};
use crate::domain::Domain;
use crate::graph::{Edge, Elementwise, Op, OpGraph, OpKind, Pass, RegionId, Tensor};
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A gradient that an op gives back to a tensor.
struct Given {
    node: NodeIndex,
    /// The repeated block from round to round of which the tensor is handed, if
    /// the op is in it.
    through: Option<RegionId>,
    /// Where the op stands.
    region: RegionId,
    /// In which share of its runs.
    share: Expr,
}

/// Backward ops as they are added.
pub(super) struct Backward<'g> {
    pub(super) graph: &'g mut OpGraph,
    pub(super) needs: &'g Needs,
    /// For every op of the forward pass that which has its values.
    pub(super) sources: &'g [NodeIndex],
    given: Vec<Vec<Given>>,
    gradients: Vec<Option<NodeIndex>>,
}

/// An op of the forward pass, with what it takes.
pub(super) struct Forward {
    pub(super) at: NodeIndex,
    pub(super) op: Op,
    pub(super) inputs: Vec<(NodeIndex, Arc<Tensor>)>,
    /// The gradient of its result.
    pub(super) gradient: NodeIndex,
}

impl Backward<'_> {
    pub(super) fn new<'g>(
        graph: &'g mut OpGraph,
        needs: &'g Needs,
        sources: &'g [NodeIndex],
    ) -> Backward<'g> {
        let count = sources.len();
        Backward {
            graph,
            needs,
            sources,
            given: (0..count).map(|_| Vec::new()).collect(),
            gradients: vec![None; count],
        }
    }

    /// The gradient of every tensor of the forward pass that has one.
    pub(super) fn finish(self) -> Vec<Option<NodeIndex>> {
        self.gradients
    }

    /// Goes from the result back to the weights.
    pub(super) fn run(&mut self, forward: &[NodeIndex], output: NodeIndex) {
        let op = self.graph.ops[output].clone();
        let seed = Op {
            name: format!("{} gradient", op.name).into(),
            kind: OpKind::Input,
            output: real(op.output.shape.clone()),
            pass: Pass::Backward,
            ..op
        };
        let (region, node) = (seed.region, self.graph.ops_mut().add_node(seed));
        self.note(
            output,
            Given {
                node,
                through: None,
                region,
                share: Expr::one(),
            },
        );
        for at in forward.iter().rev() {
            if self.needs.share(*at).is_zero() {
                continue;
            }
            let Some(gradient) = self.gradient(*at) else {
                continue;
            };
            if let Some(known) = self.gradients.get_mut(at.index()) {
                *known = Some(gradient);
            }
            let op = self.graph.ops[*at].clone();
            if op.computes() {
                let inputs = self.graph.inputs(*at).into_iter();
                let forward = Forward {
                    at: *at,
                    inputs: inputs
                        .map(|(from, edge)| (from, edge.tensor.clone()))
                        .collect(),
                    op,
                    gradient,
                };
                self.op(&forward);
            }
        }
    }

    /// Notes what operand `slot` of an op was given back, in a share of its runs.
    pub(super) fn give(&mut self, forward: &Forward, slot: usize, node: NodeIndex, share: Expr) {
        let Some((from, _)) = forward.inputs.get(slot) else {
            return;
        };
        let given = Given {
            node,
            through: carrying(self.graph, *from, forward.at),
            region: forward.op.region,
            share,
        };
        self.note(*from, given);
    }

    fn note(&mut self, to: NodeIndex, given: Given) {
        if let Some(all) = self.given.get_mut(to.index()) {
            all.push(given);
        }
    }

    /// All that was given back to a tensor, added up: first what comes from
    /// within one block, in each of its rounds.
    fn gradient(&mut self, at: NodeIndex) -> Option<NodeIndex> {
        let given = std::mem::take(self.given.get_mut(at.index())?);
        let mut groups: Vec<(Option<RegionId>, Vec<Given>)> = Vec::new();
        for one in given {
            match groups
                .iter_mut()
                .find(|(through, _)| *through == one.through)
            {
                Some((_, group)) => group.push(one),
                None => groups.push((one.through, vec![one])),
            }
        }
        let mut sums = Vec::new();
        for (_, group) in groups {
            let region = group.iter().map(|one| one.region);
            let region = region.reduce(|a, b| self.around(a, b))?;
            let share = group.first()?.share.clone();
            let nodes: Vec<NodeIndex> = group.iter().map(|one| one.node).collect();
            sums.push(self.sum(at, region, share, &nodes)?);
        }
        self.sum(at, self.graph.ops[at].region, Expr::one(), &sums)
    }

    /// Gradients of one tensor, added up.
    fn sum(
        &mut self,
        at: NodeIndex,
        region: RegionId,
        share: Expr,
        nodes: &[NodeIndex],
    ) -> Option<NodeIndex> {
        if nodes.len() < 2 {
            return nodes.first().copied();
        }
        let op = self.graph.ops[at].clone();
        let additions = whole(nodes.len() as u64 - 1);
        let steps = vec![(Primitive::Add, op.output.elements().scale(&additions))];
        let new = Op {
            name: format!("{} gradient", op.name).into(),
            region,
            share,
            kind: listed_op("sum of gradients", steps),
            computed_in: None,
            is_cached: false,
            is_kept: false,
            output: real(op.output.shape.clone()),
            pass: Pass::Backward,
            ..op
        };
        let sum = self.graph.ops_mut().add_node(new);
        self.connect(sum, nodes.iter().map(|node| self.tensor(*node)).collect());
        Some(sum)
    }

    pub(super) fn tensor(&self, node: NodeIndex) -> (NodeIndex, Arc<Tensor>) {
        (node, self.graph.ops[node].output.clone())
    }

    pub(super) fn connect(&mut self, to: NodeIndex, operands: Vec<(NodeIndex, Arc<Tensor>)>) {
        for (slot, (from, tensor)) in operands.into_iter().enumerate() {
            let edge = Edge {
                slot,
                tensor,
                carried: Vec::new(),
            };
            self.graph.ops_mut().add_edge(from, to, edge);
        }
    }

    /// The innermost block around two.
    fn around(&self, a: RegionId, b: RegionId) -> RegionId {
        let chain = |mut at: RegionId| {
            let mut chain = vec![at];
            while let Some(parent) = self.graph.region(at).parent {
                chain.push(parent);
                at = parent;
            }
            chain
        };
        let of_b = chain(b);
        let common = chain(a).into_iter().find(|at| of_b.contains(at));
        common.unwrap_or(RegionId::ROOT)
    }
}

pub(super) fn listed_op(text: &str, steps: Vec<(Primitive, Expr)>) -> OpKind {
    OpKind::Elementwise(Arc::new(Elementwise {
        text: text.to_owned(),
        formula: None,
        keeps_values: false,
        among: None,
        backward: None,
        steps,
    }))
}

pub(super) fn real(shape: impl Into<Arc<[Expr]>>) -> Arc<Tensor> {
    Arc::new(Tensor {
        shape: shape.into(),
        domain: Domain::Real,
        density: None,
        density_is_bound: false,
        stored_in: None,
        stored_bits: None,
    })
}
