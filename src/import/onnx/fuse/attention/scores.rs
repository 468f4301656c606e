//! The factor of the scores.

use super::edits::Edits;
use super::find::Attention;
use crate::import::onnx::fuse::scale::scale_of;
use crate::import::onnx::fuse::wiring::Wiring;
use crate::import::onnx::net::{Binary, Net, NetNode, NodeId, QUANTISE, Unary, Work};

/// Leaves one multiplication of the scores for all factors.
pub(super) fn scale_once(attention: &Attention, net: &mut Net, wiring: &Wiring, edits: &mut Edits) {
    let is_scale =
        |at: &&NodeId| net.nodes[**at].stage != Some(QUANTISE) && scale_of(net, **at).is_some();
    let capped = attention
        .above
        .iter()
        .any(|at| net.nodes[*at].work == Work::Unary(Unary::Tanh));
    let on_scores = attention.above.iter().filter(is_scale).count();
    let alone = |at: &&NodeId| wiring.reader(net.nodes[**at].output).is_some();
    let sides = attention.streams().flat_map(|paths| &paths[..2]);
    let sides = sides.flat_map(|(path, _)| path);
    let before: Vec<NodeId> = sides.filter(is_scale).filter(alone).copied().collect();
    if before.is_empty() {
        return;
    }
    edits.gone.extend(&before);
    if on_scores > 0 && !capped {
        return;
    }
    // The factor of the queries moves behind the score.
    let Some(score) = attention.score.first().copied() else {
        return;
    };
    let Some((_, factor)) = before.first().and_then(|at| scale_of(net, *at)) else {
        return;
    };
    let made = net.nodes[score].output;
    let mut unscaled = net.tensors[made].clone();
    unscaled.name.push_str("_unscaled");
    net.tensors.push(unscaled);
    let raw = net.tensors.len() - 1;
    net.nodes[score].output = raw;
    edits.after.entry(score).or_default().push(NetNode {
        work: Work::Binary(Binary::Mul),
        inputs: vec![raw, factor],
        output: made,
        stage: Some("scale"),
        format: None,
        folded: Vec::new(),
    });
}
