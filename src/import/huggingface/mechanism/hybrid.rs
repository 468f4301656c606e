//! Stacks in which layers of several kinds mix tokens: attention in some, a
//! recurrence or a short convolution in others.

use super::embedding::tokens;
use super::grouped::Attention;
use super::layer::{Layer, Mixer, Wiring};
use super::norm::Norm;
use super::part::Part;
use super::recurrent::by_name;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::Op;

/// The word for layers that keep a state.
pub(crate) const LINEAR: &str = "linear_attention";
/// The word for layers that attend to all tokens.
pub(crate) const FULL: &str = "full_attention";
/// Both, with the words that configs of old have for them.
pub(crate) const BOTH: [&str; 4] = [LINEAR, FULL, "mamba", "attention"];

/// The kind of every layer: as the first of `keys` that the config has lists
/// them, in words that are `known`, or as usual.
pub(crate) fn kinds(
    config: &mut Config<'_>,
    keys: &[&'static str],
    layers: u64,
    known: &[&'static str],
    usual: impl Fn(u64) -> &'static str,
) -> Vec<&'static str> {
    let given = keys.iter().copied().find(|key| config.has(key));
    let Some(key) = given.filter(|key| !config.is_null(key)) else {
        return (0..layers).map(usual).collect();
    };
    let listed = config.kinds(key, layers, known);
    listed.into_iter().map(today).collect()
}

/// Today's word for a kind.
fn today(kind: &'static str) -> &'static str {
    match kind {
        "mamba" | "recurrent" => LINEAR,
        "attention" => FULL,
        other => other,
    }
}

/// Lets `part` mix the tokens of the layers of one kind, which get a name.
pub(crate) fn put(layers: &mut [Layer], kinds: &[&str], kind: &str, (part, name): (&Part, &str)) {
    for (layer, _) in of_kind(layers, kinds, kind) {
        layer.mixer = Mixer::Block(part.clone());
        layer.kind = match layer.kind.as_str() {
            "" => name.to_owned(),
            more => format!("{name}_{more}"),
        };
    }
}

/// The layers of one kind, with their places.
pub(crate) fn of_kind<'l>(
    layers: &'l mut [Layer],
    kinds: &'l [&str],
    kind: &'l str,
) -> impl Iterator<Item = (&'l mut Layer, usize)> {
    let all = layers.iter_mut().zip(kinds).enumerate();
    all.filter(move |(_, (_, own))| **own == kind)
        .map(|(at, (layer, _))| (layer, at))
}

/// Changes the attention of all layers that have one.
pub(crate) fn attentions(layers: &mut [Layer], change: impl Fn(&mut Attention)) {
    for layer in layers {
        if let Mixer::Attention(attention) = &mut layer.mixer {
            change(attention);
        }
    }
}

/// Attention and `part` side by side, over the same input.
pub(crate) fn beside(draft: &mut Draft, attention: &Attention, part: &Part) -> Part {
    let mut block = Block::new(&[("x", "b n d")]);
    attention.call(draft, &mut block, "x");
    part.needed(draft, &mut block);
    block.op(part.call("recurrent", &["x"]));
    block.op(Op::new("both")
        .stage("residual")
        .apply("attention + recurrent"));
    let own = part.with.iter().filter(|(name, value)| name == value);
    let names: Vec<&'static str> = ["h", "kv", "width"]
        .into_iter()
        .chain(own.map(|(name, _)| *name))
        .collect();
    by_name(&draft.block("attention-and-state", block), &names)
}

/// The width, the layers and the words of a model that has no attention; gives
/// width and layers.
pub(crate) fn bare_sizes(
    config: &mut Config<'_>,
    draft: &mut Draft,
    longest: &'static str,
) -> (u64, u64) {
    let longest = config.optional_size(longest);
    tokens(draft, longest.unwrap_or(u64::MAX));
    let d = config.size("hidden_size");
    draft.dim("d", d, "model width");
    let layers = config.layers("num_hidden_layers");
    draft.dim("layers", layers, "layers");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    (d, layers)
}

/// A layer that only mixes tokens, or only computes each by itself.
pub(crate) fn single(mixer: Option<Part>, mlp: Option<Part>) -> Layer {
    Layer {
        mixer: mixer.map_or(Mixer::None, Mixer::Block),
        mlp,
        wiring: Wiring::Pre,
        norm: Norm::Rms,
        scaled: false,
        kind: String::new(),
    }
}
