//! Models made from other files: ONNX graphs, NIR graphs and Hugging Face
//! configs.

use std::path::Path;

use super::Name;
use super::files::{Files, text};
use crate::import::onnx::{self, WeightValues, external, scan, wire};
use crate::import::{Given, Imported, huggingface, nir};
use crate::model::check_import;
use crate::source::{Diagnostic, Problems, Source};

/// The files that models are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An ONNX graph.
    Graph,
    /// A NIR graph.
    Spiking,
    /// A Hugging Face config.
    Config,
}

impl Origin {
    /// By the ending of a file.
    pub(super) fn of(name: &str) -> Option<Origin> {
        let extension = Path::new(name).extension()?;
        if extension.eq_ignore_ascii_case("onnx") {
            Some(Origin::Graph)
        } else if extension.eq_ignore_ascii_case("nir") {
            Some(Origin::Spiking)
        } else if extension.eq_ignore_ascii_case("json") {
            Some(Origin::Config)
        } else {
            None
        }
    }
}

/// Kinds of files with networks that are not read, by their endings.
const OTHERS: [(&str, &str); 11] = [
    ("tflite", "a TensorFlow Lite file"),
    ("pb", "a TensorFlow graph"),
    ("h5", "a Keras file"),
    ("keras", "a Keras file"),
    ("pt", "a PyTorch file"),
    ("pth", "a PyTorch file"),
    ("pt2", "a PyTorch file"),
    ("safetensors", "a file of weights"),
    ("gguf", "a file of weights"),
    ("mlmodel", "a Core ML file"),
    ("xml", "an OpenVINO file"),
];

/// The mistake for a file with a network of a kind that is not read.
pub(super) fn check_ending(name: Name<'_>) -> Result<(), Diagnostic> {
    let extension = Path::new(name.text).extension();
    let extension = extension.and_then(|extension| extension.to_str());
    let lower = extension.map(str::to_ascii_lowercase);
    let mut others = OTHERS.iter();
    match others.find(|(ending, _)| lower.as_deref() == Some(ending)) {
        None => Ok(()),
        Some((_, what)) => Err(name
            .mistake(format!("`{}` is {what}, which is not read", name.text))
            .help("a model is a `.toml`, an ONNX graph `.onnx`, a NIR graph `.nir` or a config `.json`")),
    }
}

/// The model file that is made of another file. Weights of a graph of up to
/// `scanned` bytes are looked at; none where there is no limit. Dims that are
/// `given` have their sizes before its shapes are inferred.
pub(super) fn import(
    files: &dyn Files,
    name: Name<'_>,
    origin: Origin,
    scanned: Option<u64>,
    given: &Given,
) -> Result<Imported, Problems> {
    let path = name.path();
    match origin {
        Origin::Config => huggingface::import(
            &text(files, &path, Source::max_bytes()).map_err(|message| name.mistake(message))?,
        ),
        Origin::Graph => graph(files, &path, scanned, given),
        Origin::Spiking => {
            let shown = path.display().to_string();
            let opened = files
                .bytes(&path)
                .map_err(|error| Diagnostic::new(format!("cannot read `{shown}`: {error}")));
            opened
                .map_err(Problems::from)
                .and_then(|bytes| nir::import(bytes, &shown, given))
        }
    }
    .and_then(|imported| {
        let is_read = check_import(&imported.text);
        is_read.map_err(|more| Diagnostic::new(format!("{}: {more}", path.display())))?;
        Ok(imported)
    })
    .map_err(|mistakes| name.placed(mistakes))
}

fn graph(
    files: &dyn Files,
    path: &Path,
    scanned: Option<u64>,
    given: &Given,
) -> Result<Imported, Problems> {
    let shown = path.display().to_string();
    let failed = |error: &dyn std::fmt::Display| -> Problems {
        Diagnostic::new(format!("cannot read `{shown}`: {error}")).into()
    };
    let file = files.bytes(path).map_err(|error| failed(&error))?;
    let model = wire::read(&*file).map_err(|error| failed(&error))?;
    let Some(limit) = scanned else {
        return onnx::import(&model, &shown, given, &mut |_| WeightValues::any());
    };
    let mut scan = Scan {
        files,
        graph: &*file,
        folder: path.parent().unwrap_or(Path::new("")),
        limit,
        unread: Vec::new(),
    };
    let mut imported = onnx::import(&model, &shown, given, &mut |tensor| scan.look(tensor))?;
    imported.notes.extend(scan.note());
    Ok(imported)
}

/// The weights of a graph, looked at one by one.
struct Scan<'f> {
    files: &'f dyn Files,
    graph: &'f dyn wire::Bytes,
    folder: &'f Path,
    /// The largest weight that is looked at, in bytes.
    limit: u64,
    /// Why others were not, once for every weight.
    unread: Vec<String>,
}

impl Scan<'_> {
    /// Which values a weight holds; any, where it cannot be read.
    fn look(&mut self, tensor: &onnx::proto::Tensor) -> WeightValues {
        if tensor.bytes().is_none_or(|bytes| bytes > self.limit) {
            let why = "larger than --weight-scan-limit";
            self.unread
                .push(format!("the tensor `{}`: {why}", tensor.name));
            return WeightValues::any();
        }
        let open = |location: &str| -> Result<Box<dyn wire::Bytes>, String> {
            let canonical = |path: &Path| self.files.canonical(path);
            let path = external::resolve(self.folder, location, &canonical)
                .map_err(|refused| refused.to_string())?;
            let failed = |error| format!("cannot read `{location}`: {error}");
            self.files.bytes(&path).map_err(failed)
        };
        match scan::scan(tensor, self.graph, &open) {
            Ok(found) => found.map_or_else(WeightValues::any, WeightValues::of),
            Err(error) => {
                self.unread.push(error.to_string());
                WeightValues::any()
            }
        }
    }

    /// Told once for all weights that were not looked at.
    fn note(&self) -> Option<String> {
        let [first, others @ ..] = self.unread.as_slice() else {
            return None;
        };
        let more = match others.len() {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        Some(format!("weights not looked at: {first}{more}"))
    }
}
