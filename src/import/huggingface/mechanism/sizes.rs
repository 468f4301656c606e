//! The sizes of decoders with rotary positions.

use super::embedding::tokens;
use crate::import::huggingface::config::{Config, MOST_LAYERS};
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
    /// So many times the width of the model are the feed-forward layers wide.
    pub(crate) ffn: Option<u64>,
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
    /// One where `multi_query` says so, as it does unless it is denied; of a
    /// new architecture as many as are given.
    MultiQuery,
}

/// Llama's: nothing that depends on the model.
pub(crate) const PLAIN: Defaults = Defaults {
    heads: None,
    kv: KvHeads::AsQueries,
    head_dim: None,
    vocab: None,
    ffn: None,
};

/// The names that a size has in configs, the usual one first.
const WIDTH: [&str; 3] = ["hidden_size", "n_embd", "d_model"];
const HEADS: [&str; 5] = [
    "num_attention_heads",
    "n_head",
    "n_heads",
    "num_heads",
    "attention_heads",
];
const KV: [&str; 3] = ["num_key_value_heads", "num_kv_heads", "kv_n_heads"];
const FFN: [&str; 9] = [
    "intermediate_size_mlp",
    "prefix_dense_intermediate_size",
    "intermediate_size",
    "dff",
    "inner_dim",
    "n_inner",
    "ffn_hidden_size",
    "ffn_dim",
    "moe_intermediate_size",
];
const LAYERS: [&str; 4] = ["num_hidden_layers", "n_layer", "n_layers", "num_layers"];
/// The names of lists that have an item, or a letter, for every layer.
const LISTS: [&str; 3] = [
    "layers_block_type",
    "layer_types",
    "hybrid_override_pattern",
];
const LONGEST: [&str; 5] = [
    "max_position_embeddings",
    "model_max_length",
    "n_positions",
    "max_seq_len",
    "n_ctx",
];

/// Takes the sizes and writes them down.
pub(crate) fn sizes(config: &mut Config<'_>, draft: &mut Draft, defaults: &Defaults) -> Sizes {
    let (of_width, of_heads) = (config.first_of(&WIDTH), config.first_of(&HEADS));
    let Outline { d, heads, layers } = outline(config, draft, defaults);
    let of_kv = config.first_of(&KV);
    let kv = match defaults.kv {
        // `null` means all heads, whatever is usual.
        _ if config.is_null(of_kv) => heads,
        KvHeads::Required => config.size(of_kv),
        KvHeads::AsQueries => config.optional_size(of_kv).unwrap_or(heads),
        KvHeads::Usual(usual) => config.size_or(of_kv, usual),
        KvHeads::MultiQuery => multi_query(config, of_kv, heads),
    };
    config.divides((of_kv, kv), (of_heads, heads));
    let head_dim = head_dim(config, (of_width, d), (of_heads, heads), defaults.head_dim);
    if kv == heads {
        draft.param_as("kv", "h", "key and value heads");
    } else {
        draft.param("kv", kv, "key and value heads");
    }
    if head_dim * heads == d {
        draft.param_as("width", "d / h", "size of each head");
    } else {
        draft.param("width", head_dim, "size of each head");
    }
    Sizes { layers, head_dim }
}

/// The sizes that are not those of heads.
pub(crate) struct Outline {
    /// The width of the model.
    pub(crate) d: u64,
    /// Heads of queries.
    pub(crate) heads: u64,
    pub(crate) layers: u64,
}

/// Takes the sizes that are not those of heads, and writes them down.
pub(crate) fn outline(config: &mut Config<'_>, draft: &mut Draft, defaults: &Defaults) -> Outline {
    let (of_width, of_heads) = (config.first_of(&WIDTH), config.first_of(&HEADS));
    let d = config.size(of_width);
    let heads = size(config, of_heads, defaults.heads);
    let key = config.first_of(&LONGEST);
    let longest = config.optional_size(key);
    tokens(draft, longest.unwrap_or(u64::MAX));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "query heads");
    let ffn = ffn(config, d, defaults.ffn);
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let layers = layers(config);
    draft.dim("layers", layers, "layers");
    let vocab = size(config, "vocab_size", defaults.vocab);
    draft.dim("vocab", vocab, "words");
    Outline { d, heads, layers }
}

/// How many heads keys and values have in Falcon and StarCoder.
fn multi_query(config: &mut Config<'_>, of_kv: &'static str, heads: u64) -> u64 {
    let shared = config.truth_or("multi_query", true);
    let given = config.optional_size(of_kv).unwrap_or(heads);
    match config.truth_or("new_decoder_architecture", false) {
        true => given,
        false if shared => 1,
        false => heads,
    }
}

/// The longest sequence, which a table of positions has rows for.
pub(crate) fn longest(config: &mut Config<'_>) -> u64 {
    let key = config.first_of(&LONGEST);
    config.size(key)
}

/// How many layers there are: as the config says, or as many as it lists.
fn layers(config: &mut Config<'_>) -> u64 {
    let key = config.first_of(&LAYERS);
    if config.has(key) {
        return config.layers(key);
    }
    let listed = LISTS.iter().find_map(|list| config.listed(list));
    listed
        .filter(|layers| (1..=MOST_LAYERS).contains(layers))
        .unwrap_or_else(|| config.layers(key))
}

fn size(config: &mut Config<'_>, key: &'static str, default: Option<u64>) -> u64 {
    match default {
        Some(default) => config.size_or(key, default),
        None => config.size(key),
    }
}

/// The width of the feed-forward layers: as given, or so many times that of
/// the model.
fn ffn(config: &mut Config<'_>, d: u64, times: Option<u64>) -> u64 {
    let key = match config.first_of(&FFN) {
        // Nothing is given: the usual one is asked for.
        key if !config.has(key) => "intermediate_size",
        key => key,
    };
    match (config.take(key), times) {
        (None, Some(times)) => times * d,
        // One for each layer: those that differ from the first say so.
        (Some(listed), _) if listed.is_list() => {
            let listed = config.counts(key).unwrap_or_default();
            listed.first().copied().unwrap_or(1).max(1)
        }
        _ => config.size(key),
    }
}

fn head_dim(
    config: &mut Config<'_>,
    (of_width, d): (&'static str, u64),
    (of_heads, heads): (&'static str, u64),
    default: Option<u64>,
) -> u64 {
    let key = config.first_of(&["head_dim", "kv_channels"]);
    let given = match default {
        Some(default) => Some(config.size_or(key, default)),
        None => config.optional_size(key),
    };
    given.unwrap_or_else(|| {
        config.divides((of_heads, heads), (of_width, d));
        (d / heads).max(1)
    })
}
