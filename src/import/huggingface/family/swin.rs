//! Swin: attention within windows of patches, in stages that join four patches
//! to one.

use super::staged::{ENDS, pixels};
use super::vit::{cut_rounded, square};
use crate::import::huggingface::block::Block;
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::head::labels;
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};
use crate::number;

/// Swin: attention within windows, every other time of windows that are shifted.
pub(super) fn swin(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, head) = class_of(config, "Swin", &ENDS);
    about(draft, class);
    pixels(config, draft);
    let patch = square(config, "patch_size");
    draft.dim("patch", patch, "pixels on a side of a patch");
    let window = config.size("window_size");
    draft.dim("window", window, "patches on a side of a window");
    draft.dim_as(
        "distances",
        "(2 * window - 1)^2",
        "distances that are told apart",
    );
    let ratio = config.number("mlp_ratio");
    let ratio = ratio.unwrap_or_else(|| number::whole(4));
    if (&ratio * number::whole(config.peek("embed_dim").unwrap_or(1))) < number::whole(1) {
        config.wrong("mlp_ratio", "feed-forward layers of no width");
    }
    draft.param(
        "ratio",
        number::plain(&ratio),
        "width of the feed-forward layers, over that of the stage",
    );
    let act = activation(config, "hidden_act", "gelu");
    draft.slot("activation", act);
    let bias = config.truth_or("qkv_bias", true);
    config.without_effect(&["encoder_stride", "hidden_size", "num_layers"]);
    let d = config.size("embed_dim");
    draft.dim("d1", d, "width of the first stage");
    draft.dim_as("rows1", "ceil(pixels / patch)", "patches on a side");
    cut_rounded(draft);
    norm(draft, "embedded", "layer-norm", "patches");
    let mut last = "embedded".to_owned();
    if config.truth_or("use_absolute_embeddings", false) {
        draft.weight("positions", "(rows1^2) d1", "added to the patches");
        draft.op(Op::new("placed")
            .stage("embed")
            .apply("embedded + positions"));
        "placed".clone_into(&mut last);
    }
    let layers = [false, true].map(|shifted| swin_layer(draft, bias, shifted));
    let merging = merging(draft);
    let all = config.stages("depths", "num_heads");
    for (at, (depth, heads)) in all.iter().enumerate() {
        let width = d.checked_shl(u32::try_from(at).unwrap_or(u32::MAX));
        if !width.unwrap_or(0).is_multiple_of(*heads) {
            let message = format!("{heads} heads do not divide the width of their stage");
            config.wrong("num_heads", message);
        }
        let at = at + 1;
        if at > 1 {
            last = merged(draft, &merging, at, &last);
        }
        last = swin_stage(draft, &layers, (at, *depth, *heads), &last);
    }
    norm(draft, "normed", "layer-norm", &last);
    config.without_effect(&[
        "drop_path_rate",
        "out_features",
        "out_indices",
        "stage_names",
    ]);
    if head == Head::Hidden {
        return;
    }
    let width = format!("d{}", all.len());
    draft.op(Op::new("summed")
        .stage("pool")
        .einsum("batch n c -> batch c")
        .of(&["normed"]));
    draft.op(Op::new("pooled").stage("pool").scaled().of(&["summed"]));
    if head == Head::Sequence {
        labels(config, draft);
        draft.op(Op::new("scores")
            .stage("head")
            .einsum("batch c, c o -> batch o")
            .of(&["pooled", &weight(&format!("{width} labels"))])
            .bias());
    }
}

/// Four patches become one of twice as many numbers.
fn merging(draft: &mut Draft) -> String {
    let mut block = Block::new(&[("x", "b n d")]);
    block.needs(&["rows", "out"]);
    block.op(Op::new("four")
        .comment("with as much padding as two patches on a side take")
        .stage("merge")
        .reshape("b (rows^2) (4 * d)")
        .of(&["x"]));
    block.op(Op::new("four_norm")
        .stage("norm")
        .block("layer-norm")
        .of(&["four"]));
    block.op(Op::new("merged")
        .stage("merge")
        .einsum("b m f, f o -> b m o")
        .of(&["four_norm", &weight("(4 * d) out")]));
    draft.block("merging", block)
}

