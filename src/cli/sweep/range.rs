//! Which of the points are asked for.

use std::ops::Range;

use super::plan::SweepPlan;
use crate::cli::args::SweepArgs;
use crate::cli::usage::usage_error;
use crate::source::{Diagnostic, Problems};
use crate::sweep::SweepGrid;

/// The numbers of the points that are asked for: all, or those of one part.
pub(super) fn asked(args: &SweepArgs, plan: &SweepPlan) -> Result<Range<u64>, Problems> {
    let total = plan
        .total()
        .ok_or_else(|| usage_error("the sweep has more than 2^64 points"))?;
    if let Some(limit) = args.limit
        && total > limit
    {
        return Err(usage_error(format!(
            "the sweep has {total} points, more than --limit {limit}"
        )));
    }
    match &args.shard {
        Some(text) => shard(text, total),
        None => Ok(0..total),
    }
}

/// The points of `I/K`.
fn shard(text: &str, total: u64) -> Result<Range<u64>, Problems> {
    let parts = text.split_once('/').and_then(|(shard, of)| {
        Some((
            shard.trim().parse::<u64>().ok()?,
            of.trim().parse::<u64>().ok()?,
        ))
    });
    match parts {
        Some((shard, of)) if shard < of => Ok(SweepGrid::shard(total, shard, of)),
        Some((_, of)) if of > 0 => Err(Diagnostic::new(format!(
            "--shard {text}: there is no such part"
        ))
        .help(format!(
            "of {of} parts the first is 0/{of}, the last {}/{of}",
            of - 1
        ))
        .into()),
        _ => Err(Diagnostic::new(format!("--shard {text}: not a part"))
            .help("write `--shard 0/8` for the first of eight parts")
            .into()),
    }
}
