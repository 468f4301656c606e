//! What is known of the values of a weight.

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
}
