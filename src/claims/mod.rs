//! Published claims of energy, recomputed: with the conventions that they rest
//! on, and with their faults.
//!
//! A claim file states what was published, to the printed digit, and the recipe
//! that gives it. No number stands in it but what was published and the dims of
//! models; what is held against it is computed here.
//!
//! | module | what it knows |
//! |---|---|
//! | `unit`, `quantity`, `published` | units and dimensions; values with bounds; numbers as printed |
//! | `spec`, `recipe`, `like`, `conditions`, `names`, `size` | the parts of a claim file |
//! | `computed` | its models, counted, with what they are priced by |
//! | `evaluate` | formulas over counts, energies, table entries and published inputs |
//! | `ledger` | every claim with its verdict |
//! | `audit` | what is wrong with a claim, and what it does to the number |

mod audit;
mod computed;
pub(crate) mod conditions;
mod evaluate;
mod ledger;
mod like;
mod names;
mod published;
mod quantity;
mod recipe;
mod size;
mod spec;
mod unit;

pub use self::audit::{Fault, Label, Labels, Warning, audit, sentence};
pub use self::computed::Computed;
pub use self::conditions::PriceSpec;
pub use self::ledger::{Claim, Finding, Ledger, To, Verdict};
pub use self::published::{Bound, Published};
pub use self::quantity::Quantity;
pub use self::recipe::{EstimateSpec, Part};
pub use self::spec::{
    ClaimFile, ClaimSpec, Convention, Expected, FindingSpec, Input, Known, Publication, Reading,
    has_claims,
};
pub use self::unit::{Dimension, Unit};
