//! The sizes of decoders with rotary positions.

use super::embedding::tokens;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// The sizes that all of these have, as far as more depends on them.
pub(crate) struct Sizes {
    pub(crate) layers: u64,
    /// The size of each head.
    pub(crate) head_dim: u64,
}

/// What `transformers` takes where a config says nothing.
#[derive(Default)]
pub(crate) struct Defaults {
    /// Heads of queries.
    pub(crate) heads: Option<u64>,
    /// Heads of keys and values.
    pub(crate) kv: KvHeads,
    /// The size of each head; the width of the model over its heads if `None`.
    pub(crate) head_dim: Option<u64>,
    /// Words.
    pub(crate) vocab: Option<u64>,
}

/// How many heads keys and values have where a config says nothing.
#[derive(Default)]
pub(crate) enum KvHeads {
    /// As many as one particular model: that must be said.
    #[default]
    Required,
    /// As many as queries.
    AsQueries,
    /// So many, left out by the configs that are published.
    Usual(u64),
}

/// Llama's: nothing that depends on the model.
pub(crate) const PLAIN: Defaults = Defaults {
    heads: None,
    kv: KvHeads::AsQueries,
    head_dim: None,
    vocab: None,
};

/// Takes the sizes and writes them down.
pub(crate) fn sizes(config: &mut Config<'_>, draft: &mut Draft, defaults: &Defaults) -> Sizes {
    let d = config.size("hidden_size");
    let heads = size(config, "num_attention_heads", defaults.heads);
    let kv = match defaults.kv {
        // `null` means all heads, whatever is usual.
        _ if config.is_null("num_key_value_heads") => heads,
        KvHeads::Required => config.size("num_key_value_heads"),
        KvHeads::AsQueries => config.optional_size("num_key_value_heads").unwrap_or(heads),
        KvHeads::Usual(usual) => config.size_or("num_key_value_heads", usual),
    };
    config.divides(("num_key_value_heads", kv), ("num_attention_heads", heads));
    let head_dim = head_dim(config, d, heads, defaults.head_dim);
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
    if head_dim * heads != d {
        draft.param("width", head_dim, "size of each head");
    }
    Sizes { layers, head_dim }
}

fn size(config: &mut Config<'_>, key: &'static str, default: Option<u64>) -> u64 {
    match default {
        Some(default) => config.size_or(key, default),
        None => config.size(key),
    }
}

fn head_dim(config: &mut Config<'_>, d: u64, heads: u64, default: Option<u64>) -> u64 {
    let given = match default {
        Some(default) => Some(config.size_or("head_dim", default)),
        None => config.optional_size("head_dim"),
    };
    given.unwrap_or_else(|| {
        config.divides(("num_attention_heads", heads), ("hidden_size", d));
        (d / heads).max(1)
    })
}
