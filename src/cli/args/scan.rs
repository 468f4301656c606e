//! How far the weights of an ONNX graph are looked at.

use clap::Args;

use crate::cli::caller::Caller;

/// How far the weights of an ONNX graph are looked at.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ScanArgs {
    /// Look for weights of an ONNX graph that are bits, signs, ternary or powers
    /// of two, and count their zeros
    #[arg(long)]
    pub(in crate::cli) scan_weights: bool,
    /// The largest weight that is looked at
    #[arg(long, value_name = "SIZE", default_value = "64MiB")]
    pub(in crate::cli) weight_scan_limit: String,
    /// Who asks, and has files that lie on no disk.
    #[arg(skip)]
    pub(in crate::cli) caller: Caller,
}
