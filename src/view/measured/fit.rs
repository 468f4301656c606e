//! What was fitted, laid out.

use crate::fit::{Coefficient, Fitted, names};
use crate::render::table::{Align, Cell, Table};
use crate::view::cells::{column, row, words};

/// A row for each coefficient, with what the fit leaves open of it.
pub fn fit_table(
    title: &str,
    coefficients: &[Coefficient],
    fitted: &[Fitted],
    notes: Vec<String>,
) -> Table {
    let rows = coefficients.iter().zip(fitted).map(|(one, fitted)| {
        let (value, low, high) = match fitted {
            Fitted::Value(estimated) => {
                let (low, high) = estimated.interval.unzip();
                (Some(estimated.value), low, high)
            }
            Fitted::Together(_) | Fitted::Unused => (None, None, None),
        };
        let number = |value: Option<f64>| value.map_or(Cell::NotCounted, Cell::Number);
        row(vec![
            words(one.to_string()),
            number(value),
            number(low),
            number(high),
            words(one.unit()),
            words(note(coefficients, fitted)),
        ])
    });
    Table {
        title: Some(title.to_owned()),
        columns: vec![
            column("Fitted", "coefficient", Align::Left),
            column("Value", "value", Align::Right),
            column("95 % from", "low", Align::Right),
            column("to", "high", Align::Right),
            column("Unit", "unit", Align::Left),
            column("Note", "note", Align::Left),
        ],
        rows: rows.collect(),
        notes,
    }
}

fn note(coefficients: &[Coefficient], fitted: &Fitted) -> String {
    match fitted {
        Fitted::Value(_) if fitted.is_at_bound() => "at its bound".to_owned(),
        Fitted::Value(_) => String::new(),
        Fitted::Together(others) => {
            format!(
                "not fitted: goes with {} in all runs",
                names(coefficients, others)
            )
        }
        Fitted::Unused => "not fitted: no run asks for it".to_owned(),
    }
}
