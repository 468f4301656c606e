//! A sweep whose rows another program takes, block by block.

use std::ops::Range;

use super::columns::{Columns, RowValues};
use super::plan::SweepPlan;
use crate::cli::args::SweepArgs;
use crate::render::rows::RowColumn;
use crate::source::Problems;
use crate::sweep::stream;

/// A sweep, ready to run.
pub struct SweepJob {
    plan: SweepPlan,
    columns: Columns,
    range: Range<u64>,
}

impl SweepJob {
    pub(in crate::cli) fn new(args: &SweepArgs) -> Result<SweepJob, Problems> {
        let plan = SweepPlan::new(args)?;
        let range = super::asked(args, &plan)?;
        Ok(SweepJob {
            columns: Columns::chosen(&plan, &args.columns.columns)?,
            range,
            plan,
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
                let rows = batch.len();
                work(self.columns.taken(&self.plan, case, batch), rows)
            },
            |_, batch, worked| {
                refused += batch.refused;
                take(worked)
            },
        )?;
        Ok(refused)
    }
}
