//! TOML, as values with their places.
//!
//! Deserialising into structs stops at the first value that does not fit. A
//! user who wrote five wrong lines wants to hear of all five, so a file is
//! first read into values and then field by field, which notes each mistake
//! and goes on.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Problems};
use super::text::{Place, Source};
use super::value::{Datum, Spanned, Value};
use crate::number;

/// What messages call a number that is none of ours.
pub(super) const NO_NUMBER: &str = "a number that is infinite, not a number or out of range";

/// Reads `source` as TOML. All syntax errors are noted; `None` if there is one.
pub fn parse_toml(source: &Arc<Source>, problems: &mut Problems) -> Option<Datum> {
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

fn table_node(source: &Arc<Source>, place: Place, table: &DeTable<'_>) -> Datum {
    let mut entries: Vec<(Spanned<String>, Datum)> = table
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
    Datum {
        value: Value::Table(entries),
        place,
    }
}

fn node(source: &Arc<Source>, place: Place, value: &DeValue<'_>) -> Datum {
    let exact = |text: &str| match number::parse_decimal(text) {
        Some(number) => Value::Number(number),
        None => Value::Other(NO_NUMBER),
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
    Datum { value, place }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> (Option<Datum>, Problems) {
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
    fn the_inside_of_a_string_is_where_its_text_stands() {
        let (node, _) = read("f = \"d / h\"\ng = \"a\\tb\"\n");
        let node = node.unwrap();
        let entries = node.entries(&mut Problems::new()).unwrap().to_vec();
        assert_eq!(entries[0].1.inside().span(), 5..10);
        assert_eq!(entries[1].1.inside(), entries[1].1.place);
    }
}
