//! Plain TOML, read in one pass.
//!
//! What programs write, and nearly all that people do, uses little of TOML:
//! headers of one or two names, bare keys, strings without escapes, plain
//! numbers, lists, tables within a line. That is read here, straight into
//! values, in a fraction of the time and the memory that a tree of the full
//! parser takes. Whatever else stands in a file, and every mistake, is left to
//! that one: this reader then gives nothing. Tests hold the two against each
//! other.

use std::ops::Range;
use std::sync::Arc;

use super::text::{Place, Source};
use super::value::{Datum, Spanned, Value};
use crate::hash::FastSet;
use crate::number;

/// Values nested deeper are left to the full parser.
const DEPTH: usize = 16;
/// Keys of a table that are compared one by one.
const FEW: usize = 32;
/// Headers in tables of more keys are left to the full parser.
const MANY: usize = 256;
/// Longer whole numbers are left to the full parser.
const DIGITS: usize = 18;

type Entry = (Spanned<String>, Datum);

/// The values of `source`; nothing where it is not plain.
pub(super) fn read(source: &Arc<Source>) -> Option<Datum> {
    let mut reader = Reader {
        source,
        text: source.text(),
        at: 0,
        root: Vec::new(),
        open: Vec::new(),
        keys: FastSet::default(),
    };
    while reader.line()? {}
    Some(Datum {
        value: Value::Table(reader.root),
        place: Place::new(source, 0..0),
    })
}

struct Reader<'s> {
    source: &'s Arc<Source>,
    text: &'s str,
    at: usize,
    root: Vec<Entry>,
    /// Where in its parent each table stands that the last header opened.
    open: Vec<usize>,
    /// The keys of the open table, where there are more than a few.
    keys: FastSet<&'s str>,
}

