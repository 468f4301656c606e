//! Where the contents of files come from.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::import::bytes::Bytes;
use crate::source::Source;

/// The file system of a [`super::Loader`]. The library opens no file itself:
/// the command line hands it those of the disk, a test or a web page may hand
/// it texts.
pub trait Files: Send + Sync {
    /// The contents of a file, from its first byte to its last.
    ///
    /// # Errors
    /// Whatever keeps it from being opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>>;

    /// A file that is looked into here and there, and never held as a whole:
    /// an ONNX graph, or the weights beside it, a NIR graph, or a file of weights.
    ///
    /// # Errors
    /// Whatever keeps it from being opened.
    fn bytes(&self, path: &Path) -> io::Result<Box<dyn Bytes>>;

    /// The one path that stands for all that lead to the same file or folder.
    ///
    /// # Errors
    /// Whatever keeps it from being found.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// What the files in a folder are called, so that those are named which are not
    /// read. Where nothing is known of folders, none.
    fn names(&self, _folder: &Path) -> Vec<String> {
        Vec::new()
    }
}

/// No files at all: what ships is all that there is.
pub(super) struct NoFiles;

impl NoFiles {
    fn refused<T>() -> io::Result<T> {
        Err(io::Error::other("only what ships is loaded here"))
    }
}

impl Files for NoFiles {
    fn open(&self, _path: &Path) -> io::Result<Box<dyn Read>> {
        NoFiles::refused()
    }

    fn bytes(&self, _path: &Path) -> io::Result<Box<dyn Bytes>> {
        NoFiles::refused()
    }

    fn canonical(&self, _path: &Path) -> io::Result<PathBuf> {
        NoFiles::refused()
    }
}

/// The text of a file of up to `limit` bytes.
///
/// # Errors
/// What keeps it from being read, in words.
pub(super) fn text(files: &dyn Files, path: &Path, limit: usize) -> Result<Arc<Source>, String> {
    let shown = path.display();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::IsADirectory => format!(
            "cannot read `{shown}`: it is a folder, and no `config.json` in it makes it a model"
        ),
        _ => format!("cannot read `{shown}`: {error}"),
    };
    let file = files.open(path).map_err(failed)?;
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
