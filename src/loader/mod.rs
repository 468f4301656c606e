//! Files, found by the name of what ships or by a path, and read once.
//!
//! Models, blocks, hardware tables, densities, claims and reports name each
//! other, and the command line names all of them. They all mean the same: a
//! name is that of what ships in the binary, a path is relative to the file
//! that it stands in ([`Name`]). A [`Loader`] is the one place where a name
//! becomes a file. It opens none itself: whoever makes it hands it a file
//! system ([`Files`]), or none, and then what ships is all that there is.
//!
//! ```
//! use picojoule::loader::Loader;
//!
//! let loader = Loader::shipped();
//! let model = loader.model("attention")?;
//! assert_eq!(model.variant_names(), ["vanilla", "e-att", "l1"]);
//! assert_eq!(loader.table("45nm")?.node(), Some("45 nm"));
//! let mistakes = loader.table("45mm").unwrap_err().to_string();
//! assert!(mistakes.contains("did you mean `45nm`?"));
//! # Ok::<(), picojoule::source::Problems>(())
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `name` | a name or a path, and where it stands |
//! | `files` | where the contents of files come from |
//! | `imported` | models made from ONNX graphs, NIR graphs, Hugging Face configs and files of weights |
//! | `memo` | what was read so far |

mod files;
mod imported;
mod memo;
mod name;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::files::{NoFiles, text};
use self::imported::{Origin, check_ending, found, import};
use self::memo::Memo;
use crate::catalog::{self, Finder, Kind, is_path};
use crate::import::{Given, Imported};
use crate::model::{Densities, Model};
use crate::source::{Diagnostic, Outline, Problems, Source, Spanned};
use crate::table::EnergyTable;

pub use self::files::Files;
pub use self::name::Name;

/// Whether the file of this name is an ONNX graph, by its ending.
pub fn is_graph(name: &str) -> bool {
    Origin::of(name) == Some(Origin::Graph)
}

/// Finds models, tables and whatever they name, and reads each once.
pub struct Loader {
    files: Box<dyn Files>,
    scanned: Option<u64>,
    sources: Memo<Source, String>,
    models: Memo<Model, Problems>,
    tables: Memo<EnergyTable, Problems>,
    densities: Memo<Densities, Problems>,
    notes: Mutex<Notes>,
}

/// What there was to say of models, each once.
#[derive(Default)]
struct Notes {
    all: HashSet<String>,
    /// Those that were not taken yet.
    new: Vec<String>,
}

impl Notes {
    fn add(&mut self, note: String) {
        if self.all.insert(note.clone()) {
            self.new.push(note);
        }
    }
}

impl Loader {
    /// A loader of what ships in the binary, which reads no files.
    pub fn shipped() -> Loader {
        Loader::new(NoFiles)
    }

    /// A loader of what ships, and of the files in `files`.
    pub fn new(files: impl Files + 'static) -> Loader {
        Loader {
            files: Box::new(files),
            scanned: None,
            sources: Memo::default(),
            models: Memo::default(),
            tables: Memo::default(),
            densities: Memo::default(),
            notes: Mutex::default(),
        }
    }

    /// The same loader, which also looks at the weights of ONNX graphs, up to
    /// `limit` bytes each: for bits, signs, ternary weights, powers of two, and
    /// for zeros.
    pub fn scanning_weights(mut self, limit: u64) -> Loader {
        self.scanned = Some(limit);
        self
    }

