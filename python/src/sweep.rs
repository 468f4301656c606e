//! A sweep as a stream of Arrow batches, worked out while they are taken.
//!
//! One thread drives the others, a few blocks ahead of the reader; a reader that goes
//! away closes the channel between them, which ends the work.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, ThreadId};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, RecordBatchReader,
    StringArray,
};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use picojoule::TableFormat;
use picojoule::cli::{RowValues, SweepJob};
use picojoule::render::plot::FigureStyle;
use picojoule::render::table::write;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::answer::{GivenFiles, call, failed};
use crate::error::raised;
use crate::{html, threads};

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

    /// A table of the extremes and, of one or two axes, a picture, for a notebook.
    fn html(&self, py: Python<'_>) -> String {
        let style = FigureStyle::default();
        let (table, svg) = py.detach(|| threads::on_all(|| self.job.overview(&style)));
        let svg = svg.map(|svg| html::picture(svg.as_str()));
        html::table(&table) + &svg.unwrap_or_default()
    }

    /// The extremes, for a terminal.
    fn summary(&self, py: Python<'_>, width: usize) -> String {
        let style = FigureStyle::default();
        let (table, _) = py.detach(|| threads::on_all(|| self.job.overview(&style)));
        write(&table, TableFormat::Text, width)
    }

    /// Whether a file is there and holds these rows.
    fn is_there(&self, py: Python<'_>, path: PathBuf) -> PyResult<bool> {
        let found = py.detach(|| threads::on_all(|| self.job.is_there(&path)));
        found.map_err(|problems| raised(py, &problems))
    }

    /// Writes the rows into a file, which takes its name when all are in it; how many
    /// points have none.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<u64> {
        let opened = self.job.file(&path);
        let (encoder, mut file) = opened.map_err(|problems| raised(py, &problems))?;
        let make = move |columns: Vec<RowValues>, rows| encoder.encode_taken(&columns, rows);
        let mut blocks = Ahead::begin(&self.job, make)?;
        let taken: PyResult<u64> = py.detach(|| {
            loop {
                match blocks.next()? {
                    Step::Rows(block) => file.write(block)?,
                    Step::End { refused } => return Ok(refused),
                }
                Python::attach(|py| py.check_signals())?;
            }
        });
        let refused = taken?;
        let finished = file.finish();
        finished.map_err(|problems| raised(py, &problems))?;
        Ok(refused)
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

/// Blocks that are made ahead of whoever takes them, on a thread beside the threads that
/// work them out. It waits where a few were not taken yet, and ends where nobody takes
/// them any more.
struct Ahead<T> {
    steps: Receiver<Step<T>>,
}

/// What comes next.
enum Step<T> {
    Rows(T),
    /// That all were taken, and how many points have no rows.
    End {
        refused: u64,
    },
}

impl<T: Send + 'static> Ahead<T> {
    /// `make` makes a block of columns and a number of rows.
    fn begin(
        job: &Arc<SweepJob>,
        make: impl Fn(Vec<RowValues>, usize) -> T + Send + Sync + 'static,
    ) -> io::Result<Ahead<T>> {
        let (sender, steps) = sync_channel(AHEAD);
        let job = Arc::clone(job);
        let work = move || {
            let done = job.stream(make, |block| sender.send(Step::Rows(block)));
            // That nobody listens is no mistake.
            if let Ok(refused) = done {
                let _ = sender.send(Step::End { refused });
            }
        };
        thread::Builder::new()
            .name("picojoule-sweep".to_owned())
            .spawn(|| threads::on_all(work))?;
        Ok(Ahead { steps })
    }

    /// The next block, or the end.
    ///
    /// # Errors
    /// The thread has ended before it was done.
    fn next(&mut self) -> io::Result<Step<T>> {
        let ended = |_| io::Error::other("the sweep ended before all its rows were there");
        self.steps.recv().map_err(ended)
    }
}

/// A sweep as a stream of batches.
struct Blocks {
    layout: Arc<Layout>,
    /// The thread that asked for the stream.
    thread: ThreadId,
    state: State,
}

/// How far a stream is.
enum State {
    /// Nobody has asked for a block: some readers open a stream only to see its columns.
    Waiting(Arc<SweepJob>),
    Running(Ahead<Block>),
    Over,
}

impl Blocks {
    fn new(job: &Arc<SweepJob>, layout: &Arc<Layout>) -> Blocks {
        Blocks {
            layout: Arc::clone(layout),
            thread: thread::current().id(),
            state: State::Waiting(Arc::clone(job)),
        }
    }

    /// The next block that has rows.
    fn block(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        self.interrupted()?;
        if let State::Waiting(job) = &self.state {
            let layout = Arc::clone(&self.layout);
            let make = move |columns: Vec<RowValues>, rows| layout.batch(columns, rows);
            self.state = State::Running(Ahead::begin(job, make)?);
        }
        let State::Running(ahead) = &mut self.state else {
            return Ok(None);
        };
        while let Step::Rows(block) = ahead.next()? {
            let block = block?;
            if block.num_rows() > 0 {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// What a signal had to say since the block before, as when Ctrl-C was pressed. Only
    /// the thread that asked for the stream may look: it has Python's lock, or has put it
    /// down, while another may be waited for by one that holds it.
    fn interrupted(&self) -> Result<(), ArrowError> {
        if thread::current().id() != self.thread {
            return Ok(());
        }
        let said = Python::try_attach(|py| {
            let error = py.check_signals().err()?;
            // The reader makes an error of its own of these words. So that the caller
            // hears of the key, it is pressed once more, for Python to see when it goes
            // on; nothing of Python may run before.
            let said = error.to_string();
            if error.is_instance_of::<PyKeyboardInterrupt>(py) {
                let thread = py.import("_thread");
                let _ = thread.and_then(|thread| thread.call_method0("interrupt_main"));
            }
            Some(said)
        });
        match said.flatten() {
            Some(said) => Err(ArrowError::ExternalError(said.into())),
            None => Ok(()),
        }
    }
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let block = self.block().transpose();
        if !matches!(block, Some(Ok(_))) {
            self.state = State::Over;
        }
        block
    }
}

impl RecordBatchReader for Blocks {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.layout.schema)
    }
}
