//! What shapes and index notation have in common: axes between blanks, and the
//! `...` that stands for any number of them.

use std::ops::Range;

use crate::source::{Diagnostic, Place};

/// What stands for any number of axes.
pub(super) const ELLIPSIS: &str = "...";

/// The `...` of a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Ellipsis {
    /// How many axes stand before it.
    pub at: usize,
    /// Its place in the file.
    pub place: Place,
}

/// Where `span` of a `text` stands that stands at `place`; the whole of it where
/// the file's text differs (escapes), since offsets then mean nothing.
pub(super) fn part(text: &str, place: &Place, span: Range<usize>) -> Place {
    if place.span().len() == text.len() {
        place.part(span)
    } else {
        place.clone()
    }
}

/// The mistake of a second `...`.
pub(super) fn twice(place: &Place) -> Diagnostic {
    Diagnostic::at(place, "`...` stands twice in one tensor").help("name the axes of one of them")
}
