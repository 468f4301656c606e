//! Networks of convolutions in stages, each with fewer places and more channels
//! than the one before: ResNet and ConvNeXt.

use super::vit::square;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::head::labels;
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};
use crate::number;

/// The ends of the names of their classes.
pub(super) const ENDS: [(&str, Head); 3] = [
    ("Model", Head::Pooled),
    ("ForImageClassification", Head::Sequence),
    ("Backbone", Head::Hidden),
];

/// How many layers each stage has, and how wide it is.
fn stages(config: &mut Config<'_>) -> Vec<(u64, u64)> {
    config.without_effect(&[
        "drop_path_rate",
        "num_stages",
        "out_features",
        "out_indices",
        "stage_names",
    ]);
    config.stages("depths", "hidden_sizes")
}

/// Images, of as many pixels on a side as are given back.
pub(super) fn pixels(config: &mut Config<'_>, draft: &mut Draft) -> u64 {
    draft.numbers("image", "batch colours pixels pixels");
    draft.dim("batch", 1, "images");
    let side = match config.has("image_size") {
        true => square(config, "image_size"),
        false => 224,
    };
    draft.dim("pixels", side, "pixels on a side");
    let colours = config.size_or("num_channels", 3);
    draft.dim("colours", colours, "numbers of a pixel");
    side
}

/// The mean over all places of `x`, through a norm if there is one, and classes.
fn ends(
    config: &mut Config<'_>,
    draft: &mut Draft,
    head: Head,
    (x, width, normed): (&str, &str, bool),
) {
    draft.op(Op::new("means").block("mean").of(&[x]));
    let mut last = "means";
    if normed {
        norm(draft, "pooled", "layer-norm", last);
        last = "pooled";
    }
    if head == Head::Sequence {
        labels(config, draft);
        draft.op(Op::new("scores")
            .stage("head")
            .einsum("batch c, c o -> batch o")
            .of(&[last, &weight(&format!("{width} labels"))])
            .bias());
    }
}

/// ResNet.
pub(super) fn resnet(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, head) = class_of(config, "ResNet", &ENDS);
    about(draft, class);
    pixels(config, draft);
    let first = config.size_or("embedding_size", 64);
    draft.dim("stem", first, "channels before the stages");
    let act = activation(config, "hidden_act", "relu");
    draft.slot("activation", act);
    let narrow = config.truth_or("downsample_in_bottleneck", false);
    let kind = config.word("layer_type");
    let basic = match kind.as_ref().map(|kind| kind.value.as_str()) {
        None | Some("bottleneck") => false,
        Some("basic") => true,
        Some(_) => {
            config.wrong("layer_type", "expected `basic` or `bottleneck`");
            false
        }
    };
    draft.op(Op::new("stem_out")
        .block("conv-norm")
        .with(&[("out", "stem"), ("k", "7"), ("s", "2")])
        .of(&["image"]));
    draft.op(Op::new("stem_act").slot("activation").of(&["stem_out"]));
    draft.op(Op::new("stem_pooled")
        .stage("pool")
        .einsum("b c (2*y + ky - 1) (2*z + kz - 1) -> b c y z")
        .axes(&[("ky", "3"), ("kz", "3")])
        .reduce("max")
        .of(&["stem_act"]));
    let mut before = first;
    let mut last = "stem_pooled".to_owned();
    let mut width = "stem".to_owned();
    for (at, (depth, channels)) in stages(config).into_iter().enumerate() {
        let early = at == 0 && !config.truth_or("downsample_in_first_stage", false);
        let stride = if early { 1 } else { 2 };
        let (mut out, deep) = (format!("channels{}", at + 1), format!("depth{}", at + 1));
        let project = before != channels || stride != 1;
        if project {
            draft.dim(out.clone(), channels, "channels of a stage");
        } else {
            out.clone_from(&width);
        }
        draft.dim(deep.clone(), depth, "its layers");
        let changing = residual(draft, basic, project, narrow);
        let keeping = residual(draft, basic, false, narrow);
        let name = format!("stage{}", at + 1);
        let first_name = format!("{name}_first");
        let stride = stride.to_string();
        draft.op(Op::new(&first_name)
            .block(&changing)
            .with(&[("out", out.as_str()), ("s", &stride)])
            .of(&[&last]));
        last = first_name;
        if depth > 1 {
            draft.op(Op::new(&name)
                .block(&keeping)
                .with(&[("out", out.as_str()), ("s", "1")])
                .repeat(&format!("{deep} - 1"))
                .of(&[&last]));
            last = name;
        }
        (before, width) = (channels, out);
    }
    if head != Head::Hidden {
        ends(config, draft, head, (&last, &width, false));
    }
}

