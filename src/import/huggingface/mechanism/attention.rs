//! What goes with every causal model.

use crate::import::huggingface::draft::Draft;

/// What goes with every causal model.
pub(crate) fn causal(draft: &mut Draft) {
    draft.causal();
    draft.tokens("seq");
    draft
        .remark("Attention is counted in full; `--causal skipped` leaves out what the mask hides.");
}
