//! Which model, and what is set on it.

use clap::Args;

use super::scan::ScanArgs;

/// What every command takes that reads a model.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ModelArgs {
    /// Name of a model that ships, or path of a model file, an ONNX graph, a NIR
    /// graph, a Hugging Face config, a file of weights (GGUF, safetensors) or a
    /// folder with a config.json
    pub(in crate::cli) model: String,
    /// Set a dim or parameter (`d=1024`, `f=2*h`), that of one variant
    /// (`snn.t=8`), a table entry in pJ (`45nm.fp32.mul=2`), or a number of its
    /// memories or its device (`sram.kib=64`, `h100.static.watts=80`); a plain name
    /// that some variants set for themselves is theirs alone
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Take firing rates, or other shares of values that are not zero, from a
    /// file, op by op
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) densities: Option<String>,
    /// What the model does: `prefill`, all tokens at once, `decode`, one new token
    /// after `context` earlier ones, whose keys and values are kept, or `train`,
    /// the backward ops and the update of all weights as well
    #[arg(long, value_name = "PHASE", default_value = "prefill")]
    pub(in crate::cli) phase: String,
    /// What updates the weights when training: `sgd`, the default, `momentum` or
    /// `adam`
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) optimizer: Option<String>,
    /// Whether results of the forward pass are `stored` for the backward ops,
    /// the default, or `recomputed` block by block
    #[arg(long, value_name = "HOW")]
    pub(in crate::cli) activations: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArgs,
    #[command(flatten)]
    pub(in crate::cli) strict: StrictArgs,
}

/// Whether what is not known is a mistake.
#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct StrictArgs {
    /// Refuse a model with an operator that is not known, whose energy would be
    /// left out
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}
