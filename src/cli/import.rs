//! Models from other files: ONNX graphs, Hugging Face configs; and
//! `picojoule import`, which writes what is made of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::args::{ImportArgs, ScanArgs};
use super::files::{self, Blocks};
use super::output;
use super::usage::usage_error;
use crate::catalog::Kind;
use crate::graph::settable;
use crate::import::Imported;
use crate::import::huggingface;
use crate::import::onnx::{self, WeightValues, external, scan, wire};
use crate::model::Model;
use crate::source::{Problems, Source};

/// The files that models are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// An ONNX graph.
    Graph,
    /// A Hugging Face config.
    Config,
}

impl Origin {
    fn of(name: &str) -> Option<Origin> {
        let extension = Path::new(name).extension()?;
        if extension.eq_ignore_ascii_case("onnx") {
            Some(Origin::Graph)
        } else if extension.eq_ignore_ascii_case("json") {
            Some(Origin::Config)
        } else {
            None
        }
    }
}

/// A model file that ships or is the user's, or one made from a graph or a
/// config.
pub(super) fn open(name: &str, scan: &ScanArgs) -> Result<Arc<Source>, Problems> {
    let Some(origin) = Origin::of(name) else {
        return files::open(Kind::Model, "model", name);
    };
    let imported = import(name, origin, scan)?;
    for note in &imported.notes {
        output::tell(format_args!("note: {note}"));
    }
    Ok(source(name, imported))
}

/// What can be set of a model, if it can be read at all.
pub(super) fn settable_of(name: &str, scan: &ScanArgs) -> Option<BTreeSet<String>> {
    let source = match Origin::of(name) {
        Some(origin) => source(name, import(name, origin, scan).ok()?),
        None => files::open(Kind::Model, "model", name).ok()?,
    };
    let model = Model::read(&source, &Blocks).ok()?;
    let known = settable(&model).into_iter();
    Some(known.map(str::to_owned).collect())
}

fn source(name: &str, imported: Imported) -> Arc<Source> {
    Source::generated(format!("{name} (as a model file)"), imported.text)
}

/// What a model is called after a file.
pub(super) fn stem(name: &str) -> String {
    let stem = Path::new(name).file_stem();
    stem.map_or_else(
        || name.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// `picojoule import`
pub(super) fn run(args: &ImportArgs) -> Result<(), Problems> {
    let Some(origin) = Origin::of(&args.file) else {
        return Err(usage_error(format!(
            "`{}` is neither an ONNX graph (.onnx) nor a config (.json)",
            args.file
        )));
    };
    let imported = import(&args.file, origin, &args.scan)?;
    for note in &imported.notes {
        output::tell(format_args!("note: {note}"));
    }
    if imported.text.len() > Source::max_bytes() {
        let most = Source::max_bytes() >> 20;
        output::tell(format_args!(
            "note: the model file is larger than {most} MiB, the most that is read; estimate `{}` itself",
            args.file
        ));
    }
    match &args.output {
        None => output::print(&imported.text),
        Some(path) => files::write(path, imported.text.as_bytes()),
    }
}

fn import(name: &str, origin: Origin, scan: &ScanArgs) -> Result<Imported, Problems> {
    match origin {
        Origin::Config => {
            let source = files::read(Path::new(name)).map_err(usage_error)?;
            huggingface::import(&source)
        }
        Origin::Graph => graph(name, scan),
    }
}

fn graph(name: &str, args: &ScanArgs) -> Result<Imported, Problems> {
    let failed =
        |error: &dyn std::fmt::Display| usage_error(format!("cannot read `{name}`: {error}"));
    let file = File::open(name).map_err(|error| failed(&error))?;
    let model = wire::read(&file).map_err(|error| failed(&error))?;
    if !args.scan_weights {
        return onnx::import(&model, name, &mut |_| WeightValues::any());
    }
    let limit = size(&args.weight_scan_limit)?;
    let folder = files::folder(Path::new(name)).to_owned();
    let open = |location: &str| -> Result<Box<dyn wire::Bytes>, String> {
        let path = external::resolve(&folder, location, &|path| path.canonicalize())
            .map_err(|refused| refused.to_string())?;
        let file =
            File::open(path).map_err(|error| format!("cannot read `{location}`: {error}"))?;
        Ok(Box::new(file))
    };
    // Told once for every tensor, after the rest.
    let unread: RefCell<Vec<String>> = RefCell::default();
    let mut look = |tensor: &onnx::proto::Tensor| {
        if tensor.bytes().is_none_or(|bytes| bytes > limit) {
            let why = "larger than --weight-scan-limit";
            unread
                .borrow_mut()
                .push(format!("the tensor `{}`: {why}", tensor.name));
            return WeightValues::any();
        }
        match scan::scan(tensor, &file, &open, true) {
            Ok(found) => found.map_or_else(WeightValues::any, WeightValues::of),
            Err(error) => {
                unread.borrow_mut().push(error.to_string());
                WeightValues::any()
            }
        }
    };
    let mut imported = onnx::import(&model, name, &mut look)?;
    let unread = unread.into_inner();
    if let [first, others @ ..] = unread.as_slice() {
        let more = match others.len() {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        imported
            .notes
            .push(format!("weights not looked at: {first}{more}"));
    }
    Ok(imported)
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
