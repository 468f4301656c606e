//! Numbers, cells and tables as JSON.

use num_rational::BigRational;
use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::cli::usage::usage_error;
use crate::number;
use crate::render::table::{Cell, Table, data_columns};
use crate::source::Problems;

/// An exact number as JSON: an integer however large, all digits of a decimal,
/// the nearest double of anything else.
pub(in crate::cli) fn exact(value: &BigRational) -> Value {
    let text = if number::is_decimal(value) {
        number::plain(value)
    } else {
        number::to_f64(value).to_string()
    };
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// Tables as arrays of objects, one array for each, under its title.
pub(in crate::cli) fn tables(tables: &[Table]) -> Result<String, Problems> {
    let mut all = Map::new();
    for table in tables {
        let columns = data_columns(table);
        let rows = table.rows.iter().map(|row| {
            let cells = columns.iter();
            let cells = cells.map(|column| (column.key.clone(), cell_json(&column.cell(row))));
            Value::Object(cells.collect())
        });
        let title = table.title.clone().unwrap_or_else(|| "rows".to_owned());
        all.insert(title, Value::Array(rows.collect()));
    }
    text(&all)
}

/// A cell as JSON: a number where it is one.
pub(in crate::cli) fn cell_json(cell: &Cell) -> Value {
    match cell {
        Cell::Empty | Cell::NotCounted => Value::Null,
        Cell::Text(text) | Cell::Formula { text, .. } => Value::String(text.clone()),
        Cell::Count(count) => exact(count),
        Cell::Energy(energy) => energy.picojoules().into(),
        Cell::Seconds(seconds) => (*seconds).into(),
        Cell::Share(value) | Cell::Factor(value) | Cell::Number(value) => (*value).into(),
        Cell::Ranged { value, .. } | Cell::Limit { value, .. } => exact(value),
        Cell::Worded { value, .. } => (*value).into(),
    }
}

pub(in crate::cli) fn text(value: &impl Serialize) -> Result<String, Problems> {
    serde_json::to_string_pretty(value)
        .map_err(|error| usage_error(format!("cannot write the result as JSON: {error}")))
}
