//! Mixtures of experts, as families differ in them.

use super::part::Part;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// The names under which configs say how many experts a layer has.
const COUNTS: [&str; 6] = [
    "num_experts",
    "num_local_experts",
    "n_routed_experts",
    "moe_num_experts",
    "num_routed_experts",
    "moe_num_primary_experts",
];

/// The names under which they say how many compute a token.
const CHOSEN: [&str; 7] = [
    "num_experts_per_tok",
    "moe_top_k",
    "moe_topk",
    "moe_k",
    "num_experts_per_token",
    "top_k_experts",
    "moe_num_active_primary_experts",
];

/// The names under which they say how many compute every token.
const SHARED: [&str; 3] = [
    "n_shared_experts",
    "num_shared_experts",
    "moe_num_shared_experts",
];

/// A number of every expert that is added to its score before the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Balance {
    None,
    /// Moved from outside until the experts are used evenly.
    Moved,
    /// The same, among the parameters.
    Learnt,
}

/// Experts that compute every token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    None,
    /// As wide as the others, so many unless the field says so.
    Count(&'static str, u64),
    /// One, of a width that a field gives.
    Width(&'static str),
    /// One, as wide as a feed-forward layer without experts.
    Dense,
    /// One, as wide as the others.
    One,
}

/// Which layers have no experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dense {
    None,
    /// The first ones, so many unless the field says so.
    First(&'static str, u64),
    /// All but every so many, and those that are listed.
    Steps,
    /// All but every so many, or those that `moe_layers` lists.
    Interleaved(&'static str),
    /// Those before `moe_layer_start_index` and behind `moe_layer_end_index`,
    /// and all but every so many between.
    Between,
}

/// What families differ in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExpertTraits {
    /// The field that usually says how many there are.
    pub(crate) count: &'static str,
    /// The fields that may say how wide an expert is, the usual one first.
    pub(crate) ffn: &'static [&'static str],
    pub(crate) dense: Dense,
    pub(crate) shared: Shared,
    /// Whether a number of every token multiplies what the shared one gives.
    pub(crate) shared_gate: bool,
    pub(crate) balance: Balance,
    /// What makes shares of scores.
    pub(crate) scoring: &'static str,
    /// Whether it does so after the choice, for those that are chosen.
    pub(crate) late: bool,
    /// Whether the shares of the chosen are made to sum to 1, if the config
    /// says nothing.
    pub(crate) normalised: bool,
    /// Whether the shares are multiplied by a number.
    pub(crate) scaled: bool,
    /// Whether routers have a bias.
    pub(crate) router_bias: bool,
    /// Whether experts have biases.
    pub(crate) bias: bool,
    /// Whether there is a norm behind what they give together.
    pub(crate) out_norm: bool,
    /// Whether that has a bias.
    pub(crate) out_bias: bool,
}

/// Mixtral's.
pub(crate) const MIXTRAL: ExpertTraits = ExpertTraits {
    count: "num_local_experts",
    ffn: &["intermediate_size"],
    dense: Dense::None,
    shared: Shared::None,
    shared_gate: false,
    balance: Balance::None,
    scoring: "softmax",
    late: false,
    normalised: true,
    scaled: false,
    router_bias: false,
    bias: false,
    out_norm: false,
    out_bias: false,
};

/// Those of DeepSeek V3.
pub(crate) const DEEPSEEK: ExpertTraits = ExpertTraits {
    count: "n_routed_experts",
    ffn: &["moe_intermediate_size"],
    dense: Dense::First("first_k_dense_replace", 3),
    shared: Shared::Count("n_shared_experts", 1),
    balance: Balance::Moved,
    scoring: "sigmoid",
    scaled: true,
    ..MIXTRAL
};

impl ExpertTraits {
    /// The feed-forward part of layers with experts, its sizes as dims.
    pub(crate) fn part(&self, config: &mut Config<'_>, draft: &mut Draft) -> Part {
        let (count, chosen) = counts(config, self.count);
        draft.dim("experts", count, "experts of a layer");
        draft.dim("chosen", chosen, "experts that compute a token");
        draft.remark(
            "Every token is computed by the experts chosen for it; the weights of all experts \
             are parameters.",
        );
        let key = config.first_of(self.ffn);
        let ffn = config.size(key);
        draft.dim("expert_ffn", ffn, "width of an expert");
        draft.slot("scoring", self.scoring);
        let key = config.first_of(&["norm_topk_prob", "moe_renormalize"]);
        let normalised = config.truth_or(key, self.normalised);
        config.without_effect(&[
            "n_group",
            "topk_group",
            "num_expert_group",
            "use_grouped_topk",
        ]);
        let mut part = Part::new("experts")
            .with("ffn", "expert_ffn")
            .with("experts", "experts")
            .with("chosen", "chosen")
            .switch("normalised", normalised && !self.late)
            .switch("router_bias", self.balance == Balance::Moved)
            .switch("router_scaling", self.scaled);
        for (name, on) in [
            ("late", self.late),
            ("logit_bias", self.router_bias),
            ("expert_bias", self.bias),
            ("learnt_balance", self.balance == Balance::Learnt),
            ("out_norm", self.out_norm),
            ("out_bias", self.out_bias),
        ] {
            if on {
                part = part.switch(name, true);
            }
        }
        self.with_shared(config, draft, part)
    }

