//! The values of weights, which are read only where someone asks for them.
//!
//! | file | what it does |
//! |---|---|
//! | `external` | which other files a model may keep weights in |
//! | `scan` | whether a weight holds bits, signs, powers of two, and how many zeros |
//! | `scale` | what few values are multiplied by |
//! | `sizes` | whether all elements are of one size, or those of each channel |
//! | `tally` | what elements have in common, one after the other |
//! | `uniform` | whether all elements are zero, or plus or minus one number |
//! | `values` | what the import takes over from a scan |

pub mod external;
mod scale;
pub mod scan;
mod sizes;
mod tally;
mod uniform;
mod values;

pub use scale::Scale;
pub use values::{WeightProbe, WeightValues};
