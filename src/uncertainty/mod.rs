//! What moves a result, and between which bounds it lies.
//!
//! A result is an energy or a saving, an expression in dims and table entries.
//! A sensitivity differentiates it, an interval bounds it over all that the
//! sources allow, and random draws say what is likely where no bound is known.
//!
//! | file | what it knows |
//! |---|---|
//! | `sensitivity` | results and inputs; derivatives, elasticities, what one input alone can do |
//! | `spread` | what each table entry may be |
//! | `polynomial`, `interval` | exact bounds over all entries together |
//! | `monte_carlo` | how results spread over random draws of the entries |
//! | `draws`, `columns`, `tails` | many draws at once, the results there, and the ends of what these spread over |
//! | `analysis` | all of these for a model's variants and scopes |

mod analysis;
mod columns;
mod draws;
mod interval;
mod monte_carlo;
mod polynomial;
mod sensitivity;
mod spread;
mod tails;

pub use self::analysis::{AnalysisResult, Method, analyse, analyse_unranked, rank};
pub use self::interval::{Interval, bounds};
pub use self::monte_carlo::{MonteCarlo, monte_carlo};
pub use self::sensitivity::{Function, Input, InputKind, Quantity, Sensitivity, sensitivities};
pub use self::spread::{Spread, UncertainEntry, uncertain_entries, uncertain_levels};
pub use self::tails::Distribution;
