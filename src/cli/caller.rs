//! Who runs a command: someone at a terminal, or another program.
//!
//! A program may hand in files that lie on no disk, and takes the notes that a
//! terminal shows beside the result.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::output;
use crate::import::bytes::Bytes;

/// The contents of a file, shared by all who read it.
#[derive(Clone)]
struct Contents(Arc<[u8]>);

impl AsRef<[u8]> for Contents {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Bytes for Contents {
    fn size(&self) -> io::Result<u64> {
        self.0.as_ref().size()
    }

    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.as_ref().fill(offset, into)
    }
}

/// A program that runs a command.
#[derive(Debug, Default)]
struct Program {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    notes: Mutex<Vec<String>>,
}

/// Who runs a command; unless told otherwise someone at a terminal.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Caller(Option<Arc<Program>>);

impl Caller {
    /// A program that hands in these files, by their names.
    pub(super) fn program(files: BTreeMap<PathBuf, Arc<[u8]>>) -> Caller {
        Caller(Some(Arc::new(Program {
            files,
            notes: Mutex::default(),
        })))
    }

    /// Says something beside the result.
    pub(super) fn tell(&self, note: String) {
        match &self.0 {
            None => output::tell(format_args!("note: {note}")),
            Some(program) => {
                let mut notes = program.notes.lock().unwrap_or_else(PoisonError::into_inner);
                notes.push(note);
            }
        }
    }

    /// What was said to a program since it was last asked for.
    pub(super) fn take_notes(&self) -> Vec<String> {
        let taken = self.0.as_ref().map(|program| {
            let mut notes = program.notes.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *notes)
        });
        taken.unwrap_or_default()
    }

    fn contents(&self, path: &Path) -> Option<Contents> {
        let found = self.0.as_ref()?.files.get(path)?;
        Some(Contents(Arc::clone(found)))
    }

    /// A file that was handed in, from its first byte to its last.
    pub(super) fn open(&self, path: &Path) -> Option<Box<dyn Read>> {
        Some(Box::new(Cursor::new(self.contents(path)?)))
    }

    /// The same, to be looked into here and there.
    pub(super) fn bytes(&self, path: &Path) -> Option<Box<dyn Bytes>> {
        Some(Box::new(self.contents(path)?))
    }

    /// Whether a file of this name was handed in.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.contents(path).is_some()
    }
}
