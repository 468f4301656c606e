//! TOML as a program of ours writes it, with what a reader will find in it.
//!
//! The import of a large graph is read as soon as it is written. So while the
//! text is written it is noted what stands where ([`Outline`]), and the values
//! that [`parse_toml`](super::parse_toml) would find in it are made of these notes
//! and the text. In every build with assertions, and so in every test, both are
//! held against each other: a file and its import cannot differ.

use std::ops::Range;
use std::sync::Arc;

use super::text::{Place, Source};
use super::toml::NO_NUMBER;
use super::value::{Datum, Spanned, Value};
use crate::number;

/// A value that is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TomlValue {
    Text(String),
    /// A number, in digits.
    Number(String),
    Truth(bool),
    List(Vec<TomlValue>),
    Table(Vec<(String, TomlValue)>),
}

impl TomlValue {
    /// A number.
    pub(crate) fn number(number: impl std::fmt::Display) -> TomlValue {
        TomlValue::Number(number.to_string())
    }

    /// Several of a kind.
    pub(crate) fn list<T: Into<TomlValue>>(items: impl IntoIterator<Item = T>) -> TomlValue {
        TomlValue::List(items.into_iter().map(T::into).collect())
    }

    /// Keys and what stands under them.
    pub(crate) fn table<K: ToString>(
        entries: impl IntoIterator<Item = (K, TomlValue)>,
    ) -> TomlValue {
        let entries = entries.into_iter();
        TomlValue::Table(
            entries
                .map(|(key, value)| (key.to_string(), value))
                .collect(),
        )
    }
}

impl From<String> for TomlValue {
    fn from(text: String) -> TomlValue {
        TomlValue::Text(text)
    }
}

impl From<&str> for TomlValue {
    fn from(text: &str) -> TomlValue {
        TomlValue::Text(text.to_owned())
    }
}

/// What stands where in a TOML text that a program of ours has written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// In the order of the text.
    marks: Vec<Mark>,
}

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    part: Part,
    span: (u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `[…]`, the key of whose table comes next.
    Header,
    /// `[[…]]`, the key of whose tables comes next.
    ListHeader,
    /// `[….…]`: the key of the tables to whose last one this belongs comes next, and
    /// then its own.
    InnerHeader,
    /// The same, `[[….…]]`.
    InnerListHeader,
    /// A key, what stands under which comes next.
    Key,
    Text,
    Number,
    True,
    False,
    /// An array, its items, and [`Part::End`].
    List,
    /// An inline table, its keys, and [`Part::End`].
    Table,
    End,
}

/// A TOML text while it is written.
#[derive(Debug, Default)]
pub(crate) struct TomlWriter {
    pub(crate) text: String,
    pub(crate) outline: Outline,
}

