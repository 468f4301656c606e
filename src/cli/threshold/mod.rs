//! `picojoule crossover` and `picojoule require`: where, along one axis, a
//! saving is what it has to be.
//!
//! | file | what it does |
//! |---|---|
//! | `varied` | what varies, in which of two variants, over which values |
//! | `solve` | where a claim on them holds, on every table and format |
//! | `print` | the answers, printed |
//! | `crossover`, `require` | the two commands |

mod crossover;
mod print;
mod require;
mod solve;
mod varied;

pub use self::print::Thresholds;

pub(super) use self::crossover::{result as crossovers, run as crossover};
pub(super) use self::require::run as require;
