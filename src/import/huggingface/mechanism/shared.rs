//! A Transformer layer whose weights several layers share, as Zamba has it: it
//! reads the stream and the words beside it, and what it gives goes into a state
//! space.

use super::norm::Norm;
use super::part::Part;
use crate::import::huggingface::block::Block;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::{Op, weight};

/// What families differ in.
pub(crate) struct SharedLayer {
    /// Whether queries and keys are turned by their positions.
    pub(crate) rotary: bool,
    /// Whether every layer adds something of its own to queries, keys and
    /// values.
    pub(crate) attention_adapters: bool,
    /// Whether every layer adds something of its own to what goes into the
    /// feed-forward part.
    pub(crate) mlp_adapters: bool,
    /// The state space behind it.
    pub(crate) mamba: Part,
}

/// The weights that are shared, with their shapes.
const WEIGHTS: [(&str, &str); 9] = [
    ("both_gain", "(2 * d)"),
    ("q_weight", "(2 * d) (h * width)"),
    ("k_weight", "(2 * d) (kv * width)"),
    ("v_weight", "(2 * d) (kv * width)"),
    ("out_weight", "(h * width) d"),
    ("ffn_gain", "d"),
    ("gate_weight", "d ffn"),
    ("up_weight", "d ffn"),
    ("down_weight", "ffn d"),
];

impl SharedLayer {
    /// Writes `often` such layers, a dim, over `x`, which share the weights of
    /// the set `set`; gives the name of their op.
    pub(crate) fn write(&self, draft: &mut Draft, (set, often): (u64, &str), x: &str) -> String {
        let mut inputs = vec![x.to_owned(), "words".to_owned()];
        for (name, shape) in WEIGHTS {
            let own = format!("{name}_{set}");
            draft.weight(own.clone(), shape, "");
            inputs.push(own);
        }
        let block = self.block(draft);
        let name = format!("hybrid_{set}");
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        draft.op(Op::new(&name).block(&block).repeat(often).of(&inputs));
        name
    }

    fn block(&self, draft: &mut Draft) -> String {
        let shapes = [
            ("x", "b n d"),
            ("words", "b n d"),
            ("both_gain", "e"),
            ("q_weight", "e hc"),
            ("k_weight", "e gc"),
            ("v_weight", "e gc"),
            ("out_weight", "hc d"),
            ("ffn_gain", "d"),
            ("gate_weight", "d f"),
            ("up_weight", "d f"),
            ("down_weight", "f d"),
        ];
        let mut block = Block::new(&shapes);
        block.needs(&["h", "kv", "width", "ffn"]);
        if self.attention_adapters || self.mlp_adapters {
            block.needs(&["adapter"]);
        }
        self.mamba.needed(draft, &mut block);
        self.attention(&mut block);
        self.feed_forward(&mut block);
        block.op(Op::new("brought")
            .stage("shared-proj")
            .einsum("b n d, d y -> b n y")
            .of(&["down", &weight("d d")]));
        block.op(added("joined", "x", "brought"));
        block.op(Norm::Rms.of("joined_norm", "joined"));
        block.op(self.mamba.call("mixer", &["joined_norm"]));
        block.op(added("mixed", "x", "mixer"));
        draft.block("hybrid-layer", block)
    }

    fn attention(&self, block: &mut Block) {
        block.op(Op::new("both")
            .concat("b n d, b n w -> b n (d + w)")
            .of(&["x", "words"]));
        normed(block, ["both_normed", "both_gained"], ("both", "both_gain"));
        for name in ["q", "k", "v"] {
            let stage = format!("{name}-proj");
            let all = match name {
                "q" => "h * width",
                _ => "kv * width",
            };
            let of = ["both_gained", &format!("{name}_weight")];
            projected(
                block,
                (name, &stage),
                of,
                self.attention_adapters.then_some(("2 * d", all)),
            );
        }
        let (mut q, mut k) = ("q_all", "k_all");
        if self.rotary {
            for (name, x) in [("q_turned", q), ("k_turned", k)] {
                block.op(Op::new(name).stage("rotary").block("rotary").of(&[x]));
            }
            (q, k) = ("q_turned", "k_turned");
        }
        let masked = |op: Op| op.share("1", "(n - 1) / (2 * n)");
        block.op(masked(
            Op::new("score")
                .stage("score")
                .einsum("b n (kv group c), b m (kv c) -> b kv group n m")
                .axes(&[("group", "h / kv"), ("c", "width")]),
        )
        .of(&[q, k]));
        block.op(masked(
            Op::new("scaled").stage("scale").scaled().of(&["score"]),
        ));
        let softmax = Op::new("probabilities").stage("softmax").block("softmax");
        block.op(masked(softmax.of(&["scaled"])));
        block.op(masked(
            Op::new("context")
                .stage("context")
                .einsum("b kv group n m, b m (kv c) -> b n (kv group c)")
                .axes(&[("c", "width")]),
        )
        .of(&["probabilities", "v_all"]));
        block.op(Op::new("attended")
            .stage("out-proj")
            .einsum("b n w, w d -> b n d")
            .of(&["context", "out_weight"]));
    }