impl TomlWriter {
    /// Lines that say nothing to a program.
    pub(crate) fn comment(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    /// `key = value`
    pub(crate) fn field(&mut self, key: &str, value: &TomlValue) {
        self.entry(key, value);
        self.text.push('\n');
    }

    /// `key = value # comment`
    pub(crate) fn field_with_comment(&mut self, key: &str, value: &TomlValue, comment: &str) {
        self.entry(key, value);
        self.text.extend([" # ", comment, "\n"]);
    }

    /// `[name]`, or `[parent.name]` within the last of the tables `parent`.
    pub(crate) fn table(&mut self, parent: Option<&str>, name: &str) {
        let part = match parent {
            None => Part::Header,
            Some(_) => Part::InnerHeader,
        };
        self.header(part, ("\n[", "]\n"), parent, name);
    }

    /// `[[name]]`, or `[[parent.name]]` within the last of the tables `parent`.
    pub(crate) fn item(&mut self, parent: Option<&str>, name: &str) {
        let part = match parent {
            None => Part::ListHeader,
            Some(_) => Part::InnerListHeader,
        };
        self.header(part, ("\n[[", "]]\n"), parent, name);
    }

    /// What another one has written, behind this.
    pub(crate) fn append(&mut self, other: TomlWriter) {
        let moved = short(self.text.len());
        self.text.push_str(&other.text);
        let marks = other.outline.marks.into_iter().map(|mark| Mark {
            span: (
                mark.span.0.saturating_add(moved),
                mark.span.1.saturating_add(moved),
            ),
            ..mark
        });
        self.outline.marks.extend(marks);
    }

    fn header(&mut self, part: Part, around: (&str, &str), parent: Option<&str>, name: &str) {
        self.text.push_str(around.0);
        let brackets = around.0.len() - 1;
        let at = self.outline.marks.len();
        self.mark(part, self.text.len() - brackets);
        if let Some(parent) = parent {
            self.written(Part::Key, parent);
            self.text.push('.');
        }
        self.written(Part::Key, name);
        self.text.push_str(around.1);
        self.outline.marks[at].span.1 = short(self.text.len() - 1);
    }

    fn entry(&mut self, key: &str, value: &TomlValue) {
        self.written(Part::Key, key);
        self.text.push_str(" = ");
        self.value(value);
    }

    fn value(&mut self, value: &TomlValue) {
        match value {
            TomlValue::Text(text) => self.quoted(text),
            TomlValue::Number(digits) => self.written(Part::Number, digits),
            TomlValue::Truth(true) => self.written(Part::True, "true"),
            TomlValue::Truth(false) => self.written(Part::False, "false"),
            TomlValue::List(items) => self.enclosed(Part::List, ("[", "]"), |writer| {
                for (at, item) in items.iter().enumerate() {
                    writer.text.push_str(if at == 0 { "" } else { ", " });
                    writer.value(item);
                }
            }),
            TomlValue::Table(entries) => self.enclosed(Part::Table, ("{ ", " }"), |writer| {
                for (at, (key, value)) in entries.iter().enumerate() {
                    writer.text.push_str(if at == 0 { "" } else { ", " });
                    writer.entry(key, value);
                }
            }),
        }
    }

    fn enclosed(&mut self, part: Part, around: (&str, &str), within: impl FnOnce(&mut Self)) {
        let at = self.outline.marks.len();
        self.mark(part, self.text.len());
        self.text.push_str(around.0);
        within(self);
        self.text.push_str(around.1);
        self.outline.marks[at].span.1 = short(self.text.len());
        self.mark(Part::End, self.text.len());
    }

    /// A text as TOML has it, on one line.
    fn quoted(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push('"');
        let is_special = |c: char| c == '"' || c == '\\' || c.is_control();
        if text.contains(is_special) {
            for c in text.chars() {
                match c {
                    '"' | '\\' => self.text.extend(['\\', c]),
                    c if c.is_control() => self.text.push(' '),
                    c => self.text.push(c),
                }
            }
        } else {
            self.text.push_str(text);
        }
        self.text.push('"');
        self.mark(Part::Text, start);
    }

    /// What is written as it is.
    fn written(&mut self, part: Part, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.mark(part, start);
    }

    /// Notes what stands from `start` on.
    fn mark(&mut self, part: Part, start: usize) {
        self.outline.marks.push(Mark {
            part,
            span: (short(start), short(self.text.len())),
        });
    }
}

/// A place in a text, none of which that is read is as long as 4 GiB.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Outline {
    /// What a reader finds in the text, which is that of `source`.
    pub(crate) fn read(&self, source: &Arc<Source>) -> Datum {
        let mut marks = Marks {
            source,
            left: self.marks.iter(),
        };
        let mut root = marks.entries();
        while let Some(header) = marks.left.next() {
            let parent = match header.part {
                Part::InnerHeader | Part::InnerListHeader => marks.key(),
                _ => None,
            };
            let Some(key) = marks.key() else { break };
            let table = Datum {
                value: Value::Table(marks.entries()),
                place: marks.place(header),
            };
            let into = match parent {
                None => Some(&mut root),
                Some(parent) => last_table(&mut root, &parent.value),
            };
            let is_list = matches!(header.part, Part::ListHeader | Part::InnerListHeader);
            if let Some(entries) = into {
                add(entries, key, table, is_list);
            }
        }
        Datum {
            value: Value::Table(root),
            place: Place::new(source, 0..0),
        }
    }
}

/// The keys of a table.
type Entries = Vec<(Spanned<String>, Datum)>;

/// Adds a table under a key, or to the tables that stand there.
fn add(entries: &mut Entries, key: Spanned<String>, table: Datum, is_list: bool) {
    let known = entries
        .iter_mut()
        .find(|(known, _)| known.value == key.value);
    match known.map(|(_, datum)| &mut datum.value) {
        Some(Value::Array(tables)) if is_list => tables.push(table),
        _ if is_list => {
            let place = table.place.clone();
            let value = Value::Array(vec![table]);
            entries.push((key, Datum { value, place }));
        }
        _ => entries.push((key, table)),
    }
}

