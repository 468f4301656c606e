//! Layers one upon the other, and the norms beside them.

use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::Op;

/// A normalisation of the model's own, beside those of its layers.
pub(crate) fn norm(draft: &mut Draft, name: &str, block: &str, x: &str) {
    draft.op(Op::new(name).stage("norm").block(block).of(&[x]));
}

/// The layers, one upon the other.
pub(crate) fn layers(draft: &mut Draft, name: &str, block: &str, x: &str) {
    draft.op(Op::new(name).block(block).repeat("layers").of(&[x]));
}
