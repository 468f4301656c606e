//! The Vision Transformer.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::head::{labels, sequence_scores};
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::op::{Op, weight};

/// ViT. The table of positions is as long as the image has patches.
pub(super) fn vit(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("ViTForImageClassification", Head::Sequence),
        ("ViTModel", Head::Pooled),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    sizes(config, draft);
    draft.attentions();
    let act = activation(config, "hidden_act", "gelu");
    draft.slot("activation", act);
    let bias = config.truth_or("qkv_bias", true);
    for name in ["q_bias", "k_bias", "v_bias"] {
        draft.switch(name, bias);
    }
    patches(draft);
    layers(draft, "encoder", "encoder-layer", "placed");
    norm(draft, "normed", "layer-norm", "encoder");
    match head {
        Head::Pooled => {
            draft.op(Op::new("pooled")
                .stage("pooler")
                .block("pooler")
                .of(&["normed"]));
        }
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

fn sizes(config: &mut Config<'_>, draft: &mut Draft) {
    let image = config.size("image_size");
    let patch = config.size("patch_size");
    if patch > image {
        let message = format!("patches of {patch} pixels do not fit into {image}");
        config.wrong("patch_size", message);
    }
    draft.numbers("image", "batch colours pixels pixels");
    draft.dim("batch", 1, "images");
    draft.dim("pixels", image, "pixels on a side");
    draft.dim("patch", patch, "pixels on a side of a patch");
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
        "floor(pixels / patch)^2 + 1",
        "patches and the class token",
    );
}

fn patches(draft: &mut Draft) {
    draft.op(Op::new("patches")
        .stage("patch-embed")
        .einsum("batch c (patch*y + ky) (patch*z + kz), o c ky kz -> batch (y z) o")
        .of(&["image", &weight("d colours patch patch")])
        .bias());
    draft.op(Op::new("tokens")
        .stage("embed")
        .concat("batch p d, c d -> batch (p + c) d")
        .of(&["patches", &weight("1 d")]));
    draft.weight("positions", "n d", "added to the patches");
    draft.op(Op::new("placed").stage("embed").apply("tokens + positions"));
}
