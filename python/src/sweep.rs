//! A sweep as a stream of Arrow batches, worked out while they are taken.
//!
//! One thread drives the others, a few blocks ahead of the reader; a reader that goes
//! away closes the channel between them, which ends the work.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, RecordBatchReader,
    StringArray,
};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use picojoule::cli::{RowValues, SweepJob};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::answer::{GivenFiles, call, failed};
use crate::error::raised;
use crate::threads;

/// Blocks that wait for the reader.
const AHEAD: usize = 16;

/// A sweep, or a part of one, ready to run.
#[pyclass(frozen, module = "picojoule._native")]
pub(crate) struct NativeSweep {
    job: Arc<SweepJob>,
    layout: Arc<Layout>,
    #[pyo3(get)]
    notes: Vec<String>,
}

#[pymethods]
impl NativeSweep {
    #[new]
    fn new(py: Python<'_>, words: Vec<String>, files: GivenFiles) -> PyResult<NativeSweep> {
        let call = call(words, files);
        let job = py
            .detach(|| threads::on_all(|| call.sweep()))
            .map_err(|problems| raised(py, &problems))?;
        let mut notes = call.take_notes();
        notes.extend_from_slice(job.notes());
        Ok(NativeSweep {
            layout: Arc::new(Layout::of(&job)),
            job: Arc::new(job),
            notes,
        })
    }

    /// How many points there are, those included that the model will refuse.
    #[getter]
    fn points(&self) -> u64 {
        self.job.points()
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        let fields = self.layout.schema.fields().iter();
        fields.map(|field| field.name().clone()).collect()
    }

    /// The rows as a capsule of a stream.
    fn arrow_stream<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let blocks = Blocks::new(&self.job, &self.layout);
        let stream = FFI_ArrowArrayStream::new(Box::new(blocks));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Their columns as a capsule of a schema.
    fn arrow_schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.layout.schema).map_err(failed)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }
}

/// The columns of a sweep as Arrow has them.
struct Layout {
    schema: SchemaRef,
    /// Of each column of words all that stand in it, and their numbers. The same for
    /// every block, so that readers need not bring dictionaries together.
    words: Vec<Option<Words>>,
}

struct Words {
    values: ArrayRef,
    numbers: HashMap<String, i32>,
}

impl Layout {
    fn of(job: &SweepJob) -> Layout {
        let mut fields = Vec::new();
        let mut words = Vec::new();
        for (at, column) in job.columns().into_iter().enumerate() {
            let of_words =
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            let (kind, own) = match column.words {
                true => (of_words, Some(Words::of(&job.words(at)))),
                false => (DataType::Float64, None),
            };
            fields.push(Field::new(column.name, kind, !column.words));
            words.push(own);
        }
        Layout {
            schema: Arc::new(Schema::new(fields)),
            words,
        }
    }

    /// A block of rows.
    fn batch(&self, columns: Vec<RowValues>, rows: usize) -> Result<RecordBatch, ArrowError> {
        let arrays: Result<Vec<ArrayRef>, ArrowError> = (columns.into_iter().zip(&self.words))
            .map(|(values, words)| array(values, words.as_ref(), rows))
            .collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays?)
    }
}

impl Words {
    fn of(words: &[&str]) -> Words {
        let numbers = (0..).zip(words).map(|(at, word)| ((*word).to_owned(), at));
        Words {
            values: Arc::new(StringArray::from(words.to_vec())),
            numbers: numbers.collect(),
        }
    }
}

fn array(values: RowValues, words: Option<&Words>, rows: usize) -> Result<ArrayRef, ArrowError> {
    Ok(match (values, words) {
        (RowValues::Word(word), Some(words)) => {
            let number = words.numbers.get(&word).copied();
            let keys = Int32Array::from(vec![number.unwrap_or_default(); rows]);
            let values = Arc::clone(&words.values);
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?)
        }
        (RowValues::Numbers(values), _) if values.iter().all(|value| value.is_finite()) => {
            Arc::new(Float64Array::from(values))
        }
        (RowValues::Numbers(values), _) => {
            let known = values
                .into_iter()
                .map(|value| value.is_finite().then_some(value));
            Arc::new(known.collect::<Float64Array>())
        }
        (RowValues::Same(value), _) => Arc::new(Float64Array::from(vec![value; rows])),
        (RowValues::Word(word), None) => {
            return Err(ArrowError::SchemaError(format!(
                "`{word}` in a column of numbers"
            )));
        }
    })
}

/// A block of rows, or what went wrong.
type Block = Result<RecordBatch, ArrowError>;

/// Blocks of rows, while they are worked out. Work begins with the first that is asked
/// for: some readers open a stream only to see its columns.
struct Blocks {
    job: Arc<SweepJob>,
    layout: Arc<Layout>,
    blocks: Option<Receiver<Block>>,
}

impl Blocks {
    fn new(job: &Arc<SweepJob>, layout: &Arc<Layout>) -> Blocks {
        Blocks {
            job: Arc::clone(job),
            layout: Arc::clone(layout),
            blocks: None,
        }
    }

    /// Where the blocks come from.
    fn begun(&mut self) -> std::io::Result<&Receiver<Block>> {
        match &mut self.blocks {
            Some(blocks) => Ok(blocks),
            begun => {
                let (sender, blocks) = sync_channel(AHEAD);
                let (job, layout) = (Arc::clone(&self.job), Arc::clone(&self.layout));
                let work = move || threads::on_all(|| work_out(&job, &layout, &sender));
                thread::Builder::new()
                    .name("picojoule-sweep".to_owned())
                    .spawn(work)?;
                Ok(begun.insert(blocks))
            }
        }
    }
}

/// Sends every block that has rows, until all are sent or nobody takes them any more.
fn work_out(job: &SweepJob, layout: &Layout, sender: &SyncSender<Block>) {
    let make = |columns: Vec<RowValues>, rows| (rows, layout.batch(columns, rows));
    let take = |(rows, block): (usize, Block)| match rows {
        0 => Ok(()),
        _ => sender.send(block),
    };
    // That nobody listens is no mistake.
    let _ = job.stream(make, take);
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let interrupted = Python::try_attach(|py| py.check_signals().err());
        if let Some(error) = interrupted.flatten() {
            return Some(Err(ArrowError::ExternalError(Box::new(error))));
        }
        match self.begun() {
            Ok(blocks) => blocks.recv().ok(),
            Err(error) => Some(Err(error.into())),
        }
    }
}

impl RecordBatchReader for Blocks {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.layout.schema)
    }
}
