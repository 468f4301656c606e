//! JSON with the place of every key and value, read into the same plain types
//! as TOML.

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::diagnostic::{Diagnostic, Problems};
use super::text::{Place, Source};
use super::value::{Datum, Spanned, Value};
use crate::number;

/// What stands for `null`.
const NULL: &str = "`null`";

/// JSON as its standard has it, and as Python writes it: `NaN` and `Infinity`
/// are values, which hold no number. No comments, no loose commas.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: true,
    allow_extended_string_escapes: false,
};

/// Reads `source` as JSON. `None` if it is none; a key that is given twice is
/// noted. The parser refuses nesting deeper than 512.
pub fn parse_json(source: &Arc<Source>, problems: &mut Problems) -> Option<Datum> {
    let parsed = match parse_to_ast(source.text(), &CollectOptions::default(), &STRICT) {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let message = format!("not valid JSON: {}", error.kind());
            let place = place(source, error.range());
            problems.push(Diagnostic::at(&place, message));
            return None;
        }
    };
    let Some(value) = parsed else {
        let place = Place::new(source, 0..0);
        problems.push(Diagnostic::at(&place, "the file is empty"));
        return None;
    };
    Some(node(source, &value, problems))
}

fn place(source: &Arc<Source>, range: Range) -> Place {
    Place::new(source, range.start..range.end)
}

fn node(source: &Arc<Source>, value: &Ast<'_>, problems: &mut Problems) -> Datum {
    let place = place(source, value.range());
    let value = match value {
        Ast::StringLit(text) => Value::Text(text.value.to_string()),
        Ast::NumberLit(digits) => match number::parse_decimal(digits.value) {
            Some(number) => Value::Number(number),
            None => Value::Other(not_finite(digits.value)),
        },
        Ast::BooleanLit(truth) => Value::Bool(truth.value),
        Ast::NullKeyword(_) => Value::Other(NULL),
        Ast::Array(array) => {
            let items = array.elements.iter();
            Value::Array(items.map(|item| node(source, item, problems)).collect())
        }
        Ast::Object(object) => {
            let mut entries = Vec::new();
            for property in &object.properties {
                let name = match &property.name {
                    ObjectPropName::String(name) => name.value.to_string(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                };
                let key = self::place(source, property.name.range());
                entries.push((
                    Spanned::new(name, key),
                    node(source, &property.value, problems),
                ));
            }
            note_twice(&entries, problems);
            Value::Table(entries)
        }
    };
    Datum { value, place }
}

/// The words for a number that is none, or that is too large to hold.
fn not_finite(digits: &str) -> &'static str {
    match digits {
        "NaN" => "`NaN`",
        "Infinity" => "`Infinity`",
        "-Infinity" => "`-Infinity`",
        _ => "a number out of range",
    }
}

/// Of two values for one key, nobody knows which is meant.
fn note_twice(entries: &[(Spanned<String>, Datum)], problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for (name, _) in entries {
        if let Some(first) = seen.insert(&name.value, &name.place) {
            let message = format!("the key `{}` is given twice", name.value);
            problems.push(Diagnostic::at(&name.place, message).and(first, "first here"));
        }
    }
}

impl Datum {
    /// Whether it is the `null` of JSON.
    pub fn is_null(&self) -> bool {
        self.value == Value::Other(NULL)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn read(text: &str) -> (Option<Datum>, String) {
        let mut problems = Problems::new();
        let node = parse_json(&Source::new("c.json", text), &mut problems);
        (node, problems.to_string())
    }

    #[test]
    fn values_keep_their_places() {
        let (node, problems) = read("{\n  \"a\": 12,\n  \"b\": [true, null]\n}\n");
        assert_eq!(problems, "");
        let node = node.unwrap();
        let entries = node.entries(&mut Problems::new()).unwrap();
        assert_eq!(entries[0].0.place.to_string(), "c.json:2:3");
        assert_eq!(entries[0].1.place.to_string(), "c.json:2:8");
        let items = entries[1].1.items(&mut Problems::new()).unwrap();
        assert_eq!(items[0].value, Value::Bool(true));
        assert!(items[1].is_null());
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, place) in [
            ("", "c.json:1:1"),
            ("{\"a\": 1,}", "c.json:1:8"),
            ("{\"a\": Nan}", "c.json:1:7"),
            ("{\"a\": +Infinity}", "c.json:1:7"),
            ("{\"a\" 1}", "c.json:1:6"),
            ("{a: 1}", "c.json:1:2"),
            ("{'a': 1}", "c.json:1:2"),
            ("{\"a\": 1 // one\n}", "c.json:1:9"),
            ("{\"a\": \"", "c.json:1:7"),
            ("[1, 2] 3", "c.json:1:8"),
            ("{\"a\": 1", "c.json:1:1"),
        ] {
            let (node, problems) = read(text);
            assert!(node.is_none(), "{text}");
            assert!(problems.contains(place), "{text}: {problems}");
        }
    }

    #[test]
    fn numbers_of_python_that_are_not_finite_are_values() {
        let (node, told) = read("{\"a\": [NaN, Infinity, -Infinity, \"NaN\"]}");
        assert_eq!(told, "");
        let Value::Table(entries) = node.unwrap().value else {
            panic!("an object");
        };
        let Value::Array(items) = &entries[0].1.value else {
            panic!("an array");
        };
        let words: Vec<String> = items.iter().map(Datum::describe).collect();
        assert_eq!(
            words,
            ["`NaN`", "`Infinity`", "`-Infinity`", "the string \"NaN\""]
        );
    }

    #[test]
    fn a_key_given_twice_is_a_mistake() {
        let (_, problems) = read("{\"a\": 1,\n \"a\": 2}");
        assert!(
            problems.contains("the key `a` is given twice"),
            "{problems}"
        );
        assert!(problems.contains("c.json:2:2"), "{problems}");
    }

    #[test]
    fn hostile_files_end_in_a_message() {
        let deep = "[".repeat(500_000);
        assert!(read(&deep).1.contains("not valid JSON"));
        let objects = "{\"a\":".repeat(200_000);
        assert!(read(&objects).1.contains("not valid JSON"));
        let digits = format!("{{\"a\": {}}}", "9".repeat(100_000));
        let (node, problems) = read(&digits);
        assert_eq!(problems, "");
        let node = node.unwrap();
        let value = &node.entries(&mut Problems::new()).unwrap()[0].1;
        assert_eq!(value.describe(), "a number out of range");
    }
}
