//! The fields of one table, read one by one.

use std::fmt::Display;
use std::str::FromStr;

use super::diagnostic::{Diagnostic, Problems};
use super::shape::Shape;
use super::text::Place;
use super::value::{Datum, Spanned, shorten};

/// How many keys most readers ask for, at most.
const USUAL: usize = 32;

/// The fields of one table, taken one by one; [`Fields::finish`] then reports
/// every key that nobody asked for.
pub struct Fields<'a> {
    place: Place,
    entries: &'a [(Spanned<String>, Datum)],
    asked: Vec<&'static str>,
    /// Former names that were asked for: no message suggests them.
    former: Vec<&'static str>,
    /// What the table may hold, where that is written down.
    shape: Option<&'static Shape>,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, which must be a table of this shape.
    pub fn shaped(
        node: &'a Datum,
        shape: &'static Shape,
        problems: &mut Problems,
    ) -> Option<Fields<'a>> {
        let fields = Fields::of(node, problems)?;
        Some(Fields {
            shape: Some(shape),
            ..fields
        })
    }

    /// The fields of `node`, which must be a table: one of another program, of
    /// which no more is known than what is asked for.
    pub fn of(node: &'a Datum, problems: &mut Problems) -> Option<Fields<'a>> {
        Some(Fields {
            place: node.place.clone(),
            entries: node.entries(problems)?,
            asked: Vec::with_capacity(USUAL),
            former: Vec::new(),
            shape: None,
        })
    }

    /// The place of the table in its file.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the table has `key`.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The value of `key`, if the table has one.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Datum> {
        debug_assert!(
            self.shape.is_none_or(|shape| shape.key(key).is_some()),
            "`{key}` is in no shape"
        );
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
    ) -> Option<&'a Datum> {
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

    fn entry(&self, key: &str) -> Option<&'a (Spanned<String>, Datum)> {
        self.entries.iter().find(|(name, _)| name.value == key)
    }

    /// The value of `key`, or a mistake that says it is missing from `what`.
    pub fn require(
        &mut self,
        key: &'static str,
        what: &str,
        problems: &mut Problems,
    ) -> Option<&'a Datum> {
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

    /// The name under `key`, if there is one, which must not be empty.
    pub fn name(&mut self, key: &'static str, problems: &mut Problems) -> Option<Spanned<String>> {
        filled(self.text(key, problems)?, key, problems)
    }

    /// The `name` that `what` must have.
    pub fn require_name(&mut self, what: &str, problems: &mut Problems) -> Option<Spanned<String>> {
        let name = self.require("name", what, problems)?.text(problems)?;
        filled(name, "name", problems)
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
        read: impl Fn(&Datum, &mut Problems) -> Option<T>,
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
    pub fn rest(&self) -> impl Iterator<Item = &'a (Spanned<String>, Datum)> {
        let asked = |name: &str| self.asked.contains(&name) || self.former.contains(&name);
        let rest = self.entries.iter();
        rest.filter(move |(name, _)| !asked(&name.value))
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

/// The text, unless there is none in it.
fn filled(text: Spanned<String>, key: &str, problems: &mut Problems) -> Option<Spanned<String>> {
    if text.value.trim().is_empty() {
        problems.push(Diagnostic::at(&text.place, format!("`{key}` is empty")));
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Source, parse_toml};

    fn read(text: &str) -> (Option<Datum>, Problems) {
        let mut problems = Problems::new();
        let node = parse_toml(&Source::new("t.toml", text), &mut problems);
        (node, problems)
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
        // No message suggests a former name.
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
}
