//! Results laid out for readers: which rows and columns a table has, which
//! bars and lines a plot, in which words. The command line and report files
//! draw from here, so that a number looks the same wherever it stands.

mod audit;
mod bars;
mod cases;
mod caveats;
mod claims;
mod claims_page;
mod claims_plot;
mod curve;
mod dims;
mod hardware;
mod headline;
mod page;
mod run;
mod sensitivity;
mod spec;
mod subject;
mod tables;
mod threshold;
mod tornado;

pub use self::audit::audit_table;
pub use self::bars::{comparison_bars, estimate_bars};
pub use self::caveats::{caveats_of_comparison, caveats_of_estimate, caveats_over};
pub use self::claims::{claims_data, claims_table, conventions_table, findings_table};
pub use self::claims_page::claims_page;
pub use self::claims_plot::claims_plot;
pub use self::dims::{Dims, comparison_dims, dims_line};
pub use self::hardware::{entries_table, memory_table, sources_table, table_list};
pub use self::page::{Block, Page, ReportFile};
pub use self::run::{Inputs, run};
pub use self::sensitivity::{interval_table, ranking_table, sensitivity_rows};
pub use self::spec::{Case, ConventionSpec, Section, Show, Spec, Target};
pub use self::subject::{AuditSubject, audit_subject};
pub use self::tables::{
    Rows, comparison_table, confidence_table, conventions_line, estimate_table, estimates_data,
    formula_tables,
};
pub use self::threshold::{Question, Solved, crossover_table, require_table, tidy};
pub use self::tornado::reaches;
pub use crate::claims::PriceSpec;
