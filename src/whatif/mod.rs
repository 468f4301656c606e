//! What-if: energies and savings as functions of dims, parameters and table
//! entries.
//!
//! Counts are symbolic, and so are prices: an energy is one expression in
//! everything that a user may want to change. A sweep evaluates it in bulk, a
//! sensitivity differentiates it, an interval bounds it, a crossover finds its
//! roots.

mod energy;
mod grid;
mod job;
mod plan;
mod reading;
mod scatter;
mod sweep;

pub use self::energy::{Saving, entry_values, picojoules, priced};
pub use self::grid::{Axis, AxisValues, Grid};
pub use self::job::{Points, stream};
pub use self::reading::{Reading, stretches};
pub use self::scatter::{Choice, Draw, Scatter};
pub use self::sweep::{Batch, Sweep, SweepError};