    fn feed_forward(&self, block: &mut Block) {
        normed(
            block,
            ["ffn_normed", "ffn_gained"],
            ("attended", "ffn_gain"),
        );
        let own = self.mlp_adapters.then_some(("d", "ffn"));
        let shared = own.map(|_| {
            block.op(Op::new("adapted")
                .stage("ffn-up")
                .einsum("b n d, d r -> b n r")
                .of(&["ffn_gained", &weight("d adapter")]));
        });
        for (name, stage) in [("gate", "ffn-gate"), ("up", "ffn-up")] {
            block.op(Op::new(name)
                .stage(stage)
                .einsum("b n d, d f -> b n f")
                .of(&["ffn_gained", &format!("{name}_weight")]));
            if shared.is_some() {
                widened(block, (name, stage), ("adapted", "ffn"));
            }
        }
        let end = if shared.is_some() { "_all" } else { "" };
        let (gate, up) = (format!("gate{end}"), format!("up{end}"));
        block.slot("activation", "gelu");
        block.op(Op::new("gate_act")
            .stage("ffn-act")
            .slot("activation")
            .of(&[&gate]));
        block.op(Op::new("gated")
            .stage("ffn-act")
            .apply(&format!("gate_act * {up}")));
        block.op(Op::new("down")
            .stage("ffn-down")
            .einsum("b n f, f d -> b n d")
            .of(&["gated", "down_weight"]));
    }
}

/// A norm whose gain is given.
fn normed(block: &mut Block, [plain, gained]: [&str; 2], (x, gain): (&str, &str)) {
    block.op(Norm::RmsPlain.of(plain, x));
    block.op(Op::new(gained)
        .stage("norm")
        .einsum("b n w, w -> b n w")
        .of(&[plain, gain]));
}

/// A product with a weight that is given, and what a layer adds of its own
/// through a narrow layer between so many numbers and so many. Its last op is
/// called `name` and `_all`.
fn projected(
    block: &mut Block,
    (name, stage): (&str, &str),
    of: [&str; 2],
    own: Option<(&str, &str)>,
) {
    let last = match own {
        Some(_) => name.to_owned(),
        None => format!("{name}_all"),
    };
    block.op(Op::new(&last)
        .stage(stage)
        .einsum("b n w, w y -> b n y")
        .of(&of));
    if let Some((from, to)) = own {
        let narrow = format!("{name}_narrow");
        block.op(Op::new(&narrow)
            .stage(stage)
            .einsum("b n w, w r -> b n r")
            .of(&[of[0], &weight(&format!("({from}) adapter"))]));
        widened(block, (name, stage), (&narrow, to));
    }
}

/// What comes through a narrow layer, and the sum with it.
fn widened(block: &mut Block, (name, stage): (&str, &str), (narrow, to): (&str, &str)) {
    let wide = format!("{name}_own");
    block.op(Op::new(&wide)
        .stage(stage)
        .einsum("b n r, r y -> b n y")
        .of(&[narrow, &weight(&format!("adapter ({to})"))]));
    block.op(Op::new(&format!("{name}_all"))
        .stage(stage)
        .apply(&format!("{name} + {wide}")));
}

fn added(name: &str, x: &str, y: &str) -> Op {
    let op = Op::new(name).stage("residual");
    op.apply(&format!("{x} + {y}"))
}
