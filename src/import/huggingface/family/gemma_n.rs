//! Gemma 3n and 4: the last layers take the keys and values of earlier ones,
//! layers have inputs of their own; Gemma 3n passes several streams through its
//! layers, Gemma 4 may have experts beside its feed-forward layers.
//!
//! Gemma Team, "Gemma 3n", 2025; Baykal et al., "Alternating updates for
//! efficient Transformers", NeurIPS 2023.

use super::gemma::GEMMA3;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::grouped::Attention;
use crate::import::huggingface::mechanism::layer::{Layer, Mixer, added, unlike};
use crate::import::huggingface::mechanism::mixture::counts;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::part::Part;
use crate::import::huggingface::mechanism::per_layer::{
    INPUT, per_layer_inputs, taken, taken_and_added,
};
use crate::import::huggingface::mechanism::plan::Outer;
use crate::import::huggingface::mechanism::sizes::PLAIN;
use crate::import::huggingface::mechanism::traits::Traits;
use crate::import::huggingface::mechanism::window::Windows;
use crate::import::huggingface::op::{Op, weight};

use super::streams::{Streams, corrected, first_scaled, predicted};

/// Scores without scaling, values normalised like keys.
const GEMMA4: Traits = Traits {
    classes: "Gemma4",
    sizes: PLAIN,
    scaling: false,
    v_norm: true,
    windows: Windows::Every(6),
    ..GEMMA3
};

const GEMMA3N: Traits = Traits {
    classes: "Gemma3n",
    windows: Windows::Every(5),
    caps: [
        ("attn_logit_softcapping", None),
        ("final_logit_softcapping", Some(30)),
    ],
    ..GEMMA4
};

/// Where the keys and values of a layer come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    Own,
    /// Its own, which later layers take too.
    Kept,
    /// Those of an earlier layer of its kind.
    Given,
}

/// A layer with what the table of families does not say.
#[derive(Debug, Clone, PartialEq)]
struct Kind {
    attention: Attention,
    mlp: Part,
    keys: Keys,
}

impl Kind {
    /// Beginning of the names of the keys and values that such layers share.
    fn reach(&self) -> &'static str {
        match self.attention.window {
            Some(_) => "local",
            None => "full",
        }
    }
}

/// What all layers have.
struct Shape {
    streams: Option<Streams>,
    /// Whether every layer has an input of its own.
    has_inputs: bool,
}

/// Gemma 4.
pub(super) fn gemma4(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let mut plan = GEMMA4.plan(config, draft);
    let layers = plan.layers.len();
    let [width, kv] = ["global_head_dim", "num_global_key_value_heads"]
        .map(|key| config.optional_size(key).map(|size| size.to_string()));
    if let Some(kv) = config.optional_size("num_global_key_value_heads") {
        let heads = config.size("num_attention_heads");
        config.divides(
            ("num_global_key_value_heads", kv),
            ("num_attention_heads", heads),
        );
    }
    let same = config.truth_or("attention_k_eq_v", false);
    let wide = config.truth_or("use_double_wide_mlp", false);
    let first = first_given(config, layers, 0);
    for (at, layer) in plan.layers.iter_mut().enumerate() {
        if let Mixer::Attention(attention) = &mut layer.mixer
            && attention.window.is_none()
        {
            attention.width = width.clone().unwrap_or(attention.width.clone());
            attention.kv = kv.clone().unwrap_or(attention.kv.clone());
            attention.values_are_keys = same;
        }
        if wide && at >= first {
            layer.mlp = Some(double(layer.mlp.take()));
        }
    }
    if config.truth_or("enable_moe_block", false) {
        let beside = beside(config, draft);
        for layer in &mut plan.layers {
            layer.mlp = Some(beside.clone());
        }
    } else {
        config.without_effect(&["num_experts", "top_k_experts", "moe_intermediate_size"]);
    }
    let kinds = kinds(config, &plan.layers, first);
    let begun = plan.begin(config, draft, outer);
    let shape = Shape {
        streams: None,
        has_inputs: per_layer_inputs(config, draft, 256, &begun.x),
    };
    let last = stacked(draft, &shape, &kinds, &begun.x);
    plan.end(config, draft, (outer, &begun), &last);
}

