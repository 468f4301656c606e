//! Under which conditions something is computed, and how each is known. Claim
//! files and report files state them alike.

use std::fmt;

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

/// How it is known that a convention is what it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The publication says so.
    Stated,
    /// The authors' code does so.
    Code,
    /// Neither; the published digits come out with it.
    Inferred,
}

impl Known {
    /// All of them, in the order of the documentation.
    pub const ALL: [Known; 3] = [Known::Stated, Known::Code, Known::Inferred];

    /// Its name in files and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Known::Stated => "stated",
            Known::Code => "code",
            Known::Inferred => "inferred",
        }
    }
}

/// For readers.
impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Known::Code => "the authors' code",
            Known::Stated | Known::Inferred => self.name(),
        })
    }
}

/// What a convention is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Whether memory is counted, which an audit asks: `about = "memory"`.
    Memory,
    /// Anything else, in the words of the file.
    Other(String),
}

impl From<String> for Topic {
    fn from(text: String) -> Topic {
        match text.as_str() {
            "memory" => Topic::Memory,
            _ => Topic::Other(text),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topic::Memory => "memory",
            Topic::Other(text) => text,
        })
    }
}

/// `set`: what is set on the model.
pub(crate) fn settings(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<Setting> {
    let numbers = crate::model::read_numbers(fields.take("set"), problems).into_iter();
    numbers
        .map(|(name, formula)| Setting { name, formula })
        .collect()
}

/// `free`: primitives that cost nothing.
pub(crate) fn zero_cost(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<Primitive> {
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
