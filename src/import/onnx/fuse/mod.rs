//! The same network in the same nodes, whoever exported it: what several
//! nodes compute together becomes the block that one fused operator stands
//! for.
//!
//! | file | what becomes one |
//! |---|---|
//! | `linear` | a product and its bias, its normalisation, its scales |
//! | `recognise` | activations, softmax and normalisations, by what they compute |
//! | `affine` | a normalisation and its gain and shift |
//! | `rotary` | products with sines and cosines |
//! | `attention` | two products around a softmax, and the projections |

mod affine;
mod attention;
mod linear;
mod recognise;
mod rotary;

use super::net::{Net, NodeId, TensorId, Unary, Work};

/// Brings a net into the one form of its network. How many softmaxes of scores
/// were not recognised as attention.
pub(super) fn fuse(net: &mut Net) -> usize {
    sweep(net);
    linear::fuse(net);
    recognise::fuse(net);
    sweep(net);
    affine::fuse(net);
    rotary::fuse(net);
    sweep(net);
    let other = attention::fuse(net);
    sweep(net);
    other
}

/// Drops what nothing reads.
fn sweep(net: &mut Net) {
    let mut read = vec![false; net.tensors.len()];
    for output in &net.outputs {
        read[*output] = true;
    }
    let mut kept = vec![false; net.nodes.len()];
    for (at, node) in net.nodes.iter().enumerate().rev() {
        // What is not known is listed, whether or not it is read.
        kept[at] = read[node.output] || matches!(node.work, Work::Unknown(_));
        if kept[at] {
            node.inputs.iter().for_each(|input| read[*input] = true);
        }
    }
    let mut kept = kept.into_iter();
    net.nodes.retain(|_| kept.next().unwrap_or(true));
}

/// Who makes and who reads each tensor.
struct Wiring {
    makers: Vec<Option<NodeId>>,
    readers: Vec<Vec<NodeId>>,
}

impl Wiring {
    fn of(net: &Net) -> Wiring {
        let mut readers = net.readers();
        // A result of the graph has a reader outside.
        for output in &net.outputs {
            readers[*output].push(NodeId::MAX);
        }
        Wiring {
            makers: net.makers(),
            readers,
        }
    }

    /// The node that makes a tensor.
    fn maker(&self, tensor: TensorId) -> Option<NodeId> {
        self.makers.get(tensor).copied().flatten()
    }

    /// The one node that reads a tensor.
    fn reader(&self, tensor: TensorId) -> Option<NodeId> {
        match self.readers.get(tensor)?.as_slice() {
            [one] if *one != NodeId::MAX => Some(*one),
            _ => None,
        }
    }

    /// A tensor before changes of its element type.
    fn before_casts(&self, net: &Net, mut tensor: TensorId) -> TensorId {
        while let Some(maker) = self.maker(tensor) {
            let node = &net.nodes[maker];
            if node.work != Work::Unary(Unary::Cast) {
                break;
            }
            tensor = node.inputs[0];
        }
        tensor
    }
}
