//! Where a claim about energies begins and ceases to hold, exactly.
//!
//! "Saves at least 66 %" is a statement about one expression in one symbol: a
//! dim, a parameter, a table entry. Cleared of its divisors it is a polynomial,
//! and a polynomial's real roots can be found exactly.
//!
//! | file | what it knows |
//! |---|---|
//! | `axis` | what is varied, over which values, and which the model refuses |
//! | `claim` | "saves at least so much" as a function of one symbol |
//! | `solution` | where a claim holds, as data |
//! | `crossover` | where a claim begins and ends to hold |
//! | `whole`, `tried` | the same for whole numbers: between roots, and where there are none |
//! | `conditions` | which whole numbers the model accepts |
//! | `bracket`, `sums` | doubles between which an expression lies over a range of whole numbers |
//! | `bounds` | what can be saved at all |
//! | `polynomial`, `sturm`, `signs` | exact polynomials, their real roots, their signs |
//! | `pieces` | functions that are polynomials between the places where a maximum changes sides |

mod axis;
mod bounds;
mod bracket;
mod claim;
mod conditions;
mod crossover;
mod pieces;
mod polynomial;
mod signs;
mod solution;
mod sturm;
mod sums;
mod tried;
mod whole;

pub use self::axis::{AxisKind, LAST_WHOLE, Range, ThresholdAxis, WholeSteps};
pub use self::bounds::{Bound, Bounds, Where, bounds};
pub use self::claim::{Claim, Side};
pub use self::crossover::solve;
pub use self::polynomial::{Laurent, Polynomial};
pub use self::solution::{Crossing, Holds, MAX_TRIED, Solution, Span, Unsolved};
pub use self::sturm::{Root, roots};
