//! `picojoule require`

use super::print;
use super::solve::{share, solved};
use crate::cli::answer::Answer;
use crate::cli::args::RequireArgs;
use crate::source::Problems;
use crate::view::require_table;

/// Whether any value gives the saving.
pub(in crate::cli) fn run(args: &RequireArgs) -> Result<Answer, Problems> {
    let share = share(&args.saving, "--saving")?;
    let (question, solved) = solved(&args.threshold, Some(share))?;
    print::print(&question, &solved, &args.threshold.format, require_table)?;
    Ok(Answer::of(
        solved.iter().any(|one| !one.solution.holds.is_empty()),
    ))
}
