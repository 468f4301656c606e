//! Attention with heads of queries, and as many or fewer heads of keys and
//! values. What ships as `vanilla` does the usual; what is beyond it becomes a
//! block of the model's own.

use super::heads::{
    Gate, QkNorm, by_values, differential, gated, projected, sinks, split_norm, turned,
};
use super::norm::Norm;
use super::part::Part;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// The keys that a token attends to, if not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// How many.
    pub(crate) size: String,
    /// Whether they are those of its chunk, not the last ones.
    pub(crate) chunked: bool,
}

/// Attention. Sizes are formulas over the numbers of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attention {
    /// Heads of queries.
    pub(crate) h: String,
    /// Heads of keys and values.
    pub(crate) kv: String,
    /// Columns of a head of queries and keys.
    pub(crate) width: String,
    /// Columns of a head of values, if others.
    pub(crate) value: Option<String>,
    /// Biases of queries, keys, values and the projection behind them.
    pub(crate) bias: [bool; 4],
    pub(crate) qk_norm: Option<QkNorm>,
    /// Whether values are normalised, without a gain.
    pub(crate) v_norm: bool,
    /// The share of each head that is rotated.
    pub(crate) rotary: Option<String>,
    pub(crate) window: Option<Window>,
    /// Whether scores are multiplied by a number.
    pub(crate) scaling: bool,
    /// Whether scores are kept within a bound: that of the param `softcap`.
    pub(crate) softcap: bool,
    /// Whether a number by distance is added to every score.
    pub(crate) relative: bool,
    /// Whether every head has a score that stands for no token.
    pub(crate) sinks: bool,
    pub(crate) gate: Option<Gate>,
    /// A norm between the heads and the projection behind them.
    pub(crate) out_norm: Option<Norm>,
    /// Whether queries are multiplied by a number of their position.
    pub(crate) query_scaled: bool,
    /// Whether values are multiplied by a number.
    pub(crate) value_scaled: bool,
    /// Whether keys are values, too.
    pub(crate) values_are_keys: bool,
    /// Whether every head of keys adds a number to its scores that is made of its
    /// values.
    pub(crate) by_values: bool,
    /// Whether the second half of the heads takes away from the first, each
    /// with the values of two heads.
    pub(crate) differential: bool,
}

/// What a mask hides of the scores within chunks: all but 1 + 2 + … of each whole
/// chunk, and of the one at the end.
const CHUNKED: &str = "1 - (floor(n / chunk) * chunk * (chunk + 1) \
    + (n - chunk * floor(n / chunk)) * (n - chunk * floor(n / chunk) + 1)) / (2 * n * window)";

impl Attention {
    /// Attention without anything beside.
    pub(crate) fn new(h: &str, kv: &str, width: &str) -> Attention {
        Attention {
            h: h.to_owned(),
            kv: kv.to_owned(),
            width: width.to_owned(),
            value: None,
            bias: [false; 4],
            qk_norm: None,
            v_norm: false,
            rotary: None,
            window: None,
            scaling: true,
            softcap: false,
            relative: false,
            sinks: false,
            gate: None,
            out_norm: None,
            query_scaled: false,
            value_scaled: false,
            values_are_keys: false,
            by_values: false,
            differential: false,
        }
    }

    /// Whether it is what ships as `vanilla`, so that others that ship may take
    /// its place.
    pub(crate) fn is_vanilla(&self) -> bool {
        let usual = Attention {
            bias: self.bias,
            rotary: self.rotary.clone(),
            window: self.window.clone(),
            softcap: self.softcap,
            qk_norm: (self.qk_norm == Some(QkNorm::Head(Norm::Rms)))
                .then_some(QkNorm::Head(Norm::Rms)),
            ..Attention::new(&self.h, &self.kv, &self.width)
        };
        *self == usual && !self.window.as_ref().is_some_and(|window| window.chunked)
    }

    /// The share of the scores that is computed, in a block of `n` tokens.
    fn share(&self) -> String {
        match &self.window {
            Some(window) => format!("min({}, n) / n", window.size),
            None => "1".to_owned(),
        }
    }

