//! `picojoule sweep`

mod anew;
mod columns;
mod combinations;
mod existing;
mod files;
mod job;
mod picture;
mod plan;
mod points;
mod range;
mod request;
mod shown;
mod summary;

pub use self::columns::RowValues;
pub use self::files::Encoder as SweepEncoder;
pub use self::job::{SweepFile, SweepJob};

use std::io;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::args::{SweepArgs, SweepOutput};
use crate::cli::output;
use crate::cli::plot::Plot;
use crate::cli::usage::usage_error;
use crate::render::table::TableFormat;
use crate::source::Problems;
use crate::sweep::{Batch, stream};

use self::existing::is_there;
use self::files::{Encoder, Rows};
use self::picture::PLOTTED;
use self::plan::SweepPlan;
use self::summary::{PartialSummary, Summary};

pub(super) fn run(args: &SweepArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    let writes_rows = matches!(args.output, SweepOutput::Csv | SweepOutput::Json);
    if args.out.is_some() && writes_rows {
        return Err(usage_error(
            "--out and --output both say where the rows go; give one of them",
        ));
    }
    let plan = SweepPlan::new(args)?;
    let range = range::asked(args, &plan)?;
    if plot.is_some() && range.end - range.start > PLOTTED {
        return Err(usage_error(format!(
            "a plot shows at most {PLOTTED} points"
        )));
    }
    let encoder = Encoder::asked(args, &plan)?;
    if let (true, Some(path), Some(encoder)) = (args.skip_existing, &args.out, &encoder)
        && is_there(path, &plan, encoder, &range)?
    {
        output::tell(format_args!(
            "`{}` is there and holds these rows; it stays as it is",
            path.display()
        ));
        return Ok(());
    }
    let rows = encoder
        .as_ref()
        .map(|encoder| Rows::open(args.out.as_deref(), encoder));
    let mut rows = rows.transpose()?;
    if let Some(rows) = &rows {
        rows.clean_up_when_interrupted();
    }
    let mut summary = Summary::new(&plan);
    let mut kept: Vec<(usize, Batch)> = Vec::new();
    let bar = bar(range.end - range.start);
    // Whatever depends on one chunk alone is done on the thread that made it.
    let work = |case: usize, batch: &mut Batch| {
        batch.fill_savings(plan.variants.len());
        if encoder.is_some() || plot.is_some() {
            plan.points[case].fill_axes(batch);
        }
        let encoder = encoder.as_ref();
        let block = encoder.map(|encoder| encoder.encode(&plan, case, batch));
        let plotted = plot.as_ref().map(|_| batch.clone());
        (PartialSummary::of(&plan, batch), block, plotted)
    };
    let result = stream(
        &plan.points,
        range,
        work,
        |case, (partial, block, plotted)| {
            bar.inc(partial.points + partial.refused);
            summary.add(case, partial);
            if let (Some(rows), Some(block)) = (&mut rows, block) {
                rows.write(block)?;
            }
            kept.extend(plotted.map(|batch| (case, batch)));
            Ok(())
        },
    );
    bar.finish_and_clear();
    // A part of a sweep may well be refused, and the others not.
    if result.is_ok() && summary.has_none() && args.shard.is_none() {
        return Err(usage_error(format!(
            "the model refuses all points{}",
            summary.first_refused_words(&plan)
        )));
    }
    match result {
        // A reader that has closed the pipe has read enough.
        Err(error) if io::Error::kind(&error) == io::ErrorKind::BrokenPipe => return Ok(()),
        Err(error) => return rows.map_or(Ok(()), |rows| Err(rows.failed(&error))),
        Ok(()) => rows.map_or(Ok(()), Rows::finish)?,
    }
    if let Some(plot) = plot {
        plot.save(picture::draw(&plan, &kept, args, plot.style())?)?;
    }
    let format = match args.output {
        SweepOutput::Summary => Some(TableFormat::Text),
        SweepOutput::Markdown => Some(TableFormat::Markdown),
        SweepOutput::Latex => Some(TableFormat::Latex),
        SweepOutput::Csv | SweepOutput::Json => None,
    };
    if let Some(format) = format {
        let mut tables = vec![summary.table(&plan)];
        if args.out.is_none() {
            tables = output::chosen(tables, &args.columns)?;
        }
        return output::print(&output::tables(&tables, format));
    }
    for line in &plan.caveats {
        output::tell(line);
    }
    if summary.refused() > 0 {
        output::tell(summary.refused_words(&plan));
    }
    Ok(())
}

/// A bar on a terminal, with the time that is left; nothing in a pipe.
fn bar(points: u64) -> ProgressBar {
    let bar = ProgressBar::new(points);
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %, {per_sec}, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}
