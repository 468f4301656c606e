//! Tables fitted to runs, and runs held against tables.
//!
//! An energy is linear in the prices of a table: so many multiply–accumulates,
//! so many bits through a level of memory, so many seconds of static power, one
//! inference. What picojoule counts of a run are the coefficients of a linear
//! equation, and its joules the other side. A fit finds the prices, none below
//! 0, that come nearest to all runs at once, and says how far each may be off.
//!
//! | file | what it knows |
//! |---|---|
//! | `coefficient` | what can be fitted, by its name |
//! | `open` | hardware of which some prices are open |
//! | `design` | runs as functions of what is open |
//! | `rank` | columns that cannot be told from others |
//! | `student` | Student's t distribution |
//! | `solve` | non-negative least squares, and intervals |
//! | `calibration` | fits, and predictions of what they did not see |
//! | `errors` | how far predictions are from measurements |
//! | `written` | a fit as a table |

mod calibration;
mod coefficient;
mod design;
mod errors;
mod open;
mod rank;
mod solve;
mod student;
#[cfg(test)]
mod tests;
mod written;

pub use self::calibration::{Calibration, Fitted, Weighting, leave_out, names};
pub use self::coefficient::{Coefficient, UnknownCoefficient};
pub use self::design::features;
pub use self::errors::{Errors, Pair, quantile, spearman};
pub use self::open::{Features, Hardware};
pub use self::solve::Estimated;
pub use self::written::{Provenance, Start, written};
