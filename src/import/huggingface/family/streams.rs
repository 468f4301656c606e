//! Several streams through the layers of Gemma 3n: a layer computes one of
//! them, predicts all of them before, and corrects them by its result.
//!
//! Baykal et al., "Alternating updates for efficient Transformers", NeurIPS
//! 2023; the low-rank addition beside attention is LAuReL's (Menghani et al.,
//! 2024).

use crate::import::huggingface::block::Block;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::op::{Op, weight};

/// The streams, whose number is a dim.
pub(super) struct Streams;

impl Streams {
    /// Their number, and the rank of what is added beside attention.
    pub(super) fn read(config: &mut Config<'_>, draft: &mut Draft) -> Streams {
        let streams = config.size_or("altup_num_inputs", 4);
        draft.dim("streams", streams, "streams through the layers");
        let rank = config.size_or("laurel_rank", 64);
        draft.dim("laurel", rank, "rank of what is added beside attention");
        Streams
    }

    /// All streams from the words `x`: these, and projections of theirs as
    /// large as they are.
    pub(super) fn opened(draft: &mut Draft, x: &str) -> String {
        let op = |name: &str| Op::new(name).stage("embed");
        draft.op(op("others")
            .einsum("batch seq d, d c e -> batch seq c e")
            .of(&[x, &weight("d (streams - 1) d")]));
        draft.op(Norm::RmsPlain.of("others_normed", "others"));
        draft.op(op("others_scaled").scaled().of(&["others_normed"]));
        draft.op(op("opened")
            .reshape("batch seq streams d")
            .of(&[x, "others_scaled"]));
        "opened".to_owned()
    }

    /// One stream from all of them: their mean once the others are projected.
    pub(super) fn closed(draft: &mut Draft, x: &str) -> String {
        let op = |name: &str| Op::new(name).stage("head");
        draft.op(op("last_others")
            .reshape("batch seq (streams - 1) d")
            .of(&[x]));
        draft.op(op("last_projected")
            .einsum("batch seq c d, d c e -> batch seq c e")
            .of(&["last_others", &weight("d (streams - 1) d")]));
        draft.op(Norm::RmsPlain.of("last_normed", "last_projected"));
        draft.op(op("last_scaled").scaled().of(&["last_normed"]));
        draft.op(op("last_streams")
            .reshape("batch seq streams d")
            .of(&[x, "last_scaled"]));
        draft.op(op("last_sum")
            .einsum("batch seq a d -> batch seq d")
            .of(&["last_streams"]));
        draft.op(op("closed").scaled().of(&["last_sum"]));
        "closed".to_owned()
    }

    /// The addition of low rank beside attention; gives the name of the sum.
    pub(super) fn laurel(block: &mut Block) -> &'static str {
        block.needs(&["laurel"]);
        let op = |name: &str| Op::new(name).stage("laurel");
        block.op(op("laurel_left")
            .einsum("b n d, d r -> b n r")
            .of(&["x_norm", &weight("d laurel")]));
        block.op(op("laurel_right")
            .einsum("b n r, r e -> b n e")
            .of(&["laurel_left", &weight("laurel d")]));
        block.op(Norm::Rms.of("laurel_norm", "laurel_right"));
        block.op(op("laurel_out").apply("x_norm + laurel_norm"));
        block.op(op("mixed").apply("(attended + laurel_out) * 0.7"));
        "mixed"
    }

    /// Adds what comes of a layer's own input to all streams but the first.
    pub(super) fn spread(block: &mut Block, extra: &str) {
        block.op(Op::new("spread")
            .stage("residual")
            .times("(streams - 1) / streams")
            .einsum("b n a d, b n d -> b n a d")
            .map("add")
            .of(&["corrected", extra]));
    }
}

/// The numbers by which streams are mixed, from the one that is computed.
fn router(block: &mut Block, name: &str, x: &str) {
    block.needs(&["streams"]);
    block.weight("router_gain", "d");
    block.weight("router_weight", "d streams");
    let op = |what: &str| Op::new(&format!("{name}_{what}")).stage("streams");
    block.op(op("normed")
        .block("rms-norm")
        .with(&[("gain", "0")])
        .of(&[x]));
    block.op(op("gained")
        .einsum("b n d, d -> b n d")
        .of(&[&format!("{name}_normed"), "router_gain"]));
    block.op(op("scaled").scaled().of(&[&format!("{name}_gained")]));
    block.op(op("routed")
        .einsum("b n d, d c -> b n c")
        .of(&[&format!("{name}_scaled"), "router_weight"]));
    block.op(op("squeezed").apply(&format!("tanh({name}_routed)")));
}

/// The streams as they are predicted before a layer; gives the name of the one
/// that it computes.
pub(super) fn predicted(block: &mut Block, x: &str) -> &'static str {
    let op = |name: &str| Op::new(name).stage("streams");
    block.op(op("first").take("b n a d -> b n d").of(&[x]));
    router(block, "predict", "first");
    block.op(op("predict_coefficients")
        .einsum("b n a, a c -> b n c")
        .of(&["predict_squeezed", &weight("streams (streams * streams)")]));
    block.op(op("mixed_streams")
        .einsum("b n a d, b n (a c) -> b n c d")
        .axes(&[("c", "streams")])
        .of(&[x, "predict_coefficients"]));
    block.op(op("predicted").apply(&format!("mixed_streams + {x}")));
    block.op(op("active").take("b n a d -> b n d").of(&["predicted"]));
    "active"
}

/// The streams, `corrected` by what a layer computed.
pub(super) fn corrected(block: &mut Block) {
    let op = |name: &str| Op::new(name).stage("streams");
    router(block, "correct", "fed");
    block.op(op("correct_coefficients")
        .einsum("b n a, a c -> b n c")
        .of(&["correct_squeezed", &weight("streams streams")]));
    block.op(op("correct_shares").apply("correct_coefficients + 1"));
    block.op(op("innovation").apply("fed - active"));
    block.op(op("correction")
        .einsum("b n d, b n a -> b n a d")
        .of(&["innovation", "correct_shares"]));
    block.op(op("corrected").apply("correction + predicted"));
}

/// The first of the corrected streams, scaled; gives its name.
pub(super) fn first_scaled(block: &mut Block) -> &'static str {
    let op = |name: &str| Op::new(name).stage("streams");
    block.op(op("corrected_first")
        .take("b n a d -> b n d")
        .of(&["corrected"]));
    block.op(op("corrected_scaled")
        .einsum("b n d, d -> b n d")
        .of(&["corrected_first", &weight("d")]));
    "corrected_scaled"
}
