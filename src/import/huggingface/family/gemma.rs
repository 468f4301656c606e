//! Gemma 2 and 3: norms on both sides of everything, layers with a window
//! between layers without, scores kept within bounds.

use num_rational::BigRational;
use num_traits::Zero;

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::attention::{causal, local_layers, mixed_layers};
use crate::import::huggingface::mechanism::embedding::{word_table, words};
use crate::import::huggingface::mechanism::head::decoder_head;
use crate::import::huggingface::mechanism::sizes::{Defaults, KvHeads, sizes};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::numeric;
use crate::import::huggingface::op::Op;
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
        true => cap(config, key),
        false => Some(number::whole(usual)),
    });
    capped_scores(draft, scores);
    let traits = Traits {
        head,
        pattern: 2,
        cap: words,
        defaults: Defaults {
            head_dim: Some(256),
            ..Defaults::default()
        },
        tied: None,
        labels: None,
    };
    gemma(config, draft, &traits);
}

/// A bound that is given; 0 is none.
fn cap(config: &mut Config<'_>, key: &'static str) -> Option<BigRational> {
    config.number(key).filter(|cap| !cap.is_zero())
}

fn capped_scores(draft: &mut Draft, cap: Option<BigRational>) {
    if let Some(cap) = cap {
        draft.param("softcap", number::plain(&cap), "bound of the scores");
    }
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
    gemma3(config, draft, head, (None, None));
}

/// The text model within a Gemma 3 that also sees.
pub(super) fn gemma3_seeing(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("Gemma3ForConditionalGeneration", Head::Words),
        ("Gemma3Model", Head::Hidden),
        ("Gemma3ForSequenceClassification", Head::Sequence),
    ];
    let (class, head) = class(config, &classes);
    about(draft, &format!("the text model of {class}"));
    config.remark(
        "This is the text model alone: what looks at pictures (`vision_config`) is neither \
         computed nor among the parameters.",
    );
    // What the whole says stands over what its part says.
    let tied = config.take("tie_word_embeddings");
    let tied = tied.and_then(|node| node.truth(&mut config.problems));
    let labels = (head == Head::Sequence).then(|| config.labels());
    config.within("text_config", |text| {
        gemma3(text, draft, head, (tied, labels));
        // The whole says it once more, and stands over its part.
        numeric::format(text, draft);
        text.remark_unread();
    });
}

fn gemma3(
    config: &mut Config<'_>,
    draft: &mut Draft,
    head: Head,
    (tied, labels): (Option<bool>, Option<u64>),
) {
    draft.switch("qk_norm", true);
    let scores = cap(config, "attn_logit_softcapping");
    capped_scores(draft, scores);
    let words = cap(config, "final_logit_softcapping");
    let pattern = config.optional_size("sliding_window_pattern").unwrap_or(6);
    let traits = Traits {
        head,
        pattern,
        cap: words,
        // The configs that are published with the larger models leave these
        // out.
        defaults: Defaults {
            heads: Some(8),
            kv: KvHeads::Usual(4),
            head_dim: Some(256),
            vocab: Some(262_208),
            ffn: None,
        },
        tied,
        labels,
    };
    gemma(config, draft, &traits);
}

/// What the two differ in.
struct Traits {
    head: Head,
    /// Every so many layers one has no window.
    pattern: u64,
    /// The bound of the scores of words.
    cap: Option<BigRational>,
    defaults: Defaults,
    /// Whether the head shares the table of words, where a config around this
    /// one says so.
    tied: Option<bool>,
    /// How many classes there are, likewise.
    labels: Option<u64>,
}

/// What both share.
fn gemma(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits) {
    let (head, pattern, defaults) = (traits.head, traits.pattern, &traits.defaults);
    causal(draft);
    // `hidden_act` is there too, and has no effect.
    let act = activation(config, "hidden_activation", "gelu-tanh");
    draft.attentions();
    draft.slot("activation", act);
    let bias = config.truth_or("attention_bias", false);
    draft.switch("bias", bias);
    draft.switch("ffn_bias", false);
    draft.param_as("rotary", "1", "");
    let sizes = sizes(config, draft, defaults);
    let window = config.size_or("sliding_window", 4096);
    let local = local_layers(config, sizes.layers, |at| !(at + 1).is_multiple_of(pattern));
    let own = config.truth_or("tie_word_embeddings", true);
    let tied = head == Head::Words && traits.tied.unwrap_or(own);
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
    if let Some(labels) = traits.labels {
        draft.dim("labels", labels, "classes");
    }
    decoder_head(config, draft, head, "normed", tied.then_some(&table));
    if let (Head::Words, Some(cap)) = (head, &traits.cap) {
        let cap = number::plain(cap);
        let formula = format!("{cap} * tanh(logits * (1 / {cap}))");
        draft.op(Op::new("capped").stage("head").apply(&formula));
    }
}
