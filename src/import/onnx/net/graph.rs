//! Nodes, and the tensors between them.

use super::tensor::{NetTensor, TensorId};
use super::work::Work;
use crate::format::Format;
use crate::hash::{FastMap, FastSet};
use crate::symbolic::Expr;

/// The place of a node in its [`Net`].
pub(crate) type NodeId = usize;

/// The stage of what turns fractions to whole numbers and back.
pub(crate) const QUANTISE: &str = "quantise";

/// Nodes in the order in which they are computed.
#[derive(Debug, Default)]
pub(crate) struct Net {
    pub(crate) tensors: Vec<NetTensor>,
    pub(crate) nodes: Vec<NetNode>,
    /// What the graph is computed from.
    pub(crate) inputs: Vec<TensorId>,
    /// What it gives.
    pub(crate) outputs: Vec<TensorId>,
    /// For results of moves that keep some axes: of each axis which one it was.
    pub(crate) kept_axes: FastMap<TensorId, Vec<Option<usize>>>,
    /// Constants that tell earlier tokens from later ones.
    pub(crate) orders: FastSet<TensorId>,
    /// How many tokens there are, where none sees a later one.
    pub(crate) tokens: Option<Expr>,
    /// The part of results that a causal mask hides from whatever comes next.
    pub(crate) masked: FastMap<TensorId, Expr>,
    /// The dims that the file names, in order of appearance.
    pub(crate) dims: Vec<NamedDim>,
}

/// A dim that the file names.
#[derive(Debug, Clone)]
pub(crate) struct NamedDim {
    /// The name in the model file.
    pub(crate) name: String,
    /// The name in the graph.
    pub(crate) text: String,
    /// Its size, a number or a formula over other dims; none where the user must
    /// give it yet.
    pub(crate) value: Option<Expr>,
    /// Whether it may be 0, as the length of a past may be.
    pub(crate) may_be_empty: bool,
}

/// Some arithmetic, or none.
#[derive(Debug, Clone)]
pub(crate) struct NetNode {
    pub(crate) work: Work,
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) output: TensorId,
    pub(crate) stage: Option<&'static str>,
    /// The format that the operator fixes, against that of the estimate.
    pub(crate) format: Option<Format>,
    /// Constants that it stands for besides its inputs: biases, gains.
    pub(crate) folded: Vec<TensorId>,
}

impl Net {
    /// The one element of a constant, if it has one and that is known.
    pub(crate) fn scalar(&self, tensor: TensorId) -> Option<f64> {
        self.tensors.get(tensor)?.value.as_ref()?.single()
    }

    /// The nodes that make each tensor.
    pub(crate) fn makers(&self) -> Vec<Option<NodeId>> {
        let mut makers = vec![None; self.tensors.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            makers[node.output] = Some(at);
        }
        makers
    }

    /// The nodes that read each tensor, each as often as it reads it.
    pub(crate) fn readers(&self) -> Readers {
        Readers::of(self, &[])
    }

    /// The same, with a reader outside for every result of the graph, whose
    /// number is that of no node.
    pub(crate) fn readers_and_outside(&self) -> Readers {
        Readers::of(self, &self.outputs)
    }

    /// The number of elements of a tensor.
    pub(crate) fn elements(&self, tensor: TensorId) -> Option<Expr> {
        Some(self.tensors[tensor].shape.as_ref()?.iter().product())
    }
}

/// The nodes that read each tensor.
#[derive(Debug)]
pub(crate) struct Readers {
    /// Where those of each tensor begin among all, and of the last where they end.
    starts: Vec<usize>,
    all: Vec<NodeId>,
}

impl Readers {
    fn of(net: &Net, outputs: &[TensorId]) -> Readers {
        let reads = || {
            let nodes = net.nodes.iter().enumerate();
            let inside = nodes.flat_map(|(at, node)| node.inputs.iter().map(move |id| (*id, at)));
            inside.chain(outputs.iter().map(|id| (*id, NodeId::MAX)))
        };
        let mut starts = vec![0; net.tensors.len() + 1];
        let mut count = 0;
        for (tensor, _) in reads() {
            starts[tensor] += 1;
            count += 1;
        }
        // Where those before it end; to begin with, one begins where it ends.
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut all = vec![NodeId::MAX; count];
        for (tensor, reader) in reads().rev() {
            starts[tensor] -= 1;
            all[starts[tensor]] = reader;
        }
        Readers { starts, all }
    }

    /// Those of one tensor, if there is such a tensor.
    pub(crate) fn get(&self, tensor: TensorId) -> Option<&[NodeId]> {
        let end = *self.starts.get(tensor + 1)?;
        self.all.get(*self.starts.get(tensor)?..end)
    }
}

impl std::ops::Index<TensorId> for Readers {
    type Output = [NodeId];

    fn index(&self, tensor: TensorId) -> &[NodeId] {
        &self.all[self.starts[tensor]..self.starts[tensor + 1]]
    }
}
