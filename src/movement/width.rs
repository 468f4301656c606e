//! How many bits an element of a tensor takes in memory.

use crate::domain::Domain;
use crate::format::{Family, Format, NumberFormat};
use crate::graph::Tensor;

/// Bits of one element: those of the format that it is stored in, or fewer
/// where few values are told apart. A bit and a sign take 1, a ternary value 2,
/// a power of two the exponent of its format and a sign.
pub fn bits(tensor: &Tensor, format: Format) -> u64 {
    let stored = tensor.stored_in.unwrap_or(format).operand;
    let own = match &tensor.domain {
        Domain::Finite(values) => index_bits(values.len() as u64),
        Domain::PowerOfTwo => power_bits(stored),
        Domain::Real | Domain::Between(_) | Domain::Integer => u64::from(stored.bits()),
    };
    own.min(u64::from(stored.bits()))
}

/// How many bits tell so many values apart.
fn index_bits(values: u64) -> u64 {
    let last = values.max(2) - 1;
    u64::from(u64::BITS - last.leading_zeros())
}

/// The sign and the exponent of a number.
fn power_bits(format: NumberFormat) -> u64 {
    let bits = u64::from(format.bits());
    let exponent = match (format.family(), bits) {
        (Family::Brain, _) | (Family::Float, 17..=32) => 8,
        (Family::Float, 33..) => 11,
        (Family::Float, 9..=16) => 5,
        (Family::Float, _) => bits.saturating_sub(1),
        // Of an integer the place of its only one.
        (Family::Integer | Family::Fixed, bits) => index_bits(bits),
    };
    exponent + 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn few_values_take_few_bits() {
        let of = |domain: Domain, format: &str| {
            let tensor = Tensor {
                shape: std::sync::Arc::from([]),
                domain,
                density: None,
                density_is_bound: false,
                stored_in: None,
                stored_bits: None,
            };
            bits(&tensor, format.parse().unwrap())
        };
        assert_eq!(of(Domain::binary(), "fp32"), 1);
        assert_eq!(of(Domain::sign(), "fp32"), 1);
        assert_eq!(of(Domain::ternary(), "bf16"), 2);
        assert_eq!(of(Domain::Real, "bf16"), 16);
        assert_eq!(of(Domain::Integer, "int8/int32"), 8);
        // A sign and eight bits of exponent; five in fp16. ±1 to ±64 or 0 are
        // eight sizes with a sign.
        assert_eq!(of(Domain::PowerOfTwo, "fp32"), 9);
        assert_eq!(of(Domain::PowerOfTwo, "bf16"), 9);
        assert_eq!(of(Domain::PowerOfTwo, "fp16"), 6);
        assert_eq!(of(Domain::PowerOfTwo, "int8"), 4);
    }
}
