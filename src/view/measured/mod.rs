//! What was measured, beside what is predicted: fits, errors, and points.

mod errors;
mod fit;
mod parity;

pub use self::errors::{GroupErrors, errors_table};
pub use self::fit::fit_table;
pub use self::parity::{PairGroup, parity_plot, residual_plot};