    /// The model of this name, with every block that it names. A path may be
    /// that of a model file, of an ONNX graph (`.onnx`), of a NIR graph (`.nir`),
    /// of a Hugging Face config (`.json`), of a file of weights (`.gguf`,
    /// `.safetensors`, or the `.safetensors.index.json` of several), or of a
    /// folder with a `config.json` in it.
    ///
    /// # Errors
    /// No such model ships, the file at the path cannot be read, or something
    /// is wrong in it or in a file that it names.
    pub fn model<'n>(&self, name: impl Into<Name<'n>>) -> Result<Arc<Model>, Problems> {
        self.model_given(name, &Given::new())
    }

    /// The same, of a graph of which these dims are known before its shapes
    /// are inferred: what fits only then can be read, and what depends on them
    /// is settled. Other models are as they are.
    ///
    /// # Errors
    /// As of [`Loader::model`].
    pub fn model_given<'n>(
        &self,
        name: impl Into<Name<'n>>,
        given: &Given,
    ) -> Result<Arc<Model>, Problems> {
        let name = name.into();
        let read = || {
            let (source, outline) = self.model_source(name, given)?;
            let model = match outline {
                Some(outline) => Model::read_outlined(&source, &outline, self)?,
                None => Model::read(&source, self)?,
            };
            self.note_renamed(&model);
            Ok(Arc::new(model))
        };
        let mut key = self.key(name);
        if matches!(Origin::of(name.text), Some(Origin::Graph | Origin::Spiking)) {
            for (dim, set) in given.iter() {
                key.push_str(&format!("\0{dim}={}", set.text));
            }
        }
        let found = self.models.memoize(&key, read);
        found.map_err(|mistakes| name.placed(mistakes))
    }

    /// Forgets the models that were read: a graph that is imported anew for
    /// many sizes would fill the memory.
    pub fn forget_models(&self) {
        self.models.clear();
    }

    /// Chooses the variants that are `wanted` of a model: see
    /// [`Model::choose`].
    ///
    /// # Errors
    /// As of [`Model::choose`].
    pub fn choose(
        &self,
        model: &mut Model,
        wanted: &[Spanned<String>],
    ) -> Result<Vec<String>, Problems> {
        let chosen = model.choose(wanted, self)?;
        self.note_renamed(model);
        Ok(chosen)
    }

    /// The hardware table of this name, with what it extends.
    ///
    /// # Errors
    /// No such table ships, the file at the path cannot be read, or something
    /// is wrong in it or in a table that it extends.
    pub fn table<'n>(&self, name: impl Into<Name<'n>>) -> Result<Arc<EnergyTable>, Problems> {
        let name = name.into();
        let read = || EnergyTable::read(&self.open(Kind::Table, name)?, self).map(Arc::new);
        let found = self.tables.memoize(&self.key(name), read);
        found.map_err(|mistakes| name.placed(mistakes))
    }

    /// The model of this name, of which these dims are `given`, with the
    /// densities of a file where one is named.
    ///
    /// # Errors
    /// As of [`Loader::model`] and [`Loader::densities`].
    pub fn measured_model<'n>(
        &self,
        name: impl Into<Name<'n>>,
        given: &Given,
        densities: Option<impl Into<Name<'n>>>,
    ) -> Result<Arc<Model>, Problems> {
        let Some(path) = densities else {
            return self.model_given(name, given);
        };
        let mut model = self.model_given(name, &given.clone().with_densities())?;
        Arc::make_mut(&mut model).densities = Some(self.densities(path)?);
        Ok(model)
    }

    /// Every hardware table that ships, in the order of listings.
    ///
    /// # Errors
    /// Something is wrong in one of them.
    pub fn shipped_tables(&self) -> Result<Vec<Arc<EnergyTable>>, Problems> {
        catalog::names(Kind::Table)
            .map(|name| self.table(name))
            .collect()
    }

    /// The densities in the file at this path.
    ///
    /// # Errors
    /// The file cannot be read, or something is wrong in it.
    pub fn densities<'n>(&self, path: impl Into<Name<'n>>) -> Result<Arc<Densities>, Problems> {
        let path = path.into();
        let read = || Densities::read(&self.open(Kind::Densities, path)?).map(Arc::new);
        let found = self.densities.memoize(&self.path_key(path), read);
        found.map_err(|mistakes| path.placed(mistakes))
    }

    /// The text of the file of this kind and name.
    ///
    /// # Errors
    /// Nothing of this name ships, or the file at the path cannot be read.
    pub fn open<'n>(
        &self,
        kind: Kind,
        name: impl Into<Name<'n>>,
    ) -> Result<Arc<Source>, Diagnostic> {
        let name = name.into();
        let mistake = |message| name.mistake(message);
        if kind.ships() && !is_path(name.text) {
            return catalog::find(kind, name.text)
                .ok_or_else(|| catalog::not_shipped(kind, name.text, mistake));
        }
        let limit = match kind {
            Kind::Model => Source::max_model_bytes(),
            _ => Source::max_bytes(),
        };
        let read = || text(&*self.files, &name.path(), limit);
        self.sources
            .memoize(&self.path_key(name), read)
            .map_err(mistake)
    }

    /// The model file that is made of an ONNX graph, with the dims that are
    /// `given`, of a NIR graph, of a Hugging Face config or of the head of a file
    /// of weights.
    ///
    /// # Errors
    /// The file is none of these, cannot be read, or is of a kind of model that is
    /// not known.
    pub fn import<'n>(
        &self,
        path: impl Into<Name<'n>>,
        given: &Given,
    ) -> Result<Imported, Problems> {
        let path = path.into();
        match found(&*self.files, path, true) {
            Some((origin, file)) => {
                import(&*self.files, path, (origin, &file), self.scanned, given)
            }
            None => Err(path
                .mistake(format!(
                    "`{}` is no ONNX graph (.onnx), NIR graph (.nir), config (.json) or file of \
                     weights (.gguf, .safetensors)",
                    path.text
                ))
                .into()),
        }
    }

    /// What there was to say of the models that were read since this was last
    /// asked: what was not recognised or was left out where they were made from
    /// other files, and keys under former names.
    pub fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes().new)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the keys that the files of a model have under former names, each
    /// once however often they are read.
    fn note_renamed(&self, model: &Model) {
        let mut notes = self.notes();
        for key in model.renamed.iter() {
            notes.add(key.to_string());
        }
    }

    /// Notes something of a model, once.
    pub fn note(&self, note: String) {
        self.notes().add(note);
    }

    /// A model file, or one made from another file, with its outline if it has one.
    fn model_source(
        &self,
        name: Name<'_>,
        given: &Given,
    ) -> Result<(Arc<Source>, Option<Outline>), Problems> {
        let Some((origin, file)) = found(&*self.files, name, is_path(name.text)) else {
            check_ending(name)?;
            return Ok((self.open(Kind::Model, name)?, None));
        };
        let imported = import(&*self.files, name, (origin, &file), self.scanned, given)?;
        let mut notes = self.notes();
        for note in imported.notes {
            notes.add(note);
        }
        drop(notes);
        let shown = format!("{} (as a model file)", name.path().display());
        let source = Source::generated(shown, imported.text);
        Ok((source, imported.outline))
    }

    /// One key for all names of one file.
    fn key(&self, name: Name<'_>) -> String {
        match is_path(name.text) {
            true => self.path_key(name),
            false => name.text.to_owned(),
        }
    }

    /// The same for what is a path. Which folder it is in counts, and not where
    /// a link leads: what a file names is relative to the folder that it was
    /// found in.
    fn path_key(&self, name: Name<'_>) -> String {
        let path = name.path();
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let canonical = match (self.files.canonical(folder), path.file_name()) {
            (Ok(folder), Some(file)) => folder.join(file),
            _ => path,
        };
        canonical.display().to_string()
    }
}

impl Finder for Loader {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        self.open(kind, name)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        catalog::names(kind).collect()
    }
}
