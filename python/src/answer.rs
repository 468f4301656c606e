//! A result in every form in which Python shows it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::ffi::FFI_ArrowSchema;
use picojoule::cli::{Call, Estimates, Shown};
use picojoule::render::plot::FigureStyle;
use picojoule::render::table::write;
use picojoule::{By, Problems, TableFormat};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::error::raised;
use crate::{html, rows, threads};

/// Files that lie on no disk, by their names.
pub(crate) type GivenFiles = BTreeMap<PathBuf, Vec<u8>>;

/// The command of these words.
pub(crate) fn call(words: Vec<String>, files: GivenFiles) -> Call {
    let files = files.into_iter();
    let files = files.map(|(name, bytes)| (name, Arc::from(bytes)));
    Call::with_files(words, files.collect())
}

/// What Arrow says is wrong.
pub(crate) fn failed(error: impl std::fmt::Display) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

/// What a command has worked out.
enum Found {
    Estimates(Estimates),
    Other(Box<dyn Shown + Send + Sync>),
}

/// What a command has worked out, and how it is shown.
#[pyclass(frozen, module = "picojoule._native")]
pub(crate) struct Answer {
    found: Found,
    #[pyo3(get)]
    notes: Vec<String>,
}

/// Runs a command. Other threads of Python go on meanwhile.
#[pyfunction]
pub(crate) fn answer(py: Python<'_>, words: Vec<String>, files: GivenFiles) -> PyResult<Answer> {
    let command = words.first().cloned().unwrap_or_default();
    let call = call(words, files);
    let found = py.detach(|| threads::on_all(|| found(&command, &call)));
    let notes = call.take_notes();
    match found {
        Ok(found) => Ok(Answer { found, notes }),
        Err(problems) => Err(raised(py, &problems)),
    }
}

fn found(command: &str, call: &Call) -> Result<Found, Problems> {
    Ok(match command {
        "estimate" => Found::Estimates(call.estimates()?),
        "compare" => Found::Other(Box::new(call.comparison()?)),
        "sensitivity" => Found::Other(Box::new(call.sensitivities()?)),
        "crossover" => Found::Other(Box::new(call.crossovers()?)),
        _ => Found::Other(Box::new(call.claims()?)),
    })
}

impl Answer {
    fn shown(&self) -> &dyn Shown {
        match &self.found {
            Found::Estimates(estimates) => estimates,
            Found::Other(other) => &**other,
        }
    }

    fn batch(&self) -> PyResult<RecordBatch> {
        rows::batch(&self.shown().rows()).map_err(failed)
    }
}

#[pymethods]
impl Answer {
    /// Everything, as JSON.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        self.shown()
            .json()
            .map_err(|problems| raised(py, &problems))
    }

    /// The tables as `text`, `markdown`, `latex` or, of the rows for programs, `csv`.
    fn written(&self, format: &str, width: usize) -> PyResult<String> {
        let format: TableFormat =
            (format.parse()).map_err(|_| PyValueError::new_err(format!("no format `{format}`")))?;
        let tables = match format {
            TableFormat::Csv => vec![self.shown().rows()],
            _ => self.shown().tables(),
        };
        let texts = tables.iter().map(|table| write(table, format, width));
        Ok(texts.collect::<Vec<_>>().join("\n"))
    }

    /// The rows for programs, as dicts.
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        rows::dicts(py, &self.shown().rows())
    }

    /// The tables for a notebook, with the picture where there is one.
    fn html(&self) -> PyResult<String> {
        let tables = self.shown().tables();
        let svg = self.svg()?.map(|svg| html::picture(&svg));
        Ok(tables.iter().map(html::table).chain(svg).collect())
    }

    /// The picture, where there is one.
    fn svg(&self) -> PyResult<Option<String>> {
        let picture = self.shown().picture(&FigureStyle::default()).transpose();
        match picture {
            Ok(svg) => Ok(svg.map(|svg| svg.to_string())),
            Err(error) => Err(PyValueError::new_err(error.to_string())),
        }
    }

    /// The same estimates, added up by something else; nothing where these are none.
    fn by(&self, by: &str) -> PyResult<Option<Answer>> {
        let by = match by {
            "stage" => By::Stage,
            "op" => By::Op,
            "layer" => By::Layer,
            "primitive" => By::Primitive,
            _ => {
                let message =
                    format!("by `{by}`: it is one of `stage`, `op`, `layer`, `primitive`");
                return Err(PyValueError::new_err(message));
            }
        };
        Ok(match &self.found {
            Found::Estimates(estimates) => Some(Answer {
                found: Found::Estimates(estimates.by(by)),
                notes: self.notes.clone(),
            }),
            Found::Other(_) => None,
        })
    }

    /// The rows as a capsule of a stream.
    fn arrow_stream<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let batch = self.batch()?;
        let schema = batch.schema();
        let one = RecordBatchIterator::new([Ok(batch)], schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(one));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Their columns as a capsule of a schema.
    fn arrow_schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.batch()?.schema()).map_err(failed)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }
}
