//! What-if: energies and savings as functions of dims, parameters and table
//! entries.
//!
//! Counts are symbolic, and so are prices: an energy is one expression in
//! everything that a user may want to change. A sweep evaluates it in bulk, a
//! sensitivity differentiates it, an interval bounds it, a crossover finds its
//! roots.

mod axis;
mod bounds;
mod claim;
mod crossover;
mod energy;
mod polynomial;
mod reading;
mod sturm;

pub use self::axis::{Axis, Grid, Kind, LAST_WHOLE, Range};
pub use self::bounds::{Bound, Bounds, Where, bounds};
pub use self::claim::{Claim, Side};
pub use self::crossover::{Crossing, Holds, MAX_TRIED, Solution, Span, Unsolved, solve};
pub use self::energy::{Saving, entry_values, picojoules, priced};
pub use self::polynomial::{Laurent, Polynomial};
pub use self::reading::{Reading, stretches};
pub use self::sturm::{Root, roots};
