//! The Vision Transformer.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::{activation, activation_named};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores};
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::op::{Op, weight};

/// ViT. The table of positions is as long as the image has patches.
pub(super) fn vit(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("ViTForImageClassification", Head::Sequence),
        ("ViTModel", Head::Pooled),
        ("ViTForMaskedImageModeling", Head::Patches),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let sides = sizes(config, draft);
    draft.attentions();
    let act = activation(config, "hidden_act", "gelu");
    draft.slot("activation", act);
    let bias = config.truth_or("qkv_bias", true);
    for name in ["q_bias", "k_bias", "v_bias"] {
        draft.switch(name, bias);
    }
    let act = pooler_fields(config, head);
    patches(draft, sides);
    let mut x = "placed";
    if head == Head::Patches {
        masked(draft);
        x = "hidden";
    }
    layers(draft, "encoder", "encoder-layer", x);
    norm(draft, "normed", "layer-norm", "encoder");
    match head {
        Head::Pooled => pooler(config, draft, act),
        Head::Patches => pixels(config, draft, sides),
        _ => {
            labels(config, draft);
            draft.op(Op::new("class")
                .stage("head")
                .take("batch n d -> batch d")
                .of(&["normed"]));
            sequence_scores(draft, "class", "labels");
        }
    }
}

