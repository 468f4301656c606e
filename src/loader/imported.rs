//! Models made from other files: ONNX graphs, NIR graphs, Hugging Face configs,
//! and the heads of files of weights.

use std::path::{Path, PathBuf};

use super::Name;
use super::files::{Files, text};
use crate::import::onnx::{self, WeightValues, external, scan, wire};
use crate::import::weights::{Head, shard_names, split_names};
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
    /// A file of weights, or the list of several.
    Weights(Format),
}

/// The formats of files of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gguf,
    Safetensors,
    /// The list of the safetensors files of one model.
    Index,
}

/// How the list of safetensors files is called.
const INDEX: &str = ".safetensors.index.json";
/// The config of a model, in the folder of its weights.
const CONFIG: &str = "config.json";
/// The weights of a model, by the names that they have in its folder.
const IN_FOLDER: [(&str, Format); 2] = [
    ("model.safetensors.index.json", Format::Index),
    ("model.safetensors", Format::Safetensors),
];

impl Origin {
    /// By the ending of a file.
    pub(super) fn of(name: &str) -> Option<Origin> {
        let extension = Path::new(name).extension()?;
        if extension.eq_ignore_ascii_case("onnx") {
            Some(Origin::Graph)
        } else if extension.eq_ignore_ascii_case("nir") {
            Some(Origin::Spiking)
        } else if extension.eq_ignore_ascii_case("gguf") {
            Some(Origin::Weights(Format::Gguf))
        } else if extension.eq_ignore_ascii_case("safetensors") {
            Some(Origin::Weights(Format::Safetensors))
        } else if name.to_ascii_lowercase().ends_with(INDEX) {
            Some(Origin::Weights(Format::Index))
        } else if extension.eq_ignore_ascii_case("json") {
            Some(Origin::Config)
        } else {
            None
        }
    }
}

/// Kinds of files with networks that are not read, by their endings.
const OTHERS: [(&str, &str); 9] = [
    ("tflite", "a TensorFlow Lite file"),
    ("pb", "a TensorFlow graph"),
    ("h5", "a Keras file"),
    ("keras", "a Keras file"),
    ("pt", "a PyTorch file"),
    ("pth", "a PyTorch file"),
    ("pt2", "a PyTorch file"),
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
            .help(
                "a model is a `.toml`, an ONNX graph `.onnx`, a NIR graph `.nir`, a config `.json`, \
                 or a file of weights `.gguf` or `.safetensors`",
            )),
    }
}

/// The model file that is made of another file. Weights of a graph of up to
/// `scanned` bytes are looked at; none where there is no limit. Dims that are
/// `given` have their sizes before its shapes are inferred.
pub(super) fn import(
    files: &dyn Files,
    name: Name<'_>,
    (origin, path): (Origin, &Path),
    scanned: Option<u64>,
    given: &Given,
) -> Result<Imported, Problems> {
    match origin {
        Origin::Config => huggingface::import(
            &text(files, path, Source::max_bytes()).map_err(|message| name.mistake(message))?,
        ),
        Origin::Graph => graph(files, path, scanned, given),
        Origin::Weights(format) => weights(files, path, format),
        Origin::Spiking => {
            let shown = path.display().to_string();
            let opened = files
                .bytes(path)
                .map_err(|error| Diagnostic::new(format!("cannot read `{shown}`: {error}")));
            opened
                .map_err(Problems::from)
                .and_then(|bytes| nir::import(bytes, &shown, given))
        }
    }
    .and_then(|mut imported| {
        let is_read = check_import(&imported.text);
        is_read.map_err(|more| Diagnostic::new(format!("{}: {more}", path.display())))?;
        if name.path() != path {
            imported.notes.extend(left_lying(files, &name.path()));
        }
        Ok(imported)
    })
    .map_err(|mistakes| name.placed(mistakes))
}

