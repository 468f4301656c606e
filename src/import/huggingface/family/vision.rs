//! Kin of the Vision Transformer: DeiT, BEiT, DINOv2 and DINOv3.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::vit::{Sides, cut, grid, images, patch_count};
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::head::{labels, sequence_scores};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::mechanism::tower::{Extras, PLAIN, Relative, Tower};
use crate::import::huggingface::op::{Op, weight};
use crate::number;

/// Of a file that has no other stack.
const ALONE: Tower = Tower { prefix: "" };

/// Patches, and so many tokens beside them.
fn seen(config: &mut Config<'_>, draft: &mut Draft, beside: u64) -> Sides {
    let sides = images(config, draft);
    let colours = config.size_or("num_channels", 3);
    draft.dim("colours", colours, "numbers of a pixel");
    draft.dim_as("places", &patch_count(sides), "patches");
    draft.dim_as(
        "n",
        &format!("places + {beside}"),
        "patches and the tokens beside them",
    );
    config.without_effect(&["drop_path_rate"]);
    sides
}

/// Tokens that are learnt, put beside `x`.
fn beside(draft: &mut Draft, name: &str, x: &str, count: u64) {
    draft.op(Op::new(name)
        .stage("embed")
        .concat("batch p d, c d -> batch (p + c) d")
        .of(&[x, &weight(&format!("{count} d"))]));
}

/// Numbers of every place, added to `x`.
fn placed(draft: &mut Draft, x: &str, rows: &str) {
    draft.weight("positions", &format!("{rows} d"), "added to the tokens");
    let sum = format!("{x} + positions");
    draft.op(Op::new("placed").stage("embed").apply(&sum));
}

/// A token that stood in for hidden patches while the model was trained: among
/// the parameters, and nothing is computed with it.
fn unused_mask(draft: &mut Draft, name: &'static str, x: &str) -> &'static str {
    draft.op(Op::new(name)
        .comment("with a learnt token that hidden patches had in training")
        .stage("embed")
        .reshape("batch n d")
        .of(&[x, &weight("1 d")]));
    name
}

/// The mean over patches, of `x`.
fn mean_of_patches(draft: &mut Draft, x: &str) {
    draft.op(Op::new("patch_tokens")
        .comment("all but the tokens beside them")
        .stage("pool")
        .reshape("batch places d")
        .of(&[x]));
    draft.op(Op::new("summed")
        .stage("pool")
        .einsum("batch p d -> batch d")
        .of(&["patch_tokens"]));
    draft.op(Op::new("mean").stage("pool").scaled().of(&["summed"]));
}

/// DeiT: ViT, and a token for what a teacher says.
pub(super) fn deit(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Pooled),
        ("ForImageClassification", Head::Sequence),
        ("ForImageClassificationWithTeacher", Head::Choice),
    ];
    let (class, head) = class_of(config, "DeiT", &ends);
    about(draft, class);
    let sides = seen(config, draft, 2);
    let act = ALONE.sizes(config, draft, None, "gelu");
    config.without_effect(&["encoder_stride", "pooler_act", "pooler_output_size"]);
    draft.attentions();
    let bias = config.truth_or("qkv_bias", true);
    cut(draft, sides, "d", true);
    beside(draft, "tokens", "patches", 2);
    placed(draft, "tokens", "n");
    let extras = Extras {
        bias: [bias, bias, bias, true],
        ..PLAIN
    };
    ALONE.layers(draft, ("encoder", "placed"), act, &extras);
    norm(draft, "normed", "layer-norm", "encoder");
    match head {
        Head::Pooled => draft.op(Op::new("pooled")
            .stage("pooler")
            .block("pooler")
            .of(&["normed"])),
        head => {
            labels(config, draft);
            ALONE.one(draft, "class", "normed", "head");
            sequence_scores(draft, "class", "labels");
            if head == Head::Choice {
                taught(draft);
            }
        }
    }
}

/// The classes that the teacher's token gives; the result is the mean of both.
fn taught(draft: &mut Draft) {
    ALONE.one(draft, "lesson", "normed", "head");
    draft.op(Op::new("taught")
        .stage("head")
        .einsum("batch d, d c -> batch c")
        .of(&["lesson", &weight("d labels")])
        .bias());
    draft.op(Op::new("both")
        .stage("head")
        .apply("(scores + taught) * 0.5"));
}

