//! The columns of the rows: their names and their values.

use std::mem;

use super::plan::{SweepCase, SweepPlan};
use crate::cli::arg_source::refuse_repeats;
use crate::cli::output;
use crate::render::rows::{ColumnValues, RowColumn};
use crate::source::Problems;
use crate::sweep::Batch;

/// The values of one column in a block of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum RowValues {
    /// A word, in every row.
    Word(String),
    /// A number, in every row.
    Same(f64),
    /// A number for each row; one that is not finite is missing.
    Numbers(Vec<f64>),
}

/// A column of the rows.
#[derive(Clone, Copy)]
enum Column {
    Table,
    Format,
    Switch(usize),
    Axis(usize),
    Energy(usize),
    Saving(usize),
}

/// All columns, in order.
pub(super) struct Columns(Vec<Column>);

impl Columns {
    pub(super) fn of(plan: &SweepPlan) -> Columns {
        let mut columns = vec![Column::Table, Column::Format];
        columns.extend((0..plan.switches.len()).map(Column::Switch));
        columns.extend((0..plan.axes.len()).map(Column::Axis));
        for output in 0..plan.scopes.len() * plan.variants.len() {
            columns.push(Column::Energy(output));
            if output % plan.variants.len() != 0 {
                columns.push(Column::Saving(output));
            }
        }
        Columns(columns)
    }

    /// The columns of these names, in this order; all where none is named.
    pub(super) fn chosen(plan: &SweepPlan, names: &[String]) -> Result<Columns, Problems> {
        let all = Columns::of(plan);
        if names.is_empty() {
            return Ok(all);
        }
        let known: Vec<String> = (all.named(plan).into_iter())
            .map(|column| column.name)
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut problems = Problems::new();
        refuse_repeats(names, "--columns", &mut problems);
        let mut chosen = Vec::new();
        for name in names {
            match known.iter().position(|known| *known == name.trim()) {
                Some(at) => chosen.extend(all.0.get(at).copied()),
                None => problems.push(output::no_column(name, &known)),
            }
        }
        problems.or(Columns(chosen))
    }

    /// The columns as files name them: words that need no quotes in a query.
    pub(super) fn named(&self, plan: &SweepPlan) -> Vec<RowColumn> {
        let identifier = |name: &str| name.replace(|c: char| !c.is_alphanumeric(), "_");
        let output = |at: usize, what: &str| {
            let scope = &plan.scopes[at / plan.variants.len()];
            let variant = &plan.variants[at % plan.variants.len()];
            format!("{}_{}_{what}", identifier(scope), identifier(variant))
        };
        let columns = self.0.iter();
        columns
            .map(|column| RowColumn {
                name: match column {
                    Column::Table => "table".to_owned(),
                    Column::Format => "format".to_owned(),
                    Column::Switch(at) => identifier(&plan.switches[*at]),
                    Column::Axis(at) => identifier(&plan.axes[*at]),
                    Column::Energy(at) => output(*at, "pj"),
                    Column::Saving(at) => output(*at, "saving"),
                },
                words: matches!(column, Column::Table | Column::Format),
            })
            .collect()
    }

    /// The columns of a batch, taken out of it.
    pub(super) fn taken(&self, plan: &SweepPlan, case: usize, batch: &mut Batch) -> Vec<RowValues> {
        let columns = self.0.iter();
        columns
            .map(|column| match column {
                Column::Table => RowValues::Word(plan.cases[case].table.clone()),
                Column::Format => RowValues::Word(plan.cases[case].format.clone()),
                Column::Switch(at) => RowValues::Same(plan.cases[case].switches[*at]),
                Column::Axis(at) => RowValues::Numbers(mem::take(&mut batch.axes[*at])),
                Column::Energy(at) => RowValues::Numbers(mem::take(&mut batch.outputs[*at])),
                Column::Saving(at) => RowValues::Numbers(mem::take(&mut batch.savings[*at])),
            })
            .collect()
    }

    /// All words that stand in a column, each once.
    pub(super) fn words<'p>(&self, plan: &'p SweepPlan, at: usize) -> Vec<&'p str> {
        let word = |case: &'p SweepCase| match self.0.get(at) {
            Some(Column::Table) => Some(case.table.as_str()),
            Some(Column::Format) => Some(case.format.as_str()),
            _ => None,
        };
        let mut words: Vec<&str> = Vec::new();
        for word in plan.cases.iter().filter_map(word) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// The columns of a batch as a writer takes them.
    pub(super) fn values<'a>(
        &self,
        plan: &'a SweepPlan,
        case: usize,
        batch: &'a Batch,
    ) -> Vec<ColumnValues<'a>> {
        let mut values = Vec::with_capacity(self.0.len());
        for column in &self.0 {
            values.push(match column {
                Column::Table => ColumnValues::Word(&plan.cases[case].table),
                Column::Format => ColumnValues::Word(&plan.cases[case].format),
                Column::Switch(at) => ColumnValues::Same(plan.cases[case].switches[*at]),
                Column::Axis(at) => ColumnValues::Numbers(&batch.axes[*at]),
                Column::Energy(at) => ColumnValues::Numbers(&batch.outputs[*at]),
                Column::Saving(at) => ColumnValues::Numbers(&batch.savings[*at]),
            });
        }
        values
    }
}
