//! Models from other files: ONNX graphs, Hugging Face configs; and
//! `picojoule import`, which writes what is made of them.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::args::ImportArgs;
use super::files;
use super::{output, wrong};
use crate::catalog::Kind;
use crate::import::Imported;
use crate::import::onnx::{self, Values, wire};
use crate::source::{Problems, Source};

/// A model file that ships or is the user's, or one made from a graph or a
/// config.
pub(super) fn open(name: &str) -> Result<Arc<Source>, Problems> {
    if !is_graph(name) {
        return files::open(Kind::Model, "model", name);
    }
    let imported = import(name)?;
    for note in &imported.notes {
        eprintln!("note: {note}");
    }
    Ok(Source::new(format!("{name} (as TOML)"), imported.text))
}

/// `picojoule import`
pub(super) fn run(args: &ImportArgs) -> Result<(), Problems> {
    let imported = import(&args.file)?;
    match &args.output {
        None => output::print(&imported.text),
        Some(path) => files::write(path, imported.text.as_bytes()),
    }
}

/// Whether a name is that of a graph.
fn is_graph(name: &str) -> bool {
    has_ending(name, "onnx")
}

fn has_ending(name: &str, ending: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

fn import(name: &str) -> Result<Imported, Problems> {
    let failed = |error: &dyn std::fmt::Display| wrong(format!("cannot read `{name}`: {error}"));
    if !is_graph(name) {
        return Err(wrong(format!(
            "`{name}` is neither an ONNX graph (.onnx) nor a config (.json)"
        )));
    }
    let file = File::open(name).map_err(|error| failed(&error))?;
    let model = wire::read(&file).map_err(|error| failed(&error))?;
    onnx::import(&model, name, &mut |_| Values::any())
}
