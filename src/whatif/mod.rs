//! What-if: energies and savings as functions of dims, parameters and table
//! entries.
//!
//! Counts are symbolic, and so are prices: an energy is one expression in
//! everything that a user may want to change. A sweep evaluates it in bulk, a
//! sensitivity differentiates it, an interval bounds it, a crossover finds its
//! roots.
//!
//! | file | what it knows |
//! |---|---|
//! | `energy` | the energy of a scope as one expression |
//! | [`threshold`] | where a claim begins and ceases to hold |
//! | `reading` | how a published percentage may be read |
//! | `axis` | what is varied, over which values, and which the model refuses |
//! | `claim` | "saves at least so much" as a function of one symbol |
//! | `crossover` | where a claim begins and ends to hold |
//! | `whole` | the same for whole numbers |
//! | `bounds` | what can be saved at all |
//! | `polynomial`, `sturm`, `signs` | exact polynomials, their real roots, their signs |

//!
//! | module | what it knows |
//! |---|---|
//! | `energy` | energies and savings as expressions |
//! | `grid`, `scatter` | the points of a sweep |
//! | `plan`, `sweep`, `job` | expressions over a grid in bulk, in chunks |
//! | `sensitivity` | derivatives, elasticities, what one input alone can do |
//! | `spread` | what each table entry may be |
//! | `interval`, `polynomial` | exact bounds over all entries together |
//! | `draw` | random draws of the entries |
//! | `random` | random numbers from a seed and a place |
//! | `study` | all of these for a model's variants and scopes |
//! | [`threshold`] | where a claim begins and ceases to hold |
//! | `reading` | how a published percentage may be read |

mod check;
mod draw;
mod energy;
mod grid;
mod interval;
mod job;
mod plan;
mod polynomial;
mod random;
mod reading;
mod scatter;
mod sensitivity;
mod spread;
mod study;
mod sweep;
pub mod threshold;

pub use self::draw::{Drawn, Draws, draw};
pub use self::energy::{Saving, entry_values, picojoules, priced, priced_with_ranges};
pub use self::grid::{Axis, AxisValues, Grid};
pub use self::interval::{Interval, bounds};
pub use self::job::{Points, stream};
pub use self::reading::{Reading, stretches};
pub use self::scatter::{Choice, Draw, Scatter};
pub use self::sensitivity::{Function, Input, InputKind, Quantity, Sensitivity, sensitivities};
pub use self::spread::{Spread, UncertainEntry, uncertain_entries};
pub use self::study::{Finding, Method, study};
pub use self::sweep::{Batch, Sweep, SweepError};
