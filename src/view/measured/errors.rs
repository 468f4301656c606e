//! How far predictions are from measurements, laid out.

use crate::fit::Errors;
use crate::number;
use crate::render::table::{Align, Cell, Row, RowKind, Table};
use crate::view::cells::{column, row, words};

/// The errors of some runs.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupErrors {
    /// What the runs have in common.
    pub name: String,
    /// Their errors.
    pub errors: Errors,
    /// Whether they are all runs.
    pub is_total: bool,
}

/// A row for each group.
pub fn errors_table(title: &str, of: &str, groups: &[GroupErrors], notes: Vec<String>) -> Table {
    let number = |name: &str, key: &str| column(name, key, Align::Right);
    Table {
        title: Some(title.to_owned()),
        columns: vec![
            column(of, "group", Align::Left),
            number("Runs", "runs"),
            number("Median error", "median_error"),
            number("90 % within", "p90_error"),
            number("Worst", "worst_error"),
            number("Bias", "bias"),
            number("Spread", "spread"),
            number("Rank", "spearman"),
        ],
        rows: groups.iter().map(errors_row).collect(),
        notes,
    }
}

fn errors_row(group: &GroupErrors) -> Row {
    let errors = &group.errors;
    let known = |value: Option<f64>, cell: fn(f64) -> Cell| value.map_or(Cell::NotCounted, cell);
    let own = row(vec![
        words(group.name.clone()),
        Cell::Count(number::whole(errors.runs)),
        Cell::Share(errors.median),
        Cell::Share(errors.p90),
        Cell::Share(errors.worst),
        Cell::Share(errors.bias),
        known(errors.spread, Cell::Factor),
        known(errors.spearman, Cell::Number),
    ]);
    match group.is_total {
        true => Row {
            kind: RowKind::Total,
            ..own
        },
        false => own,
    }
}
