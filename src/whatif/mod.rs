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
//! | `reading` | how a published percentage may be read |
//! | `axis` | what is varied, over which values, and which the model refuses |
//! | `claim` | "saves at least so much" as a function of one symbol |
//! | `crossover` | where a claim begins and ends to hold |
//! | `whole` | the same for whole numbers |
//! | `bounds` | what can be saved at all |
//! | `polynomial`, `sturm`, `signs` | exact polynomials, their real roots, their signs |

mod axis;
mod bounds;
mod claim;
mod crossover;
mod energy;
mod polynomial;
mod reading;
mod signs;
mod sturm;
mod whole;

pub use self::axis::{Axis, Grid, Kind, LAST_WHOLE, Range};
pub use self::bounds::{Bound, Bounds, Where, bounds};
pub use self::claim::{Claim, Side};
pub use self::crossover::{Crossing, Holds, MAX_TRIED, Solution, Span, Unsolved, solve};
pub use self::energy::{Saving, entry_values, picojoules, priced};
pub use self::polynomial::{Laurent, Polynomial};
pub use self::reading::{Reading, stretches};
pub use self::sturm::{Root, roots};
