//! DeepSeek V3 and R1: latent attention, shared and routed experts.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::attention::causal;
use crate::import::huggingface::mechanism::embedding::{tokens, word_table, words};
use crate::import::huggingface::mechanism::experts::{expert_layers, experts};
use crate::import::huggingface::mechanism::head::decoder_head;
use crate::import::huggingface::mechanism::stack::norm;

/// DeepSeek V3, without the layers that predict several tokens at once: they
/// take part in training alone.
pub(super) fn deepseek_v3(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    // Follow from others, or are not asked for by latent attention.
    config.without_effect(&["num_key_value_heads", "head_dim", "qk_head_dim"]);
    config.without_effect(&["n_group", "topk_group"]);
    draft.remark("The choice of experts within groups is counted as one among all experts.");
    let layers = sizes(config, draft);
    attention(config, draft);
    let dense = mixture(config, draft, layers);
    let classes = [
        ("DeepseekV3ForCausalLM", Head::Words),
        ("DeepseekV3Model", Head::Hidden),
        ("DeepseekV3ForSequenceClassification", Head::Sequence),
        ("DeepseekV3ForTokenClassification", Head::Tokens),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", false);
    let table = word_table(draft, tied);
    words(draft, &table);
    expert_layers(draft, (dense, layers - dense));
    norm(draft, "normed", "rms-norm", "decoder");
    decoder_head(config, draft, head, "normed", tied.then_some(&table));
}

fn sizes(config: &mut Config<'_>, draft: &mut Draft) -> u64 {
    let longest = config.optional_size("max_position_embeddings");
    tokens(draft, longest.unwrap_or(u64::MAX));
    for (name, key, comment) in [
        ("d", "hidden_size", "model width"),
        ("h", "num_attention_heads", "heads"),
        (
            "ffn",
            "intermediate_size",
            "width of a feed-forward layer without experts",
        ),
        ("vocab", "vocab_size", "words"),
    ] {
        let size = config.size(key);
        draft.dim(name, size, comment);
    }
    let layers = config.layers("num_hidden_layers");
    draft.dim("layers", layers, "layers");
    layers
}

fn attention(config: &mut Config<'_>, draft: &mut Draft) {
    for (name, key, comment) in [
        (
            "kv_rank",
            "kv_lora_rank",
            "numbers that keys and values come from",
        ),
        (
            "plain",
            "qk_nope_head_dim",
            "size of each head of q and k, the part that is not rotated",
        ),
        ("turned", "qk_rope_head_dim", "the part that is"),
        ("value", "v_head_dim", "size of each head of v"),
    ] {
        let size = config.size(key);
        draft.dim(name, size, comment);
    }
    // `null` means that queries are not narrowed.
    if let Some(rank) = config.size_unless_null("q_lora_rank", 1536) {
        draft.param("q_rank", rank, "numbers that queries come from");
    }
    let bias = config.truth_or("attention_bias", false);
    draft.switch("bias", bias);
    draft.switch("ffn_bias", false);
    draft.slot("attention", "latent");
    draft.slot("norm", "rms-norm");
    let act = activation(config, "hidden_act", "silu");
    draft.slot("activation", act);
}

/// The experts; gives the number of layers without them.
fn mixture(config: &mut Config<'_>, draft: &mut Draft, layers: u64) -> u64 {
    experts(config, draft, "n_routed_experts");
    let expert_ffn = config.size("moe_intermediate_size");
    draft.dim("expert_ffn", expert_ffn, "width of an expert");
    // 1 in `transformers`.
    let shared = config.count_or("n_shared_experts", 1);
    draft.param("shared", shared, "experts that compute every token");
    let normalised = config.truth_or("norm_topk_prob", true);
    draft.switch("normalised", normalised);
    draft.switch("router_bias", true);
    draft.switch("router_scaling", true);
    draft.slot("scoring", "sigmoid");
    let dense = config.count_or("first_k_dense_replace", 3);
    dense.min(layers)
}
