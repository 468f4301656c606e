//! Linear attention and short convolutions: what keeps a matrix for every head,
//! or the last few tokens.

use super::activation::activation;
use super::part::Part;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// What `transformers` takes for the sizes of a delta rule where a config says
/// nothing.
pub(crate) struct DeltaDefaults {
    pub(crate) key_heads: u64,
    pub(crate) value_heads: u64,
    /// Columns of a head of keys, by how many heads of keys there are.
    pub(crate) key: fn(u64, u64) -> u64,
    /// Columns of a head of values, by those of keys.
    pub(crate) value: fn(u64) -> u64,
}

/// The gated delta rule, of a model that is `d` wide.
pub(crate) fn delta(
    config: &mut Config<'_>,
    draft: &mut Draft,
    (d, defaults): (u64, &DeltaDefaults),
) -> Part {
    told(draft);
    let key_heads = config.size_or("linear_num_key_heads", defaults.key_heads);
    let value_heads = config.size_or("linear_num_value_heads", defaults.value_heads);
    config.divides(
        ("linear_num_key_heads", key_heads),
        ("linear_num_value_heads", value_heads),
    );
    let key = config.size_or("linear_key_head_dim", (defaults.key)(d, key_heads));
    let value = config.size_or("linear_value_head_dim", (defaults.value)(key));
    taps(config, draft, "linear_conv_kernel_dim", 4);
    draft.dim("key_heads", key_heads, "heads of keys of the delta rule");
    draft.dim("value_heads", value_heads, "its heads of values");
    draft.dim("key", key, "columns of its heads of keys");
    draft.dim("value", value, "of values");
    let sizes = ["key_heads", "value_heads", "key", "value", "taps"];
    by_name("delta-net", &sizes)
}

/// Kimi delta attention. The sizes may stand in a table of their own, which
/// counts.
pub(crate) fn kimi_delta(config: &mut Config<'_>, draft: &mut Draft) -> Part {
    told(draft);
    let keys = [
        "linear_num_heads",
        "linear_head_dim",
        "linear_conv_kernel_dim",
    ];
    let usual = [32, 128, 4];
    let [mut heads, mut key, mut window] = [None; 3];
    if config.has("linear_attn_config") && !config.is_null("linear_attn_config") {
        config.within("linear_attn_config", |inner| {
            heads = inner.optional_size("num_heads");
            key = inner.optional_size("head_dim");
            window = inner.optional_size("short_conv_kernel_size");
        });
    }
    let [heads, key, window] = [heads, key, window];
    let mut sizes = Vec::new();
    for ((given, own), usual) in [heads, key, window].into_iter().zip(keys).zip(usual) {
        config.without_effect(&[own]);
        sizes.push(given.unwrap_or_else(|| config.size_or(own, usual)));
    }
    let names = ["key_heads", "key", "taps"];
    if let [heads, key, window] = sizes.as_slice() {
        draft.dim("key_heads", *heads, "heads of the delta rule");
        draft.dim("key", *key, "columns of each");
        taps_are(draft, *window);
    }
    by_name("kimi-delta", &names)
}

/// Lightning attention, with the heads of the attention beside it.
pub(crate) fn lightning(draft: &mut Draft) -> Part {
    told(draft);
    by_name("lightning", &["h", "width"])
}

/// A short convolution between two gates. It is counted as `transformers` runs
/// it, padded on both sides.
pub(crate) fn gated_conv(config: &mut Config<'_>, draft: &mut Draft, usual: u64) -> Part {
    taps(config, draft, "conv_L_cache", usual);
    draft.param_as(
        "tail",
        "taps - 1",
        "places behind the last token that are computed and cut off",
    );
    draft.remark(
        "A short convolution is padded on both sides, and what is computed behind the last token \
         is cut off, as `transformers` does; `--set tail=0` leaves that out.",
    );
    let bias = config.truth_or("conv_bias", false);
    by_name("gated-conv", &["taps", "tail"]).switch("conv_bias", bias)
}

/// How many tokens a short convolution sees.
pub(crate) fn taps(config: &mut Config<'_>, draft: &mut Draft, key: &'static str, usual: u64) {
    let taps = config.size_or(key, usual);
    taps_are(draft, taps);
}

/// As a number: of a symbol it would not be known where padding begins.
fn taps_are(draft: &mut Draft, taps: u64) {
    let comment = "tokens that a short convolution sees";
    draft.param_as("taps", &taps.to_string(), comment);
}

/// A block that takes numbers of the model by the same names.
pub(crate) fn by_name(block: &str, names: &[&'static str]) -> Part {
    let part = Part::new(block);
    names.iter().fold(part, |part, name| part.with(name, *name))
}

/// The sentence that goes with every state.
pub(crate) fn told(draft: &mut Draft) {
    draft.remark(
        "Recurrences are counted token by token, as they are defined; their states in the format \
         of the estimate, where `transformers` keeps them in fp32.",
    );
}

/// The activation within a recurrent mixer.
pub(crate) fn mixer_activation(
    config: &mut Config<'_>,
    draft: &mut Draft,
    key: &'static str,
    usual: &'static str,
) {
    let act = activation(config, key, usual);
    draft.slot("mixer-activation", act);
}
