//! TOML with the place of every key and value, read into plain types.
//!
//! Deserialising into structs stops at the first value that does not fit. A
//! user who wrote five wrong lines wants to hear of all five, so a file is
//! first read into [`Node`]s and then field by field through [`Fields`], which
//! notes each mistake and goes on.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::ToPrimitive;
use toml::de::{DeTable, DeValue};

use super::{Diagnostic, Place, Problems, Source};
use crate::number;

/// A value with the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
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

/// One TOML value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
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
    Array(Vec<Node>),
    /// A table, its entries in the order of the file.
    Table(Vec<(Spanned<String>, Node)>),
    /// A value of a kind that no file of ours uses, with the words for it.
    Other(&'static str),
}

/// Reads `source` as TOML. All syntax errors are noted; `None` if there is one.
pub fn parse_toml(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    for error in &errors {
        let place = match error.span() {
            Some(span) => Place::new(source, span),
            None => Place::whole(source),
        };
        problems.push(Diagnostic::at(
            &place,
            format!("not valid TOML: {}", error.message()),
        ));
    }
    errors
        .is_empty()
        .then(|| table_node(source, Place::new(source, 0..0), table.get_ref()))
}

fn table_node(source: &Arc<Source>, place: Place, table: &DeTable<'_>) -> Node {
    let mut entries: Vec<(Spanned<String>, Node)> = table
        .iter()
        .map(|(key, value)| {
            let key_place = Place::new(source, key.span());
            let value_place = Place::new(source, value.span());
            (
                Spanned::new(key.get_ref().to_string(), key_place),
                node(source, value_place, value.get_ref()),
            )
        })
        .collect();
    // The parser sorts by name; readers mean the order in which they wrote.
    entries.sort_by_key(|(key, _)| key.place.span().start);
    Node {
        value: Value::Table(entries),
        place,
    }
}

fn node(source: &Arc<Source>, place: Place, value: &DeValue<'_>) -> Node {
    let exact = |text: &str| match number::parse_decimal(text) {
        Some(number) => Value::Number(number),
        None => Value::Other("a number that is infinite, not a number or out of range"),
    };
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => {
            match i128::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(integer) => Value::Number(number::whole(integer)),
                Err(_) => exact(integer.as_str()),
            }
        }
        DeValue::Float(float) => exact(float.as_str()),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| node(source, Place::new(source, item.span()), item.get_ref()))
                .collect(),
        ),
        DeValue::Table(table) => return table_node(source, place, table),
    };
    Node { value, place }
}

impl Node {
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
    pub fn items(&self, problems: &mut Problems) -> Option<&[Node]> {
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
        read: impl Fn(&Node, &mut Problems) -> Option<T>,
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
    pub fn entries(&self, problems: &mut Problems) -> Option<&[(Spanned<String>, Node)]> {
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

fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    let start: String = text.chars().take(37).collect();
    format!("{start}…")
}

/// The fields of one table, taken one by one; [`Fields::finish`] then reports
/// every key that nobody asked for.
pub struct Fields<'a> {
    place: Place,
    entries: &'a [(Spanned<String>, Node)],
    asked: Vec<&'static str>,
    /// Former names that were asked for: nobody is told to write them.
    former: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, which must be a table.
    pub fn of(node: &'a Node, problems: &mut Problems) -> Option<Fields<'a>> {
        Some(Fields {
            place: node.place.clone(),
            entries: node.entries(problems)?,
            asked: Vec::new(),
            former: Vec::new(),
        })
    }

    /// Where the table stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the table has `key`.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The value of `key`, if the table has one.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        self.entry(key).map(|(_, node)| node)
    }

    /// The value of `key`, which files may have under the name that it had
    /// `before`; that is noted.
    pub fn take_renamed(
        &mut self,
        key: &'static str,
        before: &'static str,
        problems: &mut Problems,
    ) -> Option<&'a Node> {
        self.former.push(before);
        let now = self.take(key);
        let Some((name, value)) = self.entry(before) else {
            return now;
        };
        match now {
            None => problems.note_renamed(before, key, &name.place),
            Some(now) => {
                let message =
                    format!("`{before}` is the former name of `{key}`, which is here too");
                problems.push(
                    Diagnostic::at(&name.place, message)
                        .and(&now.place, format!("`{key}`"))
                        .help("keep one of them"),
                );
            }
        }
        now.or(Some(value))
    }

