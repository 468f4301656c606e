//! A sweep whose rows another program takes, block by block.

use std::convert::Infallible;
use std::io;
use std::ops::Range;
use std::path::Path;

use super::columns::{Columns, RowValues};
use super::existing::is_there;
use super::files::{Encoder, Rows};
use super::picture::{self, PLOTTED};
use super::plan::SweepPlan;
use super::summary::{PartialSummary, Summary};
use crate::cli::args::SweepArgs;
use crate::render::plot::{FigureStyle, Svg};
use crate::render::rows::{RowBlock, RowColumn};
use crate::render::table::Table;
use crate::source::Problems;
use crate::sweep::{Batch, stream};

/// A sweep, ready to run.
pub struct SweepJob {
    args: SweepArgs,
    plan: SweepPlan,
    columns: Columns,
    range: Range<u64>,
}

impl SweepJob {
    pub(in crate::cli) fn new(args: SweepArgs) -> Result<SweepJob, Problems> {
        let plan = SweepPlan::new(&args)?;
        let range = super::range::asked(&args, &plan)?;
        Ok(SweepJob {
            columns: Columns::chosen(&plan, &args.columns.columns)?,
            range,
            plan,
            args,
        })
    }

    /// How many points there are, those included that the model will refuse.
    pub fn points(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// The columns of the rows.
    pub fn columns(&self) -> Vec<RowColumn> {
        self.columns.named(&self.plan)
    }

    /// The words that stand in the column of this number, each once.
    pub fn words(&self, column: usize) -> Vec<&str> {
        self.columns.words(&self.plan, column)
    }

    /// What is to be said beside every number.
    pub fn notes(&self) -> &[String] {
        &self.plan.caveats
    }

    /// The extremes, and a picture where there are one or two axes of not too many
    /// points.
    pub fn overview(&self, style: &FigureStyle) -> (Table, Option<Svg>) {
        let mut summary = Summary::new(&self.plan);
        let mut kept: Vec<(usize, Batch)> = Vec::new();
        let keeps = self.points() <= PLOTTED;
        let work = |case: usize, batch: &mut Batch| {
            batch.fill_savings(self.plan.variants.len());
            let plotted = keeps.then(|| {
                self.plan.points[case].fill_axes(batch);
                batch.clone()
            });
            (PartialSummary::of(&self.plan, batch), plotted)
        };
        let done = stream(
            &self.plan.points,
            self.range.clone(),
            work,
            |case, (partial, plotted)| {
                summary.add(case, partial);
                kept.extend(plotted.map(|batch| (case, batch)));
                Ok::<(), Infallible>(())
            },
        );
        match done {
            Ok(()) => {}
            Err(never) => match never {},
        }
        let drawn = (keeps && !self.is_empty())
            .then(|| picture::draw(&self.plan, &kept, &self.args, style));
        let svg = drawn.and_then(Result::ok).and_then(Result::ok);
        (summary.table(&self.plan), svg)
    }

    fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Whether a file is there and holds these rows, by its columns, its first row and
    /// its last one.
    ///
    /// # Errors
    /// That it holds other rows, or cannot be read; it stays as it is.
    pub fn is_there(&self, path: &Path) -> Result<bool, Problems> {
        let encoder = Encoder::of_file(path, &self.args, &self.plan)?;
        is_there(path, &self.plan, &encoder, &self.range)
    }

    /// A file for the rows, `.csv`, `.jsonl` or `.parquet` by its name, and what writes
    /// them as it has them.
    ///
    /// # Errors
    /// That there can be no such file.
    pub fn file(&self, path: &Path) -> Result<(Encoder, SweepFile), Problems> {
        let encoder = Encoder::of_file(path, &self.args, &self.plan)?;
        let rows = Rows::open(Some(path), &encoder)?;
        Ok((encoder, SweepFile(rows)))
    }

    /// Works the rows out, in order and in blocks of a bounded size, each of which goes
    /// through `work` on the thread that made it, as the values of every column and the
    /// number of rows; how many points the model refuses.
    ///
    /// # Errors
    /// Whatever `take` gives; it is not called again.
    pub fn stream<T: Send, E>(
        &self,
        work: impl Fn(Vec<RowValues>, usize) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut refused = 0;
        stream(
            &self.plan.points,
            self.range.clone(),
            |case, batch| {
                let (rows, refused) = (batch.len(), batch.refused);
                self.plan.points[case].fill_axes(batch);
                batch.fill_savings(self.plan.variants.len());
                let worked = work(self.columns.taken(&self.plan, case, batch), rows);
                (refused, worked)
            },
            |_, (more, worked)| {
                refused += more;
                take(worked)
            },
        )?;
        Ok(refused)
    }
}

/// A file of rows, which takes its name when it is finished; one that is dropped before
/// leaves nothing.
pub struct SweepFile(Rows);

impl SweepFile {
    /// Writes a block of rows.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn write(&mut self, block: RowBlock) -> io::Result<()> {
        self.0.write(block)
    }

    /// Ends the rows.
    ///
    /// # Errors
    /// That the rest cannot be written, or the file not take its name.
    pub fn finish(self) -> Result<(), Problems> {
        self.0.finish()
    }
}
