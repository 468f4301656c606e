//! The fields of a config, one by one, each checked where it is taken.

use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::ignored::has_no_effect;
use super::label::harmless;
use crate::number;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems, Spanned, Value, did_you_mean};

/// No size of a network is larger.
pub(super) const MOST: u64 = 1_000_000_000;
/// No network is deeper.
pub(crate) const MOST_LAYERS: u64 = 10_000;
/// So many unknown fields are named.
const MOST_NAMED: usize = 20;
/// The longest sequence that is taken for granted.
const USUAL_LENGTH: u64 = 1024;

/// A config while it is read. A field that is wrong is noted and stands for 1,
/// so that all that is wrong is told at once.
pub(crate) struct Config<'a> {
    pub(super) node: &'a Datum,
    fields: Fields<'a>,
    /// The value of `model_type`.
    pub(crate) family: Spanned<String>,
    /// Sizes that the file lacks, with the values that were taken.
    taken: Vec<String>,
    /// Sizes that are asked for and not there, each told once.
    lacking: Vec<&'static str>,
    /// What else a reader should know.
    remarks: Vec<String>,
    pub(crate) problems: Problems,
}

impl<'a> Config<'a> {
    /// The config `node`, which must be an object, of the `family` given.
    pub(crate) fn new(
        node: &'a Datum,
        family: Spanned<String>,
        mut problems: Problems,
    ) -> Result<Config<'a>, Problems> {
        match Fields::of(node, &mut problems) {
            Some(fields) => Ok(Config {
                node,
                fields,
                family,
                taken: Vec::new(),
                lacking: Vec::new(),
                remarks: Vec::new(),
                problems,
            }),
            None => Err(problems),
        }
    }

    /// Whether the config says anything under `key`, be it `null`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.fields.has(key)
    }

    pub(super) fn holds_null(&self, key: &str) -> bool {
        let entries = match &self.node.value {
            Value::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        let found = entries.iter().find(|(name, _)| name.value == key);
        found.is_some_and(|(_, node)| node.is_null())
    }

    /// Whether the config says `null` under `key`.
    pub(crate) fn is_null(&mut self, key: &'static str) -> bool {
        self.fields.take(key).is_some_and(Datum::is_null)
    }

    /// Fields that say nothing about what is counted in this family.
    pub(crate) fn without_effect(&mut self, keys: &[&'static str]) {
        for key in keys {
            self.fields.take(key);
        }
    }

    /// A field; one that is `null` is none.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<&'a Datum> {
        self.fields.take(key).filter(|node| !node.is_null())
    }

    /// Something that a reader of the result should know.
    pub(crate) fn remark(&mut self, sentence: impl Into<String>) {
        self.remarks.push(sentence.into());
    }

    /// Everything that a reader should know.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let list = self.taken.join(", ");
        let some = !self.taken.is_empty();
        let taken = some.then(|| format!("Not in the config, so as in `transformers`: {list}."));
        self.remarks.iter().cloned().chain(taken).collect()
    }

    /// Names the fields that nothing asked for, in a remark: what they say is
    /// not in the result.
    pub(crate) fn remark_unread(&mut self) {
        let unread = self.fields.rest().filter(|(_, node)| !is_empty(node));
        let names = unread.map(|(name, _)| name.value.as_str());
        let unread: Vec<&str> = names.filter(|name| !has_no_effect(name)).collect();
        if unread.is_empty() {
            return;
        }
        let shown = unread.iter().take(MOST_NAMED);
        let names = shown.map(|name| format!("`{}`", harmless(name)));
        let mut list = names.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = unread.len().checked_sub(MOST_NAMED) {
            list.push_str(&format!(" and {more} more"));
        }
        self.remark(format!(
            "Fields of the config that are not known here, and not read: {list}."
        ));
    }

    /// Reads the object under `key` as a config of its own.
    pub(crate) fn within<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Config<'a>) -> T,
    ) -> Option<T> {
        let Some(node) = self.take(key) else {
            self.missing(key);
            return None;
        };
        let problems = std::mem::take(&mut self.problems);
        match Config::new(node, self.family.clone(), problems) {
            Ok(mut inner) => {
                let read = read(&mut inner);
                self.taken.append(&mut inner.taken);
                self.remarks.append(&mut inner.remarks);
                self.problems = inner.problems;
                Some(read)
            }
            Err(problems) => {
                self.problems = problems;
                None
            }
        }
    }

    /// Where the value of `key` stands; the family, if there is none.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        let entries = match &self.node.value {
            Value::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        let found = entries.iter().find(|(name, _)| name.value == key);
        found.map_or_else(|| self.family.place.clone(), |(_, node)| node.place.clone())
    }

    /// Notes what is wrong with the value of `key`.
    pub(crate) fn wrong(&mut self, key: &str, message: impl Into<String>) {
        let mistake = Diagnostic::at(&self.place_of(key), message);
        self.problems.push(mistake);
    }

    fn missing(&mut self, key: &'static str) {
        if self.lacking.contains(&key) {
            return;
        }
        self.lacking.push(key);
        let message = format!("a config of `{}` needs `{key}`", self.family.value);
        let mut mistake = Diagnostic::at(&self.family.place, message);
        let given = self.fields.rest().map(|(name, _)| name);
        let names: Vec<&Spanned<String>> = given.take(1000).collect();
        let close = did_you_mean(key, names.iter().map(|name| name.value.as_str()));
        let slip = names.iter().find(|name| Some(name.value.as_str()) == close);
        if let Some(slip) = slip {
            mistake = mistake
                .and(&slip.place, "is it this?")
                .help(format!("did you mean `{key}` by `{}`?", slip.value));
        }
        self.problems.push(mistake);
    }

    pub(super) fn checked(&mut self, node: &Datum, (least, most): (u64, u64)) -> u64 {
        let fits = match &node.value {
            Value::Number(value) if value.is_integer() => value.numer().to_u64(),
            _ => None,
        };
        match fits {
            Some(value) if (least..=most).contains(&value) => value,
            _ => {
                let found = node.describe();
                let message =
                    format!("expected a whole number from {least} to {most}, found {found}");
                self.problems.push(Diagnostic::at(&node.place, message));
                1
            }
        }
    }

    /// A size that the config must give: `transformers` would take that of one
    /// particular model.
    pub(crate) fn size(&mut self, key: &'static str) -> u64 {
        match self.take(key) {
            Some(node) => self.checked(node, (1, MOST)),
            None => {
                self.missing(key);
                1
            }
        }
    }

    /// A size, or one for each of two sides: `[height, width]`.
    pub(crate) fn sides(&mut self, key: &'static str) -> (u64, u64) {
        let Some(node) = self.take(key) else {
            self.missing(key);
            return (1, 1);
        };
        match &node.value {
            Value::Array(items) => match items.as_slice() {
                [both] => {
                    let both = self.checked(both, (1, MOST));
                    (both, both)
                }
                [height, width] => (
                    self.checked(height, (1, MOST)),
                    self.checked(width, (1, MOST)),
                ),
                _ => {
                    self.wrong(key, format!("`{key}` needs a height and a width"));
                    (1, 1)
                }
            },
            _ => {
                let both = self.checked(node, (1, MOST));
                (both, both)
            }
        }
    }

    /// How many layers there are.
    pub(crate) fn layers(&mut self, key: &'static str) -> u64 {
        match self.take(key) {
            Some(node) => self.checked(node, (1, MOST_LAYERS)),
            None => {
                self.missing(key);
                1
            }
        }
    }

    /// A size that `transformers` leaves open.
    pub(crate) fn optional_size(&mut self, key: &'static str) -> Option<u64> {
        let node = self.take(key)?;
        Some(self.checked(node, (1, MOST)))
    }

    /// A list of words that are known; nothing where there is none.
    pub(crate) fn words(&mut self, key: &'static str, known: &[&'static str]) -> Vec<&'static str> {
        let count = self.listed(key).unwrap_or(0);
        match count {
            0 => Vec::new(),
            _ => self.kinds(key, count, known),
        }
    }

    /// How many items a list has, or letters a word that lists them.
    pub(crate) fn listed(&mut self, key: &'static str) -> Option<u64> {
        match &self.take(key)?.value {
            Value::Array(items) => Some(items.len() as u64),
            Value::Text(letters) => Some(letters.chars().count() as u64),
            _ => None,
        }
    }

    /// A word of so many of the letters that are known, one for each layer.
    pub(crate) fn letters(
        &mut self,
        key: &'static str,
        (known, layers): (&str, u64),
    ) -> Option<String> {
        let word = self.word(key)?;
        if let Some(other) = word.value.chars().find(|letter| !known.contains(*letter)) {
            let message = format!(
                "a layer is one of `{known}`, not `{}`",
                other.escape_default()
            );
            self.problems.push(Diagnostic::at(&word.place, message));
        }
        self.as_many(key, word.value.chars().count(), layers);
        Some(word.value)
    }

    /// Whether the config has this word under `key`.
    pub(crate) fn says(&mut self, key: &'static str, word: &str) -> bool {
        let node = self.take(key);
        node.is_some_and(|node| matches!(&node.value, Value::Text(text) if text == word))
    }

    /// A size that `null` does away with. Where the config says nothing, it is
    /// what `transformers` takes; that is told.
    pub(crate) fn size_unless_null(&mut self, key: &'static str, default: u64) -> Option<u64> {
        match self.has(key) {
            true => self.optional_size(key),
            false => Some(self.default(key, default)),
        }
    }

    /// A count that may be 0.
    pub(crate) fn count_or(&mut self, key: &'static str, default: u64) -> u64 {
        match self.take(key) {
            Some(node) => self.checked(node, (0, MOST)),
            None => self.default(key, default),
        }
    }

    /// A size, or what `transformers` takes where it is missing; that is told.
    pub(crate) fn size_or(&mut self, key: &'static str, default: u64) -> u64 {
        match self.optional_size(key) {
            Some(value) => value,
            None => self.default(key, default),
        }
    }

    pub(super) fn default(&mut self, key: &'static str, default: u64) -> u64 {
        self.taken.push(format!("`{key}` = {default}"));
        default
    }

    /// A switch, or what `transformers` takes where it is missing.
    pub(crate) fn truth_or(&mut self, key: &'static str, default: bool) -> bool {
        match self.take(key) {
            Some(node) => node.truth(&mut self.problems).unwrap_or(default),
            None => default,
        }
    }

    /// A number from 0 on, if the config gives one.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<BigRational> {
        let node = self.take(key)?;
        let value = node.number(&mut self.problems)?.value;
        let within = !value.is_negative() && value <= number::whole(MOST);
        if !within {
            let message = format!(
                "expected a number from 0 to {MOST}, found {}",
                node.describe()
            );
            self.problems.push(Diagnostic::at(&node.place, message));
            return None;
        }
        Some(value)
    }

    /// Whether the config gives a number below 0, as −1 for none.
    pub(crate) fn number_below_zero(&mut self, key: &'static str) -> bool {
        let node = self.take(key).map(|node| &node.value);
        matches!(node, Some(Value::Number(value)) if value.is_negative())
    }

    /// A share above 0 and up to 1, or the default.
    pub(crate) fn share_or(&mut self, key: &'static str, default: BigRational) -> BigRational {
        let Some(value) = self.number(key) else {
            return default;
        };
        if value.is_zero() || value > BigRational::one() {
            let message = format!("expected a share above 0 and up to 1, found {value}");
            self.wrong(key, message);
            return default;
        }
        value
    }

    /// A word, if the config gives one.
    pub(crate) fn word(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.take(key)?.text(&mut self.problems)
    }

    /// How many classes a classifier tells apart; 2 in `transformers` where
    /// the config says nothing.
    pub(crate) fn labels(&mut self) -> u64 {
        if let Some(labels) = self.optional_size("num_labels") {
            return labels;
        }
        let Some(names) = self.take("id2label") else {
            return self.default("num_labels", 2);
        };
        match names.entries(&mut self.problems).map(<[_]>::len) {
            Some(0) => {
                self.wrong("id2label", "`id2label` names no class");
                1
            }
            Some(count) => count as u64,
            None => 1,
        }
    }

    /// How long a sequence is counted unless it is set: as long as the model
    /// can take it, but not too long.
    pub(crate) fn usual_length(most: u64) -> u64 {
        most.min(USUAL_LENGTH)
    }

    /// Whether nothing is wrong with these sizes by themselves: what follows from one
    /// that is, is not told beside it.
    pub(crate) fn are_sound(&self, keys: &[&str]) -> bool {
        let entries = match &self.node.value {
            Value::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        let is_sound = |node: &Datum| match &node.value {
            Value::Number(value) => {
                value.is_integer() && value.is_positive() && *value <= number::whole(MOST)
            }
            Value::Bool(_) | Value::Text(_) => false,
            _ => true,
        };
        keys.iter().all(|key| {
            let mut own = entries.iter().filter(|(name, _)| name.value == *key);
            own.all(|(_, node)| is_sound(node)) && !self.lacking.iter().any(|known| known == key)
        })
    }

    /// Notes a size that does not divide another one.
    pub(crate) fn divides(&mut self, (key, part): (&str, u64), (of, whole): (&str, u64)) {
        if !whole.is_multiple_of(part) && self.are_sound(&[key, of]) {
            let message = format!("`{key}` = {part} does not divide `{of}` = {whole}");
            self.wrong(key, message);
        }
    }
}

/// Whether a field holds a list or a table of nothing.
fn is_empty(node: &Datum) -> bool {
    match &node.value {
        Value::Array(items) => items.is_empty(),
        Value::Table(entries) => entries.is_empty(),
        _ => false,
    }
}
