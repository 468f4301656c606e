//! Files: read with bounds, written whole or not at all.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::usage::usage_error;
use crate::catalog::{self, Kind};
use crate::model::Library;
use crate::source::{Diagnostic, Place, Problems, Source};
use crate::view::PageFile;

/// Whether `name` means a file: it looks like a path.
pub(super) fn is_path(name: &str) -> bool {
    let ending = |ending: &str| name.ends_with(ending);
    name.contains(['/', '\\']) || [".toml", ".onnx", ".json"].into_iter().any(ending)
}

/// The text of a file.
///
/// # Errors
/// What keeps it from being read, in words.
pub(super) fn read(path: &Path) -> Result<Arc<Source>, String> {
    let shown = path.display();
    let failed = |error: std::io::Error| format!("cannot read `{shown}`: {error}");
    let file = File::open(path).map_err(failed)?;
    let limit = Source::max_bytes();
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > limit {
        return Err(format!(
            "`{shown}` is larger than {} MiB, the most that is read",
            limit >> 20
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(shown.to_string(), text)),
        Err(_) => Err(format!("`{shown}` is not a text file (no UTF-8)")),
    }
}

/// A file that ships, by name, or one of the user's, by path.
pub(super) fn open(kind: Kind, what: &str, name: &str) -> Result<Arc<Source>, Problems> {
    open_at(kind, what, name, None)
}

/// The same, with the place where the name was typed.
pub(super) fn open_at(
    kind: Kind,
    what: &str,
    name: &str,
    place: Option<&Place>,
) -> Result<Arc<Source>, Problems> {
    let mistake = |message: String| match place {
        Some(place) => Diagnostic::at(place, message),
        None => Diagnostic::new(message),
    };
    if is_path(name) {
        return read(Path::new(name)).map_err(|message| mistake(message).into());
    }
    catalog::find(kind, name).ok_or_else(|| {
        mistake(format!("no {what} `{name}` ships"))
            .known(name, catalog::names(kind))
            .help(format!(
                "a {what} file of your own is given by its path: `./{name}.toml`"
            ))
            .into()
    })
}

/// Blocks that ship, and those of the user, relative to the file that names
/// them.
pub(super) struct Blocks;

impl Library for Blocks {
    fn find(&self, name: &str, from: &Source) -> Result<Arc<Source>, String> {
        if !is_path(name) {
            return catalog::find(Kind::Block, name).ok_or_else(|| format!("no block `{name}`"));
        }
        read(&beside(from, name))
    }

    fn names(&self) -> Vec<&str> {
        catalog::names(Kind::Block).collect()
    }
}

/// `name` relative to the folder of the file that mentions it.
pub(super) fn beside(from: &Source, name: &str) -> PathBuf {
    match Path::new(from.name()).parent() {
        Some(folder) if is_path(from.name()) => folder.join(name),
        _ => PathBuf::from(name),
    }
}

/// Writes a file whole: into a temporary one beside it, which then takes its
/// name.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problems> {
    let failed = |error: &dyn std::fmt::Display| {
        usage_error(format!("cannot write `{}`: {error}", path.display()))
    };
    let mut file = temporary(folder(path)).map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// What a new file may be used for: as any program makes them, less what the
/// user's mask takes away.
#[cfg(unix)]
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(0o666)
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
        written.push((temporary, folder.join(&file.name)));
    }
    for (temporary, path) in written {
        temporary
            .persist(path)
            .map_err(|error| failed(error.error))?;
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
    tempfile::Builder::new()
        .permissions(permissions())
        .tempfile_in(folder)
        // The name that it would have had is nothing to the user.
        .map_err(|error| std::io::Error::from(error.kind()))
}
