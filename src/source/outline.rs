//! What stands where in TOML that a program of ours has written, and the values
//! that are made of that.
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

/// What stands where in a TOML text that a program of ours has written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// In the order of the text.
    pub(super) marks: Vec<Mark>,
}

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) part: Part,
    pub(super) span: (u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
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

impl Outline {
    /// What a reader finds in the text, which is that of `source`, but for the
    /// tables `[[apart]]`, which are read one by one.
    pub(crate) fn read(&self, source: &Arc<Source>, apart: Option<&str>) -> Datum {
        let mut marks = self.marks(source);
        let mut root = marks.entries();
        while let Some(header) = marks.left.next() {
            let parent = match header.part {
                Part::InnerHeader | Part::InnerListHeader => marks.key(),
                _ => None,
            };
            let Some(key) = marks.key() else { break };
            let is_list = matches!(header.part, Part::ListHeader | Part::InnerListHeader);
            if is_list && parent.is_none() && apart == Some(key.value.as_str()) {
                marks.skip_entries();
                continue;
            }
            let table = marks.table(header);
            let into = match parent {
                None => Some(&mut root),
                Some(parent) => last_table(&mut root, &parent.value),
            };
            if let Some(entries) = into {
                add(entries, key, table, is_list);
            }
        }
        Datum {
            value: Value::Table(root),
            place: Place::new(source, 0..0),
        }
    }

    /// The tables `[[name]]` of the text, which is that of `source`, one by one:
    /// all at once would take many times the room of the text.
    pub(crate) fn tables<'o>(
        &'o self,
        source: &'o Arc<Source>,
        name: &'o str,
    ) -> impl Iterator<Item = Datum> + 'o {
        let mut marks = self.marks(source);
        std::iter::from_fn(move || {
            loop {
                let mark = marks.left.next()?;
                let is_list = mark.part == Part::ListHeader;
                if is_list && marks.key().is_some_and(|key| key.value == name) {
                    return Some(marks.table(mark));
                }
            }
        })
    }

    /// How many tables `[[name]]` there are.
    pub(crate) fn count(&self, source: &Arc<Source>, name: &str) -> usize {
        let marks = self.marks(source);
        let pairs = self.marks.windows(2);
        let is_one = |pair: &&[Mark]| matches!(pair, [header, key] if header.part == Part::ListHeader && marks.text(key) == name);
        pairs.filter(is_one).count()
    }

    fn marks<'o>(&'o self, source: &'o Arc<Source>) -> Marks<'o> {
        Marks {
            source,
            left: self.marks.iter(),
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

impl<'o> Marks<'o> {
    /// The table behind a header and its key.
    fn table(&mut self, header: &Mark) -> Datum {
        Datum {
            value: Value::Table(self.entries()),
            place: self.place(header),
        }
    }

    /// Passes over keys and values, as many as follow.
    fn skip_entries(&mut self) {
        let is_header = |mark: &Mark| {
            matches!(
                mark.part,
                Part::Header | Part::ListHeader | Part::InnerHeader | Part::InnerListHeader
            )
        };
        let left = self.left.as_slice();
        let next = left.iter().position(is_header).unwrap_or(left.len());
        self.left = left.get(next..).unwrap_or_default().iter();
    }

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

    fn text(&self, mark: &Mark) -> &'o str {
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
