//! CLIP and SigLIP: a tower that looks at images, one that reads text, and what
//! holds the two against each other. Both towers are counted, of as many images
//! as texts.

use super::vit::{cut, images, patch_count};
use crate::import::huggingface::class::{Head, about, class, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::attention::causal;
use crate::import::huggingface::mechanism::embedding::{positions, tokens};
use crate::import::huggingface::mechanism::head::labels;
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::mechanism::tower::{PLAIN, Tower};
use crate::import::huggingface::op::{Op, weight};

/// The tower of images, where there is another one.
const SEES: Tower = Tower { prefix: "image_" };
/// The only one, or the one that reads.
const READS: Tower = Tower { prefix: "" };

/// CLIP's text model.
pub(super) fn clip_text(config: &mut Config<'_>, draft: &mut Draft) {
    clip_text_of(config, draft, "CLIPText");
}

/// The same of MetaCLIP 2.
pub(super) fn meta_clip_text(config: &mut Config<'_>, draft: &mut Draft) {
    clip_text_of(config, draft, "MetaClip2Text");
}

fn clip_text_of(config: &mut Config<'_>, draft: &mut Draft, base: &str) {
    let ends = [
        ("Model", Head::Pooled),
        ("ModelWithProjection", Head::Choice),
    ];
    let (class, head) = class_of(config, base, &ends);
    about(draft, class);
    causal(draft);
    clip_reads(config, draft);
    match head {
        Head::Choice => {
            let size = config.size_or("projection_dim", 512);
            draft.dim("projection", size, "numbers of an image or a text");
            projected(draft, READS, ("text", "text_pooled"));
        }
        _ => config.without_effect(&["projection_dim"]),
    }
}

/// CLIP's tower of images.
pub(super) fn clip_vision(config: &mut Config<'_>, draft: &mut Draft) {
    clip_vision_of(config, draft, "CLIPVision");
}

/// The same of MetaCLIP 2.
pub(super) fn meta_clip_vision(config: &mut Config<'_>, draft: &mut Draft) {
    clip_vision_of(config, draft, "MetaClip2Vision");
}

fn clip_vision_of(config: &mut Config<'_>, draft: &mut Draft, base: &str) {
    let ends = [
        ("Model", Head::Pooled),
        ("ModelWithProjection", Head::Choice),
    ];
    let (class, head) = class_of(config, base, &ends);
    about(draft, class);
    clip_sees(config, draft, READS);
    match head {
        Head::Choice => {
            let size = config.size_or("projection_dim", 512);
            draft.dim("projection", size, "numbers of an image or a text");
            projected(draft, READS, ("picture", "image_pooled"));
        }
        _ => config.without_effect(&["projection_dim"]),
    }
}

/// CLIP.
pub(super) fn clip(config: &mut Config<'_>, draft: &mut Draft) {
    clip_of(config, draft, "CLIP");
}

/// MetaCLIP 2: CLIP.
pub(super) fn meta_clip(config: &mut Config<'_>, draft: &mut Draft) {
    clip_of(config, draft, "MetaClip2");
}

fn clip_of(config: &mut Config<'_>, draft: &mut Draft, base: &str) {
    let ends = [
        ("Model", Head::Choice),
        ("ForImageClassification", Head::Sequence),
    ];
    let (class, head) = class_of(config, base, &ends);
    about(draft, class);
    config.without_effect(&[
        "logit_scale_init_value",
        "text_config_dict",
        "vision_config_dict",
    ]);
    if head == Head::Sequence {
        config.without_effect(&["text_config", "projection_dim"]);
        config.within("vision_config", |vision| {
            clip_sees(vision, draft, READS);
            vision.without_effect(&["projection_dim"]);
            vision.remark_unread();
        });
        return classes(config, draft, ("encoder", "(n - 1)"));
    }
    let size = config.size_or("projection_dim", 512);
    draft.dim("projection", size, "numbers of an image or a text");
    config.within("vision_config", |vision| {
        clip_sees(vision, draft, SEES);
        vision.without_effect(&["projection_dim"]);
        vision.remark_unread();
    });
    projected(draft, SEES, ("picture", "image_pooled"));
    draft.causal();
    draft.remark("Attention to earlier tokens of the text is counted in full; `--causal skipped` leaves out what the mask hides.");
    config.within("text_config", |text| {
        clip_reads(text, draft);
        text.without_effect(&["projection_dim"]);
        text.remark_unread();
    });
    projected(draft, READS, ("text", "text_pooled"));
    held(draft, 1);
}

/// Words, positions and layers of CLIP's text, and its last token.
fn clip_reads(config: &mut Config<'_>, draft: &mut Draft) {
    let act = read(config, draft, "quick-gelu");
    READS.layers(draft, ("text_encoder", "placed"), act, &PLAIN);
    norm(draft, "text_normed", "layer-norm", "text_encoder");
    last_token(draft);
}

fn last_token(draft: &mut Draft) {
    draft.op(Op::new("text_pooled")
        .stage("pool")
        .take("batch seq d -> batch d")
        .of(&["text_normed"]));
}

/// Words and positions of a text; gives the activation of its layers.
fn read(config: &mut Config<'_>, draft: &mut Draft, usual: &'static str) -> &'static str {
    let rows = config.size("max_position_embeddings");
    tokens(draft, rows);
    let act = READS.sizes(config, draft, None, usual);
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    config.without_effect(&["initializer_factor"]);
    draft.op(Op::new("words")
        .stage("embed")
        .gather("batch seq, v d -> batch seq d")
        .of(&["tokens", &weight("vocab d")]));
    positions(draft, "words", rows);
    act
}