/// BEiT: numbers by distance instead of positions, and scales behind the parts
/// of its layers.
pub(super) fn beit(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [
        ("Model", Head::Pooled),
        ("ForImageClassification", Head::Sequence),
        ("ForMaskedImageModeling", Head::Words),
    ];
    let (class, head) = class_of(config, "Beit", &ends);
    about(draft, class);
    let sides = seen(config, draft, 1);
    let act = ALONE.sizes(config, draft, None, "gelu");
    cut(draft, sides, "d", true);
    beside(draft, "tokens", "patches", 1);
    let mut last = "tokens";
    if config.truth_or("use_absolute_position_embeddings", false) {
        placed(draft, last, "n");
        last = "placed";
    }
    if config.truth_or("use_mask_token", false) {
        last = unused_mask(draft, "hidden", last);
    }
    let extras = Extras {
        bias: [true, false, true, true],
        scaled: config.number("layer_scale_init_value") != Some(number::whole(0)),
        relative: distances(config, draft, sides),
        ..PLAIN
    };
    ALONE.layers(draft, ("encoder", last), act, &extras);
    let mean = config.truth_or("use_mean_pooling", true);
    config.without_effect(&[
        "add_fpn",
        "auxiliary_channels",
        "auxiliary_concat_input",
        "auxiliary_loss_weight",
        "auxiliary_num_convs",
        "out_features",
        "out_indices",
        "pool_scales",
        "reshape_hidden_states",
        "semantic_loss_ignore_index",
        "stage_names",
        "use_auxiliary_head",
    ]);
    if head != Head::Words {
        config.without_effect(&["vocab_size"]);
    }
    beit_head(config, draft, head, mean);
}

/// Tables of distances of BEiT: one for all layers, or one of each.
fn distances(config: &mut Config<'_>, draft: &mut Draft, sides: Sides) -> Relative {
    let own = config.truth_or("use_relative_position_bias", false);
    let shared = config.truth_or("use_shared_relative_position_bias", false);
    if !own && !shared {
        return Relative::None;
    }
    let [rows, columns] = grid(sides);
    let formula = format!("(2 * {rows} - 1) * (2 * {columns} - 1) + 3");
    draft.dim_as("distances", &formula, "distances that are told apart");
    if own && shared {
        config.wrong(
            "use_shared_relative_position_bias",
            "two tables of distances at once are not known here",
        );
    }
    if own {
        return Relative::Own;
    }
    draft.op(Op::new("biases")
        .comment("added to the scores in every layer, where it is counted")
        .stage("relative")
        .reshape("h n n")
        .of(&[&weight("distances h")]));
    Relative::Shared
}

fn beit_head(config: &mut Config<'_>, draft: &mut Draft, head: Head, mean: bool) {
    if head == Head::Words {
        // The model's own norm, unless the class has the only one.
        if !mean {
            norm(draft, "normed", "layer-norm", "encoder");
        }
        norm(
            draft,
            "sought",
            "layer-norm",
            if mean { "encoder" } else { "normed" },
        );
        let vocab = config.size("vocab_size");
        draft.dim("vocab", vocab, "visual words");
        draft.op(Op::new("logits")
            .stage("head")
            .einsum("batch n d, d v -> batch n v")
            .of(&["sought", &weight("d vocab")])
            .bias());
        return;
    }
    if mean {
        mean_of_patches(draft, "encoder");
        norm(draft, "pooled", "layer-norm", "mean");
    } else {
        norm(draft, "normed", "layer-norm", "encoder");
        ALONE.one(draft, "pooled", "normed", "pool");
    }
    if head == Head::Sequence {
        labels(config, draft);
        sequence_scores(draft, "pooled", "labels");
    }
}

/// DINOv2.
pub(super) fn dinov2(config: &mut Config<'_>, draft: &mut Draft) {
    dino(config, draft, "Dinov2", 0);
}

/// DINOv2 with tokens that stand for nothing.
pub(super) fn dinov2_with_registers(config: &mut Config<'_>, draft: &mut Draft) {
    let registers = config.count_or("num_register_tokens", 4);
    dino(config, draft, "Dinov2WithRegisters", registers);
}

