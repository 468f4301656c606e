//! How far the weights of an ONNX graph are looked at.

use clap::Args;

/// How far the weights of an ONNX graph are looked at.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ScanArgs {
    /// Look for weights of an ONNX graph that are bits, signs, ternary or powers
    /// of two, and count their zeros
    #[arg(long)]
    pub(in crate::cli) scan_weights: bool,
    /// The largest weight that is looked at
    #[arg(long, value_name = "SIZE", default_value = SCANNED)]
    pub(in crate::cli) weight_scan_limit: String,
}

/// The largest weight that is looked at unless the user says otherwise.
const SCANNED: &str = "64MiB";

impl ScanArgs {
    /// Weights are not looked at.
    pub(in crate::cli) fn off() -> ScanArgs {
        ScanArgs {
            scan_weights: false,
            weight_scan_limit: SCANNED.to_owned(),
        }
    }
}