    fn with_shared(&self, config: &mut Config<'_>, draft: &mut Draft, part: Part) -> Part {
        let part = match self.shared {
            Shared::None => return part,
            Shared::One => part.with("shared", "1"),
            Shared::Dense => part.with("shared", "1").with("shared_ffn", "ffn"),
            Shared::Count(key, usual) => match shared(config, key, usual) {
                0 => return part,
                count => {
                    draft.dim("shared", count, "experts that compute every token");
                    part.with("shared", "shared")
                }
            },
            Shared::Width(key) => match config.count_or(key, 0) {
                0 => return part,
                width => {
                    draft.dim(
                        "shared_ffn",
                        width,
                        "width of the expert that computes every token",
                    );
                    part.with("shared", "1").with("shared_ffn", "shared_ffn")
                }
            },
        };
        match self.shared_gate {
            true => part.with("shared_gate", "1"),
            false => part,
        }
    }

    /// Which layers have experts.
    pub(crate) fn sparse(&self, config: &mut Config<'_>, layers: u64) -> Vec<bool> {
        if config.has("mlp_layer_types") {
            config.without_effect(&[
                "first_k_dense_replace",
                "mlp_only_layers",
                "decoder_sparse_step",
            ]);
            return listed(config, layers);
        }
        match self.dense {
            Dense::None => (0..layers).map(|_| true).collect(),
            Dense::First(key, usual) => {
                let dense = config.count_or(key, usual);
                (0..layers).map(|at| at >= dense).collect()
            }
            Dense::Interleaved(key) => interleaved(config, key, layers),
            Dense::Between => between(config, layers),
            Dense::Steps => {
                let dense = dense_at(config, layers);
                (0..layers).map(|at| !dense.contains(&at)).collect()
            }
        }
    }
}

/// How many experts compute every token, under the usual field or another.
fn shared(config: &mut Config<'_>, key: &'static str, usual: u64) -> u64 {
    let others = SHARED.iter().find(|other| config.has(other));
    let key = match config.has(key) {
        true => key,
        false => others.copied().unwrap_or(key),
    };
    config.count_or(key, usual)
}

/// How many experts there are, and how many compute a token.
pub(crate) fn counts(config: &mut Config<'_>, usual: &'static str) -> (u64, u64) {
    let given = COUNTS.iter().find(|key| config.has(key));
    let key = match config.has(usual) {
        true => usual,
        false => given.copied().unwrap_or(usual),
    };
    let count = config.size(key);
    let of = key;
    let key = config.first_of(&CHOSEN);
    let chosen = config.size(key);
    if chosen > count && config.are_sound(&[key, of]) {
        let message = format!("{chosen} experts are chosen for every token, of {count}");
        config.wrong(key, message);
    }
    (count, chosen)
}

/// The layers whose kind is `sparse` in `mlp_layer_types`.
fn listed(config: &mut Config<'_>, layers: u64) -> Vec<bool> {
    let known = ["dense", "sparse"];
    let kinds = config.kinds("mlp_layer_types", layers, &known);
    kinds.iter().map(|kind| *kind == "sparse").collect()
}

/// The layers with experts from a first to a last one.
fn between(config: &mut Config<'_>, layers: u64) -> Vec<bool> {
    let first = config.count_or("moe_layer_start_index", 1);
    let step = config.optional_size("moe_layer_interval").unwrap_or(1);
    // −1 is the last one.
    let last = match config.number_below_zero("moe_layer_end_index") {
        true => layers,
        false => config.count_or("moe_layer_end_index", layers),
    };
    let sparse = |at: u64| (first..=last).contains(&at) && (at + 1).is_multiple_of(step);
    (0..layers).map(sparse).collect()
}

/// The layers with experts between others.
fn interleaved(config: &mut Config<'_>, key: &'static str, layers: u64) -> Vec<bool> {
    let step = config.optional_size(key).unwrap_or(1);
    match config.counts("moe_layers") {
        Some(listed) if !listed.is_empty() => {
            if let Some(wrong) = listed.iter().find(|at| **at >= layers) {
                let message = format!("`moe_layers` lists layer {wrong}, and there are {layers}");
                config.wrong("moe_layers", message);
            }
            (0..layers).map(|at| listed.contains(&at)).collect()
        }
        _ => (0..layers)
            .map(|at| (at + 1).is_multiple_of(step))
            .collect(),
    }
}

/// The layers without experts: those that are listed, and those that fall
/// between the steps.
fn dense_at(config: &mut Config<'_>, layers: u64) -> Vec<u64> {
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
