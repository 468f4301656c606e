//! The nodes of one attention.

use super::paths::{
    MAX_STEPS, context_of, joined_before, output_of, outputs_of, projection_of, score_of,
};
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
    pub(super) paths: [Path; 3],
    /// The same of streams that have projections of their own, where several
    /// are joined before they attend to one another.
    pub(super) beside: Vec<[Path; 3]>,
    /// The projections of the output, one for each stream.
    pub(super) outputs: Vec<NodeId>,
}

/// A way up to a projection, the nearest node first, and that.
pub(super) type Path = (Vec<NodeId>, Option<NodeId>);

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
        let paths = [q, k, v].map(|tensor| projection_of(net, wiring, tensor));
        let beside = beside(net, wiring, &paths);
        let made = net.nodes[context].output;
        let outputs = match beside.len() {
            0 => output_of(net, wiring, made).into_iter().collect(),
            more => outputs_of(net, wiring, made, more + 1),
        };
        Some(Attention {
            softmax,
            score,
            above,
            below,
            paths,
            beside,
            outputs,
            context,
        })
    }

    /// The ways to the projections of every stream.
    pub(super) fn streams(&self) -> impl Iterator<Item = &[Path; 3]> {
        std::iter::once(&self.paths).chain(&self.beside)
    }
}

/// The streams that are joined with that of `paths`: those that have queries,
/// keys and values of their own.
fn beside(net: &Net, wiring: &Wiring, paths: &[Path; 3]) -> Vec<[Path; 3]> {
    let [q, k, v] = (paths.each_ref()).map(|(path, _)| joined_before(net, wiring, path));
    if q.len() != k.len() || k.len() != v.len() {
        return Vec::new();
    }
    let streams = q.into_iter().zip(k).zip(v);
    let streams = streams.map(|((q, k), v)| [q, k, v].map(|x| projection_of(net, wiring, x)));
    let own = |(stream, main): (&Path, &Path)| stream.1.is_some() && stream.1 != main.1;
    streams
        .filter(|stream| stream.iter().zip(paths).all(own))
        .collect()
}
