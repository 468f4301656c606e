//! Latent attention: keys and values from one short vector of every token; and
//! the indexer that chooses which of them a token attends to.

use super::part::Part;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// What families with latent attention differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Latent {
    /// The length of the short vector of queries where the config says nothing;
    /// 0 and `null` mean that queries are not narrowed.
    pub(crate) q_rank: u64,
    /// Whether an indexer chooses keys.
    pub(crate) indexer: bool,
    /// Whether queries are multiplied by a number of their position.
    pub(crate) query_scaled: bool,
}

/// DeepSeek V3's.
pub(crate) const LATENT: Latent = Latent {
    q_rank: 1536,
    indexer: false,
    query_scaled: false,
};

impl Latent {
    /// The attention of layers with an indexer, if there is one, of their own.
    pub(crate) fn part(self, config: &mut Config<'_>, draft: &mut Draft) -> Part {
        // Follow from others, or are not asked for by latent attention.
        config.without_effect(&["num_key_value_heads", "head_dim", "qk_head_dim"]);
        let mut part = Part::new("latent").with("h", "h");
        for (name, key, comment) in [
            (
                "kv_rank",
                "kv_lora_rank",
                "numbers that keys and values come from",
            ),
            (
                "plain",
                "qk_nope_head_dim",
                "columns of a head of q and k that are not rotated",
            ),
            ("turned", "qk_rope_head_dim", "those that are"),
        ] {
            let size = config.size(key);
            draft.dim(name, size, comment);
            part = part.with(name, name);
        }
        let value = match config.take("v_head_dim") {
            Some(_) => config.size("v_head_dim"),
            // The width over the heads in `transformers`.
            None => config.size("hidden_size") / config.size("num_attention_heads").max(1),
        };
        draft.dim("value", value.max(1), "columns of a head of v");
        part = part.with("value", "value");
        let rank = match self.q_rank {
            0 => config.optional_size("q_lora_rank"),
            usual => config.size_unless_null("q_lora_rank", usual),
        };
        if let Some(rank) = rank {
            draft.param("q_rank", rank, "numbers that queries come from");
            part = part.with("q_rank", "q_rank");
        }
        draft.param("absorbed", 0, "1 makes no keys and values of latents");
        draft.decodes("absorbed", 1);
        draft.remark(
            "When decoding, keys and values are not made anew of the latents that are kept: the \
             matrices for that are multiplied into queries and results, as inference engines do. \
             `--set absorbed=0` counts them made anew, as `transformers` does.",
        );
        part = part.with("absorbed", "absorbed");
        let bias = config.truth_or("attention_bias", false);
        part = part.switch("bias", bias).switch("q_bias", bias);
        if self.query_scaled {
            part = part.switch("query_scaled", true);
        }
        match self.indexer {
            true => indexed(config, draft, part),
            false => part,
        }
    }
}

/// The same with the choice of an indexer.
fn indexed(config: &mut Config<'_>, draft: &mut Draft, part: Part) -> Part {
    for (name, key, usual, comment) in [
        ("index_h", "index_n_heads", 64, "heads of the indexer"),
        ("index_width", "index_head_dim", 128, "columns of each"),
        ("index_topk", "index_topk", 2048, "keys that it chooses"),
    ] {
        let size = config.size_or(key, usual);
        draft.dim(name, size, comment);
    }
    draft.remark(
        "A token attends to the keys that the indexer chooses, and is counted with their full \
         number, at the start of a sequence too; `--causal skipped` counts the keys that each \
         sees. The indexer scores all keys.",
    );
    part.switch("indexer", true)
        .with("index_h", "index_h")
        .with("index_width", "index_width")
        .with("share", "min(index_topk, n) / n")
}

/// The attention of a layer that takes the choice of an indexer before it.
pub(crate) fn reusing(part: &Part) -> Part {
    let mut part = part.clone();
    part.with.retain(|(name, _)| !name.starts_with("index"));
    part
}
