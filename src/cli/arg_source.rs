//! What was typed after a flag, with places to point at.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use crate::source::{Diagnostic, Place, Problems, Source, Spanned};

/// The name of what was typed, in messages.
const COMMAND_LINE: &str = "command line";

/// One flag and its value: `--table 45mm`.
pub(super) struct ArgSource {
    source: Arc<Source>,
    /// Where the value begins.
    start: usize,
}

impl ArgSource {
    /// `text`, typed after `flag`: `--table`, or `--over table=`, which ends where the
    /// value begins.
    pub(super) fn new(flag: &str, text: &str) -> ArgSource {
        let gap = if flag.ends_with('=') { "" } else { " " };
        ArgSource {
            source: Source::new(COMMAND_LINE, format!("{flag}{gap}{text}")),
            start: flag.len() + gap.len(),
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

/// `NAME=VALUES`, or `NAME` alone.
pub(super) struct Assignment<'t> {
    typed: ArgSource,
    text: &'t str,
    /// What stands before the `=`.
    pub(super) name: Spanned<String>,
    /// What stands behind it, if there is one.
    values: Option<&'t str>,
}

impl<'t> Assignment<'t> {
    /// Reads what was typed after `flag`; there must be a name.
    pub(super) fn read(flag: &str, text: &'t str) -> Result<Assignment<'t>, Diagnostic> {
        let typed = ArgSource::new(flag, text);
        let (name, values) = match text.split_once('=') {
            Some((name, values)) => (name, Some(values)),
            None => (text, None),
        };
        if name.trim().is_empty() {
            let until = text.len().min(name.len() + 1);
            return Err(
                Diagnostic::at(&typed.place(0..until), "no name before the `=`")
                    .help(format!("write `{flag} NAME=VALUE`")),
            );
        }
        let start = name.len() - name.trim_start().len();
        let place = typed.place(start..name.trim_end().len());
        Ok(Assignment {
            name: Spanned::new(name.trim().to_owned(), place),
            typed,
            text,
            values,
        })
    }

    /// Whether there is a `=`.
    pub(super) fn has_values(&self) -> bool {
        self.values.is_some()
    }

    /// What stands behind the `=`, and where.
    pub(super) fn values(&self) -> Result<(&'t str, Place), Diagnostic> {
        let Some(values) = self.values else {
            let message = format!("no value for `{}`", self.name.value);
            return Err(Diagnostic::at(&self.name.place, message));
        };
        let start = self.text.len() - values.len();
        if values.trim().is_empty() {
            let place = self.typed.place(start - 1..self.text.len());
            return Err(Diagnostic::at(&place, "no value after the `=`"));
        }
        Ok((values, self.typed.place(start..self.text.len())))
    }
}

/// The words given with a flag, each parsed.
pub(super) fn parse_list<T>(
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
                let place = ArgSource::new(flag, text).whole();
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

/// What is given twice after a flag is a slip: nothing is shown or priced twice.
pub(super) fn refuse_repeats(texts: &[String], flag: &str, problems: &mut Problems) {
    for (at, text) in texts.iter().enumerate() {
        if texts
            .iter()
            .take(at)
            .any(|before| before.trim() == text.trim())
        {
            let place = ArgSource::new(flag, text).whole();
            problems.push(Diagnostic::at(
                &place,
                format!("`{}` is given twice", text.trim()),
            ));
        }
    }
}
