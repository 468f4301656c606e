//! Results laid out for readers: which rows and columns a table has, which
//! bars and lines a plot, in which words. The command line and report files
//! draw from here, so that a number looks the same wherever it stands. Nothing
//! here knows how a result was asked for, or that there are report files.

mod audit;
mod bars;
mod caveats;
pub(crate) mod cells;
mod claims;
mod claims_page;
mod claims_plot;
mod comparison;
mod confidence;
mod conventions;
mod dims;
mod estimate;
mod formulas;
mod group_bars;
mod hardware;
#[cfg(feature = "fit")]
mod measured;
mod movement;
mod own_dims;
mod part_bars;
mod profile;
mod profile_change;
mod profile_icicle;
mod roofline;
mod scopes;
mod sensitivity;
mod stage_numbers;
mod threshold;
mod timing;
mod tornado;

pub use self::audit::{audit_data, audit_table};
pub use self::bars::{comparison_bars, estimate_bars};
pub use self::caveats::{caveats_of_comparison, caveats_of_estimate, caveats_over};
pub use self::claims::{claims_data, claims_table, conventions_table, findings_table};
pub use self::claims_page::claims_page;
pub use self::claims_plot::claims_plot;
pub use self::comparison::{Rows, comparison_table, scope_stages_table};
pub use self::confidence::confidence_table;
pub use self::conventions::{conventions_line, conventions_over, swept_conventions};
pub use self::dims::{Dims, comparison_dims, dims_line};
pub use self::estimate::{estimate_table, estimates_data};
pub use self::formulas::formula_tables;
pub use self::group_bars::group_bars;
pub use self::hardware::{device_table, entries_table, memory_table, sources_table, table_list};
#[cfg(feature = "fit")]
pub use self::measured::{
    GroupErrors, PairGroup, errors_table, fit_table, parity_plot, residual_plot,
};
pub use self::movement::traffic_table;
pub use self::own_dims::kept_line;
pub use self::part_bars::{comparison_part_bars, part_bars};
pub use self::profile::{hot_table, layer_table, profile_title, rows_of_all};
pub use self::profile_change::{ChangeBy, change_table};
pub use self::profile_icicle::{change_icicle, profile_icicle};
pub use self::roofline::roofline;
pub use self::scopes::scope_differences;
pub use self::sensitivity::{interval_table, ranking_table, sensitivity_rows};
pub use self::threshold::{Question, Solved, crossover_table, require_table, tidy};
pub use self::timing::left_out_by;
pub use self::tornado::reaches;
