//! State spaces: Mamba and Mamba 2, under the names that families have for
//! their sizes; the gated unit of Griffin.

use super::part::Part;
use super::recurrent::{by_name, taps, told};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;

/// The fields of Mamba's sizes. Each is followed by what `transformers` takes
/// without it.
pub(crate) struct MambaFields {
    /// The channels, which stand over how often the model's width they are.
    pub(crate) inner: Option<&'static str>,
    pub(crate) expand: (&'static str, u64),
    pub(crate) state: (&'static str, u64),
    pub(crate) rank: &'static str,
    pub(crate) taps: (&'static str, u64),
    pub(crate) bias: &'static str,
    pub(crate) conv_bias: &'static str,
}

/// Those of models that are Mamba alone.
pub(crate) const MAMBA: MambaFields = MambaFields {
    inner: Some("intermediate_size"),
    expand: ("expand", 2),
    state: ("state_size", 16),
    rank: "time_step_rank",
    taps: ("conv_kernel", 4),
    bias: "use_bias",
    conv_bias: "use_conv_bias",
};

/// Those of models that have other layers, too.
pub(crate) const MAMBA_AMONG: MambaFields = MambaFields {
    inner: None,
    expand: ("mamba_expand", 2),
    state: ("mamba_d_state", 16),
    rank: "mamba_dt_rank",
    taps: ("mamba_d_conv", 4),
    bias: "mamba_proj_bias",
    conv_bias: "mamba_conv_bias",
};

impl MambaFields {
    /// Mamba, in a model that is `d` wide.
    pub(crate) fn part(&self, config: &mut Config<'_>, draft: &mut Draft, d: u64) -> Part {
        told(draft);
        let given = self.inner.and_then(|key| config.optional_size(key));
        let inner = match given {
            Some(inner) => {
                config.without_effect(&[self.expand.0]);
                inner
            }
            None => config.size_or(self.expand.0, self.expand.1) * d,
        };
        let state = config.size_or(self.state.0, self.state.1);
        let rank = match config.says(self.rank, "auto") {
            true => None,
            false => config.optional_size(self.rank),
        };
        draft.dim("inner", inner, "channels of the state space");
        draft.dim("state_size", state, "numbers that each keeps");
        let rank = rank.unwrap_or(d.div_ceil(16));
        draft.dim("rank", rank, "numbers that step sizes come from");
        taps(config, draft, self.taps.0, self.taps.1);
        let bias = config.truth_or(self.bias, false);
        let conv_bias = config.truth_or(self.conv_bias, true);
        by_name("mamba", &["inner", "state_size", "rank", "taps"])
            .switch("in_bias", bias)
            .switch("out_bias", bias)
            .switch("conv_bias", conv_bias)
    }
}

/// The fields of Mamba 2's sizes. Each is followed by what `transformers` takes
/// without it.
pub(crate) struct Mamba2Fields {
    pub(crate) heads: (&'static str, u64),
    /// Columns of a head; `auto` and nothing are what the heads share.
    pub(crate) columns: &'static str,
    pub(crate) groups: (&'static str, u64),
    pub(crate) state: (&'static str, u64),
    pub(crate) taps: (&'static str, u64),
    /// How often the model's width all heads have together, where that must be
    /// so.
    pub(crate) expand: Option<&'static str>,
    /// All columns together, where they may be others than that.
    pub(crate) all: Option<&'static str>,
    pub(crate) in_bias: &'static str,
    pub(crate) out_bias: &'static str,
    pub(crate) conv_bias: &'static str,
}

/// Those of models that are Mamba 2 alone.
pub(crate) const MAMBA2: Mamba2Fields = Mamba2Fields {
    heads: ("num_heads", 128),
    columns: "head_dim",
    groups: ("n_groups", 8),
    state: ("state_size", 128),
    taps: ("conv_kernel", 4),
    expand: Some("expand"),
    all: None,
    in_bias: "use_bias",
    out_bias: "use_bias",
    conv_bias: "use_conv_bias",
};

/// Those of models that have other layers, too.
pub(crate) const MAMBA2_AMONG: Mamba2Fields = Mamba2Fields {
    heads: ("mamba_n_heads", 128),
    columns: "mamba_d_head",
    groups: ("mamba_n_groups", 1),
    state: ("mamba_d_state", 256),
    taps: ("mamba_d_conv", 4),
    expand: Some("mamba_expand"),
    all: None,
    in_bias: "mamba_proj_bias",
    out_bias: "mamba_proj_bias",
    conv_bias: "mamba_conv_bias",
};

impl Mamba2Fields {
    /// Mamba 2, in a model that is `d` wide.
    pub(crate) fn part(&self, config: &mut Config<'_>, draft: &mut Draft, d: u64) -> Part {
        told(draft);
        let heads = config.size_or(self.heads.0, self.heads.1);
        let all = self.all(config, d);
        let own = match config.says(self.columns, "auto") {
            true => None,
            false => config.optional_size(self.columns),
        };
        let columns = match (own, all) {
            (Some(own), Some((key, all))) if own * heads != all => {
                let message =
                    format!("{heads} heads of {own} columns are not {all}, as `{key}` says");
                config.wrong(self.columns, message);
                own
            }
            (Some(own), _) => own,
            (None, Some((key, all))) => {
                config.divides((self.heads.0, heads), (key, all));
                (all / heads).max(1)
            }
            (None, None) => config.size(self.columns),
        };
        let groups = config.size_or(self.groups.0, self.groups.1);
        config.divides((self.groups.0, groups), (self.heads.0, heads));
        let state = config.size_or(self.state.0, self.state.1);
        draft.dim("heads", heads, "heads of the state space");
        draft.dim("columns", columns, "channels of each");
        draft.dim("state_size", state, "numbers that each channel keeps");
        draft.dim(
            "groups",
            groups,
            "parts of the heads that write and read alike",
        );
        taps(config, draft, self.taps.0, self.taps.1);
        let in_bias = config.truth_or(self.in_bias, false);
        let out_bias = config.truth_or(self.out_bias, false);
        let conv_bias = config.truth_or(self.conv_bias, true);
        by_name(
            "mamba2",
            &["heads", "columns", "state_size", "groups", "taps"],
        )
        .switch("in_bias", in_bias)
        .switch("out_bias", out_bias)
        .switch("conv_bias", conv_bias)
    }

    /// All columns of all heads together, with the field that says so.
    fn all(&self, config: &mut Config<'_>, d: u64) -> Option<(&'static str, u64)> {
        let given = self
            .all
            .and_then(|key| Some((key, config.optional_size(key)?)));
        let expand = self.expand.map(|key| (key, config.size_or(key, 2) * d));
        given.or(expand)
    }
}

/// The gated unit of Griffin, in a model that is `d` wide.
pub(crate) fn gated_unit(config: &mut Config<'_>, draft: &mut Draft, d: u64) -> Part {
    told(draft);
    let lru = config.optional_size("lru_width").unwrap_or(d);
    draft.dim("lru", lru, "channels of the recurrent unit");
    taps(config, draft, "conv1d_width", 4);
    by_name("rg-lru", &["h", "lru", "taps"])
}
