//! Decoders with rotary positions, root-mean-square norms and gated
//! feed-forward layers: what stands around their layers and fills their slots.

use super::activation::activation;
use super::attention::causal;
use super::embedding::{word_table, words};
use super::head::decoder_head;
use super::stack::norm;
use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// What fills the slots of the layers, and what is in them.
pub(crate) fn style(config: &mut Config<'_>, draft: &mut Draft) {
    partly_rotated(config, draft);
    draft.param_as("rotary", "1", "");
}

/// The same, where a family says otherwise how much of a head is rotated.
pub(crate) fn partly_rotated(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    let act = activation(config, "hidden_act", "silu");
    draft.attentions();
    draft.slot("norm", "rms-norm");
    draft.slot("activation", act);
    draft.param_as("bias", "0", "");
}

/// Biases, where a family can have them.
pub(crate) fn biases(config: &mut Config<'_>, draft: &mut Draft) {
    if config.truth_or("attention_bias", false) {
        for name in ["q_bias", "k_bias", "v_bias", "out_bias"] {
            draft.switch(name, true);
        }
    }
    if config.truth_or("mlp_bias", false) {
        draft.switch("ffn_bias", true);
    }
}

/// What stands before the layers and what follows them.
pub(crate) fn whole(
    config: &mut Config<'_>,
    draft: &mut Draft,
    classes: &[(&'static str, Head)],
    stack: impl FnOnce(&mut Config<'_>, &mut Draft),
) {
    let (class, head) = class(config, classes);
    about(draft, class);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", false);
    let table = word_table(draft, tied);
    words(draft, &table);
    stack(config, draft);
    norm(draft, "normed", "rms-norm", "decoder");
    let shared = tied.then_some(table.as_str());
    decoder_head(config, draft, head, "normed", shared);
}
