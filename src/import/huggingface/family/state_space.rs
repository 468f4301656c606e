//! Decoders of one recurrence: Mamba, Mamba 2, Griffin's unit, RWKV.

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::grouped::Window;
use crate::import::huggingface::mechanism::hybrid::{
    FULL, LINEAR, attentions, bare_sizes, put, single,
};
use crate::import::huggingface::mechanism::layer::{Layer, Mixer};
use crate::import::huggingface::mechanism::mlp::mlp;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::plan::{Embed, Logits, Outer, Plan};
use crate::import::huggingface::mechanism::recurrent::{by_name, mixer_activation, told};
use crate::import::huggingface::mechanism::state_space::{MAMBA, MAMBA2, gated_unit};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits};

/// A decoder of one kind of layers.
fn alone(
    config: &mut Config<'_>,
    draft: &mut Draft,
    (classes, tied, outer): (&'static str, bool, &Outer),
    (layer, layers): (Layer, u64),
) {
    let plan = Plan {
        classes,
        embed: Embed::default(),
        layers: (0..layers).map(|_| layer.clone()).collect(),
        norm: Some(layer.norm),
        logits: Logits {
            tied: config.truth_or("tie_word_embeddings", tied),
            ..Logits::default()
        },
    };
    plan.write(config, draft, outer);
}

pub(super) fn mamba(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let (d, layers) = bare_sizes(config, draft, "max_position_embeddings");
    let part = MAMBA.part(config, draft, d);
    mixer_activation(config, draft, "hidden_act", "silu");
    alone(
        config,
        draft,
        ("Mamba", true, outer),
        (single(Some(part), None), layers),
    );
}

/// What a token chooses is normalised, without gains.
pub(super) fn falcon_mamba(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let (d, layers) = bare_sizes(config, draft, "max_position_embeddings");
    let part = MAMBA.part(config, draft, d);
    let part = part
        .switch("select_norm", true)
        .switch("select_gain", false);
    mixer_activation(config, draft, "hidden_act", "silu");
    alone(
        config,
        draft,
        ("FalconMamba", true, outer),
        (single(Some(part), None), layers),
    );
}

pub(super) fn mamba2(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let (d, layers) = bare_sizes(config, draft, "max_position_embeddings");
    config.without_effect(&["intermediate_size", "time_step_rank"]);
    let part = MAMBA2.part(config, draft, d);
    mixer_activation(config, draft, "hidden_act", "silu");
    alone(
        config,
        draft,
        ("Mamba2", false, outer),
        (single(Some(part), None), layers),
    );
}

/// A window for all attention, half of each head rotated.
const RECURRENT_GEMMA: Traits = Traits {
    classes: "RecurrentGemma",
    bias: [Say::Field("attention_bias", false), Say::Yes],
    mlp_bias: Say::Yes,
    percent: 50,
    activation: (&["hidden_activation"], "gelu-tanh"),
    words_scaled: Say::Yes,
    tied: true,
    caps: [
        ("attn_logit_softcapping", None),
        ("logits_soft_cap", Some(30)),
    ],
    ..LLAMA
};

pub(super) fn recurrent_gemma(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = RECURRENT_GEMMA.plan(config, draft);
    let layers = plan.layers.len() as u64;
    let known = ["recurrent", "attention"];
    let pattern = config.words("block_types", &known);
    let pattern = match pattern.as_slice() {
        [] => vec!["recurrent", "recurrent", "attention"],
        _ => pattern,
    };
    let mut cycle = pattern.iter().cycle();
    let kinds: Vec<&str> = (0..layers)
        .map(|_| match cycle.next() {
            Some(&"attention") => FULL,
            _ => LINEAR,
        })
        .collect();
    let window = config.size_or("attention_window_size", 2048);
    draft.dim("window", window, "tokens that one attends to");
    let d = config.size("hidden_size");
    let part = gated_unit(config, draft, d);
    mixer_activation(config, draft, "hidden_activation", "gelu-tanh");
    attentions(&mut plan.layers, |attention| {
        attention.window = Some(Window {
            size: "window".to_owned(),
            chunked: false,
        });
    });
    // Of the width that is given half is the gate's.
    for layer in &mut plan.layers {
        layer.mlp = Some(mlp(true, "floor(ffn / 2)", true));
    }
    put(&mut plan.layers, &kinds, LINEAR, (&part, "recurrent"));
    plan.write(config, draft, outer);
}

pub(super) fn rwkv(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let (d, layers) = bare_sizes(config, draft, "context_length");
    told(draft);
    draft.remark("That every few layers are halved (`rescale_every`) is not counted.");
    let inner = config.optional_size("attention_hidden_size").unwrap_or(d);
    draft.dim("inner", inner, "channels of the time mixing");
    let ffn = config.optional_size("intermediate_size").unwrap_or(4 * d);
    draft.dim("ffn", ffn, "width of the channel mixing");
    let layer = Layer {
        mixer: Mixer::Block(by_name("rwkv-time", &["inner"])),
        mlp: Some(by_name("rwkv-channel", &["ffn"])),
        norm: Norm::Layer,
        ..single(None, None)
    };
    let plan = Plan {
        classes: "Rwkv",
        embed: Embed {
            norm: Some(Norm::Layer),
            ..Embed::default()
        },
        layers: (0..layers).map(|_| layer.clone()).collect(),
        norm: Some(Norm::Layer),
        logits: Logits {
            tied: config.truth_or("tie_word_embeddings", false),
            ..Logits::default()
        },
    };
    plan.write(config, draft, outer);
}
