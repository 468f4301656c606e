//! Files, written whole or not at all.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::unfinished::{Unfinished, cannot_write};
use super::usage::usage_error;
use crate::catalog::is_path;
use crate::report::PageFile;
use crate::source::Problems;

/// Writes a file whole or not at all. What is no file, as a pipe, is written into.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problems> {
    if is_stream(path) {
        let stream = File::options().write(true).open(path);
        let written = stream.and_then(|mut stream| stream.write_all(bytes));
        return match written {
            // A reader that has closed the pipe has read enough.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(cannot_write(path, &error)),
            _ => Ok(()),
        };
    }
    let mut file = Unfinished::of(path)?;
    file.write(bytes)?;
    file.finish()
}

/// Writes a file whole where there is none; nothing is written over, not even a link
/// that leads nowhere.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Problems> {
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(cannot_write(path, &ErrorKind::AlreadyExists.into()));
    }
    let mut file = Unfinished::new_at(path)?;
    file.write(bytes)?;
    file.finish_as_new()
}

/// Whether a file can be written, told before there is anything to write: of several
/// outputs none is left where another cannot be.
pub(super) fn ready(path: &Path) -> Result<(), Problems> {
    match is_stream(path) {
        true => Ok(()),
        false => Unfinished::of(path).map(drop),
    }
}

/// Whether it is a pipe, a terminal or another device, which no file may replace.
pub(super) fn is_stream(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// Refuses to write over a file that was read.
pub(super) fn keep(out: &Path, read: &Path) -> Result<(), Problems> {
    let both = [out, read].map(std::fs::canonicalize);
    match both {
        [Ok(out), Ok(read)] if out == read => Err(usage_error(format!(
            "`{}` would take the place of what was read from it",
            read.display()
        ))),
        _ => Ok(()),
    }
}

/// Refuses to write over the file of a model, where it is one.
pub(super) fn keep_model(out: &Path, model: &str) -> Result<(), Problems> {
    match is_path(model) {
        true => keep(out, Path::new(model)),
        false => Ok(()),
    }
}

/// The file that a result goes into; none for standard output, which `-` means too.
pub(super) fn destination(out: Option<&Path>) -> Option<&Path> {
    out.filter(|path| *path != Path::new("-"))
}

/// Writes the files of a report into `folder`, making it if need be. All are
/// written under names of their own first, so that a full disk leaves none.
pub(super) fn write_all(folder: &Path, files: &[PageFile]) -> Result<(), Problems> {
    std::fs::create_dir_all(folder).map_err(|error| {
        usage_error(format!("cannot write into `{}`: {error}", folder.display()))
    })?;
    let mut written = Vec::with_capacity(files.len());
    for file in files {
        let mut unfinished = Unfinished::of(&folder.join(&file.name))?;
        unfinished.write(&file.bytes)?;
        written.push(unfinished);
    }
    written.into_iter().try_for_each(Unfinished::finish)
}

/// The name of the file of this number without folders and ending, or its path where
/// another has that name too.
pub(super) fn apart<'f>(files: &[&'f str], at: usize) -> &'f str {
    let stem = |file: &'f str| {
        let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
        stem.unwrap_or(file)
    };
    let path = files.get(at).copied().unwrap_or_default();
    match files.iter().filter(|file| stem(file) == stem(path)).count() {
        1 => stem(path),
        _ => path,
    }
}
