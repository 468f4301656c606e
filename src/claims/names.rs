//! Names that formulas and texts use.

use crate::formula::is_name;
use crate::source::{Datum, Diagnostic, Problems, Spanned};

/// The entries of a table, each with its name.
pub(super) fn named<T>(
    node: Option<&Datum>,
    problems: &mut Problems,
    read: impl Fn(&Spanned<String>, &Datum, &mut Problems) -> Option<T>,
) -> Vec<T> {
    let entries = node.and_then(|node| node.entries(problems)).unwrap_or(&[]);
    let mut all = Vec::new();
    for (name, node) in entries {
        if !is_name(&name.value) {
            let message = format!("`{}` cannot be a name in a formula", name.value);
            problems.push(
                Diagnostic::at(&name.place, message)
                    .help("names are letters, digits and `_`, a letter first"),
            );
            continue;
        }
        all.extend(read(name, node, problems));
    }
    all
}

/// No two of `names` are the same.
pub(super) fn twice<'n>(names: impl Iterator<Item = &'n Spanned<String>>, problems: &mut Problems) {
    let mut seen: Vec<&Spanned<String>> = Vec::new();
    for name in names {
        match seen.iter().find(|other| other.value == name.value) {
            Some(first) => problems.push(
                Diagnostic::at(&name.place, format!("`{}` is here twice", name.value))
                    .and(&first.place, "the first"),
            ),
            None => seen.push(name),
        }
    }
}
