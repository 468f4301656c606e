//! Qwen 2, 2.5 and 3.

use crate::import::huggingface::class::Head;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::attention::{
    local_layers, mixed_layers, window_for_all,
};
use crate::import::huggingface::mechanism::decoder::{biases, style, whole};
use crate::import::huggingface::mechanism::experts::{dense_layers, expert_layers, experts};
use crate::import::huggingface::mechanism::sizes::{Defaults, sizes};
use crate::import::huggingface::mechanism::stack::layers;

/// Layers whose windows Qwen's fields describe: none unless they are asked for.
fn qwen_layers(config: &mut Config<'_>, draft: &mut Draft, block: &str, all: u64) {
    let used = config.truth_or("use_sliding_window", false);
    let window = window_if(config, used);
    // 28 is the default of `transformers`, and matters only with a window.
    let first = match window {
        Some(_) => config.count_or("max_window_layers", 28),
        None => all,
    };
    let local = local_layers(config, all, |at| at >= first);
    match window {
        Some(window) if local > 0 => {
            mixed_layers(draft, block, (local, all - local), window, "words");
        }
        _ => layers(draft, "decoder", block, "words"),
    }
}

/// The window, where windows are used: 4096 in `transformers` if none is given.
fn window_if(config: &mut Config<'_>, used: bool) -> Option<u64> {
    match used {
        true => config.size_unless_null("sliding_window", 4096),
        false => {
            config.without_effect(&["sliding_window", "max_window_layers"]);
            None
        }
    }
}

/// Qwen 2 and 2.5: biases on queries, keys and values.
pub(super) fn qwen2(config: &mut Config<'_>, draft: &mut Draft) {
    style(config, draft);
    draft.slot("feed-forward", "swiglu");
    let sizes = sizes(config, draft, &Defaults::default());
    for name in ["q_bias", "k_bias", "v_bias"] {
        draft.switch(name, true);
    }
    let classes = [
        ("Qwen2ForCausalLM", Head::Words),
        ("Qwen2Model", Head::Hidden),
        ("Qwen2ForSequenceClassification", Head::Sequence),
        ("Qwen2ForTokenClassification", Head::Tokens),
        ("Qwen2ForQuestionAnswering", Head::Spans),
    ];
    whole(config, draft, &classes, |config, draft| {
        qwen_layers(config, draft, "encoder-layer", sizes.layers);
    });
}

/// Qwen 3: every head of queries and keys is normalised.
pub(super) fn qwen3(config: &mut Config<'_>, draft: &mut Draft) {
    style(config, draft);
    draft.slot("feed-forward", "swiglu");
    let defaults = Defaults {
        head_dim: Some(128),
        ..Defaults::default()
    };
    let sizes = sizes(config, draft, &defaults);
    draft.switch("qk_norm", true);
    biases(config, draft);
    let classes = [
        ("Qwen3ForCausalLM", Head::Words),
        ("Qwen3Model", Head::Hidden),
        ("Qwen3ForSequenceClassification", Head::Sequence),
        ("Qwen3ForTokenClassification", Head::Tokens),
        ("Qwen3ForQuestionAnswering", Head::Spans),
    ];
    whole(config, draft, &classes, |config, draft| {
        qwen_layers(config, draft, "encoder-layer", sizes.layers);
    });
}

/// Qwen 3 with experts in all layers, or in some.
pub(super) fn qwen3_moe(config: &mut Config<'_>, draft: &mut Draft) {
    style(config, draft);
    let sizes = sizes(config, draft, &Defaults::default());
    draft.switch("qk_norm", true);
    biases(config, draft);
    experts(config, draft, "num_experts");
    let normalised = config.truth_or("norm_topk_prob", false);
    draft.switch("normalised", normalised);
    let expert_ffn = config.size("moe_intermediate_size");
    draft.dim("expert_ffn", expert_ffn, "width of an expert");
    let dense = dense_layers(config, sizes.layers);
    let used = config.truth_or("use_sliding_window", false);
    let window = window_if(config, used);
    window_for_all(draft, window);
    let classes = [
        ("Qwen3MoeForCausalLM", Head::Words),
        ("Qwen3MoeModel", Head::Hidden),
        ("Qwen3MoeForSequenceClassification", Head::Sequence),
        ("Qwen3MoeForTokenClassification", Head::Tokens),
        ("Qwen3MoeForQuestionAnswering", Head::Spans),
    ];
    whole(config, draft, &classes, |_, draft| {
        expert_layers(draft, (dense, sizes.layers - dense));
    });
}