impl<'s> Reader<'s> {
    /// Reads a header or a key with its value; whether there was one.
    fn line(&mut self) -> Option<bool> {
        self.blank(true)?;
        match self.peek() {
            None => return Some(false),
            Some(b'[') => self.header()?,
            Some(_) => {
                let key = self.key()?;
                let value = self.assigned(key.clone(), DEPTH)?;
                self.add(key, value)?;
            }
        }
        self.blank(false)?;
        match self.peek() {
            None => Some(true),
            Some(b'\n') => {
                self.at += 1;
                Some(true)
            }
            Some(_) => None,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes a sign, which must be the next.
    fn sign(&mut self, sign: u8) -> Option<()> {
        (self.peek()? == sign).then(|| self.at += 1)
    }

    /// Passes blanks and comments, and ends of lines where these are `lines`.
    fn blank(&mut self, lines: bool) -> Option<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\n') if lines => self.at += 1,
                Some(b'#') => {
                    let rest = &self.text.as_bytes()[self.at..];
                    let end = rest.iter().position(|byte| is_control(*byte));
                    self.at += end.unwrap_or(rest.len());
                    if !matches!(self.peek(), None | Some(b'\n')) {
                        return None;
                    }
                }
                _ => return Some(()),
            }
        }
    }

    /// The bytes of the next signs of which `is_part` holds; there must be some.
    fn word(&mut self, is_part: impl Fn(&u8) -> bool) -> Option<Range<usize>> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|byte| !is_part(byte));
        let start = self.at;
        self.at += length.unwrap_or(rest.len());
        (self.at > start).then_some(start..self.at)
    }

    fn key(&mut self) -> Option<Range<usize>> {
        self.word(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.source, span)
    }

    fn named(&self, key: Range<usize>) -> Spanned<String> {
        Spanned::new(self.text[key.clone()].to_owned(), self.place(key))
    }

    /// The entries of the table that the last header opened.
    fn table(&mut self) -> Option<&mut Vec<Entry>> {
        let open = self.open.iter();
        open.copied()
            .try_fold(&mut self.root, |table, at| inner(&mut table.get_mut(at)?.1))
    }

    /// `= value`, behind a key.
    fn assigned(&mut self, key: Range<usize>, depth: usize) -> Option<Entry> {
        self.blank(false)?;
        self.sign(b'=')?;
        self.blank(false)?;
        let value = self.value(depth)?;
        Some((self.named(key), value))
    }

    /// Adds an entry to the open table, which must not have its key.
    fn add(&mut self, key: Range<usize>, entry: Entry) -> Option<()> {
        let text = self.text;
        let table = self.table()?;
        if table.len() < FEW {
            let known = table.iter().any(|(other, _)| other.value == entry.0.value);
            table.push(entry);
            return (!known).then_some(());
        }
        if table.len() == FEW {
            let spans: Vec<Range<usize>> = table.iter().map(|(key, _)| key.place.span()).collect();
            table.push(entry);
            self.keys = spans.into_iter().map(|span| &text[span]).collect();
        } else {
            table.push(entry);
        }
        self.keys.insert(&text[key]).then_some(())
    }

    /// `[name]`, `[[name]]`, or one of two names with a dot between.
    fn header(&mut self) -> Option<()> {
        let start = self.at;
        self.sign(b'[')?;
        let is_list = self.sign(b'[').is_some();
        let mut name = self.key()?;
        self.open.clear();
        self.keys.clear();
        if self.sign(b'.').is_some() {
            let outer = self.find(&name)?;
            self.open.push(outer.filter(|(_, headed)| *headed)?.0);
            name = self.key()?;
        }
        self.sign(b']')?;
        if is_list {
            self.sign(b']')?;
        }
        let found = self.find(&name)?;
        let (key, place) = (self.named(name), self.place(start..self.at));
        let opened = Datum {
            value: Value::Table(Vec::new()),
            place: place.clone(),
        };
        let table = self.table()?;
        let at = match found {
            None => {
                let value = match is_list {
                    true => Value::Array(vec![opened]),
                    false => opened.value,
                };
                table.push((key, Datum { value, place }));
                table.len() - 1
            }
            Some((at, true)) if is_list => {
                match &mut table.get_mut(at)?.1.value {
                    Value::Array(items) => items.push(opened),
                    _ => return None,
                }
                at
            }
            Some(_) => return None,
        };
        self.open.push(at);
        Some(())
    }

    /// Where in the open table a key stands, and whether headers made it: these
    /// stand around their names, other values behind theirs.
    fn find(&mut self, name: &Range<usize>) -> Option<Option<(usize, bool)>> {
        let name = &self.text[name.clone()];
        let table = self.table()?;
        if table.len() > MANY {
            return None;
        }
        let at = table.iter().position(|(key, _)| key.value == name);
        Some(at.and_then(|at| {
            let (key, value) = table.get(at)?;
            Some((at, value.place.span().start < key.place.span().start))
        }))
    }

    fn value(&mut self, depth: usize) -> Option<Datum> {
        let start = self.at;
        let depth = depth.checked_sub(1)?;
        let value = match self.peek()? {
            b'"' => self.string()?,
            b'[' => self.list(depth)?,
            b'{' => self.inline(depth)?,
            _ => {
                let is_part = |byte: &u8| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b':')
                };
                let span = self.word(is_part)?;
                bare(&self.text[span])?
            }
        };
        Some(Datum {
            value,
            place: self.place(start..self.at),
        })
    }

    fn string(&mut self) -> Option<Value> {
        let start = self.at + 1;
        let rest = &self.text.as_bytes()[start..];
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\') || is_control(*byte);
        let end = start + rest.iter().position(ends)?;
        self.at = end;
        self.sign(b'"')?;
        // Three quotes begin a text of many lines.
        (end > start || self.peek() != Some(b'"'))
            .then(|| Value::Text(self.text[start..end].to_owned()))
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.sign(b'[')?;
        let mut items = Vec::new();
        loop {
            self.blank(true)?;
            if self.sign(b']').is_some() {
                return Some(Value::Array(items));
            }
            items.push(self.value(depth)?);
            self.blank(true)?;
            if self.peek()? != b']' {
                self.sign(b',')?;
            }
        }
    }

    /// A table in one line.
    fn inline(&mut self, depth: usize) -> Option<Value> {
        self.sign(b'{')?;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            self.blank(false)?;
            let key = self.key()?;
            let entry = self.assigned(key, depth)?;
            let known = entries.iter().any(|(key, _)| key.value == entry.0.value);
            if known || entries.len() == FEW {
                return None;
            }
            entries.push(entry);
            self.blank(false)?;
            if self.sign(b'}').is_some() {
                return Some(Value::Table(entries));
            }
            self.sign(b',')?;
        }
    }
}

/// The table that headers open under a key, the last one of a list.
fn inner(value: &mut Datum) -> Option<&mut Vec<Entry>> {
    let table = match &mut value.value {
        Value::Array(items) => &mut items.last_mut()?.value,
        other => other,
    };
    match table {
        Value::Table(entries) => Some(entries),
        _ => None,
    }
}

/// What TOML allows within no line, ends of lines included.
fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