/// What the file of a name is made a model from, and its path: by its ending, or,
/// of what can be nothing else than a path, as a folder with a config in it.
/// Nothing for a model file.
pub(super) fn found(files: &dyn Files, name: Name<'_>, is_path: bool) -> Option<(Origin, PathBuf)> {
    let path = name.path();
    if let Some(origin) = Origin::of(name.text) {
        return Some((origin, path));
    }
    let has_ending = Path::new(name.text)
        .extension()
        .is_some_and(|end| end == "toml");
    let path = in_folder(files, &path).filter(|_| is_path && !has_ending)?;
    let origin = Origin::of(path.file_name()?.to_str()?)?;
    Some((origin, path))
}

/// The file that stands for a folder: what lists its weights, or holds them, or
/// else its config. Nothing where it has no config.
fn in_folder(files: &dyn Files, folder: &Path) -> Option<PathBuf> {
    let is_there = |name: &str| {
        let path = folder.join(name);
        files.open(&path).is_ok().then_some(path)
    };
    let config = is_there(CONFIG)?;
    let weights = IN_FOLDER.iter().find_map(|(name, _)| is_there(name));
    Some(weights.unwrap_or(config))
}

/// What there is to say of files of weights in a folder that do not stand for it.
fn left_lying(files: &dyn Files, folder: &Path) -> Option<String> {
    let is_gguf = |name: &String| Origin::of(name) == Some(Origin::Weights(Format::Gguf));
    let mut names: Vec<String> = files.names(folder).into_iter().filter(is_gguf).collect();
    names.sort_unstable();
    let first = names.first()?;
    let (others, path) = (names.len() - 1, folder.join(first));
    let others = match others {
        0 => String::new(),
        1 => " and another".to_owned(),
        _ => format!(" and {others} others"),
    };
    Some(format!(
        "The folder has `{first}`{others} besides, which is not read: `{}` would be.",
        path.display()
    ))
}

/// A model from the heads of the files of its weights, and from the config beside
/// where there is one.
fn weights(files: &dyn Files, path: &Path, format: Format) -> Result<Imported, Problems> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let head = |path: &Path| -> Result<Head, Diagnostic> {
        let shown = path.display().to_string();
        let failed = |error| Diagnostic::new(format!("cannot read `{shown}`: {error}"));
        let bytes = files.bytes(path).map_err(failed)?;
        match format {
            Format::Gguf => Head::of_gguf(&*bytes, &shown),
            Format::Safetensors | Format::Index => Head::of_safetensors(&*bytes, &shown),
        }
    };
    let first = match format {
        Format::Index => {
            let source = text(files, path, Source::max_bytes()).map_err(Diagnostic::new)?;
            joined(folder, shard_names(&source)?, head)?
        }
        Format::Safetensors => head(path)?,
        Format::Gguf => {
            let first = head(path)?;
            match (
                first.shards(),
                path.file_name().and_then(|name| name.to_str()),
            ) {
                (Some(count), Some(name)) => {
                    let names = split_names(name, count).map_err(|message| {
                        Diagnostic::new(format!("cannot read `{}`: {message}", path.display()))
                    })?;
                    joined(folder, names, head)?
                }
                _ => first,
            }
        }
    };
    let config = folder.join(CONFIG);
    let config = match files.open(&config) {
        Ok(_) => Some(text(files, &config, Source::max_bytes()).map_err(Diagnostic::new)?),
        Err(_) => None,
    };
    first.import(config.as_ref(), &path.display().to_string())
}

/// The heads of several files in one folder, as one. The first has the keys.
fn joined(
    folder: &Path,
    names: Vec<String>,
    head: impl Fn(&Path) -> Result<Head, Diagnostic>,
) -> Result<Head, Diagnostic> {
    let mut all: Option<Head> = None;
    for name in names {
        let path = folder.join(name);
        let next = head(&path)?;
        match &mut all {
            None => all = Some(next),
            Some(all) => all.join(next, &path.display().to_string())?,
        }
    }
    all.ok_or_else(|| Diagnostic::new("there is no file of weights"))
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
        return onnx::import(model, &shown, given, &mut |_| WeightValues::any());
    };
    let mut scan = Scan {
        files,
        graph: &*file,
        folder: path.parent().unwrap_or(Path::new("")),
        limit,
        unread: Vec::new(),
    };
    let mut imported = onnx::import(model, &shown, given, &mut |tensor| scan.look(tensor))?;
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
