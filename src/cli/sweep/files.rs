//! Where the rows of a sweep go.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::plan::SweepPlan;
use crate::cli::args::{SweepArgs, SweepOutput};
use crate::cli::files;
use crate::cli::usage::usage_error;
use crate::render::rows::{RowBlock, RowColumn, RowFormat, RowWriter};
use crate::source::{Diagnostic, Problems};
use crate::sweep::Batch;

/// What an interrupted program exits with by convention.
const INTERRUPTED: i32 = 130;

/// Takes the unfinished file away when the run is interrupted or ended, so
/// that it leaves whole files or none. Where no handler can be set the run goes
/// on without.
fn clean_up_when_interrupted(unfinished: PathBuf) {
    let _ = ctrlc::set_handler(move || {
        let _ = std::fs::remove_file(&unfinished);
        std::process::exit(INTERRUPTED);
    });
}

/// What the rows of a sweep are, and how they are written down.
pub(super) struct Encoder {
    format: RowFormat,
    columns: Columns,
    named: Vec<RowColumn>,
}

impl Encoder {
    /// The rows of a batch as they are written; works on any thread.
    pub(super) fn encode(
        &self,
        plan: &SweepPlan,
        case: usize,
        batch: &Batch,
        savings: &[Vec<f64>],
    ) -> RowBlock {
        let values = self.columns.values(plan, case, batch, savings);
        self.format.encode(&self.named, &values, batch.len())
    }
}

/// Where the rows of a sweep go.
pub(super) struct Rows {
    writer: Box<dyn RowWriter>,
    /// The temporary file that takes its name when all is written.
    file: Option<(tempfile::NamedTempFile, PathBuf)>,
}

impl Rows {
    /// The rows that are asked for, if any are.
    pub(super) fn open(
        args: &SweepArgs,
        plan: &SweepPlan,
    ) -> Result<Option<(Encoder, Rows)>, Problems> {
        let format = match (args.output, &args.out) {
            (SweepOutput::Csv, _) => RowFormat::Csv,
            (SweepOutput::Json, _) => RowFormat::JsonLines,
            (_, None) => return Ok(None),
            (_, Some(path)) => of_file(path)?,
        };
        let columns = Columns::chosen(plan, &args.columns.columns)?;
        let encoder = Encoder {
            format,
            named: columns.named(plan),
            columns,
        };
        let rows = match &args.out {
            Some(path) => Rows::into_file(path, &encoder)?,
            None => Rows {
                writer: format
                    .writer(io::stdout(), &encoder.named)
                    .map_err(|error| usage_error(format!("cannot write the rows: {error}")))?,
                file: None,
            },
        };
        Ok(Some((encoder, rows)))
    }

    fn into_file(path: &Path, encoder: &Encoder) -> Result<Rows, Problems> {
        let failed =
            |error: io::Error| usage_error(format!("cannot write `{}`: {error}", path.display()));
        if files::is_stream(path) {
            let stream = File::options().write(true).open(path).map_err(failed)?;
            let writer = encoder.format.writer(stream, &encoder.named);
            return Ok(Rows {
                writer: writer.map_err(failed)?,
                file: None,
            });
        }
        let path = &files::target(path);
        let temporary = files::temporary(files::folder(path)).map_err(failed)?;
        clean_up_when_interrupted(temporary.path().to_owned());
        let handle = temporary.as_file().try_clone().map_err(failed)?;
        let writer = encoder.format.writer(handle, &encoder.named);
        Ok(Rows {
            writer: writer.map_err(failed)?,
            file: Some((temporary, path.to_owned())),
        })
    }

    pub(super) fn write(&mut self, block: RowBlock) -> io::Result<()> {
        self.writer.write(block)
    }

    /// Ends the rows; a file takes its name only now.
    pub(super) fn finish(self) -> Result<(), Problems> {
        match self.writer.finish() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(usage_error(format!("cannot write the rows: {error}")));
            }
            _ => {}
        }
        if let Some((temporary, path)) = self.file {
            let shown = path.display().to_string();
            temporary
                .persist(path)
                .map_err(|error| usage_error(format!("cannot write `{shown}`: {}", error.error)))?;
        }
        Ok(())
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
