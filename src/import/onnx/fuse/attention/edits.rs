//! Changes to the nodes of a net, made all at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::onnx::fuse::scale::scale_of;
use crate::import::onnx::net::{Net, NetNode, NodeId, TensorId};

/// Changes to the nodes, made all at once.
#[derive(Default)]
pub(super) struct Edits {
    /// Nodes that go; what read their result reads their input.
    pub(super) gone: BTreeSet<NodeId>,
    /// Nodes that go with what follows them in their place.
    pub(super) gone_for_good: BTreeSet<NodeId>,
    /// Nodes that come behind others.
    pub(super) after: BTreeMap<NodeId, Vec<NetNode>>,
}

impl Edits {
    pub(super) fn apply(mut self, net: &mut Net) {
        let mut stands_for: BTreeMap<TensorId, TensorId> = BTreeMap::new();
        for at in &self.gone {
            if let Some((x, _)) = scale_of(net, *at) {
                stands_for.insert(net.nodes[*at].output, x);
            }
        }
        let mut nodes = Vec::with_capacity(net.nodes.len());
        for (at, node) in std::mem::take(&mut net.nodes).into_iter().enumerate() {
            if !self.gone.contains(&at) && !self.gone_for_good.contains(&at) {
                nodes.push(node);
            }
            nodes.extend(self.after.remove(&at).unwrap_or_default());
        }
        for input in nodes.iter_mut().flat_map(|node| &mut node.inputs) {
            while let Some(before) = stands_for.get(input) {
                *input = *before;
            }
        }
        net.nodes = nodes;
    }
}
