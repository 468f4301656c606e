//! Feed-forward layers.

use super::part::Part;

/// A gated one, or two linear layers; `ffn` is its width.
pub(crate) fn mlp(gated: bool, ffn: &str, bias: bool) -> Part {
    Part::new(if gated { "swiglu" } else { "mlp" })
        .with("ffn", ffn)
        .switch("ffn_bias", bias)
}
