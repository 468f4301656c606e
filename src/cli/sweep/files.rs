//! Where the rows of a sweep go.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::columns::{Columns, RowValues};
use super::plan::SweepPlan;
use crate::cli::args::{SweepArgs, SweepOutput};
use crate::cli::files;
use crate::cli::unfinished::{Unfinished, cannot_write};
use crate::cli::usage::usage_error;
use crate::render::rows::{ColumnValues, Held, RowBlock, RowColumn, RowFormat, RowWriter, held};
use crate::source::{Diagnostic, Problems};
use crate::sweep::Batch;

/// What an interrupted program exits with by convention.
const INTERRUPTED: i32 = 130;

/// What the rows of a sweep are, and how they are written down.
pub struct Encoder {
    format: RowFormat,
    columns: Columns,
    named: Vec<RowColumn>,
}

impl Encoder {
    /// How the rows are written that are asked for, if any are.
    pub(super) fn asked(args: &SweepArgs, plan: &SweepPlan) -> Result<Option<Encoder>, Problems> {
        let format = match (args.output, &args.out) {
            (SweepOutput::Csv, _) => RowFormat::Csv,
            (SweepOutput::Json, _) => RowFormat::JsonLines,
            (_, None) => return Ok(None),
            (_, Some(path)) => of_file(path)?,
        };
        Encoder::new(format, args, plan).map(Some)
    }

    /// How they are written into the file of this name.
    pub(super) fn of_file(
        path: &Path,
        args: &SweepArgs,
        plan: &SweepPlan,
    ) -> Result<Encoder, Problems> {
        Encoder::new(of_file(path)?, args, plan)
    }

    fn new(format: RowFormat, args: &SweepArgs, plan: &SweepPlan) -> Result<Encoder, Problems> {
        let columns = Columns::chosen(plan, &args.columns.columns)?;
        Ok(Encoder {
            format,
            named: columns.named(plan),
            columns,
        })
    }

    /// So many rows that were taken out of a batch as they are written; works on any
    /// thread.
    pub fn encode_taken(&self, columns: &[RowValues], rows: usize) -> RowBlock {
        let values = columns.iter().map(|values| match values {
            RowValues::Word(word) => ColumnValues::Word(word),
            RowValues::Same(value) => ColumnValues::Same(*value),
            RowValues::Numbers(values) => ColumnValues::Numbers(values),
        });
        let values: Vec<ColumnValues<'_>> = values.collect();
        self.format.encode(&self.named, &values, rows)
    }

    /// The rows of a batch as they are written; works on any thread.
    pub(super) fn encode(&self, plan: &SweepPlan, case: usize, batch: &Batch) -> RowBlock {
        let values = self.columns.values(plan, case, batch);
        self.format.encode(&self.named, &values, batch.len())
    }

    /// Whether a file holds rows of this kind, of which these are the first and the
    /// last.
    pub(super) fn held(&self, file: File, ends: Option<&[RowBlock; 2]>) -> io::Result<Held> {
        held(self.format, file, &self.named, ends)
    }
}

/// Where the rows of a sweep go.
pub(super) struct Rows {
    writer: Box<dyn RowWriter>,
    to: Destination,
}

/// What the rows are written into.
enum Destination {
    Stdout,
    /// A pipe or another device.
    Stream(PathBuf),
    /// A file, which takes its name when all is written.
    File(Unfinished),
}

impl Destination {
    /// That the rows cannot be written into it.
    fn failed(&self, error: &io::Error) -> Problems {
        match self {
            Destination::Stdout => usage_error(format!("cannot write the rows: {error}")),
            Destination::Stream(path) => cannot_write(path, error),
            Destination::File(file) => file.failed(error),
        }
    }
}

impl Rows {
    /// Where the rows go.
    pub(super) fn open(out: Option<&Path>, encoder: &Encoder) -> Result<Rows, Problems> {
        match out {
            Some(path) => Rows::into_file(path, encoder),
            None => Rows::into(io::stdout(), Destination::Stdout, encoder),
        }
    }

    fn into_file(path: &Path, encoder: &Encoder) -> Result<Rows, Problems> {
        if files::is_stream(path) {
            let stream = File::options().write(true).open(path);
            let stream = stream.map_err(|error| cannot_write(path, &error))?;
            return Rows::into(stream, Destination::Stream(path.to_owned()), encoder);
        }
        let file = Unfinished::of(path)?;
        Rows::into(file.handle()?, Destination::File(file), encoder)
    }

    fn into(
        stream: impl io::Write + Send + 'static,
        to: Destination,
        encoder: &Encoder,
    ) -> Result<Rows, Problems> {
        match encoder.format.writer(stream, &encoder.named) {
            Ok(writer) => Ok(Rows { writer, to }),
            Err(error) => Err(to.failed(&error)),
        }
    }

    /// Takes the unfinished file away when the program is interrupted or ended, so
    /// that it leaves whole files or none. Where no handler can be set the run goes
    /// on without.
    pub(super) fn clean_up_when_interrupted(&self) {
        let Destination::File(file) = &self.to else {
            return;
        };
        let unfinished = file.path().to_owned();
        let _ = ctrlc::set_handler(move || {
            let _ = std::fs::remove_file(&unfinished);
            std::process::exit(INTERRUPTED);
        });
    }

    pub(super) fn write(&mut self, block: RowBlock) -> io::Result<()> {
        self.writer.write(block)
    }

    /// That the rows cannot be written.
    pub(super) fn failed(&self, error: &io::Error) -> Problems {
        self.to.failed(error)
    }

    /// Ends the rows; a file takes its name only now.
    pub(super) fn finish(self) -> Result<(), Problems> {
        match self.writer.finish() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(self.to.failed(&error));
            }
            _ => {}
        }
        match self.to {
            Destination::File(file) => file.finish(),
            Destination::Stdout | Destination::Stream(_) => Ok(()),
        }
    }
}

/// The format that the name of a file asks for.
fn of_file(path: &Path) -> Result<RowFormat, Problems> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.and_then(RowFormat::of_extension).ok_or_else(|| {
        let message = format!(
            "--out {}: rows are written as .csv, .jsonl or .parquet",
            path.display()
        );
        Diagnostic::new(message).into()
    })
}
