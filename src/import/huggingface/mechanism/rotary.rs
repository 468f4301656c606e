//! Rotary positions.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::number;
use crate::source::{Datum, Value};

/// The share of each head that is rotated, in the field of old and in that of
/// today.
pub(crate) fn rotary_share(
    config: &mut Config<'_>,
    key: &'static str,
    default: BigRational,
) -> BigRational {
    let nested = |node: &Datum| matches!(node.value, Value::Table(_));
    let default = match config.take("rope_parameters").filter(|node| nested(node)) {
        Some(_) => {
            let read =
                |inner: &mut Config<'_>| inner.share_or("partial_rotary_factor", default.clone());
            config.within("rope_parameters", read).unwrap_or(default)
        }
        None => default,
    };
    config.share_or(key, default)
}

/// The share of each head that is rotated, as a formula.
pub(crate) fn rotary_formula(share: &BigRational, head_dim: u64) -> String {
    let rotated = (share * number::whole(head_dim)).to_integer().to_u64();
    match rotated {
        Some(rotated) if rotated < head_dim => format!("{rotated} / {head_dim}"),
        _ => "1".to_owned(),
    }
}

/// The share of each head that is rotated.
pub(crate) fn rotary(draft: &mut Draft, share: &BigRational, head_dim: u64) {
    let rotated = (share * number::whole(head_dim)).to_integer().to_u64();
    match rotated {
        Some(rotated) if rotated < head_dim => {
            let formula = format!("{rotated} / {head_dim}");
            draft.param_as("rotary", &formula, "share of each head that is rotated");
        }
        _ => draft.param_as("rotary", "1", ""),
    }
}