/// A truth value or a number without quirks.
fn bare(text: &str) -> Option<Value> {
    match text {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    let (whole, rest) = digits(text.strip_prefix('-').unwrap_or(text))?;
    if whole.len() > DIGITS || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    if rest.is_empty() {
        return Some(Value::Number(number::whole(text.parse::<i64>().ok()?)));
    }
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => digits(fraction)?.1,
        None => rest,
    };
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let (_, rest) = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
        if !rest.is_empty() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    number::parse_decimal(text).map(Value::Number)
}

/// The digits that a text begins with, and the rest; there must be some.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit());
    let parts = text.split_at(end.unwrap_or(text.len()));
    (!parts.0.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::source::Problems;
    use crate::source::toml::parse_full;

    /// Whether the text is plain; if so, the full parser must say the same.
    fn is_plain(text: &str) -> bool {
        let source = Source::new("t.toml", text);
        let Some(plain) = read(&source) else {
            return false;
        };
        let mut problems = Problems::new();
        let full = parse_full(&source, &mut problems);
        assert_eq!(Some(plain), full, "{text}\n{problems}");
        true
    }

    fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }

    /// Of those of the files of this repository that are valid, most are plain.
    #[test]
    fn plain_files_are_read_as_the_full_parser_reads_them() {
        let mut paths = Vec::new();
        for folder in ["models", "energy-tables", "tests", "reports", "benches"] {
            files(
                &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
                &mut paths,
            );
        }
        let texts = paths.iter().map(std::fs::read_to_string);
        let plain = texts.filter(|text| text.as_ref().is_ok_and(|text| is_plain(text)));
        let (plain, all) = (plain.count(), paths.len());
        assert!(all > 100 && plain * 4 > all * 3, "{plain} of {all}");
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_full_parser() {
        let all = [
            "a = 1\na = 2",
            "a.b = 1",
            "'a' = 1",
            "a = '1'",
            "a = \"\"\"b\"\"\"",
            "a = \"\\n\"",
            "a = \"\u{1}\"",
            "a = \"b",
            "a = 01",
            "a = 1_0",
            "a = 0x1",
            "a = +1",
            "a = inf",
            "a = .5",
            "a = 5.",
            "a = 1e",
            "a = 1979-05-27",
            "a = 1 b = 2",
            "a = [1 2]",
            "a = [,]",
            "a = { b = 1, b = 2 }",
            "a = { b = 1, }",
            "a = {\n b = 1 }",
            "a = 1 # \u{7f}",
            "a = 1\r\n",
            "[a]\n[a]",
            "[a]\n[[a]]",
            "[[a]]\n[a]",
            "a = { b = 1 }\n[a.c]",
            "a = [{ b = 1 }]\n[[a]]",
            "a = [{ b = 1 }]\n[a.c]",
            "[a.b]",
            "[a]\nb = 1\n[a.b]",
            "[a.b.c]",
            "[ a ]",
            "[a] b = 1",
            "[a",
            "a",
            "= 1",
            "\u{feff}a = 1",
        ];
        for text in all {
            assert!(!is_plain(text), "{text}");
        }
        let many: String = (0..100).map(|at| format!("k{at} = 1\n")).collect();
        assert!(is_plain(&many));
        assert!(!is_plain(&format!("{many}k7 = 1")));
        assert!(!is_plain(&format!("{many}k99 = 1")));
        assert!(is_plain(&format!("{many}[k100]\nk1 = 1")));
        assert!(!is_plain(&format!(
            "a = {}1{}",
            "[".repeat(20),
            "]".repeat(20)
        )));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// Lines of all that is read, in any order.
        #[test]
        fn whatever_is_plain_is_valid(
            lines in prop::collection::vec(prop::sample::select(vec![
                "[a]", "[b]", "[[a]]", "[[c]]", "[a.b]", "[[a.b]]", "[[c.b]]", "[c.a]",
                "a = 1", "b = -2.5e3", "c = true", "a = [1, \"x\", [ ], ] # y", "b = { a = 1, c = [\n2] }",
                "c = \"ß ρ\"", "-a_ = 0", "1 = -0", "", "# z", "d = [ {a = 0} ]", "a=[{b=\"\"}]",
            ]), 0..8),
        ) {
            is_plain(&lines.join("\n"));
        }

        /// Signs that mean something, in any order.
        #[test]
        fn no_noise_is_read_otherwise(text in "[a\\[\\]{}=\", .\n\t#1e\\-]{0,24}") {
            is_plain(&text);
        }
    }
}