/// The names of the dims of an image and of its patches, along both sides: one
/// for both where all sides are equal.
#[derive(Clone, Copy)]
pub(super) struct Sides {
    image: [&'static str; 2],
    patch: [&'static str; 2],
}

const SQUARE: Sides = Sides {
    image: ["pixels"; 2],
    patch: ["patch"; 2],
};
const RECTANGLE: Sides = Sides {
    image: ["image_height", "image_width"],
    patch: ["patch_height", "patch_width"],
};

/// Writes the sizes of images and patches down.
pub(super) fn images(config: &mut Config<'_>, draft: &mut Draft) -> Sides {
    let image = config.sides("image_size");
    let patch = config.sides("patch_size");
    for (patch, image) in [(patch.0, image.0), (patch.1, image.1)] {
        if patch > image {
            let message = format!("patches of {patch} pixels do not fit into {image}");
            config.wrong("patch_size", message);
        }
    }
    if image.0 == image.1 && patch.0 == patch.1 {
        draft.numbers("image", "batch colours pixels pixels");
        draft.dim("batch", 1, "images");
        draft.dim("pixels", image.0, "pixels on a side");
        draft.dim("patch", patch.0, "pixels on a side of a patch");
        return SQUARE;
    }
    draft.numbers("image", "batch colours image_height image_width");
    draft.dim("batch", 1, "images");
    draft.dim("image_height", image.0, "pixels from top to bottom");
    draft.dim("image_width", image.1, "pixels from left to right");
    draft.dim("patch_height", patch.0, "those of a patch");
    draft.dim("patch_width", patch.1, "those of a patch");
    RECTANGLE
}

/// How many patches there are from top to bottom and from left to right.
pub(super) fn grid(sides: Sides) -> [String; 2] {
    [0, 1].map(|at| format!("floor({} / {})", sides.image[at], sides.patch[at]))
}

/// How many patches there are, as a formula.
pub(super) fn patch_count(sides: Sides) -> String {
    let [rows, columns] = grid(sides);
    match rows == columns {
        true => format!("{rows}^2"),
        false => format!("{rows} * {columns}"),
    }
}

fn sizes(config: &mut Config<'_>, draft: &mut Draft) -> Sides {
    let sides = images(config, draft);
    let colours = config.size_or("num_channels", 3);
    draft.dim("colours", colours, "numbers of a pixel");
    let d = config.size("hidden_size");
    let heads = config.size("num_attention_heads");
    config.divides(("num_attention_heads", heads), ("hidden_size", d));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "heads");
    let ffn = config.size("intermediate_size");
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let count = config.layers("num_hidden_layers");
    draft.dim("layers", count, "layers");
    draft.dim_as(
        "n",
        &format!("{} + 1", patch_count(sides)),
        "patches and the class token",
    );
    sides
}

/// What the pooler says of itself; it matters to that class alone.
fn pooler_fields(config: &mut Config<'_>, head: Head) -> &'static str {
    if head != Head::Patches {
        config.without_effect(&["encoder_stride"]);
    }
    if head != Head::Pooled {
        config.without_effect(&["pooler_act", "pooler_output_size"]);
        return "tanh";
    }
    match config.word("pooler_act") {
        Some(word) if word.value != "tanh" => activation_named(config, &word, &word.value),
        _ => "tanh",
    }
}

/// The first token, through a linear layer and an activation.
fn pooler(config: &mut Config<'_>, draft: &mut Draft, act: &'static str) {
    let size = config.optional_size("pooler_output_size");
    if size.is_none() && act == "tanh" {
        return draft.op(Op::new("pooled")
            .stage("pooler")
            .block("pooler")
            .of(&["normed"]));
    }
    if let Some(size) = size {
        draft.dim("pooled_size", size, "numbers that the pooler gives");
    }
    let out = if size.is_some() { "pooled_size" } else { "d" };
    draft.op(Op::new("first")
        .stage("pooler")
        .take("batch n d -> batch d")
        .of(&["normed"]));
    draft.op(Op::new("dense")
        .stage("pooler")
        .einsum("batch d, d e -> batch e")
        .of(&["first", &weight(&format!("d {out}"))])
        .bias());
    let op = Op::new("pooled").stage("pooler");
    draft.op(match act {
        "tanh" => op.apply("tanh(dense)"),
        block => op.block(block).of(&["dense"]),
    });
}

/// A learnt token that stands in for the patches that are hidden.
fn masked(draft: &mut Draft) {
    draft.op(Op::new("hidden")
        .comment("a learnt token in the place of every patch that is not shown")
        .stage("embed")
        .reshape("batch n d")
        .of(&["placed", &weight("1 d")]));
}

/// The pixels of every patch, from a convolution with windows of one token.
fn pixels(config: &mut Config<'_>, draft: &mut Draft, sides: Sides) {
    let stride = config.size_or("encoder_stride", 16);
    draft.dim("stride", stride, "pixels on a side of what a token gives");
    draft.dim_as("shown", &patch_count(sides), "patches");
    draft.op(Op::new("shown_tokens")
        .comment("all but the class token")
        .stage("head")
        .reshape("batch shown d")
        .of(&["normed"]));
    draft.op(Op::new("reconstruction")
        .stage("head")
        .einsum("batch shown d, d p -> batch shown p")
        .of(&["shown_tokens", &weight("d (stride * stride * colours)")])
        .bias());
}

/// A size of equal sides.
pub(super) fn square(config: &mut Config<'_>, key: &'static str) -> u64 {
    let (height, width) = config.sides(key);
    if height != width {
        let message = format!("{height} by {width}: only equal sides are known here");
        config.wrong(key, message);
    }
    height
}

/// Patches of a square image of `d1` numbers each, with padding for what is left
/// of it.
pub(super) fn cut_rounded(draft: &mut Draft) {
    draft.op(Op::new("patches")
        .stage("patch-embed")
        .einsum("batch c (patch*y + ky) (patch*z + kz), o c ky kz -> batch (y z) o")
        .axes(&[("y", "rows1"), ("z", "rows1")])
        .of(&["image", &weight("d1 colours patch patch")])
        .bias());
}

/// The patches of an image, each through a linear layer to `d` numbers.
pub(super) fn cut(draft: &mut Draft, sides: Sides, d: &str, bias: bool) {
    let [height, width] = sides.patch;
    let notation =
        format!("batch c ({height}*y + ky) ({width}*z + kz), o c ky kz -> batch (y z) o");
    let op = Op::new("patches")
        .stage("patch-embed")
        .einsum(&notation)
        .of(&["image", &weight(&format!("{d} colours {height} {width}"))]);
    draft.op(if bias { op.bias() } else { op });
}

fn patches(draft: &mut Draft, sides: Sides) {
    cut(draft, sides, "d", true);
    draft.op(Op::new("tokens")
        .stage("embed")
        .concat("batch p d, c d -> batch (p + c) d")
        .of(&["patches", &weight("1 d")]));
    draft.weight("positions", "n d", "added to the patches");
    draft.op(Op::new("placed").stage("embed").apply("tokens + positions"));
}
