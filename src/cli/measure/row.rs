//! The row of a measurement, column by column.

use super::measurement::Measurement;
use crate::meter::Domain;
use crate::source::{Diagnostic, Place, Problems};

/// What a row says beside what was measured, and where that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) column: String,
    pub(super) value: String,
    pub(super) place: Option<Place>,
}

impl Cell {
    pub(super) fn new(column: impl Into<String>, value: impl Into<String>) -> Cell {
        Cell {
            column: column.into(),
            value: value.into(),
            place: None,
        }
    }

    pub(super) fn at(mut self, place: Place) -> Cell {
        self.place = Some(place);
        self
    }
}

/// The columns of all rows of these cells and domains.
pub(super) fn columns(cells: &[Cell], domains: &[Domain]) -> Result<Vec<String>, Problems> {
    let mut problems = Problems::new();
    let measured = measured_columns(domains);
    let mut columns: Vec<String> = Vec::new();
    for cell in cells {
        if let Some(place) = &cell.place
            && (columns.contains(&cell.column) || measured.contains(&cell.column))
        {
            let message = format!("there is a column `{}` already", cell.column);
            problems.push(Diagnostic::at(place, message));
        }
        columns.push(cell.column.clone());
    }
    columns.extend(measured);
    problems.or(columns)
}

fn measured_columns(domains: &[Domain]) -> Vec<String> {
    let mut columns: Vec<String> = ["joules", "seconds", "watts", "idle_watts", "repeats"]
        .map(str::to_owned)
        .into();
    for what in ["joules", "watts"] {
        columns.extend(
            domains
                .iter()
                .map(|domain| format!("{what}.{}", domain.name)),
        );
    }
    columns
}

/// The values of a row, in the order of its columns. Joules and seconds are those of
/// one inference.
pub(super) fn values(cells: &[Cell], measured: &Measurement) -> Vec<String> {
    let mut values: Vec<String> = cells.iter().map(|cell| cell.value.clone()).collect();
    let seconds = measured.seconds();
    let idle = measured.idle_watts().map(|watts| watts.to_string());
    values.extend([
        measured.joules_of_one().to_string(),
        (seconds / measured.inferences()).to_string(),
        (measured.joules() / seconds).to_string(),
        idle.unwrap_or_default(),
        measured.runs.len().to_string(),
    ]);
    let domains = measured.by_domain();
    values.extend((domains.iter()).map(|joules| (joules / measured.inferences()).to_string()));
    values.extend(domains.iter().map(|joules| (joules / seconds).to_string()));
    values
}