fn merged(draft: &mut Draft, block: &str, at: usize, last: &str) -> String {
    let before = at - 1;
    let (out, rows) = (format!("d{at}"), format!("rows{at}"));
    draft.dim_as(out.clone(), &format!("2 * d{before}"), "width of a stage");
    draft.dim_as(
        rows.clone(),
        &format!("ceil(rows{before} / 2)"),
        "its patches on a side",
    );
    let name = format!("merged{at}");
    draft.op(Op::new(&name)
        .block(block)
        .with(&[("rows", rows), ("out", out)])
        .of(&[last]));
    name
}

/// The layers of a stage: every other one has its windows shifted, if there is
/// more than one.
fn swin_stage(
    draft: &mut Draft,
    layers: &[String; 2],
    (at, depth, heads): (usize, u64, u64),
    last: &str,
) -> String {
    let name = |what: &str| format!("{what}{at}");
    draft.dim(name("h"), heads, "heads of a stage");
    draft.dim(name("depth"), depth, "its layers");
    draft.dim_as(
        name("side"),
        &format!("min(window, rows{at})"),
        "patches on a side of its windows",
    );
    let sides = format!("ceil(rows{at} / side{at})");
    draft.dim_as(name("windows"), &format!("{sides}^2"), "its windows");
    let with: Vec<(&str, String)> = vec![
        ("h", name("h")),
        ("side", name("side")),
        ("windows", name("windows")),
        ("ffn", format!("floor(ratio * d{at})")),
    ];
    let mut last = last.to_owned();
    let halves = [
        format!("ceil(depth{at} / 2)"),
        format!("floor(depth{at} / 2)"),
    ];
    let counts = [depth.div_ceil(2), depth / 2];
    let names = [name("stage"), name("stage_shifted")];
    for ((layer, repeat), (count, name)) in
        layers.iter().zip(halves).zip(counts.into_iter().zip(names))
    {
        if count > 0 {
            draft.op(Op::new(&name)
                .block(layer)
                .with(&with)
                .repeat(&repeat)
                .of(&[&last]));
            last = name;
        }
    }
    last
}

/// A layer whose tokens attend to those of their window. A grid that windows do
/// not fill is padded, and what is padded is computed.
fn swin_layer(draft: &mut Draft, bias: bool, shifted: bool) -> String {
    let mut block = Block::new(&[("x", "b n d")]);
    block.needs(&["h", "side", "windows", "ffn", "distances"]);
    block.slot("activation", "gelu");
    let op = |name: &str, stage: &str| Op::new(name).stage(stage);
    block.op(op("x_norm", "norm").block("layer-norm").of(&["x"]));
    block.op(op("in_windows", "window")
        .reshape("(b * windows) (side^2) d")
        .of(&["x_norm"]));
    block.op(op("biases", "relative")
        .comment("added to the scores, where it is counted")
        .reshape("h (side^2) (side^2)")
        .of(&[&weight("distances h")]));
    if shifted {
        block.op(op("masks", "relative")
            .comment("of what a shift brought together, added to the biases of each window")
            .reshape("(b * windows) h (side^2) (side^2)")
            .of(&["biases"]));
        // A single window is not shifted.
        let masked = op("masked", "relative").per_element("add = 1");
        block.op(masked.times("min(windows - 1, 1)").of(&["masks"]));
    }
    let on = if bias { "1" } else { "0" };
    block.op(Op::new("attention")
        .block("vanilla")
        .with(&[
            ("q_bias", on),
            ("k_bias", on),
            ("v_bias", on),
            ("relative", "1"),
        ])
        .of(&["in_windows", "in_windows"]));
    block.op(op("back", "window").reshape("b n d").of(&["attention"]));
    block.op(op("attended", "residual").apply("x + back"));
    block.op(op("attended_norm", "norm")
        .block("layer-norm")
        .of(&["attended"]));
    block.op(Op::new("ffn_out").block("mlp").of(&["attended_norm"]));
    block.op(op("fed", "residual").apply("attended + ffn_out"));
    draft.block(if shifted { "shifted-layer" } else { "layer" }, block)
}
