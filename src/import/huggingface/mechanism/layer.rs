//! A layer: what mixes tokens, what computes each token by itself, and the
//! norms and residual additions around the two.
//!
//! A family gives a list of [`Layer`]s, one for each. Layers that are equal
//! become one block of the model file that repeats. Which follows which makes
//! no difference to what is counted, so each kind stands together.

use super::grouped::Attention;
use super::norm::Norm;
use super::part::Part;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// What mixes tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mixer {
    /// Attention with heads of queries, keys and values.
    Attention(Attention),
    /// Latent attention: a block of queries' and keys' tokens.
    Latent(Part),
    /// Another block, of one input `b n d`.
    #[allow(dead_code)]
    Block(Part),
    /// Nothing.
    None,
}

/// How norms stand around the two parts of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// `x + part(norm(x))`.
    Pre,
    /// `x + norm(part(x))`. Whether it stands behind the addition makes no
    /// difference to what is counted.
    Post,
    /// `x + norm(part(norm(x)))`.
    Sandwich,
    /// `g · x + part(norm(x))`, with a gain `g` that is learnt.
    Gained,
    /// Both parts from one norm of the same input, `x + mixer + mlp`.
    Parallel,
    /// The same with a norm for each.
    ParallelApart,
}

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    pub(crate) mixer: Mixer,
    /// What computes every token by itself, if anything does.
    pub(crate) mlp: Option<Part>,
    pub(crate) wiring: Wiring,
    pub(crate) norm: Norm,
    /// Whether what is added is multiplied by a number before.
    pub(crate) scaled: bool,
    /// What tells it from layers of the other kinds: `local`, `dense`.
    pub(crate) kind: String,
}

impl Layer {
    /// The layer as a block of the file; gives its name.
    pub(crate) fn block(&self, draft: &mut Draft, name: &str) -> String {
        let mut block = Block::new(&[("x", "b n d")]);
        if let Some(mlp) = &self.mlp {
            mlp.needed(draft, &mut block);
        }
        match self.wiring {
            Wiring::Parallel | Wiring::ParallelApart => self.parallel(draft, &mut block),
            _ => self.sequential(draft, &mut block),
        }
        draft.block(name, block)
    }

    fn mixer(&self, draft: &mut Draft, block: &mut Block, x: &str) -> Option<&'static str> {
        match &self.mixer {
            Mixer::Attention(attention) => {
                attention.call(draft, block, x);
                Some("attention")
            }
            Mixer::Latent(part) => {
                part.needed(draft, block);
                block.op(part.call("attention", &[x, x]));
                Some("attention")
            }
            Mixer::Block(part) => {
                part.needed(draft, block);
                block.op(part.call("mixer", &[x]));
                Some("mixer")
            }
            Mixer::None => None,
        }
    }

    fn sequential(&self, draft: &mut Draft, block: &mut Block) {
        let before = self.wiring != Wiring::Post;
        let mut x = "x";
        if self.mixer != Mixer::None {
            let mut of = x;
            if before {
                block.op(self.norm.of("x_norm", x));
                of = "x_norm";
            }
            let last = self.mixer(draft, block, of).unwrap_or(x);
            let last = self.behind(block, last, ["mixer_norm", "mixer_scaled"]);
            let kept = self.kept(block, x, "x_kept");
            block.op(added("attended", kept, last));
            x = "attended";
        }
        if let Some(mlp) = &self.mlp {
            let mut of = x;
            if before {
                block.op(self.norm.of("attended_norm", x));
                of = "attended_norm";
            }
            block.op(mlp.call("ffn_out", &[of]));
            let last = self.behind(block, "ffn_out", ["ffn_norm", "ffn_scaled"]);
            let kept = self.kept(block, x, "attended_kept");
            block.op(added("fed", kept, last));
        }
    }

    /// What a part is added to.
    fn kept<'n>(&self, block: &mut Block, x: &'n str, gained: &'n str) -> &'n str {
        if self.wiring != Wiring::Gained {
            return x;
        }
        block.op(Op::new(gained)
            .stage("residual")
            .einsum("b n d, d -> b n d")
            .of(&[x, &weight("d")]));
        gained
    }

    /// What stands between a part and its addition.
    fn behind<'n>(&self, block: &mut Block, x: &'n str, [norm, scaled]: [&'n str; 2]) -> &'n str {
        let mut last = x;
        if matches!(self.wiring, Wiring::Post | Wiring::Sandwich) {
            block.op(self.norm.of(norm, last));
            last = norm;
        }
        if self.scaled {
            block.op(Op::new(scaled).stage("residual").scaled().of(&[last]));
            last = scaled;
        }
        last
    }

    fn parallel(&self, draft: &mut Draft, block: &mut Block) {
        block.op(self.norm.of("x_norm", "x"));
        let mixed = self.mixer(draft, block, "x_norm").unwrap_or("x");
        let Some(mlp) = &self.mlp else {
            return block.op(added("fed", "x", mixed));
        };
        let mut of = "x_norm";
        if self.wiring == Wiring::ParallelApart {
            block.op(self.norm.of("ffn_norm", "x"));
            of = "ffn_norm";
        }
        block.op(mlp.call("ffn_out", &[of]));
        block.op(added("both", mixed, "ffn_out"));
        block.op(added("fed", "x", "both"));
    }
}

pub(crate) fn added(name: &str, x: &str, y: &str) -> Op {
    let op = Op::new(name).stage("residual");
    op.apply(&format!("{x} + {y}"))
}

/// Writes the layers, one kind upon the other, over `x`; gives the name of the
/// last.
pub(crate) fn stack(draft: &mut Draft, all: &[Layer], x: &str) -> String {
    let mut kinds: Vec<(&Layer, u64)> = Vec::new();
    for layer in all {
        match kinds.iter_mut().find(|(known, _)| *known == layer) {
            Some((_, count)) => *count += 1,
            None => kinds.push((layer, 1)),
        }
    }
    if let [(only, _)] = kinds.as_slice() {
        let block = only.block(draft, "layer");
        let name = plain(draft);
        draft.op(Op::new(name).block(&block).repeat("layers").of(&[x]));
        return name.to_owned();
    }
    let mut last = x.to_owned();
    let mut before = String::new();
    let mut names: Vec<String> = Vec::new();
    for (at, (layer, count)) in kinds.iter().enumerate() {
        let kind = match layer.kind.as_str() {
            "" => plain(draft),
            kind => kind,
        };
        let name = unlike(&names, kind);
        let often = format!("{name}_layers");
        if at + 1 == kinds.len() {
            draft.dim_as(often.clone(), &format!("layers{before}"), "the others");
        } else {
            draft.dim(often.clone(), *count, "");
            before.push_str(&format!(" - {often}"));
        }
        let block = layer.block(draft, &format!("{}-layer", name.replace('_', "-")));
        draft.op(Op::new(&name).block(&block).repeat(&often).of(&[&last]));
        last.clone_from(&name);
        names.push(name);
    }
    last
}

/// What layers without anything special are called.
fn plain(draft: &Draft) -> &'static str {
    if draft.is_causal() {
        "decoder"
    } else {
        "encoder"
    }
}

/// A name for a kind of layers that no other has.
pub(crate) fn unlike(names: &[String], kind: &str) -> String {
    let kind = if kind.is_empty() { "decoder" } else { kind };
    let numbered = (2..).map(|at| format!("{kind}{at}"));
    let mut all = std::iter::once(kind.to_owned()).chain(numbered);
    all.find(|name| !names.contains(name)).unwrap_or_default()
}
