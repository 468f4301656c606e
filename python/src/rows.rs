//! The rows of a table for Python: as one Arrow batch, with counts as integers where all
//! are and fit, other numbers as doubles and words as strings; or as dicts.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, Field, Schema};
use picojoule::number::to_f64;
use picojoule::render::table::{Cell, Table, data_columns};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt};

/// The rows of `table` as programs read them.
pub(crate) fn batch(table: &Table) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in data_columns(table) {
        let cells: Vec<Cell> = table.rows.iter().map(|row| column.cell(row)).collect();
        let array = array(&cells);
        fields.push(Field::new(column.key, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(table.rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

/// The same as dicts; counts of any size are whole.
pub(crate) fn dicts<'py>(py: Python<'py>, table: &Table) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let columns = data_columns(table);
    let dict = |row| {
        let dict = PyDict::new(py);
        for column in &columns {
            let cell = column.cell(row);
            match &cell {
                Cell::Text(text) | Cell::Formula { text, .. } => dict.set_item(&column.key, text),
                Cell::Count(count) | Cell::Limit { value: count, .. } if count.is_integer() => {
                    let digits = count.to_integer().to_string();
                    dict.set_item(&column.key, py.get_type::<PyInt>().call1((digits,))?)
                }
                cell => dict.set_item(&column.key, number(cell)),
            }?;
        }
        Ok(dict)
    };
    table.rows.iter().map(dict).collect()
}

fn array(cells: &[Cell]) -> ArrayRef {
    if cells.iter().any(|cell| word(cell).is_some()) {
        let words: StringArray = cells.iter().map(|cell| Some(cell.human())).collect();
        return Arc::new(words);
    }
    let has_all =
        |value: fn(&Cell) -> bool| cells.iter().all(|cell| is_nothing(cell) || value(cell));
    if has_all(|cell| whole(cell).is_some()) && !cells.iter().all(is_nothing) {
        return Arc::new(cells.iter().map(whole).collect::<Int64Array>());
    }
    Arc::new(cells.iter().map(number).collect::<Float64Array>())
}

fn is_nothing(cell: &Cell) -> bool {
    matches!(cell, Cell::Empty | Cell::NotCounted)
}

fn word(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) | Cell::Formula { text, .. } => Some(text),
        _ => None,
    }
}

/// The whole number of a cell, if it is one and is not too large.
fn whole(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Count(count) | Cell::Limit { value: count, .. } if count.is_integer() => {
            count.to_integer().try_into().ok()
        }
        _ => None,
    }
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Empty | Cell::NotCounted | Cell::Text(_) | Cell::Formula { .. } => None,
        Cell::Count(count) => Some(to_f64(count)),
        Cell::Energy(energy) => Some(energy.picojoules()),
        Cell::Seconds(value) | Cell::Share(value) | Cell::Factor(value) | Cell::Number(value) => {
            Some(*value)
        }
        Cell::Ranged { value, .. } | Cell::Limit { value, .. } => Some(to_f64(value)),
        Cell::Worded { value, .. } => *value,
    }
}
