//! `picojoule require`

use super::print::Thresholds;
use super::solve::{share, solved};
use crate::cli::answer::Answer;
use crate::cli::args::RequireArgs;
use crate::cli::shown;
use crate::source::Problems;
use crate::view::require_table;

/// Whether any value gives the saving.
pub(in crate::cli) fn run(args: &RequireArgs) -> Result<Answer, Problems> {
    let share = share(&args.saving, "--saving")?;
    let (question, solved) = solved(&args.threshold, Some(share))?;
    let found = Thresholds::new(question, solved, require_table);
    shown::print(&found, &args.threshold.format)?;
    Ok(Answer::of(found.holds_anywhere()))
}
