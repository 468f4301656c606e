//! Models and tables for claim files: those that ship, and those beside the
//! file that names them. Each is read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::ScanArgs;
use super::files::{self, Blocks};
use super::{import, output, tables};
use crate::catalog::{self, Kind};
use crate::claims::Shelf;
use crate::model::{Densities, Model};
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::table::EnergyTable;

/// What was read so far, by name or path.
type Read<T> = Mutex<HashMap<String, Result<Arc<T>, Problems>>>;

/// What claim files refer to.
#[derive(Default)]
pub(super) struct Files {
    models: Read<Model>,
    tables: Read<EnergyTable>,
    densities: Read<Densities>,
}

/// What is there under `key`, read if need be.
fn once<T>(
    known: &Read<T>,
    key: &str,
    read: impl FnOnce() -> Result<T, Problems>,
) -> Result<Arc<T>, Problems> {
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = lock().get(key) {
        return found.clone();
    }
    // Not under the lock: what two ask for at once is read twice.
    let found = read().map(Arc::new);
    lock().insert(key.to_owned(), found.clone());
    found
}

/// A name as it is; a path relative to the file that it stands in.
fn resolved(name: &Spanned<String>) -> String {
    match files::is_path(&name.value) {
        true => files::beside(name.place.source(), &name.value)
            .display()
            .to_string(),
        false => name.value.clone(),
    }
}

impl Shelf for Files {
    fn model(&self, name: &Spanned<String>) -> Result<Arc<Model>, Problems> {
        let path = resolved(name);
        once(&self.models, &path, || {
            let source = import::open(&path, &ScanArgs::off())?;
            let model = Model::read(&source, &Blocks)?;
            output::tell_renamed(&model.renamed);
            Ok(model)
        })
        .map_err(|mistakes| at(&name.place, &mistakes))
    }

    fn table(&self, name: &Spanned<String>) -> Result<Arc<EnergyTable>, Problems> {
        let path = resolved(name);
        once(&self.tables, &path, || tables::table(&path))
            .map_err(|mistakes| at(&name.place, &mistakes))
    }

    fn densities(&self, path: &Spanned<String>) -> Result<Arc<Densities>, Problems> {
        let path_beside = files::beside(path.place.source(), &path.value);
        once(&self.densities, &path_beside.display().to_string(), || {
            let source = files::read(&path_beside).map_err(Diagnostic::new)?;
            Densities::read(&source)
        })
        .map_err(|mistakes| at(&path.place, &mistakes))
    }

    fn tables(&self) -> Vec<&str> {
        catalog::names(Kind::Table).collect()
    }
}

/// Mistakes of a name in a file, at the place of the name.
pub(super) fn at(place: &Place, mistakes: &Problems) -> Problems {
    let mut placed = Problems::new();
    for mistake in mistakes.iter() {
        placed.push(match mistake.place() {
            Some(_) => mistake.clone(),
            None => mistake.clone().labelled(place, ""),
        });
    }
    placed
}