    /// The op `attention` of `x`.
    pub(crate) fn call(&self, draft: &mut Draft, block: &mut Block, x: &str) {
        if self.is_vanilla() {
            return self.vanilla(draft, block, x);
        }
        let mut own = self.opened(draft, &[("x", "b n d")]);
        let heads = self.heads(&mut own);
        self.scores(&mut own, &heads);
        self.result(&mut own);
        let part = self.numbered(&draft.block("attention", own));
        part.needed(draft, block);
        block.op(part.call("attention", &[x]));
    }

    /// The same where keys and values are those of another layer, `k` and `v`.
    pub(crate) fn call_given(&self, draft: &mut Draft, block: &mut Block, x: &str) {
        let inputs = [("x", "b n d"), ("k", "b n gk"), ("v", "b n gv")];
        let mut own = self.opened(draft, &inputs);
        let q = self.queries(&mut own);
        self.scores(&mut own, &[q, "k", "v"]);
        self.result(&mut own);
        let part = self.numbered(&draft.block("attention-to-given", own));
        part.needed(draft, block);
        block.op(part.call("attention", &[x, "k", "v"]));
    }

    /// Blocks that make the keys and the values of a layer, for others too.
    pub(crate) fn kept(&self, draft: &mut Draft) -> [Part; 2] {
        let mut keys = self.opened(draft, &[("x", "b n d")]);
        self.keys(&mut keys);
        let mut values = self.opened(draft, &[("x", "b n d")]);
        self.values(&mut values);
        [("keys", keys), ("values", values)]
            .map(|(name, block)| self.numbered(&draft.block(name, block)))
    }

    /// A block of its own, with the numbers that it asks for.
    fn opened(&self, draft: &Draft, inputs: &[(&str, &str)]) -> Block {
        let mut block = Block::new(inputs);
        block.needs(&["h", "kv", "width"]);
        if self.value.is_some() {
            block.needs(&["value"]);
        }
        if let Some(window) = &self.window {
            block.needs(&["window"]);
            if window.chunked {
                block.needs(&["chunk"]);
            }
        }
        if self.softcap {
            block.needs(&draft.known(["softcap"].into_iter()));
        }
        block
    }

    /// A call of such a block, with these numbers.
    fn numbered(&self, block: &str) -> Part {
        let mut part = Part::new(block)
            .with("h", &*self.h)
            .with("kv", &*self.kv)
            .with("width", &*self.width);
        if let Some(value) = &self.value {
            part = part.with("value", &**value);
        }
        if let Some(window) = &self.window {
            part = part.with("window", &*window.size);
            if window.chunked {
                part = part.with("chunk", "chunk");
            }
        }
        part
    }

    /// The one that ships, in a slot.
    fn vanilla(&self, draft: &mut Draft, block: &mut Block, x: &str) {
        block.slot("attention", "vanilla");
        let switch = |on: bool| if on { "1" } else { "0" }.to_owned();
        let [q, k, v, out] = self.bias.map(switch);
        let mut with = vec![
            ("h", self.h.clone()),
            ("kv", self.kv.clone()),
            ("width", self.width.clone()),
        ];
        with.extend([
            ("q_bias", q),
            ("k_bias", k),
            ("v_bias", v),
            ("out_bias", out),
        ]);
        if self.qk_norm.is_some() {
            with.push(("qk_norm", "1".to_owned()));
        }
        if let Some(rotary) = &self.rotary {
            with.push(("rotary", rotary.clone()));
        }
        if self.window.is_some() {
            with.push(("share", self.share()));
        }
        let part = Part {
            block: String::new(),
            with,
        };
        part.needed(draft, block);
        block.op(Op::new("attention")
            .slot("attention")
            .with(&part.with)
            .of(&[x, x]));
    }

