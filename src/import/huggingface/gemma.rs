//! Gemma 2 and 3: norms on both sides of everything, layers with a window
//! between layers without, scores kept within bounds.

use num_rational::BigRational;

use super::class::{Head, class};
use super::common::{activation, causal, decoder_head, norm, word_table, words};
use super::config::Config;
use super::draft::{Draft, Op};
use super::llama::{Defaults, about, local_layers, mixed_layers, sizes};
use crate::number;

/// Gemma 2.
pub(super) fn gemma2(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("Gemma2ForCausalLM", Head::Words),
        ("Gemma2Model", Head::Hidden),
        ("Gemma2ForSequenceClassification", Head::Sequence),
        ("Gemma2ForTokenClassification", Head::Tokens),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    // The caps of `transformers` where the file has none; `null` means none.
    let caps = [
        ("attn_logit_softcapping", 50),
        ("final_logit_softcapping", 30),
    ];
    let [scores, words] = caps.map(|(key, usual)| match config.has(key) {
        true => config.number(key),
        false => Some(number::whole(usual)),
    });
    if let Some(cap) = scores {
        draft.param("softcap", number::plain(&cap), "bound of the scores");
    }
    gemma(config, draft, head, 2, words);
}

/// The text model of Gemma 3.
pub(super) fn gemma3_text(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("Gemma3ForCausalLM", Head::Words),
        ("Gemma3TextModel", Head::Hidden),
        ("Gemma3TextForSequenceClassification", Head::Sequence),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    gemma3(config, draft, head);
}

/// The text model within a Gemma 3 that also sees.
pub(super) fn gemma3_seeing(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("Gemma3ForConditionalGeneration", Head::Words),
        ("Gemma3Model", Head::Hidden),
    ];
    let (class, head) = class(config, &classes);
    about(draft, &format!("the text model of {class}"));
    config.remark(
        "This is the text model alone: what looks at pictures (`vision_config`) is neither \
         computed nor among the parameters.",
    );
    config.within("text_config", |text| gemma3(text, draft, head));
}

fn gemma3(config: &mut Config<'_>, draft: &mut Draft, head: Head) {
    draft.switch("qk_norm", true);
    let scores = config.number("attn_logit_softcapping");
    if let Some(cap) = scores {
        draft.param("softcap", number::plain(&cap), "bound of the scores");
    }
    let words = config.number("final_logit_softcapping");
    let pattern = config.optional_size("sliding_window_pattern").unwrap_or(6);
    gemma(config, draft, head, pattern, words);
}

/// What both share; every `pattern`-th layer has no window.
fn gemma(
    config: &mut Config<'_>,
    draft: &mut Draft,
    head: Head,
    pattern: u64,
    cap: Option<BigRational>,
) {
    causal(draft);
    let key = if config.has("hidden_activation") {
        "hidden_activation"
    } else {
        "hidden_act"
    };
    let act = activation(config, key, "gelu-tanh");
    draft.attentions();
    draft.slot("activation", act);
    let bias = config.truth_or("attention_bias", false);
    draft.switch("bias", bias);
    draft.switch("ffn_bias", false);
    draft.param_as("rotary", "1", "");
    let defaults = Defaults {
        all_heads: false,
        width: Some(256),
    };
    let sizes = sizes(config, draft, &defaults);
    let window = config.size_or("sliding_window", 4096);
    let local = local_layers(config, sizes.layers, |at| (at + 1) % pattern != 0);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    words(draft, &table);
    draft.op(Op::new("scaled")
        .comment("by the root of d")
        .stage("embed")
        .scaled()
        .of(&["words"]));
    let kinds = (local, sizes.layers - local);
    mixed_layers(draft, "sandwich-layer", kinds, window, "scaled");
    norm(draft, "normed", "rms-norm", "decoder");
    decoder_head(config, draft, head, "normed", tied.then_some(&table));
    if let (Head::Words, Some(cap)) = (head, cap) {
        let cap = number::plain(&cap);
        let formula = format!("{cap} * tanh(logits * (1 / {cap}))");
        draft.op(Op::new("capped").stage("head").apply(&formula));
    }
}
