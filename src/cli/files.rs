//! Files, written whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::usage::usage_error;
use crate::catalog::is_path;
use crate::report::PageFile;
use crate::source::Problems;

/// Writes a file whole: into a temporary one beside it, which then takes its
/// name. What is no file, as a pipe, is written into.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problems> {
    let failed = |error: &dyn std::fmt::Display| {
        usage_error(format!("cannot write `{}`: {error}", path.display()))
    };
    if is_stream(path) {
        let stream = File::options().write(true).open(path);
        let written = stream.and_then(|mut stream| stream.write_all(bytes));
        return written.map_err(|error| failed(&error));
    }
    let target = target(path);
    let mut file = temporary(folder(&target)).map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.persist(&target)
        .map_err(|error| failed(&error.error))?;
    Ok(())
}

/// Writes a file whole where there is none; nothing is written over, not even a link
/// that leads nowhere.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Problems> {
    let failed = |error: std::io::Error| {
        usage_error(match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                format!("`{}` is there already, and stays as it is", path.display())
            }
            _ => format!("cannot write `{}`: {error}", path.display()),
        })
    };
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    let mut file = temporary(folder(path)).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist_noclobber(path)
        .map_err(|error| failed(error.error))?;
    Ok(())
}

/// Whether a file can be written, told before there is anything to write: of several
/// outputs none is left where another cannot be.
pub(super) fn ready(path: &Path) -> Result<(), Problems> {
    if is_stream(path) {
        return Ok(());
    }
    let tried = temporary(folder(&target(path)));
    let tried = tried.map_err(|error| format!("cannot write `{}`: {error}", path.display()));
    tried.map(drop).map_err(usage_error)
}

/// Whether it is a pipe, a terminal or another device, which no file may replace.
pub(super) fn is_stream(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// The file that a path means: where a link leads to.
pub(super) fn target(path: &Path) -> PathBuf {
    let leads_on = std::fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    let file = leads_on.then(|| std::fs::canonicalize(path).ok());
    file.flatten().unwrap_or_else(|| path.to_owned())
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
/// written under temporary names first, so that a full disk leaves none.
pub(super) fn write_all(folder: &Path, files: &[PageFile]) -> Result<(), Problems> {
    let failed = |error: std::io::Error| {
        usage_error(format!("cannot write into `{}`: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut written = Vec::with_capacity(files.len());
    for file in files {
        let mut temporary = temporary(folder).map_err(failed)?;
        temporary.write_all(&file.bytes).map_err(failed)?;
        written.push((temporary, target(&folder.join(&file.name))));
    }
    // What no file can take the place of is found before any has its name.
    if let Some((_, path)) = written.iter().find(|(_, path)| path.is_dir()) {
        return Err(usage_error(format!(
            "cannot write `{}`: it is a folder",
            path.display()
        )));
    }
    for (temporary, path) in written {
        let shown = path.display().to_string();
        temporary
            .persist(path)
            .map_err(|error| usage_error(format!("cannot write `{shown}`: {}", error.error)))?;
    }
    Ok(())
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file in `folder` that is gone unless it is given a name.
pub(super) fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    as_others_make_them(&mut builder)
        .tempfile_in(folder)
        // The name that it would have had is nothing to the user.
        .map_err(|error| std::io::Error::from(error.kind()))
}

/// A new file may be used as those of any program, less what the user's mask
/// takes away; a temporary one would be the user's alone.
#[cfg(unix)]
fn as_others_make_them<'b, 'p, 's>(
    builder: &'b mut tempfile::Builder<'p, 's>,
) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

/// Elsewhere a file takes its permissions from its folder.
#[cfg(not(unix))]
fn as_others_make_them<'b, 'p, 's>(
    builder: &'b mut tempfile::Builder<'p, 's>,
) -> &'b mut tempfile::Builder<'p, 's> {
    builder
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
