//! The nodes of one attention.

use super::paths::{MAX_STEPS, context_of, output_of, projection_of, score_of};
use crate::import::onnx::fuse::wiring::Wiring;
use crate::import::onnx::net::{Net, NodeId};

/// The nodes of one attention.
pub(super) struct Attention {
    pub(super) softmax: NodeId,
    /// What makes the scores: a product, or the sum of distances.
    pub(super) score: Vec<NodeId>,
    /// From the softmax up to the score, without either.
    pub(super) above: Vec<NodeId>,
    /// From the softmax down to the context, without either.
    pub(super) below: Vec<NodeId>,
    pub(super) context: NodeId,
    /// From the score up to the projection of the queries, and that; likewise
    /// for keys and, from the context, for values.
    pub(super) paths: [(Vec<NodeId>, Option<NodeId>); 3],
    /// From the context down to the projection of the output.
    pub(super) output: Option<NodeId>,
}

/// The stages of the three projections.
pub(super) const PROJECTIONS: [&str; 3] = ["q-proj", "k-proj", "v-proj"];

impl Attention {
    /// The attention around a softmax, if it is one of a known shape.
    pub(super) fn around(net: &Net, wiring: &Wiring, softmax: NodeId) -> Option<Attention> {
        let mut above = Vec::new();
        let scores = net.nodes[softmax].inputs[0];
        let score = score_of(net, wiring, scores, &mut above, &mut MAX_STEPS.clone())?;
        let (below, context, side) = context_of(
            net,
            wiring,
            net.nodes[softmax].output,
            *score.first()?,
            &mut MAX_STEPS.clone(),
        )?;
        let first = score.last().copied()?;
        let [q, k] = net.nodes[first].inputs[..] else {
            return None;
        };
        let v = *net.nodes[context].inputs.get(1 - side)?;
        Some(Attention {
            softmax,
            score,
            above,
            below,
            paths: [q, k, v].map(|tensor| projection_of(net, wiring, tensor)),
            output: output_of(net, wiring, net.nodes[context].output),
            context,
        })
    }
}
