//! Decoders with rotary positions, root-mean-square norms and gated
//! feed-forward layers: Llama and those built like it.

use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use super::class::{Head, class};
use super::common::{activation, causal, decoder_head, layers, norm, tokens, word_table, words};
use super::config::Config;
use super::draft::{Draft, Op};
use crate::number;
use crate::source::{Diagnostic, Value};

/// The sizes that all of these have, as far as more depends on them.
pub(super) struct Sizes {
    pub(super) layers: u64,
    /// Columns of a head.
    pub(super) width: u64,
}

/// What `transformers` takes where a config says nothing.
#[derive(Default)]
pub(super) struct Defaults {
    /// Heads of queries.
    pub(super) heads: Option<u64>,
    /// Heads of keys and values.
    pub(super) kv: Kv,
    /// The columns of a head; those of the model through its heads if `None`.
    pub(super) width: Option<u64>,
    /// Words.
    pub(super) vocab: Option<u64>,
}

/// How many heads keys and values have where a config says nothing.
#[derive(Default)]
pub(super) enum Kv {
    /// As many as one particular model: that must be said.
    #[default]
    Unknown,
    /// As many as queries.
    All,
    /// So many, left out by the configs that are published.
    Some(u64),
}

/// Llama's: nothing that depends on the model.
const PLAIN: Defaults = Defaults {
    heads: None,
    kv: Kv::All,
    width: None,
    vocab: None,
};

/// Takes the sizes and writes them down.
pub(super) fn sizes(config: &mut Config<'_>, draft: &mut Draft, defaults: &Defaults) -> Sizes {
    let d = config.size("hidden_size");
    let heads = size(config, "num_attention_heads", defaults.heads);
    let kv = match defaults.kv {
        Kv::Unknown => config.size("num_key_value_heads"),
        Kv::All => config.optional_size("num_key_value_heads").unwrap_or(heads),
        Kv::Some(usual) => config.size_or("num_key_value_heads", usual),
    };
    config.divides(("num_key_value_heads", kv), ("num_attention_heads", heads));
    let width = head_width(config, d, heads, defaults.width);
    let longest = config.optional_size("max_position_embeddings");
    tokens(draft, longest.unwrap_or(u64::MAX));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "query heads");
    let ffn = config.size("intermediate_size");
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let layers = config.layers("num_hidden_layers");
    draft.dim("layers", layers, "layers");
    let vocab = size(config, "vocab_size", defaults.vocab);
    draft.dim("vocab", vocab, "words");
    if kv != heads {
        draft.param("kv", kv, "key and value heads");
    }
    if width * heads != d {
        draft.param("width", width, "columns of a head");
    }
    Sizes { layers, width }
}

fn size(config: &mut Config<'_>, key: &'static str, default: Option<u64>) -> u64 {
    match default {
        Some(default) => config.size_or(key, default),
        None => config.size(key),
    }
}

fn head_width(config: &mut Config<'_>, d: u64, heads: u64, default: Option<u64>) -> u64 {
    let given = match default {
        Some(default) => Some(config.size_or("head_dim", default)),
        None => config.optional_size("head_dim"),
    };
    given.unwrap_or_else(|| {
        config.divides(("num_attention_heads", heads), ("hidden_size", d));
        (d / heads).max(1)
    })
}

/// What fills the slots of the layers, and what is in them.
fn style(config: &mut Config<'_>, draft: &mut Draft) {
    partly_turned(config, draft);
    draft.param_as("rotary", "1", "");
}

/// The same, where a family says otherwise how much of a head is turned.
fn partly_turned(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    let act = activation(config, "hidden_act", "silu");
    draft.attentions();
    draft.slot("norm", "rms-norm");
    draft.slot("activation", act);
    draft.param_as("bias", "0", "");
}

