//! Results laid out for readers: which rows and columns a table has, which
//! bars and lines a plot, in which words. The command line and report files
//! draw from here, so that a number looks the same wherever it stands.

mod bars;
mod cases;
mod curve;
mod hardware;
mod headline;
mod page;
mod run;
mod spec;
mod tables;
mod threshold;

pub use self::bars::{comparison_bars, estimate_bars};
pub use self::hardware::{entries_table, memory_table, sources_table, table_list};
pub use self::page::{Block, Page, ReportFile};
pub use self::run::{Inputs, run};
pub use self::spec::{Case, ConventionSpec, PriceSpec, Section, Show, Spec, Target};
pub use self::tables::{
    Breakdown, Rows, comparison_table, confidence_table, conventions_line, dims_line,
    estimate_table, formula_tables,
};
pub use self::threshold::{Question, Solved, crossover_table, require_table, tidy};
