//! Under which conditions something is computed. Claim files and report files
//! state them alike.

use crate::format::Format;
use crate::graph::Setting;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Fields, Problems, Spanned};

/// A table and a format.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceSpec {
    /// The table.
    pub table: Spanned<String>,
    /// The format of what the model leaves open.
    pub format: Format,
}

/// `set`: what is set on the model.
pub(crate) fn settings(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<Setting> {
    let numbers = crate::model::read_numbers(fields.take("set"), problems).into_iter();
    numbers
        .map(|(name, formula)| Setting { name, formula })
        .collect()
}

/// `free`: primitives priced at 0.
pub(crate) fn free(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<Primitive> {
    let mut all = Vec::new();
    for text in fields.texts("free", problems) {
        match text.value.parse::<Primitive>() {
            Ok(primitive) => all.push(primitive),
            Err(unknown) => problems.push(
                Diagnostic::at(&text.place, unknown.to_string())
                    .known(&text.value, Primitive::names()),
            ),
        }
    }
    all
}