/// Patches, a class token, positions and layers of CLIP; its class token is
/// normed behind them.
fn clip_sees(config: &mut Config<'_>, draft: &mut Draft, tower: Tower) {
    let sides = images(config, draft);
    let colours = config.size_or("num_channels", 3);
    draft.dim("colours", colours, "numbers of a pixel");
    draft.dim_as(
        "n",
        &format!("{} + 1", patch_count(sides)),
        "patches and the class token",
    );
    let act = tower.sizes(config, draft, None, "quick-gelu");
    let d = tower.name("d");
    cut(draft, sides, &d, false);
    draft.op(Op::new("image_tokens")
        .stage("embed")
        .concat(&format!("batch p {d}, c {d} -> batch (p + c) {d}"))
        .of(&["patches", &weight(&format!("1 {d}"))]));
    placed(draft, &d, "image_tokens");
    norm(draft, "image_embedded", "layer-norm", "image_placed");
    tower.layers(draft, ("encoder", "image_embedded"), act, &PLAIN);
    tower.one(draft, "class_token", "encoder", "pool");
    norm(draft, "image_pooled", "layer-norm", "class_token");
}

fn placed(draft: &mut Draft, d: &str, x: &str) {
    draft.weight("image_positions", &format!("n {d}"), "added to the patches");
    let sum = format!("{x} + image_positions");
    draft.op(Op::new("image_placed").stage("embed").apply(&sum));
}

/// A linear layer to the numbers that images and texts are compared by.
fn projected(draft: &mut Draft, tower: Tower, (name, x): (&str, &str)) {
    let d = tower.name("d");
    draft.op(Op::new(name)
        .stage("projection")
        .einsum(&format!("batch {d}, {d} p -> batch p"))
        .of(&[x, &weight(&format!("{d} projection"))]));
}

/// Both held against each other, each of length 1, scaled by numbers that are
/// learnt: a factor, and in SigLIP a shift.
fn held(draft: &mut Draft, learnt: u64) {
    for (name, x) in [("text", "text"), ("picture", "picture")] {
        let [squares, length, unit] =
            ["squares", "length", "unit"].map(|what| format!("{name}_{what}"));
        let op = |name: &str| Op::new(name).stage("match");
        draft.op(op(&squares).apply(&format!("{x} * {x}")));
        draft.op(op(&length).einsum("a p -> a").of(&[&squares]));
        let scale = format!("{name}_scale");
        draft.op(op(&scale).apply(&format!("1 / sqrt({length})")));
        draft.op(op(&unit).einsum("a p, a -> a p").of(&[x, &scale]));
    }
    draft.op(Op::new("matches")
        .comment("every text and every image")
        .stage("match")
        .einsum("a p, c p -> a c")
        .of(&["text_unit", "picture_unit"]));
    let primitives = if learnt > 1 {
        "mul = 1, add = 1"
    } else {
        "mul = 1"
    };
    draft.op(Op::new("logits")
        .stage("match")
        .per_element(primitives)
        .of(&["matches", &weight(&learnt.to_string())]));
}

/// Classes of images: the mean of all patches through a linear layer.
fn classes(config: &mut Config<'_>, draft: &mut Draft, (x, patches): (&str, &str)) {
    labels(config, draft);
    draft.op(Op::new("patch_tokens")
        .comment("all but the class token, where there is one")
        .stage("pool")
        .reshape(&format!("batch {patches} d"))
        .of(&[x]));
    draft.op(Op::new("summed")
        .stage("pool")
        .einsum("batch p d -> batch d")
        .of(&["patch_tokens"]));
    draft.op(Op::new("mean").stage("pool").scaled().of(&["summed"]));
    draft.op(Op::new("scores")
        .stage("head")
        .einsum("batch d, d c -> batch c")
        .of(&["mean", &weight("d labels")])
        .bias());
}