/// Biases, where a family can have them.
fn biases(config: &mut Config<'_>, draft: &mut Draft) {
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
fn whole(
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

/// The sentence on what the model is.
pub(super) fn about(draft: &mut Draft, class: &str) {
    draft.about(format!("{class}, from its Hugging Face config"));
}

/// A window for all layers.
fn window_for_all(draft: &mut Draft, window: Option<u64>) {
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
        "Every token is counted with a window of its full size, at the start of a sequence too.",
    );
}

/// Layers with a window and layers without one. Which follows which makes no
/// difference to what is counted, so each kind stands together.
pub(super) fn mixed_layers(
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
pub(super) fn local_layers(
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

/// Layers whose windows Qwen's fields describe: none unless they are asked for.
fn qwen_layers(config: &mut Config<'_>, draft: &mut Draft, block: &str, all: u64) {
    let used = config.truth_or("use_sliding_window", false);
    let window = config.optional_size("sliding_window").filter(|_| used);
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
    let window = match config.has("sliding_window") {
        true => config.optional_size("sliding_window"),
        false => Some(config.size_or("sliding_window", 4096)),
    };
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

/// How many experts there are, and how many compute a token.
pub(super) fn experts(config: &mut Config<'_>, draft: &mut Draft, key: &'static str) {
    let all = config.size(key);
    let chosen = config.size("num_experts_per_tok");
    if chosen > all {
        let message = format!("{chosen} experts are chosen for every token, of {all}");
        config.wrong("num_experts_per_tok", message);
    }
    draft.dim("experts", all, "experts of a layer");
    draft.dim("chosen", chosen, "experts that compute a token");
    draft.remark(
        "Every token is computed by the experts chosen for it; the weights of all experts are \
         parameters.",
    );
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
        width: Some(128),
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
    let width = config.size("moe_intermediate_size");
    draft.dim("expert_ffn", width, "width of an expert");
    let dense = dense_layers(config, sizes.layers);
    let used = config.truth_or("use_sliding_window", false);
    let window = config.optional_size("sliding_window").filter(|_| used);
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

/// Layers without experts, then layers with them.
pub(super) fn expert_layers(draft: &mut Draft, (dense, sparse): (u64, u64)) {
    if sparse == 0 {
        return layers(draft, "decoder", "gated-layer", "words");
    }
    let mut x = "words";
    let mut often = "layers";
    if dense > 0 {
        draft.dim("dense_layers", dense, "layers without experts");
        draft.dim_as("expert_layers", "layers - dense_layers", "layers with them");
        draft.op(Op::new("dense")
            .block("gated-layer")
            .repeat("dense_layers")
            .of(&[x]));
        (x, often) = ("dense", "expert_layers");
    }
    draft.op(Op::new("decoder")
        .block("moe-layer")
        .with(&[("ffn", "expert_ffn")])
        .repeat(often)
        .of(&[x]));
}

/// How many layers have no experts: those that are listed, and those that fall
/// between the steps.
fn dense_layers(config: &mut Config<'_>, layers: u64) -> u64 {
    let step = config.optional_size("decoder_sparse_step").unwrap_or(1);
    let mut listed = Vec::new();
    if let Some(list) = config.take("mlp_only_layers") {
        for item in list.items(&mut config.problems).unwrap_or(&[]) {
            match item.whole_number(layers - 1, &mut config.problems) {
                Some(at) => listed.push(at),
                None => break,
            }
        }
    }
    let is_dense = |at: &u64| listed.contains(at) || !(at + 1).is_multiple_of(step);
    (0..layers).filter(is_dense).count() as u64
}

/// Phi 3 and 4: Llama with its projections in one piece, which changes
/// nothing, and with a part of each head left unturned, which does.
pub(super) fn phi3(config: &mut Config<'_>, draft: &mut Draft) {
    let share = rotary_share(config, "partial_rotary_factor", BigRational::one());
    partly_turned(config, draft);
    draft.slot("feed-forward", "swiglu");
    let sizes = sizes(config, draft, &PLAIN);
    rotary(draft, &share, sizes.width);
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

/// The share of each head that is turned, in the field of old and in that of
/// today.
pub(super) fn rotary_share(
    config: &mut Config<'_>,
    key: &'static str,
    default: BigRational,
) -> BigRational {
    let nested = |node: &crate::source::Node| matches!(node.value, Value::Table(_));
    let default = match config.take("rope_parameters").filter(|node| nested(node)) {
        Some(_) => {
            let read =
                |inner: &mut Config<'_>| inner.share_or("partial_rotary_factor", default.clone());
            config.within("rope_parameters", read).unwrap_or(default)
        }
        None => default,
    };
    config.share_or(key, default)
}

/// The columns of a head that are turned, as a share.
pub(super) fn rotary(draft: &mut Draft, share: &BigRational, width: u64) {
    let turned = (share * number::whole(width)).to_integer().to_u64();
    match turned {
        Some(turned) if turned < width => {
            let formula = format!("{turned} / {width}");
            draft.param_as("rotary", &formula, "columns of a head that are turned");
        }
        _ => draft.param_as("rotary", "1", ""),
    }
}
