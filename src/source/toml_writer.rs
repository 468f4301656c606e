//! TOML as a program of ours writes it, and with it what stands where.

use std::sync::Arc;

use super::outline::{Mark, Outline, Part};

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

impl From<Arc<str>> for TomlValue {
    fn from(text: Arc<str>) -> TomlValue {
        (*text).into()
    }
}

impl From<&str> for TomlValue {
    fn from(text: &str) -> TomlValue {
        TomlValue::Text(text.to_owned())
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Datum, Problems, Source, Value, parse_toml};

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
        assert_eq!(writer.outline.read(&source, None), parsed);
        assert!(problems.is_empty());
        let ops: Vec<Datum> = writer.outline.tables(&source, "op").collect();
        let entries = parsed.entries(&mut problems).unwrap();
        let (_, all) = entries.iter().find(|(key, _)| key.value == "op").unwrap();
        assert_eq!(all.value, Value::Array(ops));
        let others = writer.outline.read(&source, Some("op"));
        let others = others.entries(&mut problems).unwrap();
        assert_eq!(others.len(), entries.len() - 1);
        assert!(others.iter().all(|entry| entries.contains(entry)));
    }
}