/// Gemma 3n.
pub(super) fn gemma3n(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let plan = GEMMA3N.plan(config, draft);
    let first = first_given(config, plan.layers.len(), 15);
    let kinds = kinds(config, &plan.layers, first);
    config.without_effect(&["altup_active_idx", "altup_coef_clip", "altup_correct_scale"]);
    if config.take("activation_sparsity_pattern").is_some() {
        draft.remark(
            "Which gates are the strongest (`activation_sparsity_pattern`) is not counted, and \
             no product is skipped for the others.",
        );
    }
    let begun = plan.begin(config, draft, outer);
    let shape = Shape {
        has_inputs: per_layer_inputs(config, draft, 256, &begun.x),
        streams: Some(Streams::read(config, draft)),
    };
    let x = Streams::opened(draft, &begun.x);
    let last = stacked(draft, &shape, &kinds, &x);
    let last = Streams::closed(draft, &last);
    plan.end(config, draft, (outer, &begun), &last);
}

/// The first layer that takes the keys of an earlier one.
fn first_given(config: &mut Config<'_>, layers: usize, usual: u64) -> usize {
    let given = config.count_or("num_kv_shared_layers", usual);
    layers.saturating_sub(usize::try_from(given).unwrap_or(layers))
}

/// A feed-forward layer twice as wide.
fn double(mlp: Option<Part>) -> Part {
    let mut part = mlp.unwrap_or_else(|| Part::new("swiglu"));
    for (name, value) in &mut part.with {
        if *name == "ffn" {
            *value = format!("2 * {value}");
        }
    }
    part
}

/// The layers with where their keys come from.
fn kinds(config: &mut Config<'_>, layers: &[Layer], first: usize) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for layer in layers {
        let (Mixer::Attention(attention), Some(mlp)) = (&layer.mixer, &layer.mlp) else {
            continue;
        };
        let keys = if kinds.len() < first {
            Keys::Own
        } else {
            Keys::Given
        };
        kinds.push(Kind {
            attention: attention.clone(),
            mlp: mlp.clone(),
            keys,
        });
    }
    for reach in ["local", "full"] {
        if !kinds
            .iter()
            .any(|kind| kind.keys == Keys::Given && kind.reach() == reach)
        {
            continue;
        }
        let own = |kind: &&mut Kind| kind.keys == Keys::Own && kind.reach() == reach;
        match kinds.iter_mut().rev().find(own) {
            Some(kind) if !kind.attention.values_are_keys => kind.keys = Keys::Kept,
            Some(_) => config.wrong(
                "attention_k_eq_v",
                "layers that share keys which are values, too, are not known here",
            ),
            None => config.wrong(
                "num_kv_shared_layers",
                "no earlier layer has the keys that the last layers take",
            ),
        }
    }
    kinds
}

/// Writes the layers; gives the name of the last.
fn stacked(draft: &mut Draft, shape: &Shape, all: &[Kind], x: &str) -> String {
    let mut kinds: Vec<(&Kind, u64)> = Vec::new();
    for kind in all {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let mut names: Vec<String> = Vec::new();
    let mut last = x.to_owned();
    for (kind, count) in kinds {
        let beginning = match kind.keys {
            Keys::Own => kind.reach().to_owned(),
            Keys::Kept => format!("{}_kept", kind.reach()),
            Keys::Given => format!("{}_given", kind.reach()),
        };
        let name = unlike(&names, &beginning);
        let often = format!("{name}_layers");
        let block = layer(draft, shape, kind);
        let mut inputs = vec![last.clone()];
        inputs.extend(shape.has_inputs.then(|| INPUT.to_owned()));
        if kind.keys == Keys::Kept {
            // One, written out, so that others reach its keys and values.
            last = written_out(draft, &block, &name, (&last, shape));
            names.push(name);
            continue;
        }
        draft.dim(often.clone(), count, "");
        if kind.keys == Keys::Given {
            inputs.extend(["k", "v"].map(|what| format!("{}_kept_{what}", kind.reach())));
        }
        let block = draft.block(&format!("{}-layer", name.replace('_', "-")), block);
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        draft.op(Op::new(&name).block(&block).repeat(&often).of(&inputs));
        last.clone_from(&name);
        names.push(name);
    }
    last
}

/// Writes a block out in the model, `name` before its names; gives that of its
/// last op.
fn written_out(draft: &mut Draft, block: &Block, name: &str, (x, shape): (&str, &Shape)) -> String {
    let (weights, ops) = block.inlined(name, &[("x", x), ("p", INPUT)]);
    for (weight, of) in weights {
        draft.weight(weight, of, "");
    }
    let attention = format!("{name}_attention");
    for op in ops {
        let masked = op.is_named(&attention);
        draft.op(if masked { op.causal() } else { op });
    }
    let last = match (&shape.streams, shape.has_inputs) {
        (Some(_), true) => "spread",
        (Some(_), false) => "corrected",
        (None, _) => "layer_scaled",
    };
    format!("{name}_{last}")
}

impl Shape {
    /// The axes of what goes through the layers.
    fn axes(&self) -> &'static str {
        match self.streams {
            Some(_) => "b n a d",
            None => "b n d",
        }
    }
}

