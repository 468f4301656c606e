//! The values that the fields of a model file have: names, formulas, domains,
//! formats.

use crate::domain::Domain;
use crate::format::Format;
use crate::formula::{Formula, is_name};
use crate::model::limits;
use crate::number;
use crate::source::{Datum, Diagnostic, Problems, Spanned, Value, at_most};

/// The items of an array of tables, each read by `read`.
pub(super) fn list<T>(
    node: Option<&Datum>,
    most: usize,
    what: &str,
    problems: &mut Problems,
    read: impl Fn(&Datum, &mut Problems) -> Option<T>,
) -> Vec<T> {
    let Some(node) = node else {
        return Vec::new();
    };
    let items = node.items(problems).unwrap_or(&[]);
    let kept = at_most(items, most, what, &node.place, problems);
    let mut all = Vec::with_capacity(kept.len());
    all.extend(kept.iter().filter_map(|item| read(item, problems)));
    all
}

/// A list of names that formulas can use.
pub(super) fn names(node: Option<&Datum>, problems: &mut Problems) -> Vec<Spanned<String>> {
    let Some(node) = node else {
        return Vec::new();
    };
    let mut names = node.texts(problems).unwrap_or_default();
    let kept = at_most(&names, limits::NAMES, "names", &node.place, problems).len();
    names.truncate(kept);
    names.iter().for_each(|name| check_name(name, problems));
    names
}

pub(super) fn check_name(name: &Spanned<String>, problems: &mut Problems) {
    if !is_name(&name.value) {
        problems.push(
            Diagnostic::at(
                &name.place,
                format!("`{}` cannot be used in formulas", name.value),
            )
            .help("a name is made of letters, digits and `_`, and does not start with a digit"),
        );
    }
}

/// A table of numbers and formulas, by names that formulas can use.
pub(super) fn formulas(
    node: Option<&Datum>,
    problems: &mut Problems,
) -> Vec<(Spanned<String>, Formula)> {
    let read = read_numbers(node, problems);
    read.iter().for_each(|(name, _)| check_name(name, problems));
    read
}

/// A table of numbers and formulas, by any names: dims of a graph are called as
/// its file calls them.
pub fn read_numbers(
    node: Option<&Datum>,
    problems: &mut Problems,
) -> Vec<(Spanned<String>, Formula)> {
    let entries = entries(node, limits::NAMES, "numbers", problems);
    let read = entries
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), formula(value, problems)?)));
    read.collect()
}

/// The entries of the table that `node` must be, if there is one.
pub(super) fn entries<'n>(
    node: Option<&'n Datum>,
    most: usize,
    what: &str,
    problems: &mut Problems,
) -> &'n [(Spanned<String>, Datum)] {
    let Some(node) = node else {
        return &[];
    };
    let entries = node.entries(problems).unwrap_or(&[]);
    at_most(entries, most, what, &node.place, problems)
}

/// A number, a formula in a string, or `true` and `false` for 1 and 0.
pub(super) fn formula(node: &Datum, problems: &mut Problems) -> Option<Formula> {
    match &node.value {
        Value::Number(value) => Some(Formula::number(value.clone(), &node.place)),
        Value::Text(text) => Formula::read(text, &node.inside(), problems).map(Formula::as_text),
        Value::Bool(truth) => Some(Formula::number(
            number::whole(i64::from(*truth)),
            &node.place,
        )),
        _ => {
            let message = format!("expected a number or a formula, found {}", node.describe());
            problems.push(Diagnostic::at(&node.place, message));
            None
        }
    }
}

/// A domain by its name.
pub(super) fn domain(node: &Datum, problems: &mut Problems) -> Option<Spanned<Domain>> {
    let name = node.text(problems)?;
    match name.value.parse() {
        Ok(domain) => Some(Spanned::new(domain, name.place)),
        Err(_) => {
            problems.push(
                Diagnostic::at(&name.place, format!("unknown domain `{}`", name.value))
                    .known(&name.value, Domain::NAMES),
            );
            None
        }
    }
}

/// A number format, or a pair of them.
pub(super) fn format(node: &Datum, problems: &mut Problems) -> Option<Format> {
    let text = node.text(problems)?;
    match text.value.parse() {
        Ok(format) => Some(format),
        Err(unknown) => {
            let unknown: crate::format::UnknownFormat = unknown;
            problems.push(Diagnostic::at(&text.place, unknown.to_string()));
            None
        }
    }
}
