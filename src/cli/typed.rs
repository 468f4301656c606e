//! What was typed after a flag, with places to point at.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use crate::source::{Diagnostic, Place, Problems, Source, Spanned};

/// The name of what was typed, in messages.
const COMMAND_LINE: &str = "command line";

/// One flag and its value: `--table 45mm`.
pub(super) struct Typed {
    source: Arc<Source>,
    /// Where the value begins.
    start: usize,
}

impl Typed {
    /// `text`, typed after `flag`.
    pub(super) fn new(flag: &str, text: &str) -> Typed {
        Typed {
            source: Source::new(COMMAND_LINE, format!("{flag} {text}")),
            start: flag.len() + 1,
        }
    }

    /// Where a part of the value stands.
    pub(super) fn place(&self, part: Range<usize>) -> Place {
        Place::new(&self.source, self.start + part.start..self.start + part.end)
    }

    /// A name that is the value, with its place.
    pub(super) fn spanned(&self, name: &str) -> Spanned<String> {
        Spanned::new(name.to_owned(), self.whole())
    }

    /// Where the value stands.
    pub(super) fn whole(&self) -> Place {
        Place::new(&self.source, self.start..self.source.text().len())
    }
}

/// The words given with a flag, each parsed.
pub(super) fn words<T>(
    texts: &[String],
    flag: &str,
    known: &[&str],
    problems: &mut Problems,
) -> Vec<T>
where
    T: FromStr,
    T::Err: Display,
{
    let mut values = Vec::new();
    for text in texts {
        match text.parse::<T>() {
            Ok(value) => values.push(value),
            Err(error) => {
                let place = Typed::new(flag, text).whole();
                let mistake = Diagnostic::at(&place, error.to_string());
                problems.push(if known.is_empty() {
                    mistake
                } else {
                    mistake.known(text, known.iter().copied())
                });
            }
        }
    }
    values
}