    /// Columns of a head of values.
    fn columns(&self) -> &'static str {
        if self.value.is_some() {
            "value"
        } else {
            "width"
        }
    }

    /// Queries, keys and values; gives the names of their last ops.
    fn heads(&self, block: &mut Block) -> [&'static str; 3] {
        [self.queries(block), self.keys(block), self.values(block)]
    }

    fn queries(&self, block: &mut Block) -> &'static str {
        let [bias, ..] = self.bias;
        block.op(projected("q", "h * width", bias));
        let mut q = "q";
        if let Some(norm) = self.qk_norm {
            split_norm(
                block,
                ["q_heads", "q_normed", "normed_q"],
                q,
                ("h", "width"),
                norm,
            );
            q = "normed_q";
        }
        if let Some(share) = &self.rotary {
            block.op(turned("turned_q", q, share));
            q = "turned_q";
        }
        if self.query_scaled {
            block.op(Op::new("scaled_q").stage("scale").scaled().of(&[q]));
            q = "scaled_q";
        }
        q
    }

    fn keys(&self, block: &mut Block) -> &'static str {
        let [_, bias, ..] = self.bias;
        block.op(projected("k", "kv * width", bias));
        let mut k = "k";
        if let Some(norm) = self.qk_norm {
            split_norm(
                block,
                ["k_heads", "k_normed", "normed_k"],
                k,
                ("kv", "width"),
                norm,
            );
            k = "normed_k";
        }
        if let Some(share) = &self.rotary {
            block.op(turned("turned_k", k, share));
            k = "turned_k";
        }
        k
    }

    fn values(&self, block: &mut Block) -> &'static str {
        let columns = self.columns();
        let [_, _, bias, _] = self.bias;
        let mut v = "k";
        if !self.values_are_keys {
            block.op(projected("v", &format!("kv * {columns}"), bias));
            v = "v";
        }
        if self.v_norm {
            split_norm(
                block,
                ["v_heads", "v_normed", "normed_v"],
                v,
                ("kv", columns),
                QkNorm::Head(Norm::RmsPlain),
            );
            v = "normed_v";
        }
        if self.value_scaled {
            block.op(Op::new("scaled_v").stage("v-proj").scaled().of(&[v]));
            v = "scaled_v";
        }
        v
    }

    /// How often what belongs to scores is computed, and what a mask hides.
    fn masked(&self, op: Op) -> Op {
        match &self.window {
            None => op.share("1", "(n - 1) / (2 * n)"),
            Some(Window { chunked: true, .. }) => op.share("window / n", CHUNKED),
            Some(_) => op.share("min(window, n) / n", "(min(window, n) - 1) / (2 * n)"),
        }
    }

    fn scores(&self, block: &mut Block, [q, k, v]: &[&str; 3]) {
        block.op(self
            .masked(
                Op::new("score")
                    .stage("score")
                    .einsum("b n (kv group c), b m (kv c) -> b kv group n m")
                    .axes(&[("group", "h / kv"), ("c", "width")]),
            )
            .of(&[q, k]));
        let mut last = "score";
        let each = |name: &str, stage: &str| self.masked(Op::new(name).stage(stage));
        if self.scaling {
            block.op(each("scaled", "scale").scaled().of(&[last]));
            last = "scaled";
        }
        if self.softcap {
            let formula = format!("softcap * tanh({last} * (1 / softcap))");
            block.op(each("capped", "softcap").apply(&formula));
            last = "capped";
        }
        if self.relative {
            block.op(each("biased", "relative")
                .per_element("add = 1")
                .of(&[last]));
            last = "biased";
        }
        if self.by_values {
            let numbers = by_values(block, (v, self.columns()), self.bias[2]);
            block.op(self
                .masked(Op::new("moved").stage("relative"))
                .einsum("b kv group n m, b m kv -> b kv group n m")
                .map("add")
                .of(&[last, numbers]));
            last = "moved";
        }
        if self.sinks {
            sinks(block, last);
        }
        block.op(each("probabilities", "softmax")
            .block("softmax")
            .of(&[last]));
        let context = self.masked(Op::new("context").stage("context"));
        if self.differential {
            return differential(block, context, v);
        }
        block.op(context
            .einsum("b kv group n m, b m (kv c) -> b n (kv group c)")
            .axes(&[("c", self.columns())])
            .of(&["probabilities", v]));
    }

    fn result(&self, block: &mut Block) {
        let columns = self.columns();
        let mut last = match self.differential {
            true => "normed_difference",
            false => "context",
        };
        if let Some(gate) = self.gate {
            last = gated(block, gate, (columns, self.bias[0]));
        }
        if let Some(norm) = self.out_norm {
            block.op(norm.of("context_norm", last));
            last = "context_norm";
        }
        let out = Op::new("out")
            .stage("out-proj")
            .einsum("b n hc, hc e -> b n e")
            .of(&[last, &weight(&format!("(h * {columns}) d"))]);
        let [.., bias] = self.bias;
        block.op(if bias { out.bias() } else { out });
    }
}