/// The last of the tables under a key.
fn last_table<'e>(entries: &'e mut Entries, key: &str) -> Option<&'e mut Entries> {
    let (_, datum) = entries.iter_mut().find(|(known, _)| known.value == key)?;
    match &mut datum.value {
        Value::Array(tables) => match &mut tables.last_mut()?.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

/// Marks that are read one by one.
struct Marks<'o> {
    source: &'o Arc<Source>,
    left: std::slice::Iter<'o, Mark>,
}

impl Marks<'_> {
    /// Keys and values, as many as follow.
    fn entries(&mut self) -> Entries {
        let mut entries = Vec::new();
        while let Some(key) = self.key() {
            let Some(mark) = self.left.next() else { break };
            entries.push((key, self.datum(mark)));
        }
        entries
    }

    /// A key, if one follows.
    fn key(&mut self) -> Option<Spanned<String>> {
        let mark = self.left.as_slice().first()?;
        (mark.part == Part::Key).then(|| {
            self.left.next();
            Spanned::new(self.text(mark).to_owned(), self.place(mark))
        })
    }

    /// The value that begins with a mark.
    fn datum(&mut self, mark: &Mark) -> Datum {
        let value = match mark.part {
            Part::Text => Value::Text(unquoted(self.text(mark))),
            Part::True => Value::Bool(true),
            Part::False => Value::Bool(false),
            Part::List => {
                let mut items = Vec::new();
                while let Some(item) = self.left.next().filter(|item| item.part != Part::End) {
                    items.push(self.datum(item));
                }
                Value::Array(items)
            }
            Part::Table => {
                let entries = self.entries();
                self.left.next();
                Value::Table(entries)
            }
            _ => match number::parse_decimal(self.text(mark)) {
                Some(number) => Value::Number(number),
                None => Value::Other(NO_NUMBER),
            },
        };
        Datum {
            value,
            place: self.place(mark),
        }
    }

    fn text(&self, mark: &Mark) -> &str {
        self.source.text().get(span(mark)).unwrap_or_default()
    }

    fn place(&self, mark: &Mark) -> Place {
        Place::new(self.source, span(mark))
    }
}

fn span(mark: &Mark) -> Range<usize> {
    mark.span.0 as usize..mark.span.1 as usize
}

/// What a text in quotes says.
fn unquoted(quoted: &str) -> String {
    let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
    if !inside.contains('\\') {
        return inside.to_owned();
    }
    let mut letters = inside.chars();
    let mut text = String::with_capacity(inside.len());
    while let Some(letter) = letters.next() {
        text.extend(match letter {
            '\\' => letters.next(),
            letter => Some(letter),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Problems, parse_toml};

    /// Every kind of value and table, with all that is quoted.
    #[test]
    fn what_is_written_is_what_is_read() {
        let mut writer = TomlWriter::default();
        writer.comment("# A comment.\n");
        writer.field("name", &"a \"b\" \\ c\nd µ".into());
        let params = TomlValue::table([("rho", "1".into()), ("n", TomlValue::number(-3))]);
        writer.field_with_comment("params", &params, "of ones");
        writer.table(None, "inputs");
        writer.field("x", &"1 2".into());
        for name in ["a", "b"] {
            writer.item(None, "op");
            writer.field("name", &name.into());
            let weight =
                TomlValue::table([("weight", "2 3".into()), ("bits", TomlValue::number("4.5"))]);
            writer.field("inputs", &TomlValue::List(vec!["x".into(), weight]));
            writer.field("causal", &TomlValue::Truth(true));
            writer.field("none", &TomlValue::List(Vec::new()));
        }
        let mut behind = TomlWriter::default();
        for name in ["c", "d"] {
            behind.item(None, "block");
            behind.field("name", &name.into());
            behind.table(Some("block"), "inputs");
            behind.field("y", &"1".into());
            for _ in 0..2 {
                behind.item(Some("block"), "op");
                behind.field("off", &TomlValue::Truth(false));
            }
        }
        writer.append(behind);
        let source = Source::generated("t.toml", writer.text.clone());
        let mut problems = Problems::new();
        let parsed = parse_toml(&source, &mut problems).unwrap();
        assert_eq!(writer.outline.read(&source), parsed);
        assert!(problems.is_empty());
    }
}