fn dino(config: &mut Config<'_>, draft: &mut Draft, base: &str, registers: u64) {
    let ends = [
        ("Model", Head::Hidden),
        ("ForImageClassification", Head::Sequence),
        ("Backbone", Head::Hidden),
    ];
    let (class, head) = class_of(config, base, &ends);
    about(draft, class);
    let sides = seen(config, draft, 1 + registers);
    let gated = config.truth_or("use_swiglu_ffn", false);
    let width = width_by_ratio(config, gated);
    let act = ALONE.sizes(config, draft, Some(width), "gelu");
    cut(draft, sides, "d", true);
    beside(draft, "tokens", "patches", 1);
    placed(draft, "tokens", "(places + 1)");
    let mut last = "placed";
    if registers > 0 {
        beside(draft, "registered", last, registers);
        last = "registered";
    }
    if config.truth_or("use_mask_token", true) {
        last = unused_mask(draft, "hidden", last);
    }
    let bias = config.truth_or("qkv_bias", true);
    config.without_effect(&["layerscale_value"]);
    let extras = Extras {
        bias: [bias, bias, bias, true],
        gated,
        scaled: true,
        ..PLAIN
    };
    let act = if gated { "silu" } else { act };
    draft.attentions();
    ALONE.layers(draft, ("encoder", last), act, &extras);
    norm(draft, "normed", "layer-norm", "encoder");
    backbone_fields(config);
    if head == Head::Sequence {
        labels(config, draft);
        ALONE.one(draft, "class", "normed", "head");
        mean_of_patches(draft, "normed");
        draft.op(Op::new("joined")
            .stage("head")
            .concat("batch p, batch q -> batch (p + q)")
            .of(&["class", "mean"]));
        draft.op(Op::new("scores")
            .stage("head")
            .einsum("batch j, j c -> batch c")
            .of(&["joined", &weight("(2 * d) labels")])
            .bias());
    }
}

/// What a backbone gives of its layers changes nothing that is counted.
fn backbone_fields(config: &mut Config<'_>) {
    config.without_effect(&[
        "apply_layernorm",
        "out_features",
        "out_indices",
        "reshape_hidden_states",
        "return_class_token",
        "stage_names",
    ]);
}

/// The width of feed-forward layers, by a factor of that of the model; of those
/// with a gate two thirds, rounded up to eights.
fn width_by_ratio(config: &mut Config<'_>, gated: bool) -> u64 {
    let d = config.peek("hidden_size").unwrap_or(1);
    let ratio = config.number("mlp_ratio");
    let ratio: BigRational = ratio.unwrap_or_else(|| number::whole(4));
    let full = (ratio * number::whole(d)).floor();
    let rounded = if gated {
        let thirds = (full * number::whole(2) / number::whole(3)).floor();
        ((thirds + number::whole(7)) / number::whole(8)).floor() * number::whole(8)
    } else {
        full
    };
    rounded.to_integer().to_u64().unwrap_or(1).max(1)
}

/// DINOv3: rotary positions of patches, and registers.
pub(super) fn dinov3(config: &mut Config<'_>, draft: &mut Draft) {
    let ends = [("Model", Head::Hidden), ("Backbone", Head::Hidden)];
    let (class, _) = class_of(config, "DINOv3ViT", &ends);
    about(draft, class);
    let registers = config.count_or("num_register_tokens", 0);
    let sides = seen(config, draft, 1 + registers);
    let act = ALONE.sizes(config, draft, None, "gelu");
    draft.attentions();
    cut(draft, sides, "d", true);
    beside(draft, "tokens", "patches", 1 + registers);
    let last = unused_mask(draft, "hidden", "tokens");
    let extras = Extras {
        bias: [
            config.truth_or("query_bias", true),
            config.truth_or("key_bias", false),
            config.truth_or("value_bias", true),
            config.truth_or("proj_bias", true),
        ],
        gated: config.truth_or("use_gated_mlp", false),
        mlp_bias: config.truth_or("mlp_bias", true),
        scaled: true,
        rotary: Some("places / n"),
        ..PLAIN
    };
    config.without_effect(&[
        "layerscale_value",
        "pos_embed_jitter",
        "pos_embed_rescale",
        "pos_embed_shift",
    ]);
    backbone_fields(config);
    ALONE.layers(draft, ("encoder", last), act, &extras);
    norm(draft, "normed", "layer-norm", "encoder");
}
