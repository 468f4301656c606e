//! Feed-forward layers of many experts, few of which compute a token.

use super::stack::layers;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::Op;

/// How many experts a layer has is said under one of these names, whichever
/// the family: `transformers` writes them for each other.
const COUNTS: [&str; 4] = [
    "num_experts",
    "num_local_experts",
    "n_routed_experts",
    "moe_num_experts",
];

/// How many experts there are, and how many compute a token. `usual` is the
/// name that the family's own configs have for the first.
pub(crate) fn experts(config: &mut Config<'_>, draft: &mut Draft, usual: &'static str) {
    let given = COUNTS.into_iter().find(|key| config.has(key));
    let key = if config.has(usual) {
        usual
    } else {
        given.unwrap_or(usual)
    };
    let all = config.size(key);
    let chosen = config.size("num_experts_per_tok");
    if chosen > all {
        let message = format!("{chosen} experts are chosen for every token, of {all}");
        config.wrong("num_experts_per_tok", message);
    }
    draft.dim("experts", all, "experts of a layer");
    draft.dim("chosen", chosen, "experts that compute a token");
    draft.remark(
        "Every token is computed by the experts chosen for it; the weights of all experts are \
         parameters.",
    );
}

/// Layers without experts, then layers with them.
pub(crate) fn expert_layers(draft: &mut Draft, (dense, sparse): (u64, u64)) {
    if sparse == 0 {
        return layers(draft, "decoder", "gated-layer", "words");
    }
    let mut x = "words";
    let mut often = "layers";
    if dense > 0 {
        draft.dim("dense_layers", dense, "layers without experts");
        draft.dim_as("expert_layers", "layers - dense_layers", "layers with them");
        draft.op(Op::new("dense")
            .block("gated-layer")
            .repeat("dense_layers")
            .of(&[x]));
        (x, often) = ("dense", "expert_layers");
    }
    draft.op(Op::new("decoder")
        .block("moe-layer")
        .with(&[("ffn", "expert_ffn")])
        .repeat(often)
        .of(&[x]));
}

/// How many layers have no experts.
pub(crate) fn dense_layers(config: &mut Config<'_>, layers: u64) -> u64 {
    dense_at(config, layers).len() as u64
}

/// The layers without experts: those that are listed, and those that fall
/// between the steps.
pub(crate) fn dense_at(config: &mut Config<'_>, layers: u64) -> Vec<u64> {
    let step = config.optional_size("decoder_sparse_step").unwrap_or(1);
    let mut listed = Vec::new();
    if let Some(list) = config.take("mlp_only_layers") {
        for item in list.items(&mut config.problems).unwrap_or(&[]) {
            match item.whole_number(layers - 1, &mut config.problems) {
                Some(at) => listed.push(at),
                None => break,
            }
        }
    }
    let is_dense = |at: &u64| listed.contains(at) || !(at + 1).is_multiple_of(step);
    (0..layers).filter(is_dense).collect()
}
