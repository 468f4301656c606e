//! A name or a path, and where it stands.

use std::path::{Path, PathBuf};

use crate::catalog::is_path;
use crate::source::{Diagnostic, Place, Problems, Source, Spanned};

/// What a file is called: the name of one that ships, or a path. A path that
/// stands in a file is relative to the folder of that file; any other to the
/// current folder.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    pub(super) text: &'a str,
    place: Option<&'a Place>,
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(text: &'a str) -> Name<'a> {
        Name { text, place: None }
    }
}

impl<'a> From<&'a String> for Name<'a> {
    fn from(text: &'a String) -> Name<'a> {
        Name { text, place: None }
    }
}

impl<'a> From<&'a Spanned<String>> for Name<'a> {
    fn from(name: &'a Spanned<String>) -> Name<'a> {
        Name {
            text: &name.value,
            place: Some(&name.place),
        }
    }
}

impl Name<'_> {
    /// The path that it means.
    pub(super) fn path(&self) -> PathBuf {
        match self.place.and_then(|place| folder(place.source())) {
            Some(folder) => folder.join(
                Path::new(self.text)
                    .strip_prefix(".")
                    .unwrap_or(Path::new(self.text)),
            ),
            None => PathBuf::from(self.text),
        }
    }

    /// A mistake about it, where it stands.
    pub(super) fn mistake(&self, message: String) -> Diagnostic {
        match self.place {
            Some(place) => Diagnostic::at(place, message),
            None => Diagnostic::new(message),
        }
    }

    /// Mistakes that stand nowhere, where the name does.
    pub(super) fn placed(&self, mistakes: Problems) -> Problems {
        match self.place {
            Some(place) => mistakes.placed(place),
            None => mistakes,
        }
    }
}

/// The folder of a file; nothing where the current folder is meant.
fn folder(source: &Source) -> Option<&Path> {
    let folder = Path::new(source.name()).parent()?;
    let is_named = is_path(source.name()) && !folder.as_os_str().is_empty();
    is_named.then_some(folder)
}
