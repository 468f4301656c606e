//! Who makes and who reads each tensor.

use crate::import::onnx::net::{Net, NodeId, Readers, TensorId, Unary, Work};

/// Who makes and who reads each tensor.
pub(super) struct Wiring {
    makers: Vec<Option<NodeId>>,
    pub(super) readers: Readers,
}

impl Wiring {
    pub(super) fn of(net: &Net) -> Wiring {
        Wiring {
            makers: net.makers(),
            readers: net.readers_and_outside(),
        }
    }

    /// The node that makes a tensor.
    pub(super) fn maker(&self, tensor: TensorId) -> Option<NodeId> {
        self.makers.get(tensor).copied().flatten()
    }

    /// The one node that reads a tensor.
    pub(super) fn reader(&self, tensor: TensorId) -> Option<NodeId> {
        match self.readers.get(tensor)? {
            [one] if *one != NodeId::MAX => Some(*one),
            _ => None,
        }
    }

    /// A tensor before changes of its element type.
    pub(super) fn before_casts(&self, net: &Net, tensor: TensorId) -> TensorId {
        self.before(net, tensor, |work| *work == Work::Unary(Unary::Cast))
    }

    /// A tensor before changes of its layout and its element type.
    pub(super) fn before_moves(&self, net: &Net, tensor: TensorId) -> TensorId {
        let moves = |work: &Work| matches!(work, Work::Move | Work::Unary(Unary::Cast));
        self.before(net, tensor, moves)
    }

    fn before(&self, net: &Net, mut tensor: TensorId, passed: fn(&Work) -> bool) -> TensorId {
        while let Some(maker) = self.maker(tensor) {
            let node = &net.nodes[maker];
            let [input] = node.inputs[..] else { break };
            if !passed(&node.work) {
                break;
            }
            tensor = input;
        }
        tensor
    }
}

/// Drops what nothing reads.
pub(super) fn drop_unread(net: &mut Net) {
    let mut read = vec![false; net.tensors.len()];
    for output in &net.outputs {
        read[*output] = true;
    }
    let mut kept = vec![false; net.nodes.len()];
    for (at, node) in net.nodes.iter().enumerate().rev() {
        // What is not known is listed, whether or not it is read.
        kept[at] = read[node.output] || matches!(node.work, Work::Unsupported(_));
        if kept[at] {
            node.inputs.iter().for_each(|input| read[*input] = true);
        }
    }
    let mut kept = kept.into_iter();
    net.nodes.retain(|_| kept.next().unwrap_or(true));
}