/// SigLIP's text model.
pub(super) fn siglip_text(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, _) = class_of(config, "SiglipText", &[("Model", Head::Pooled)]);
    about(draft, class);
    siglip_reads(config, draft);
}

/// SigLIP's tower of images.
pub(super) fn siglip_vision(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, _) = class_of(config, "SiglipVision", &[("Model", Head::Pooled)]);
    about(draft, class);
    siglip_sees(config, draft, READS);
}

/// SigLIP.
pub(super) fn siglip(config: &mut Config<'_>, draft: &mut Draft) {
    let known = [
        ("SiglipModel", Head::Choice),
        ("SiglipForImageClassification", Head::Sequence),
    ];
    let (class, head) = class(config, &known);
    about(draft, class);
    config.without_effect(&["initializer_factor"]);
    if head == Head::Sequence {
        config.without_effect(&["text_config"]);
        config.within("vision_config", |vision| {
            siglip_sees(vision, draft, READS);
            vision.remark_unread();
        });
        return classes(config, draft, ("image_normed", "n"));
    }
    config.within("vision_config", |vision| {
        if !siglip_sees(vision, draft, SEES) {
            let message = "without it images have no vector that could match a text";
            vision.wrong("vision_use_head", message);
        }
        vision.remark_unread();
    });
    config.within("text_config", |text| {
        siglip_reads(text, draft);
        text.remark_unread();
    });
    draft.op(Op::new("picture")
        .comment("as many numbers as a text has")
        .stage("match")
        .reshape("batch projection")
        .of(&["picture_numbers"]));
    held(draft, 2);
}

fn siglip_reads(config: &mut Config<'_>, draft: &mut Draft) {
    let act = read(config, draft, "gelu-tanh");
    READS.layers(draft, ("text_encoder", "placed"), act, &PLAIN);
    norm(draft, "text_normed", "layer-norm", "text_encoder");
    last_token(draft);
    let size = config.optional_size("projection_size");
    match size {
        Some(size) => draft.dim("projection", size, "numbers of an image or a text"),
        None => draft.dim_as("projection", "d", "numbers of an image or a text"),
    }
    draft.op(Op::new("text")
        .stage("projection")
        .einsum("batch d, d p -> batch p")
        .of(&["text_pooled", &weight("d projection")])
        .bias());
}

/// The layers over an image; whether one vector is made of what they give.
fn siglip_sees(config: &mut Config<'_>, draft: &mut Draft, tower: Tower) -> bool {
    let sides = images(config, draft);
    let colours = config.size_or("num_channels", 3);
    draft.dim("colours", colours, "numbers of a pixel");
    draft.dim_as("n", &patch_count(sides), "patches");
    let act = tower.sizes(config, draft, None, "gelu-tanh");
    let d = tower.name("d");
    cut(draft, sides, &d, true);
    placed(draft, &d, "patches");
    tower.layers(draft, ("encoder", "image_placed"), act, &PLAIN);
    norm(draft, "image_normed", "layer-norm", "encoder");
    config.without_effect(&["projection_dim"]);
    let has_head = config.truth_or("vision_use_head", true);
    if has_head {
        asked(draft, tower, act);
    }
    has_head
}

/// A learnt query that attends to all patches, and a feed-forward layer.
fn asked(draft: &mut Draft, tower: Tower, act: &'static str) {
    let d = tower.name("d");
    draft.weight("probe", &format!("1 {d}"), "asks for what the image shows");
    draft.op(Op::new("asked")
        .stage("pool")
        .reshape(&format!("batch 1 {d}"))
        .of(&["probe"]));
    let [h, ffn] = ["h", "ffn"].map(|size| tower.name(size));
    draft.op(Op::new("answer")
        .stage("pool")
        .block("vanilla")
        .with(&[("h", &h)])
        .of(&["asked", "image_normed"]));
    norm(draft, "answer_norm", "layer-norm", "answer");
    draft.slot("activation", act);
    draft.op(Op::new("answer_ffn")
        .stage("pool")
        .block("mlp")
        .with(&[("ffn", &ffn)])
        .of(&["answer_norm"]));
    draft.op(Op::new("image_answer")
        .stage("pool")
        .apply("answer + answer_ffn"));
    draft.op(Op::new("picture_numbers")
        .stage("pool")
        .take(&format!("batch 1 {d} -> batch {d}"))
        .of(&["image_answer"]));
}
