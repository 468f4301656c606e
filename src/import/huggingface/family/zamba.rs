//! Zamba: layers of Mamba, and before some of them a Transformer layer whose
//! weights all of these share, or every second of them.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::hybrid::{LINEAR, kinds, single};
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::plan::{Embed, Logits, Outer, Plan};
use crate::import::huggingface::mechanism::recurrent::mixer_activation;
use crate::import::huggingface::mechanism::shared::SharedLayer;
use crate::import::huggingface::mechanism::sizes::{Defaults, PLAIN, sizes};
use crate::import::huggingface::mechanism::state_space::{
    MAMBA_AMONG, MAMBA2_AMONG, Mamba2Fields, MambaFields,
};
use crate::import::huggingface::op::Op;

/// The words for kinds of layers.
const KINDS: [&str; 3] = [LINEAR, "mamba", "hybrid"];

/// The sizes that both have; heads are as wide as two widths of the model hold.
/// Gives the width and the layers.
fn zamba_sizes(config: &mut Config<'_>, draft: &mut Draft) -> (u64, u64) {
    let d = config.size("hidden_size");
    let heads = config.size("num_attention_heads");
    let own = config.optional_size("attention_head_dim");
    if config
        .optional_size("attention_hidden_size")
        .is_some_and(|all| all != 2 * d)
    {
        let message = format!("attention reads twice the width of the model, {}", 2 * d);
        config.wrong("attention_hidden_size", message);
    }
    config.without_effect(&["kv_channels"]);
    config.without_effect(&["num_query_groups", "use_long_context", "head_dim"]);
    let width = own.unwrap_or((2 * d / heads).max(1));
    draft.param("width", width, "size of each head");
    let defaults = Defaults {
        ffn: Some(4),
        ..PLAIN
    };
    let layers = sizes(config, draft, &defaults).layers;
    let act = activation(config, "hidden_act", "gelu");
    draft.slot("activation", act);
    (d, layers)
}

pub(super) fn zamba(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let (d, layers) = zamba_sizes(config, draft);
    let period = config.size_or("attn_layer_period", 6);
    let offset = config.count_or("attn_layer_offset", 4);
    // The third one, and then by period and offset from the fourth on.
    let usual = |at: u64| match at == 2 || (at > 2 && (at - 3) % period == offset) {
        true => "hybrid",
        false => LINEAR,
    };
    let kinds = kinds(config, &["layers_block_type"], layers, &KINDS, usual);
    let heads = config.size_or("n_mamba_heads", 2);
    config.divides(("n_mamba_heads", heads), ("hidden_size", 2 * d));
    draft.dim(
        "mamba_heads",
        heads,
        "parts of the channels that choose alone",
    );
    let fields = MambaFields {
        bias: "mamba_proj_bias",
        ..MAMBA_AMONG
    };
    let mamba = fields.part(config, draft, d).with("heads", "mamba_heads");
    mixer_activation(config, draft, "hidden_mamba_act", "silu");
    let shared = SharedLayer {
        rotary: false,
        attention_adapters: false,
        mlp_adapters: false,
        mamba,
    };
    // Where words and head are not tied, nothing else is shared either.
    let sets = match config.truth_or("tie_word_embeddings", true) {
        true => 1,
        false => layers,
    };
    written(config, draft, (&shared, "Zamba", outer), (&kinds, sets));
}

pub(super) fn zamba2(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    config.without_effect(&["mamba_headdim", "hybrid_layer_ids", "use_mem_eff_path"]);
    config.without_effect(&["use_conv_bias"]);
    let (d, layers) = zamba_sizes(config, draft);
    if config.truth_or("add_bias_linear", false) {
        config.wrong(
            "add_bias_linear",
            "biases of linear layers are not known here",
        );
    }
    let usual = |at: u64| match at {
        51 => "hybrid",
        47 => "hybrid",
        at if at < 43 && at > 0 && at.is_multiple_of(6) => "hybrid",
        _ => LINEAR,
    };
    let kinds = kinds(config, &["layers_block_type"], layers, &KINDS, usual);
    let fields = Mamba2Fields {
        heads: ("n_mamba_heads", 8),
        columns: "mamba_headdim",
        groups: ("mamba_ngroups", 1),
        state: ("mamba_d_state", 64),
        in_bias: "add_bias_linear",
        out_bias: "add_bias_linear",
        conv_bias: "conv_bias_is_always_there",
        ..MAMBA2_AMONG
    };
    let mamba = fields.part(config, draft, d);
    mixer_activation(config, draft, "hidden_mamba_act", "silu");
    let rank = config.size_or("adapter_rank", 128);
    draft.dim("adapter", rank, "numbers that an adapter comes from");
    let shared = SharedLayer {
        rotary: config.truth_or("use_mem_rope", false),
        attention_adapters: config.truth_or("use_shared_attention_adapter", false),
        mlp_adapters: true,
        mamba,
    };
    let sets = config.size_or("num_mem_blocks", 1);
    if !config.truth_or("tie_word_embeddings", true) {
        let message = "where words and head are not tied, no layers share weights either, which \
                       is not known here";
        config.wrong("tie_word_embeddings", message);
    }
    written(config, draft, (&shared, "Zamba2", outer), (&kinds, sets));
}

/// Writes the layers of Mamba alone, then the others, each set of shared weights
/// by itself.
fn written(
    config: &mut Config<'_>,
    draft: &mut Draft,
    (shared, classes, outer): (&SharedLayer, &'static str, &Outer),
    (kinds, sets): (&[&str], u64),
) {
    let plan = Plan {
        classes,
        embed: Embed::default(),
        layers: Vec::new(),
        norm: Some(Norm::Rms),
        logits: Logits {
            tied: config.truth_or("tie_word_embeddings", true),
            ..Logits::default()
        },
    };
    let hybrids = kinds.iter().filter(|kind| **kind == "hybrid").count() as u64;
    let alone = kinds.len() as u64 - hybrids;
    let layer = single(Some(shared.mamba.clone()), None);
    let begun = plan.begin(config, draft, outer);
    let mut last = begun.x.clone();
    if alone > 0 {
        draft.dim("mamba_layers", alone, "layers without attention");
        let block = layer.block(draft, "mamba-layer");
        draft.op(Op::new("decoder")
            .block(&block)
            .repeat("mamba_layers")
            .of(&[&last]));
        "decoder".clone_into(&mut last);
    }
    for set in 0..sets.min(hybrids) {
        let often = format!("hybrid_{set}_layers");
        let count = (hybrids - set).div_ceil(sets);
        draft.dim(often.clone(), count, "layers that share these weights");
        last = shared.write(draft, (set, &often), &last);
    }
    plan.end(config, draft, (outer, &begun), &last);
}
