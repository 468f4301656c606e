//! What is known of the values of a weight.

use super::scale::Scale;
use super::scan::{Pattern, WeightScan};
use crate::domain::Domain;
use crate::import::onnx::proto::Tensor;

/// Tells the values of weights, one tensor of the file at a time.
pub type WeightProbe<'m> = dyn FnMut(&Tensor) -> WeightValues + 'm;

/// What probing a weight tells of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightValues {
    /// Which values it holds, apart from what they are multiplied by.
    pub domain: Domain,
    /// How many elements are not zero, of how many.
    pub density: Option<(u64, u64)>,
    /// What the values of the domain are multiplied by, if by anything.
    pub scale: Option<Scale>,
}

impl WeightValues {
    /// Of a weight that was not probed.
    pub fn any() -> WeightValues {
        WeightValues {
            domain: Domain::Real,
            density: None,
            scale: None,
        }
    }

    /// Of what a scan found. Zeros are skipped where a product with the others
    /// is no multiplication; hardware that multiplies does so with zeros too.
    pub fn of(found: WeightScan) -> WeightValues {
        let domain = match found.pattern {
            Some(Pattern::Bits) => Domain::binary(),
            Some(Pattern::Signs) => Domain::sign(),
            Some(Pattern::Ternary) => Domain::ternary(),
            None if found.powers_of_two => Domain::PowerOfTwo,
            None => return WeightValues::any(),
        };
        WeightValues {
            density: found
                .zeros
                .map(|zeros| (found.total - zeros.min(found.total), found.total)),
            scale: found.scale,
            domain,
        }
    }
}
