//! Decoders with rotary positions, root-mean-square norms and gated
//! feed-forward layers: Llama and those built like it.

use num_rational::BigRational;
use num_traits::One;

use crate::import::huggingface::class::Head;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::attention::window_for_all;
use crate::import::huggingface::mechanism::decoder::{biases, partly_rotated, style, whole};
use crate::import::huggingface::mechanism::experts::experts;
use crate::import::huggingface::mechanism::rotary::{rotary, rotary_share};
use crate::import::huggingface::mechanism::sizes::{Defaults, PLAIN, sizes};
use crate::import::huggingface::mechanism::stack::layers;

/// Llama 1 to 3, and whatever is published as one.
pub(super) fn llama(config: &mut Config<'_>, draft: &mut Draft) {
    style(config, draft);
    draft.slot("feed-forward", "swiglu");
    sizes(config, draft, &PLAIN);
    biases(config, draft);
    let classes = [
        ("LlamaForCausalLM", Head::Words),
        ("LlamaModel", Head::Hidden),
        ("LlamaForSequenceClassification", Head::Sequence),
        ("LlamaForTokenClassification", Head::Tokens),
        ("LlamaForQuestionAnswering", Head::Spans),
    ];
    whole(config, draft, &classes, |_, draft| {
        layers(draft, "decoder", "encoder-layer", "words");
    });
}

/// Mistral: Llama with a window. Where the file lacks it, it is that of
/// `transformers`; `null` means none.
pub(super) fn mistral(config: &mut Config<'_>, draft: &mut Draft) {
    style(config, draft);
    draft.slot("feed-forward", "swiglu");
    sizes(config, draft, &Defaults::default());
    let window = config.size_unless_null("sliding_window", 4096);
    window_for_all(draft, window);
    let classes = [
        ("MistralForCausalLM", Head::Words),
        ("MistralModel", Head::Hidden),
        ("MistralForSequenceClassification", Head::Sequence),
        ("MistralForTokenClassification", Head::Tokens),
        ("MistralForQuestionAnswering", Head::Spans),
    ];
    whole(config, draft, &classes, |_, draft| {
        layers(draft, "decoder", "encoder-layer", "words");
    });
}

/// Mixtral: Mistral with experts.
pub(super) fn mixtral(config: &mut Config<'_>, draft: &mut Draft) {
    style(config, draft);
    sizes(config, draft, &Defaults::default());
    experts(config, draft, "num_local_experts");
    let window = config.optional_size("sliding_window");
    window_for_all(draft, window);
    let classes = [
        ("MixtralForCausalLM", Head::Words),
        ("MixtralModel", Head::Hidden),
        ("MixtralForSequenceClassification", Head::Sequence),
        ("MixtralForTokenClassification", Head::Tokens),
        ("MixtralForQuestionAnswering", Head::Spans),
    ];
    whole(config, draft, &classes, |_, draft| {
        layers(draft, "decoder", "moe-layer", "words");
    });
}

/// Phi 3 and 4: Llama with its projections in one piece, which changes
/// nothing, and with a part of each head not rotated, which does.
pub(super) fn phi3(config: &mut Config<'_>, draft: &mut Draft) {
    let share = rotary_share(config, "partial_rotary_factor", BigRational::one());
    partly_rotated(config, draft);
    draft.slot("feed-forward", "swiglu");
    let sizes = sizes(config, draft, &PLAIN);
    rotary(draft, &share, sizes.head_dim);
    let window = config.optional_size("sliding_window");
    window_for_all(draft, window);
    let classes = [
        ("Phi3ForCausalLM", Head::Words),
        ("Phi3Model", Head::Hidden),
        ("Phi3ForSequenceClassification", Head::Sequence),
        ("Phi3ForTokenClassification", Head::Tokens),
    ];
    whole(config, draft, &classes, |_, draft| {
        layers(draft, "decoder", "encoder-layer", "words");
    });
}
