//! A stack of layers with norms before their parts, as those that look at images
//! have it, and the text that is held against them.

use crate::import::huggingface::block::Block;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::op::{Op, weight};

/// The names of the sizes of one of several stacks in a file: those of a stack
/// by itself behind a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tower {
    pub(crate) prefix: &'static str,
}

/// What its layers have beside what all have.
#[derive(Clone)]
pub(crate) struct Extras {
    /// Biases of queries, keys, values and the projection behind them.
    pub(crate) bias: [bool; 4],
    pub(crate) gated: bool,
    pub(crate) mlp_bias: bool,
    /// Whether what each part gives is multiplied by numbers that are learnt.
    pub(crate) scaled: bool,
    /// The share of each head that is turned by position, over all tokens.
    pub(crate) rotary: Option<&'static str>,
    /// Whether a number by distance is added to every score.
    pub(crate) relative: Relative,
}

/// Where numbers by distance come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relative {
    None,
    /// One table for all layers.
    Shared,
    /// A table of each layer.
    Own,
}

/// A layer of ViT.
pub(crate) const PLAIN: Extras = Extras {
    bias: [true; 4],
    gated: false,
    mlp_bias: true,
    scaled: false,
    rotary: None,
    relative: Relative::None,
};

impl Tower {
    pub(crate) fn name(self, what: &str) -> String {
        format!("{}{what}", self.prefix)
    }

    /// Reads the sizes of the layers; `ffn` is the width of the feed-forward
    /// layers if no field says it. Gives the activation.
    pub(crate) fn sizes(
        self,
        config: &mut Config<'_>,
        draft: &mut Draft,
        ffn: Option<u64>,
        usual: &'static str,
    ) -> &'static str {
        let d = config.size("hidden_size");
        let heads = config.size("num_attention_heads");
        config.divides(("num_attention_heads", heads), ("hidden_size", d));
        draft.dim(self.name("d"), d, "model width");
        draft.dim(self.name("h"), heads, "heads");
        let ffn = ffn.unwrap_or_else(|| config.size("intermediate_size"));
        draft.dim(self.name("ffn"), ffn, "width of the feed-forward layers");
        let count = config.layers("num_hidden_layers");
        draft.dim(self.name("layers"), count, "layers");
        activation(config, "hidden_act", usual)
    }

    /// The layers over `x`, as the op `name`.
    pub(crate) fn layers(
        self,
        draft: &mut Draft,
        (name, x): (&str, &str),
        act: &'static str,
        extras: &Extras,
    ) {
        let block = draft.block("layer", extras.block(act));
        let sizes = ["h", "ffn"].map(|size| (size, self.name(size)));
        let op = Op::new(name).block(&block);
        let op = if self.prefix.is_empty() {
            op
        } else {
            op.with(&sizes)
        };
        draft.op(op.repeat(&self.name("layers")).of(&[x]));
    }

    /// The op `name` that takes one token of `x`, whose axes are `batch n d`.
    pub(crate) fn one(self, draft: &mut Draft, name: &str, x: &str, stage: &str) {
        let d = self.name("d");
        draft.op(Op::new(name)
            .stage(stage)
            .take(&format!("batch n {d} -> batch {d}"))
            .of(&[x]));
    }
}

impl Extras {
    fn block(&self, act: &'static str) -> Block {
        let mut block = Block::new(&[("x", "b n d")]);
        block.needs(&["h", "ffn"]);
        block.slot("attention", "vanilla");
        block.slot("activation", act);
        if self.rotary.is_some() {
            block.needs(&["places"]);
        }
        if self.relative == Relative::Own {
            block.needs(&["distances"]);
            block.op(Op::new("biases")
                .comment("added to the scores, where it is counted")
                .stage("relative")
                .reshape("h n n")
                .of(&[&weight("distances h")]));
        }
        let op = |name: &str, stage: &str| Op::new(name).stage(stage);
        block.op(op("x_norm", "norm").block("layer-norm").of(&["x"]));
        block.op(Op::new("attention")
            .slot("attention")
            .with(&self.of_attention())
            .of(&["x_norm", "x_norm"]));
        let last = self.scaled(&mut block, "attention", "attention_scaled");
        block.op(op("attended", "residual").apply(&format!("x + {last}")));
        block.op(op("attended_norm", "norm")
            .block("layer-norm")
            .of(&["attended"]));
        let bias = if self.mlp_bias { "1" } else { "0" };
        block.op(Op::new("ffn_out")
            .block(if self.gated { "swiglu" } else { "mlp" })
            .with(&[("ffn_bias", bias)])
            .of(&["attended_norm"]));
        let last = self.scaled(&mut block, "ffn_out", "ffn_scaled");
        block.op(op("fed", "residual").apply(&format!("attended + {last}")));
        block
    }

    fn of_attention(&self) -> Vec<(&'static str, &'static str)> {
        let mut with = Vec::new();
        let names = ["q_bias", "k_bias", "v_bias", "out_bias"];
        for (name, bias) in names.into_iter().zip(self.bias) {
            if !bias {
                with.push((name, "0"));
            }
        }
        if let Some(share) = self.rotary {
            with.push(("rotary", share));
        }
        if self.relative != Relative::None {
            with.push(("relative", "1"));
        }
        with
    }

    fn scaled(&self, block: &mut Block, x: &'static str, name: &'static str) -> &'static str {
        if !self.scaled {
            return x;
        }
        block.op(Op::new(name)
            .stage("residual")
            .einsum("b n d, d -> b n d")
            .of(&[x, &weight("d")]));
        name
    }
}
