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
//! | `spec`, `recipe`, `conditions` | what a claim file states |
//! | `read`, `like`, `names`, `size` | how it is read, and what is refused |
//! | `counting`, `computed` | its models, counted, with what they are priced by |
//! | `meaning`, `context`, `evaluate` | formulas over counts, energies, table entries and published inputs |
//! | `ledger` | every claim with its verdict |
//! | `audit` | what is wrong with a claim, and what it does to the number |

mod audit;
mod computed;
pub(crate) mod conditions;
mod context;
mod counting;
mod evaluate;
pub(crate) mod keys;
mod ledger;
mod like;
mod meaning;
mod names;
mod published;
mod quantity;
mod read;
mod recipe;
mod size;
mod spec;
mod unit;

pub use self::audit::fault;
pub use self::audit::{
    Corrected, Fault, FaultKind, Label, Labels, NoValue, Subject, UnitValue, Warning, audit,
};
pub use self::computed::Computed;
pub use self::conditions::{Known, MovementSpec, PriceSpec, Topic};
pub use self::ledger::{Agreement, Claim, Finding, Ledger, Recomputed, Verdict};
pub use self::published::{Bound, Published};
pub use self::quantity::Quantity;
pub use self::read::has_claims;
pub use self::recipe::{EstimateSpec, Part};
pub use self::spec::{
    AuditFacts, ClaimFile, ClaimSpec, Convention, Expected, FindingSpec, Input, Publication,
};
pub use self::unit::{Dimension, Unit};