/// One layer.
fn layer(draft: &mut Draft, shape: &Shape, kind: &Kind) -> Block {
    let mut inputs = vec![("x", shape.axes())];
    inputs.extend(shape.has_inputs.then_some(("p", "b n u")));
    if kind.keys == Keys::Given {
        inputs.extend([("k", "b n gk"), ("v", "b n gv")]);
    }
    let mut block = Block::new(&inputs);
    kind.mlp.needed(draft, &mut block);
    let x = match shape.streams {
        Some(_) => predicted(&mut block, "x"),
        None => "x",
    };
    block.op(Norm::Rms.of("x_norm", x));
    if kind.keys == Keys::Kept {
        let parts = kind.attention.kept(draft);
        for (part, name) in parts.iter().zip(["k", "v"]) {
            part.needed(draft, &mut block);
            block.op(part.call(name, &["x_norm"]));
        }
    }
    match kind.keys {
        Keys::Own => kind.attention.call(draft, &mut block, "x_norm"),
        Keys::Kept | Keys::Given => kind.attention.call_given(draft, &mut block, "x_norm"),
    }
    block.op(Norm::Rms.of("attention_norm", "attention"));
    block.op(added("attended", x, "attention_norm"));
    let mut last = "attended";
    if shape.streams.is_some() {
        last = Streams::laurel(&mut block);
    }
    block.op(Norm::Rms.of("attended_norm", last));
    block.op(kind.mlp.call("ffn_out", &["attended_norm"]));
    block.op(Norm::Rms.of("ffn_norm", "ffn_out"));
    block.op(added("fed", last, "ffn_norm"));
    match (&shape.streams, shape.has_inputs) {
        (Some(_), has_inputs) => {
            corrected(&mut block);
            if has_inputs {
                let first = first_scaled(&mut block);
                let extra = taken(&mut block, first);
                Streams::spread(&mut block, extra);
            }
        }
        (None, has_inputs) => {
            let last = match has_inputs {
                true => taken_and_added(&mut block, "fed"),
                false => "fed",
            };
            block.op(Op::new("layer_scaled")
                .stage("residual")
                .scaled()
                .of(&[last]));
        }
    }
    block
}

/// Gemma 4's feed-forward layer with experts beside it, each with norms of its
/// own.
fn beside(config: &mut Config<'_>, draft: &mut Draft) -> Part {
    let (count, chosen) = counts(config, "num_experts");
    draft.dim("experts", count, "experts of a layer");
    draft.dim("chosen", chosen, "experts that compute a token");
    let ffn = config.size("moe_intermediate_size");
    draft.dim("expert_ffn", ffn, "width of an expert");
    let mut block = Block::new(&[("x", "b n d")]);
    block.needs(&["ffn", "experts", "chosen", "expert_ffn"]);
    let dense = Part::new("swiglu")
        .with("ffn", "ffn")
        .switch("ffn_bias", false);
    block.op(dense.call("dense", &["x"]));
    block.op(Norm::Rms.of("dense_norm", "dense"));
    block.op(Norm::RmsPlain.of("router_norm", "x"));
    block.op(Op::new("router_scaled")
        .comment("a number of every column, and later one of every expert")
        .stage("router")
        .per_element("mul = 2")
        .of(&["router_norm", &weight("d"), &weight("experts")]));
    block.op(Norm::Rms.of("expert_norm", "x"));
    let experts = Part::new("experts")
        .with("ffn", "expert_ffn")
        .with("experts", "experts")
        .with("chosen", "chosen")
        .switch("router_scaling", true);
    block.op(experts.call("mixture", &["expert_norm"]));
    block.op(Norm::Rms.of("mixture_norm", "mixture"));
    block.op(Op::new("both")
        .stage("combine")
        .apply("dense_norm + mixture_norm"));
    let name = draft.block("experts-beside", block);
    Part::new(&name)
        .with("ffn", "ffn")
        .with("experts", "experts")
        .with("chosen", "chosen")
        .with("expert_ffn", "expert_ffn")
}
