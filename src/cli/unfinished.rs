//! Files on their way: whole under their own name, or not there under it at all.
//!
//! A file is written beside the one that it is to be, under a name of its own, and
//! takes the other's place when it is whole. A run that is killed leaves the
//! unfinished one behind; the next one that writes the same file takes it away.
//!
//! Whether whoever wrote an unfinished file still lives is told by a lock, which a
//! process holds on it and which ends with the process, however that ends. Where a
//! file system knows no locks nothing is taken away. As some hold them for one machine
//! alone, only what is left of the same file is looked at, and not of all in a folder:
//! machines that share one write different files.

use std::ffi::{OsStr, OsString};
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::usage::usage_error;
use crate::source::Problems;

/// What an unfinished file is called: `.rows.csv.picojoule-Xy3Zw9`.
const MARK: &str = ".picojoule-";
/// As many letters stand behind the mark.
const LETTERS: usize = 6;
/// As many bytes of a file's name are kept of it: names may have 255 in most places.
const LONGEST: usize = 200;

/// A file that has not taken its name yet, and is gone if it never does.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: NamedTempFile,
    /// The file whose place it takes.
    target: PathBuf,
    /// That file as it was typed.
    typed: PathBuf,
}

impl Unfinished {
    /// Begins the file of this path, which no folder may have; where it is a link, the
    /// file that this leads to.
    pub(super) fn of(typed: &Path) -> Result<Unfinished, Problems> {
        let target = target(typed).map_err(|error| cannot_write(typed, &error))?;
        Unfinished::beside(typed, target)
    }

    /// Begins the file of this path itself, even if that is a link.
    pub(super) fn new_at(typed: &Path) -> Result<Unfinished, Problems> {
        Unfinished::beside(typed, typed.to_owned())
    }

    fn beside(typed: &Path, target: PathBuf) -> Result<Unfinished, Problems> {
        if target.is_dir() {
            return Err(cannot_write(typed, &ErrorKind::IsADirectory.into()));
        }
        let prefix = prefix(&target);
        clear(folder(&target), &prefix);
        let file = Builder::new()
            .prefix(&prefix)
            .rand_bytes(LETTERS)
            .make_in(folder(&target), locked)
            .map_err(|error| cannot_write(&target, &error))?;
        Ok(Unfinished {
            file,
            target,
            typed: typed.to_owned(),
        })
    }

    /// Where it is until it has its name.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes into it.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Problems> {
        // Past the wrapper, whose errors name a file that nobody typed.
        let written = self.file.as_file_mut().write_all(bytes);
        written.map_err(|error| self.failed(&error))
    }

    /// What else writes into it.
    pub(super) fn handle(&self) -> Result<File, Problems> {
        let handle = self.file.as_file().try_clone();
        handle.map_err(|error| self.failed(&error))
    }

    /// That it cannot be written.
    pub(super) fn failed(&self, error: &io::Error) -> Problems {
        cannot_write(&self.typed, error)
    }

    /// Takes its name, in place of what had it.
    pub(super) fn finish(self) -> Result<(), Problems> {
        let finished = self.file.persist(self.target);
        finished.map_err(|error| cannot_write(&self.typed, &error.error))?;
        Ok(())
    }

    /// Takes its name if nothing has it.
    pub(super) fn finish_as_new(self) -> Result<(), Problems> {
        let finished = self.file.persist_noclobber(self.target);
        finished.map_err(|error| cannot_write(&self.typed, &error.error))?;
        Ok(())
    }
}

/// Takes away what runs that are no more have left of this file.
pub(super) fn clear_beside(typed: &Path) {
    if let Ok(target) = target(typed) {
        clear(folder(&target), &prefix(&target));
    }
}

/// That a file cannot be written, and why.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Problems {
    let (folder, path) = (folder(path).display(), path.display());
    usage_error(match error.kind() {
        ErrorKind::NotFound => format!("cannot write `{path}`: there is no folder `{folder}`"),
        ErrorKind::NotADirectory => format!("cannot write `{path}`: `{folder}` is no folder"),
        ErrorKind::IsADirectory => format!("cannot write `{path}`: it is a folder"),
        ErrorKind::AlreadyExists => format!("`{path}` is there already, and stays as it is"),
        _ => format!("cannot write `{path}`: {error}"),
    })
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// So many links are followed, as by the system.
const MOST_LINKS: usize = 40;

