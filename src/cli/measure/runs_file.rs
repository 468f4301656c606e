//! The file of runs to which a row is added.
//!
//! What is wrong with it is known before anything is measured, and the file is
//! written anew beside the old one, whose name it takes when it is whole.

use std::io;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::interrupt::Interrupt;
use crate::cli::unfinished::{Unfinished, cannot_write};
use crate::cli::usage::usage_error;
use crate::source::{Diagnostic, Problems};

/// The most that is read of a file of runs.
const MOST_BYTES: usize = 64 << 20;

/// A file of runs on its way.
pub(super) struct RunsFile<'a> {
    path: PathBuf,
    unfinished: Unfinished,
    interrupt: &'a Interrupt,
}

impl<'a> RunsFile<'a> {
    /// A new file, or one that has these columns.
    pub(super) fn open(
        path: &Path,
        columns: &[String],
        interrupt: &'a Interrupt,
    ) -> Result<RunsFile<'a>, Problems> {
        with_row(&old(path)?, path, columns, columns)?;
        let mut ongoing = interrupt.lock();
        let unfinished = Unfinished::of(path)?;
        ongoing.unfinished = Some(unfinished.path().to_owned());
        Ok(RunsFile {
            path: path.to_owned(),
            unfinished,
            interrupt,
        })
    }

    /// Adds a row to what the file holds by now.
    pub(super) fn write(mut self, columns: &[String], values: &[String]) -> Result<(), Problems> {
        let text = with_row(&old(&self.path)?, &self.path, columns, values)?;
        self.unfinished.write(&text)?;
        let mut ongoing = self.interrupt.lock();
        let finished = self.unfinished.finish();
        ongoing.unfinished = None;
        finished
    }
}

/// A row with its header, as a file would hold it.
pub(super) fn alone(columns: &[String], values: &[String]) -> Result<String, Problems> {
    let text = with_row(&[], Path::new("-"), columns, values)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// What the file holds; nothing if it is not there.
fn old(path: &Path) -> Result<Vec<u8>, Problems> {
    let unreadable = |why: &dyn std::fmt::Display| {
        usage_error(format!("cannot read `{}`: {why}", path.display()))
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&error)),
        Ok(about) if !about.is_file() => return Err(unreadable(&"it is no file")),
        Ok(about) if about.len() > MOST_BYTES as u64 => {
            return Err(unreadable(
                &"it is larger than 64 MiB, the most that is read",
            ));
        }
        Ok(_) => {}
    }
    std::fs::read(path).map_err(|error| unreadable(&error))
}

/// `old` with one more row, its values in the order of the columns there; with a
/// header where there is none.
fn with_row(
    old: &[u8],
    path: &Path,
    columns: &[String],
    values: &[String],
) -> Result<Vec<u8>, Problems> {
    let header = header(old, path)?;
    let (ends, line_end) = match old.windows(2).any(|pair| pair == b"\r\n") {
        true => (Terminator::CRLF, &b"\r\n"[..]),
        false => (Terminator::Any(b'\n'), &b"\n"[..]),
    };
    let mut text = old.to_vec();
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.extend_from_slice(line_end);
    }
    let mut writer = WriterBuilder::new().terminator(ends).from_writer(&mut text);
    let written = match header {
        None => writer
            .write_record(columns)
            .and_then(|()| writer.write_record(values)),
        Some(known) => {
            check_columns(&known, columns, path)?;
            let value = |column: &str| {
                let at = columns.iter().position(|name| name == column);
                at.and_then(|at| values.get(at)).map_or("", String::as_str)
            };
            writer.write_record(known.iter().map(value))
        }
    };
    written.map_err(|error| cannot_write(path, &error.into()))?;
    writer.flush().map_err(|error| cannot_write(path, &error))?;
    drop(writer);
    Ok(text)
}

/// The columns of a file of runs, if it has any.
fn header(old: &[u8], path: &Path) -> Result<Option<StringRecord>, Problems> {
    let mut reader = ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(old);
    let header = reader.headers().map_err(|error| {
        usage_error(format!("`{}` is no file of runs: {error}", path.display()))
    })?;
    Ok((!header.is_empty()).then(|| header.clone()))
}

/// The mistake where the file has other columns.
fn check_columns(known: &StringRecord, columns: &[String], path: &Path) -> Result<(), Problems> {
    let quoted = |names: Vec<&str>| format!("`{}`", names.join("`, `"));
    let lacks: Vec<&str> = (columns.iter().map(String::as_str))
        .filter(|column| !known.iter().any(|name| name == *column))
        .collect();
    let more: Vec<&str> = (known.iter())
        .filter(|name| !columns.iter().any(|column| column == name))
        .collect();
    if lacks.is_empty() && more.is_empty() {
        return Ok(());
    }
    let message = format!(
        "`{}` has other columns than this measurement",
        path.display()
    );
    let mut mistake = Diagnostic::new(message);
    if !more.is_empty() {
        let help = "it alone has these, of which `--label NAME=VALUE` gives those that are labels";
        mistake = mistake.help(format!("{help}: {}", quoted(more)));
    }
    if !lacks.is_empty() {
        mistake = mistake.help(format!("it lacks {}", quoted(lacks)));
    }
    Err(mistake
        .help("write to another file: one holds what the same meters measured")
        .into())
}