/// Convolutions around a shortcut, which is projected where the shape changes.
fn residual(draft: &mut Draft, basic: bool, project: bool, narrow: bool) -> String {
    let mut block = Block::new(&[("x", "b c rows cols")]);
    block.needs(&["out", "s"]);
    block.slot("activation", "relu");
    let strided = if narrow { ["s", "1"] } else { ["1", "s"] };
    let convolutions: &[(&str, &str, &str)] = match basic {
        true => &[("out", "3", "s"), ("out", "3", "1")],
        false => &[
            ("floor(out / 4)", "1", strided[0]),
            ("floor(out / 4)", "3", strided[1]),
            ("out", "1", "1"),
        ],
    };
    let mut last = "x".to_owned();
    for (at, (out, k, s)) in convolutions.iter().enumerate() {
        let name = format!("conv{}", at + 1);
        let op = Op::new(&name).block("conv-norm");
        block.op(op.with(&[("out", *out), ("k", k), ("s", s)]).of(&[&last]));
        last = name;
        if at + 1 < convolutions.len() {
            let act = format!("act{}", at + 1);
            block.op(Op::new(&act).slot("activation").of(&[&last]));
            last = act;
        }
    }
    let mut shortcut = "x";
    if project {
        let op = Op::new("shortcut").block("conv-norm");
        block.op(op
            .with(&[("out", "out"), ("k", "1"), ("s", "s")])
            .of(&["x"]));
        shortcut = "shortcut";
    }
    let sum = format!("{last} + {shortcut}");
    block.op(Op::new("sum").stage("residual").apply(&sum));
    block.op(Op::new("act").slot("activation").of(&["sum"]));
    draft.block(if project { "changing" } else { "keeping" }, block)
}

/// ConvNeXt.
pub(super) fn convnext(config: &mut Config<'_>, draft: &mut Draft) {
    let scaled = config.number("layer_scale_init_value") != Some(number::whole(0));
    next(config, draft, "ConvNext", (scaled, false));
}

/// The second version: responses are normed over all places instead of scaled.
pub(super) fn convnextv2(config: &mut Config<'_>, draft: &mut Draft) {
    config.without_effect(&["layer_scale_init_value"]);
    next(config, draft, "ConvNextV2", (false, true));
}

fn next(config: &mut Config<'_>, draft: &mut Draft, base: &str, (scaled, responses): (bool, bool)) {
    let (class, head) = class_of(config, base, &ENDS);
    about(draft, class);
    let side = pixels(config, draft);
    let patch = square(config, "patch_size");
    draft.dim("patch", patch, "pixels on a side of a patch");
    let act = activation(config, "hidden_act", "gelu");
    draft.slot("activation", act);
    let layer = next_layer(draft, scaled, responses);
    let narrower = narrower(draft);
    let mut last = "stem_out".to_owned();
    let mut width = String::new();
    let stages = stages(config);
    let least = stages
        .iter()
        .skip(1)
        .fold(patch, |side, _| side.saturating_mul(2));
    if side < least {
        let message = format!("an image of {side} pixels has no places left for all stages");
        config.wrong("patch_size", message);
    }
    for (at, (depth, channels)) in stages.into_iter().enumerate() {
        let (out, deep) = (format!("channels{}", at + 1), format!("depth{}", at + 1));
        draft.dim(out.clone(), channels, "channels of a stage");
        draft.dim(deep.clone(), depth, "its layers");
        if at == 0 {
            stem(draft, &out);
        } else {
            let name = format!("narrowed{}", at + 1);
            draft.op(Op::new(&name)
                .block(&narrower)
                .with(&[("out", &*out)])
                .of(&[&last]));
            last = name;
        }
        if depth > 0 {
            let name = format!("stage{}", at + 1);
            draft.op(Op::new(&name).block(&layer).repeat(&deep).of(&[&last]));
            last = name;
        }
        width = out;
    }
    if head != Head::Hidden {
        ends(config, draft, head, (&last, &width, true));
    }
}

