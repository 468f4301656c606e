//! `picojoule require`

use super::args::RequireArgs;
use super::threshold::{self, Asked, share};
use super::{Answer, answer};
use crate::report::require_table;
use crate::source::Problems;

/// Whether any value gives the saving.
pub(super) fn run(args: &RequireArgs) -> Result<Answer, Problems> {
    let (question, solved) = threshold::answer(&Asked {
        model: &args.model,
        price: &args.price,
        variants: &args.variants,
        over: &args.over,
        scope: &args.scope,
        share: Some(share(&args.saving, "--saving")?),
    })?;
    answer::print(&question, &solved, args.output, require_table)?;
    Ok(Answer::of(
        solved.iter().any(|one| !one.solution.holds.is_empty()),
    ))
}
