//! The loader of the command line: what ships, and the files of the disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::ScanArgs;
use super::caller::Caller;
use super::files::is_stream;
use super::usage::usage_error;
use crate::import::bytes::Bytes;
use crate::loader::{Files, Loader};
use crate::source::Problems;
use crate::table::EnergyTable;

/// The files of this machine, and those that a program hands in, which go first.
struct Disk(Caller);

impl Files for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        match self.0.open(path) {
            Some(given) => Ok(given),
            None => Ok(Box::new(File::open(path)?)),
        }
    }

    fn bytes(&self, path: &Path) -> io::Result<Box<dyn Bytes>> {
        match self.0.bytes(path) {
            Some(given) => Ok(given),
            None if is_stream(path) => Err(io::Error::other(
                "it is a pipe or a device, and its bytes are not read one after the other",
            )),
            None => Ok(Box::new(File::open(path)?)),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match self.0.has(path) {
            true => Ok(path.to_owned()),
            false => path.canonicalize(),
        }
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.take(MOST_NAMES).map(|entry| entry.file_name());
        names.filter_map(|name| name.into_string().ok()).collect()
    }
}

/// So many files of a folder are looked at.
const MOST_NAMES: usize = 10_000;

/// A loader that looks at no weights.
pub(super) fn loader() -> Loader {
    loader_for(&Caller::default())
}

/// The same with the files of whoever asks.
pub(super) fn loader_for(caller: &Caller) -> Loader {
    Loader::new(Disk(caller.clone()))
}

/// A loader that looks at the weights of ONNX graphs as far as was asked for.
pub(super) fn scanning(args: &ScanArgs) -> Result<Arc<Loader>, Problems> {
    let loader = loader_for(&args.caller);
    Ok(Arc::new(match args.scan_weights {
        true => loader.scanning_weights(size(&args.weight_scan_limit)?),
        false => loader,
    }))
}

/// Tells what there is to say of the models that were made from other files.
pub(super) fn tell_notes(loader: &Loader) {
    tell_notes_to(&Caller::default(), loader);
}

/// Tells whoever asks the same.
pub(super) fn tell_notes_to(caller: &Caller, loader: &Loader) {
    for note in loader.take_notes() {
        caller.tell(note);
    }
}

/// All tables that ship.
pub(super) fn shipped_tables() -> Result<Vec<EnergyTable>, Problems> {
    let tables = Loader::shipped().shipped_tables()?;
    Ok(tables.into_iter().map(Arc::unwrap_or_clone).collect())
}

/// A size such as `64MiB`, `1G` or `4096`.
fn size(text: &str) -> Result<u64, Problems> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        _ => None,
    };
    let number: Option<u64> = text[..digits].parse().ok();
    number
        .zip(unit)
        .and_then(|(number, unit)| number.checked_mul(1 << unit))
        .ok_or_else(|| usage_error(format!("`{text}` is no size; write `64MiB` or `1GiB`")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(size("64MiB").unwrap(), 64 << 20);
        assert_eq!(size("4096").unwrap(), 4096);
        assert_eq!(size("2 g").unwrap(), 2 << 30);
        for wrong in ["", "MiB", "-1", "1.5M", "99999999999G", "3 quarks"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