/// Patches of the image, normed.
fn stem(draft: &mut Draft, out: &str) {
    let op = |name: &str| Op::new(name).stage("patch-embed");
    draft.op(op("patches")
        .einsum("batch c (patch*y + ky) (patch*z + kz), o c ky kz -> batch y z o")
        .of(&["image", &weight(&format!("{out} colours patch patch"))])
        .bias());
    norm(draft, "patches_norm", "layer-norm", "patches");
    draft.op(op("stem_out")
        .einsum("batch y z o -> batch o y z")
        .of(&["patches_norm"]));
}

/// Half as many rows and columns, of other channels.
fn narrower(draft: &mut Draft) -> String {
    let mut block = Block::new(&[("x", "b c rows cols")]);
    block.needs(&["out"]);
    let op = |name: &str| Op::new(name).stage("patch-embed");
    block.op(op("turned").einsum("b c y z -> b y z c").of(&["x"]));
    block.op(Op::new("normed")
        .stage("norm")
        .block("layer-norm")
        .of(&["turned"]));
    block.op(op("halved")
        .einsum("b (2*y + ky) (2*z + kz) c, o c ky kz -> b o y z")
        .of(&["normed", &weight("out c 2 2")])
        .bias());
    draft.block("narrower", block)
}

/// A depthwise convolution, and two linear layers for every place.
fn next_layer(draft: &mut Draft, scaled: bool, responses: bool) -> String {
    let mut block = Block::new(&[("x", "b c rows cols")]);
    block.slot("activation", "gelu");
    let op = |name: &str, stage: &str| Op::new(name).stage(stage);
    block.op(op("mixed", "conv")
        .einsum("b c (y + ky - 3) (z + kz - 3), c ky kz -> b y z c")
        .of(&["x", &weight("c 7 7")])
        .bias());
    block.op(op("normed", "norm").block("layer-norm").of(&["mixed"]));
    block.op(op("up", "ffn-up")
        .einsum("b y z c, c f -> b y z f")
        .of(&["normed", &weight("c (4 * c)")])
        .bias());
    block.op(op("act", "ffn-act").slot("activation").of(&["up"]));
    let mut last = "act";
    if responses {
        responses_normed(&mut block);
        last = "responses";
    }
    block.op(op("down", "ffn-down")
        .einsum("b y z f, f c -> b y z c")
        .of(&[last, &weight("(4 * c) c")])
        .bias());
    last = "down";
    if scaled {
        block.op(op("scaled", "residual")
            .einsum("b y z c, c -> b y z c")
            .of(&[last, &weight("c")]));
        last = "scaled";
    }
    block.op(op("turned", "residual")
        .einsum("b y z c -> b c y z")
        .of(&[last]));
    block.op(op("out", "residual").apply("x + turned"));
    draft.block("layer", block)
}

/// Each channel by its length over all places, beside the mean of the others.
fn responses_normed(block: &mut Block) {
    let op = |name: &str| Op::new(name).stage("response-norm");
    block.op(op("squares").apply("act * act"));
    block.op(op("energy").einsum("b y z f -> b f").of(&["squares"]));
    block.op(op("lengths").apply("sqrt(energy)"));
    block.op(op("total").einsum("b f -> b").of(&["lengths"]));
    block.op(op("inverse")
        .per_element("mul = 1, add = 1, div = 1")
        .of(&["total"]));
    block.op(op("shares")
        .einsum("b f, b -> b f")
        .of(&["lengths", "inverse"]));
    block.op(op("weighed")
        .einsum("b y z f, b f -> b y z f")
        .of(&["act", "shares"]));
    block.op(op("gained")
        .einsum("b y z f, f -> b y z f")
        .of(&["weighed", &weight("(4 * c)")]));
    block.op(op("shifted")
        .einsum("b y z f, f -> b y z f")
        .map("add")
        .of(&["gained", &weight("(4 * c)")]));
    block.op(op("responses").apply("shifted + act"));
}
