//! `picojoule require`

use super::args::RequireArgs;
use super::threshold::{self, share};
use super::{Answer, answer};
use crate::source::Problems;
use crate::view::require_table;

/// Whether any value gives the saving.
pub(super) fn run(args: &RequireArgs) -> Result<Answer, Problems> {
    let share = share(&args.saving, "--saving")?;
    let (question, solved) = threshold::answer(&args.threshold, Some(share))?;
    answer::print(
        &question,
        &solved,
        args.threshold.format.output,
        require_table,
    )?;
    Ok(Answer::of(
        solved.iter().any(|one| !one.solution.holds.is_empty()),
    ))
}
