//! The models and tables that ship, each read once.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use picojoule::catalog::{self, Kind};
use picojoule::claims::Shelf;
use picojoule::model::{Densities, Library, Model};
use picojoule::source::{Diagnostic, Problems, Source, Spanned};
use picojoule::table::EnergyTable;

/// What ships, and nothing else.
pub struct Shipped;

static MODELS: LazyLock<HashMap<&str, Arc<Model>>> = LazyLock::new(|| {
    each(Kind::Model, |source| Model::read(source, &Shipped))
});

static TABLES: LazyLock<HashMap<&str, Arc<EnergyTable>>> = LazyLock::new(|| {
    each(Kind::Table, |source| {
        EnergyTable::read(source, &|name| catalog::find(Kind::Table, name))
    })
});

fn each<T>(
    kind: Kind,
    read: impl Fn(&Arc<Source>) -> Result<T, Problems>,
) -> HashMap<&'static str, Arc<T>> {
    catalog::names(kind)
        .filter_map(|name| Some((name, Arc::new(read(&catalog::find(kind, name)?).ok()?))))
        .collect()
}

fn found<T>(all: &HashMap<&str, Arc<T>>, name: &Spanned<String>) -> Result<Arc<T>, Problems> {
    let found = all.get(name.value.as_str()).cloned();
    found.ok_or_else(|| Diagnostic::at(&name.place, format!("no `{}` ships", name.value)).into())
}

impl Library for Shipped {
    fn find(&self, name: &str, _from: &Source) -> Result<Arc<Source>, String> {
        catalog::find(Kind::Block, name).ok_or_else(|| format!("no block `{name}`"))
    }

    fn names(&self) -> Vec<&str> {
        catalog::names(Kind::Block).collect()
    }
}

impl Shelf for Shipped {
    fn model(&self, name: &Spanned<String>) -> Result<Arc<Model>, Problems> {
        found(&MODELS, name)
    }

    fn table(&self, name: &Spanned<String>) -> Result<Arc<EnergyTable>, Problems> {
        found(&TABLES, name)
    }

    fn densities(&self, path: &Spanned<String>) -> Result<Arc<Densities>, Problems> {
        Err(Diagnostic::at(&path.place, "no densities ship").into())
    }

    fn tables(&self) -> Vec<&str> {
        catalog::names(Kind::Table).collect()
    }
}
