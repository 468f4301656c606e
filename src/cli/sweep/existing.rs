//! `--skip-existing`: the jobs of an array that was interrupted run again, and what is
//! whole already is not made again.

use std::convert::Infallible;
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use super::files::Encoder;
use super::plan::SweepPlan;
use crate::cli::files::is_stream;
use crate::cli::unfinished::clear_beside;
use crate::cli::usage::usage_error;
use crate::render::rows::{Held, RowBlock};
use crate::source::{Diagnostic, Problems};
use crate::sweep::{Batch, stream};

/// As many points are tried at a time for one that the model does not refuse.
const STEP: u64 = 1 << 13;

/// Whether the file is there, and holds these points of the plan. A file takes its
/// name only when it is whole, so what is there is; but it may be of another sweep,
/// and that is neither taken for this one nor lost.
pub(super) fn is_there(
    path: &Path,
    plan: &SweepPlan,
    encoder: &Encoder,
    range: &Range<u64>,
) -> Result<bool, Problems> {
    if is_stream(path) {
        return Ok(false);
    }
    let unreadable = |why| usage_error(format!("cannot read `{}`: {why}", path.display()));
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        file => file.map_err(unreadable)?,
    };
    let ends = ends(plan, encoder, range);
    let other = match encoder.held(file, ends.as_ref()).map_err(unreadable)? {
        Held::Same => {
            clear_beside(path);
            return Ok(true);
        }
        Held::OtherColumns => "its columns are not these",
        Held::OtherRows => "its first or last row is another",
    };
    let message = format!(
        "`{}` holds other rows than this sweep: {other}",
        path.display()
    );
    Err(Diagnostic::new(message)
        .help("--skip-existing leaves alone what is there: name another file, or leave it out to replace this one")
        .into())
}

/// The first row of these points and the last one, unless the model refuses all.
fn ends(plan: &SweepPlan, encoder: &Encoder, range: &Range<u64>) -> Option<[RowBlock; 2]> {
    let count = (range.end - range.start).div_ceil(STEP);
    let points = |step: u64| {
        let from = range.start + step * STEP;
        from..range.end.min(from.saturating_add(STEP))
    };
    let first = (0..count).find_map(|step| row(plan, encoder, points(step), End::First))?;
    let mut back = (0..count).rev();
    let last = back.find_map(|step| row(plan, encoder, points(step), End::Last))?;
    Some([first, last])
}

/// Which row of some is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// The first or the last row of some points.
fn row(plan: &SweepPlan, encoder: &Encoder, points: Range<u64>, end: End) -> Option<RowBlock> {
    let row = |case: usize, batch: &mut Batch| {
        let last = batch.len().checked_sub(1)?;
        let at = match end {
            End::First => 0,
            End::Last => last,
        };
        plan.points[case].fill_axes(batch);
        batch.fill_savings(plan.variants.len());
        Some(encoder.encode(plan, case, &alone(batch, at)))
    };
    let mut found = None;
    let take = |_, row: Option<RowBlock>| {
        if found.is_none() || row.is_some() && end == End::Last {
            found = row;
        }
        Ok::<(), Infallible>(())
    };
    let Ok(()) = stream(&plan.points, points, row, take);
    found
}

/// One point of a batch.
fn alone(batch: &Batch, at: usize) -> Batch {
    let one = |column: &Vec<f64>| column.get(at).copied().into_iter().collect();
    let mut alone = Batch::default();
    alone.axes = batch.axes.iter().map(one).collect();
    alone.outputs = batch.outputs.iter().map(one).collect();
    alone.savings = batch.savings.iter().map(one).collect();
    alone
}