    fn entry(&self, key: &str) -> Option<&'a (Spanned<String>, Node)> {
        self.entries.iter().find(|(name, _)| name.value == key)
    }

    /// The value of `key`, or a mistake that says it is missing from `what`.
    pub fn require(
        &mut self,
        key: &'static str,
        what: &str,
        problems: &mut Problems,
    ) -> Option<&'a Node> {
        let found = self.take(key);
        if found.is_none() {
            problems.push(Diagnostic::at(
                &self.place,
                format!("{what} has no `{key}`"),
            ));
        }
        found
    }

    /// The string under `key`, if there is one.
    pub fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<Spanned<String>> {
        self.take(key)?.text(problems)
    }

    /// The string of one line under `key`, which `what` must have.
    pub fn require_text(
        &mut self,
        key: &'static str,
        what: &str,
        problems: &mut Problems,
    ) -> Option<Spanned<String>> {
        let text = self.require(key, what, problems)?.text(problems)?;
        let fault = if text.value.trim().is_empty() {
            "is empty"
        } else if text.value.contains(char::is_control) {
            "holds a line break or another control character"
        } else {
            return Some(text);
        };
        problems.push(Diagnostic::at(&text.place, format!("`{key}` {fault}")));
        None
    }

    /// What the string under `key` means, if there is one; `None` for a
    /// mistake.
    pub fn parse<T>(&mut self, key: &'static str, problems: &mut Problems) -> Option<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        match self.take(key) {
            Some(node) => node.text(problems)?.parse(problems).map(Some),
            None => Some(None),
        }
    }

    /// The strings of the array under `key`; none without one.
    pub fn texts(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Spanned<String>> {
        let texts = self.take(key).and_then(|node| node.texts(problems));
        texts.unwrap_or_default()
    }

    /// The items of the array under `key`, each read by `read`; none without
    /// one.
    pub fn each<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
        read: impl Fn(&Node, &mut Problems) -> Option<T>,
    ) -> Vec<T> {
        let items = self.take(key).map(|node| node.each(problems, read));
        items.unwrap_or_default()
    }

    /// Whether `key` is `true`; `default` without one.
    pub fn truth(&mut self, key: &'static str, default: bool, problems: &mut Problems) -> bool {
        self.take(key)
            .and_then(|node| node.truth(problems))
            .unwrap_or(default)
    }

    /// Entries that no `take` asked for, for tables whose keys are names of
    /// the user's own.
    pub fn rest(&self) -> impl Iterator<Item = &'a (Spanned<String>, Node)> {
        let asked: Vec<&str> = self.asked.iter().chain(&self.former).copied().collect();
        self.entries
            .iter()
            .filter(move |(name, _)| !asked.contains(&name.value.as_str()))
    }

    /// Reports every key of the table that nobody asked for.
    pub fn finish(self, what: &str, problems: &mut Problems) {
        for (name, _) in self.rest() {
            problems.push(
                Diagnostic::at(
                    &name.place,
                    format!("{what} has no field `{}`", shorten(&name.value)),
                )
                .known(&name.value, self.asked.iter().copied()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> (Option<Node>, Problems) {
        let mut problems = Problems::new();
        let node = parse_toml(&Source::new("t.toml", text), &mut problems);
        (node, problems)
    }

    #[test]
    fn all_syntax_errors_are_told_at_once() {
        let (node, problems) = read("a = \nb = 1\nc = = 2\n");
        assert!(node.is_none());
        assert!(problems.len() >= 2, "{problems}");
    }

    #[test]
    fn entries_keep_the_order_of_the_file() {
        let (node, _) = read("z = 1\na = 2\nm = 3\n");
        let node = node.unwrap();
        let names: Vec<&str> = node
            .entries(&mut Problems::new())
            .unwrap()
            .iter()
            .map(|(key, _)| key.value.as_str())
            .collect();
        assert_eq!(names, ["z", "a", "m"]);
    }

    #[test]
    fn unknown_fields_and_wrong_types_are_all_noted() {
        let (node, mut problems) = read("name = 3\nvalu = 1\n");
        let node = node.unwrap();
        let mut fields = Fields::of(&node, &mut problems).unwrap();
        assert!(fields.text("name", &mut problems).is_none());
        assert!(fields.take("value").is_none());
        fields.finish("an entry", &mut problems);
        let text = problems.to_string();
        assert!(
            text.contains("expected a string, found the number 3"),
            "{text}"
        );
        assert!(text.contains("did you mean `value`?"), "{text}");
        assert!(text.contains("t.toml:2:1"), "{text}");
    }

    #[test]
    fn a_former_name_is_read_and_noted() {
        let (node, mut problems) = read("old = 1\nolder = 2\nother = 3\n");
        let node = node.unwrap();
        let mut fields = Fields::of(&node, &mut problems).unwrap();
        let found = fields.take_renamed("new", "old", &mut problems).unwrap();
        assert_eq!(found.describe(), "the number 1");
        assert!(
            fields
                .take_renamed("newer", "older", &mut problems)
                .is_some()
        );
        assert!(
            fields
                .take_renamed("absent", "gone", &mut problems)
                .is_none()
        );
        assert!(problems.is_empty(), "{problems}");
        let renamed = problems.take_renamed();
        let notes: Vec<String> = renamed.iter().map(ToString::to_string).collect();
        assert_eq!(
            notes,
            [
                "t.toml:1:1: the key `old` is called `new` now",
                "t.toml:2:1: the key `older` is called `newer` now",
            ]
        );
        // Nobody is told to write a former name.
        fields.finish("a test", &mut problems);
        let text = problems.to_string();
        assert!(
            text.contains("known: one of `new`, `newer`, `absent`"),
            "{text}"
        );
    }

    #[test]
    fn a_key_under_both_names_is_a_mistake() {
        let (node, mut problems) = read("new = 1\nold = 2\n");
        let node = node.unwrap();
        let mut fields = Fields::of(&node, &mut problems).unwrap();
        let found = fields.take_renamed("new", "old", &mut problems).unwrap();
        assert_eq!(found.describe(), "the number 1");
        let text = problems.to_string();
        assert!(
            text.contains("`old` is the former name of `new`, which is here too"),
            "{text}"
        );
        assert!(text.contains("t.toml:2:1"), "{text}");
    }

    #[test]
    fn infinities_are_no_numbers() {
        let (node, mut problems) = read("pj = inf\n");
        let node = node.unwrap();
        let mut fields = Fields::of(&node, &mut problems).unwrap();
        assert!(fields.take("pj").unwrap().number(&mut problems).is_none());
        assert!(problems.to_string().contains("infinite"), "{problems}");
    }

    #[test]
    fn the_inside_of_a_string_is_where_its_text_stands() {
        let (node, _) = read("f = \"d / h\"\ng = \"a\\tb\"\n");
        let node = node.unwrap();
        let entries = node.entries(&mut Problems::new()).unwrap().to_vec();
        assert_eq!(entries[0].1.inside().span(), 5..10);
        assert_eq!(entries[1].1.inside(), entries[1].1.place);
    }
}
