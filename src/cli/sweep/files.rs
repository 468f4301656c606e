//! Where the rows of a sweep go.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::plan::SweepPlan;
use crate::cli::args::{SweepArgs, SweepOutput};
use crate::cli::files;
use crate::cli::usage::usage_error;
use crate::render::rows::{RowFormat, RowWriter};
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

/// The rows of a sweep on their way out.
pub(super) struct Rows {
    columns: Columns,
    writer: Option<Box<dyn RowWriter>>,
    /// The temporary file that takes its name when all is written.
    file: Option<(tempfile::NamedTempFile, PathBuf)>,
}

impl Rows {
    pub(super) fn open(args: &SweepArgs, plan: &SweepPlan) -> Result<Rows, Problems> {
        let columns = Columns::of(plan);
        let stdout = |format: RowFormat| {
            let writer = format.writer(io::stdout(), columns.named(plan));
            writer.map_err(|error| usage_error(format!("cannot write the rows: {error}")))
        };
        let writer = match (args.output, &args.out) {
            (SweepOutput::Csv, _) => Some(stdout(RowFormat::Csv)?),
            (SweepOutput::Json, _) => Some(stdout(RowFormat::JsonLines)?),
            (SweepOutput::Summary, None) => None,
            (SweepOutput::Summary, Some(path)) => return Rows::into_file(path, plan, columns),
        };
        Ok(Rows {
            columns,
            writer,
            file: None,
        })
    }

    fn into_file(path: &Path, plan: &SweepPlan, columns: Columns) -> Result<Rows, Problems> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let Some(format) = extension.and_then(RowFormat::of_extension) else {
            let message = format!(
                "--out {}: rows are written as .csv, .jsonl or .parquet",
                path.display()
            );
            return Err(Diagnostic::new(message).into());
        };
        let failed =
            |error: io::Error| usage_error(format!("cannot write `{}`: {error}", path.display()));
        let named = columns.named(plan);
        if files::is_stream(path) {
            let stream = File::options().write(true).open(path).map_err(failed)?;
            return Ok(Rows {
                columns,
                writer: Some(format.writer(stream, named).map_err(failed)?),
                file: None,
            });
        }
        let path = &files::target(path);
        let temporary = files::temporary(files::folder(path)).map_err(failed)?;
        clean_up_when_interrupted(temporary.path().to_owned());
        let handle = temporary.as_file().try_clone().map_err(failed)?;
        let writer = format.writer(handle, named).map_err(failed)?;
        Ok(Rows {
            columns,
            writer: Some(writer),
            file: Some((temporary, path.to_owned())),
        })
    }

    pub(super) fn write(
        &mut self,
        plan: &SweepPlan,
        case: usize,
        batch: &Batch,
        savings: &[Vec<f64>],
    ) -> io::Result<()> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let values = self.columns.values(plan, case, batch, savings);
        writer.write(&values, batch.len())
    }

    /// Ends the rows; a file takes its name only now.
    pub(super) fn finish(self) -> Result<(), Problems> {
        if let Some(writer) = self.writer {
            match writer.finish() {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    return Err(usage_error(format!("cannot write the rows: {error}")));
                }
                _ => {}
            }
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
