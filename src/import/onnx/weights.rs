//! What is known of the values of a weight.

use super::scan::{Found, Pattern};
use crate::domain::Domain;

/// What a look at the values of a weight tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Which values it holds, apart from one number that all may share.
    pub domain: Domain,
    /// How many elements are not zero, of how many.
    pub density: Option<(u64, u64)>,
    /// Whether the values are those of the domain times one number.
    pub scaled: bool,
}

impl Values {
    /// Of what was not looked at.
    pub fn any() -> Values {
        Values {
            domain: Domain::Real,
            density: None,
            scaled: false,
        }
    }

    /// Of what a scan found. Zeros are skipped where a product with the others
    /// is no multiplication; hardware that multiplies does so with zeros too.
    pub fn of(found: Found) -> Values {
        let domain = match found.pattern {
            Some(Pattern::Bits) => Domain::binary(),
            Some(Pattern::Signs) => Domain::sign(),
            Some(Pattern::Ternary) => Domain::ternary(),
            None if found.powers_of_two => Domain::PowerOfTwo,
            None => return Values::any(),
        };
        Values {
            density: found
                .zeros
                .map(|zeros| (found.total - zeros.min(found.total), found.total)),
            scaled: found.is_scaled(),
            domain,
        }
    }
}
