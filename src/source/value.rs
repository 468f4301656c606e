//! Bindings of a TOML or JSON file with the places where they stand, and what a
//! reader expects of them.

use std::fmt::Display;
use std::str::FromStr;

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::diagnostic::{Diagnostic, Problems};
use super::text::Place;
use crate::number;

/// A value with the place in its source where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place in the source.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// `value`, written at `place`.
    pub fn new(value: T, place: Place) -> Spanned<T> {
        Spanned { value, place }
    }

    /// Another value for the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            place: self.place,
        }
    }
}

impl Spanned<String> {
    /// What the text means; a text that means nothing is noted.
    pub fn parse<T>(&self, problems: &mut Problems) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let failed = |error: T::Err| problems.push(Diagnostic::at(&self.place, error.to_string()));
        self.value.parse().map_err(failed).ok()
    }
}

/// One value of a TOML or JSON file with its place in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// The value itself.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// What a TOML value can be. Numbers are exact.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer or a float.
    Number(BigRational),
    /// `true` or `false`.
    Bool(bool),
    /// An array, in order.
    Array(Vec<Datum>),
    /// A table, its entries in the order of the file.
    Table(Vec<(Spanned<String>, Datum)>),
    /// A value of a kind that no file of ours uses, with the words for it.
    Other(&'static str),
}

impl Datum {
    /// What it is, in words: `the string "x"`, `the number 3`, `a table`.
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Text(text) => format!("the string \"{}\"", shorten(text)),
            Value::Number(number) => format!("the number {}", shorten(&number::plain(number))),
            Value::Bool(truth) => format!("`{truth}`"),
            Value::Array(_) => "an array".to_owned(),
            Value::Table(_) => "a table".to_owned(),
            Value::Other(words) => (*words).to_owned(),
        }
    }

    fn expected(&self, wanted: &str, problems: &mut Problems) {
        problems.push(Diagnostic::at(
            &self.place,
            format!("expected {wanted}, found {}", self.describe()),
        ));
    }

    /// The string that it must be.
    pub fn text(&self, problems: &mut Problems) -> Option<Spanned<String>> {
        match &self.value {
            Value::Text(text) => Some(Spanned::new(text.clone(), self.place.clone())),
            _ => {
                self.expected("a string", problems);
                None
            }
        }
    }

    /// The number that it must be.
    pub fn number(&self, problems: &mut Problems) -> Option<Spanned<BigRational>> {
        match &self.value {
            Value::Number(number) => Some(Spanned::new(number.clone(), self.place.clone())),
            _ => {
                self.expected("a number", problems);
                None
            }
        }
    }

    /// Whether it is an array.
    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// The truth value that it must be.
    pub fn truth(&self, problems: &mut Problems) -> Option<bool> {
        match &self.value {
            Value::Bool(truth) => Some(*truth),
            _ => {
                self.expected("`true` or `false`", problems);
                None
            }
        }
    }

    /// The whole number, no larger than `most`, that it must be.
    pub fn whole_number(&self, most: u64, problems: &mut Problems) -> Option<u64> {
        let number = self.number(problems)?.value;
        let fits = number
            .is_integer()
            .then(|| number.numer().to_u64())
            .flatten();
        match fits {
            Some(value) if value <= most => Some(value),
            _ => {
                self.expected(&format!("a whole number from 0 to {most}"), problems);
                None
            }
        }
    }

    /// The items of the array that it must be.
    pub fn items(&self, problems: &mut Problems) -> Option<&[Datum]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => {
                self.expected("an array", problems);
                None
            }
        }
    }

    /// The items of the array that it must be, each read by `read`.
    pub fn each<T>(
        &self,
        problems: &mut Problems,
        read: impl Fn(&Datum, &mut Problems) -> Option<T>,
    ) -> Vec<T> {
        let items = self.items(problems).unwrap_or(&[]).iter();
        items.filter_map(|item| read(item, problems)).collect()
    }

    /// The strings of the array that it must be.
    pub fn texts(&self, problems: &mut Problems) -> Option<Vec<Spanned<String>>> {
        let items = self.items(problems)?;
        Some(
            items
                .iter()
                .filter_map(|item| item.text(problems))
                .collect(),
        )
    }

    /// The entries of the table that it must be, in the order of the file.
    pub fn entries(&self, problems: &mut Problems) -> Option<&[(Spanned<String>, Datum)]> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            _ => {
                self.expected("a table", problems);
                None
            }
        }
    }

    /// Where the text inside the quotes of a string stands, so that a mistake
    /// in a formula can be shown in the formula. The whole value where escapes
    /// keep the two apart.
    pub fn inside(&self) -> Place {
        let whole = self.place.span();
        let raw = self.place.source().text().get(whole.clone()).unwrap_or("");
        if let Value::Text(text) = &self.value
            && raw.len() == text.len() + 2
            && raw.get(1..raw.len() - 1) == Some(text)
        {
            return self.place.part(1..raw.len() - 1);
        }
        self.place.clone()
    }
}

/// The first `most` of `items`, with a mistake where there are more.
pub fn at_most<'i, T>(
    items: &'i [T],
    most: usize,
    what: &str,
    place: &Place,
    problems: &mut Problems,
) -> &'i [T] {
    if items.len() <= most {
        return items;
    }
    let message = format!("{} {what}; at most {most} can be read", items.len());
    problems.push(Diagnostic::at(place, message));
    &items[..most]
}

/// The start of a text too long to show in a sentence.
pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    let start: String = text.chars().take(37).collect();
    format!("{start}…")
}
