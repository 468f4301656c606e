//! Which scores of attention are computed: all of them, or those within a
//! window.

use super::stack::layers;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::Op;
use crate::source::Diagnostic;

/// What goes with every causal model.
pub(crate) fn causal(draft: &mut Draft) {
    draft.causal();
    draft.tokens("seq");
    draft
        .remark("Attention is counted in full; `--causal skipped` leaves out what the mask hides.");
}

/// A window for all layers.
pub(crate) fn window_for_all(draft: &mut Draft, window: Option<u64>) {
    let Some(window) = window else { return };
    windowed(draft);
    draft.param("window", window, "tokens that one attends to");
    draft.param_as(
        "share",
        "min(window, seq) / seq",
        "of the scores, the masked ones included",
    );
}

/// The sentence that goes with every window.
fn windowed(draft: &mut Draft) {
    draft.remark(
        "Every token is counted with a window of its full size, at the start of a sequence too; \
         `--causal skipped` counts the keys that each sees.",
    );
}

/// Layers with a window and layers without one. Which follows which makes no
/// difference to what is counted, so each kind stands together.
pub(crate) fn mixed_layers(
    draft: &mut Draft,
    block: &str,
    (local, global): (u64, u64),
    window: u64,
    x: &str,
) {
    draft.param(
        "window",
        window,
        "tokens that one attends to in a local layer",
    );
    if local == 0 {
        return layers(draft, "decoder", block, x);
    }
    if global == 0 {
        window_for_all(draft, Some(window));
        return layers(draft, "decoder", block, x);
    }
    draft.dim("local_layers", local, "layers with a window");
    draft.dim_as("global_layers", "layers - local_layers", "layers without");
    draft.param_as("share", "1", "of the scores");
    draft.param_as("local_share", "share * min(window, seq) / seq", "");
    draft.op(Op::new("local")
        .block(block)
        .with(&[("share", "local_share")])
        .repeat("local_layers")
        .of(&[x]));
    draft.op(Op::new("decoder")
        .block(block)
        .repeat("global_layers")
        .of(&["local"]));
}

/// How many layers have a window: those that `layer_types` lists, or those
/// that the family's own rule says.
pub(crate) fn local_layers(
    config: &mut Config<'_>,
    layers: u64,
    is_local: impl Fn(u64) -> bool,
) -> u64 {
    let Some(list) = config.take("layer_types") else {
        return (0..layers).filter(|at| is_local(*at)).count() as u64;
    };
    let types = list.texts(&mut config.problems).unwrap_or_default();
    let mut local = 0;
    for kind in &types {
        match kind.value.as_str() {
            "sliding_attention" => local += 1,
            "full_attention" => {}
            other => {
                let message = format!("the layer type `{other}` is not known here");
                let known = ["full_attention", "sliding_attention"];
                let mistake = Diagnostic::at(&kind.place, message).known(other, known);
                config.problems.push(mistake);
            }
        }
    }
    if types.len() as u64 != layers {
        let message = format!(
            "`layer_types` lists {} layers, `num_hidden_layers` says {layers}",
            types.len()
        );
        config.wrong("layer_types", message);
    }
    local.min(layers)
}
