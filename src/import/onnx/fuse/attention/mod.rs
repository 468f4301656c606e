//! Attention, found by its shape: a softmax of scores between two products,
//! and the projections that feed them.
//!
//! Exporters put the factor of the scores on the queries, on the keys, on both
//! or on the scores; here it is one multiplication of every score. A
//! projection for queries, keys and values at once is taken apart.
//!
//! | file | what it does |
//! |---|---|
//! | `guard` | drops what guards a softmax against rows without scores |
//! | `paths` | follows the ways from a softmax to products and projections |
//! | `find` | the nodes of one attention |
//! | `stages` | names their stages |
//! | `scores` | leaves one factor of the scores |
//! | `packed` | takes a projection for several tensors apart |
//! | `edits` | changes to the nodes, made all at once |

mod edits;
mod find;
mod guard;
mod packed;
mod paths;
mod scores;
mod stages;

use self::edits::Edits;
use self::find::Attention;
use super::wiring::Wiring;
use crate::import::onnx::net::{Block, Net, TensorId, Work};

/// Names the stages of every attention, and brings all to one form. How many
/// softmaxes of scores there are that are no attention of a known shape.
pub(super) fn fuse(net: &mut Net) -> usize {
    guard::unguard(net);
    let wiring = Wiring::of(net);
    let mut edits = Edits::default();
    let mut other = 0;
    for at in 0..net.nodes.len() {
        if net.nodes[at].work != Work::Block(Block::Softmax) {
            continue;
        }
        match Attention::around(net, &wiring, at) {
            Some(found) => {
                stages::name(&found, net, &wiring);
                scores::scale_once(&found, net, &wiring, &mut edits);
                packed::split(&found, net, &mut edits);
            }
            // A softmax of one row for each input is that of a classifier.
            None => other += usize::from(rank_of(net, net.nodes[at].output) > 2),
        }
    }
    edits.apply(net);
    other
}

fn rank_of(net: &Net, tensor: TensorId) -> usize {
    net.tensors[tensor].shape.as_ref().map_or(0, Vec::len)
}