/// The file that a path means: where a link leads to, even if nothing is there yet.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut at = path.to_owned();
    for _ in 0..=MOST_LINKS {
        match std::fs::read_link(&at) {
            Ok(next) => at = folder(&at).join(next),
            Err(_) => return Ok(at),
        }
    }
    Err(io::Error::other("it is a link to itself"))
}

/// What the names of all unfinished files of this one begin with.
fn prefix(target: &Path) -> OsString {
    let name = target.file_name().unwrap_or_default();
    let mut prefix = OsString::from(".");
    match name.len() > LONGEST {
        false => prefix.push(name),
        true => {
            let name = name.to_string_lossy();
            let (kept, _) = name.split_at(name.floor_char_boundary(LONGEST));
            prefix.push(kept);
        }
    }
    prefix.push(MARK);
    prefix
}

/// A new file of this name, held by this process. Another name is tried where a run
/// took it for one that was left behind, in the moment before it was held.
fn locked(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    let file = options.read(true).write(true).create_new(true).open(path)?;
    let lost = match file.try_lock() {
        Err(TryLockError::WouldBlock) => true,
        // Where there are no locks nobody takes it away.
        Ok(()) | Err(TryLockError::Error(_)) => !path.exists(),
    };
    match lost {
        true => Err(ErrorKind::AlreadyExists.into()),
        false => Ok(file),
    }
}

/// Takes away what runs that are no more have left of a file. What cannot be taken
/// away stays: it is no reason not to write.
fn clear(folder: &Path, prefix: &OsStr) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let letters = name.strip_prefix(prefix.as_encoded_bytes());
        let is_one = letters.is_some_and(|letters| {
            letters.len() == LETTERS && letters.iter().all(u8::is_ascii_alphanumeric)
        });
        if is_one && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = clear_one(&entry.path());
        }
    }
}

fn clear_one(path: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    if file.try_lock().is_ok() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// What a killed run leaves is not locked; what a living one writes is, and so are
    /// the unfinished files of other names left alone, and what is called otherwise.
    #[test]
    fn what_dead_runs_left_is_taken_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.csv");
        let left = |name: &str| std::fs::write(folder.path().join(name), "left").unwrap();
        left(".rows.csv.picojoule-Ab3456");
        left(".rows.csv.picojoule-000000");
        let others = [
            ".other.csv.picojoule-Ab3456",
            ".rows.csv.picojoule-notes",
            ".rows.csv.picojoule-no-tes",
            "rows.csv.picojoule-Ab3456",
        ];
        others.iter().copied().for_each(left);
        let mut living = Unfinished::of(&file).unwrap();
        living.write(b"living").unwrap();
        let mut second = Unfinished::of(&file).unwrap();
        second.write(b"second").unwrap();
        assert_eq!(names(folder.path()).len(), others.len() + 2);
        second.finish().unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"second");
        living.finish().unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"living");
        let mut expected = others.map(str::to_owned).to_vec();
        expected.push("rows.csv".to_owned());
        expected.sort();
        assert_eq!(names(folder.path()), expected);
    }

    /// 255 bytes is the longest name of most file systems, and an `é` has two.
    #[test]
    fn the_longest_names_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("a{}", "é".repeat(127)));
        let mut unfinished = Unfinished::of(&file).unwrap();
        unfinished.write(b"whole").unwrap();
        unfinished.finish().unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"whole");
        assert_eq!(names(folder.path()).len(), 1);
    }

    #[test]
    fn what_is_missing_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let why = |path: &Path| {
            let wrong = Unfinished::of(path).unwrap_err();
            let message = wrong.iter().next().unwrap().message().to_owned();
            message.replace(folder.path().to_str().unwrap(), "X")
        };
        let missing = folder.path().join("none").join("a.svg");
        assert_eq!(
            why(&missing),
            "cannot write `X/none/a.svg`: there is no folder `X/none`"
        );
        assert_eq!(why(folder.path()), "cannot write `X`: it is a folder");
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(
            why(&folder.path().join("file").join("a.svg")),
            "cannot write `X/file/a.svg`: `X/file` is no folder"
        );
    }
}
