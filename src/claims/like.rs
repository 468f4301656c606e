//! `like = "other"`: an estimate that is another one but for what it says.

use std::collections::HashMap;

use crate::source::{Datum, Diagnostic, Problems, Spanned, Value, at_most};

/// Estimates of one file: far more than a person writes, far less than what
/// would fill the memory with copies of each other.
const MAX_ESTIMATES: usize = 500;

/// The field that names the other one.
const LIKE: &str = "like";

/// The estimates, each with all of its fields.
pub(super) fn expand(estimates: &Datum, problems: &mut Problems) -> Option<Datum> {
    let entries = estimates.entries(problems)?;
    let entries = at_most(
        entries,
        MAX_ESTIMATES,
        "estimates",
        &estimates.place,
        problems,
    );
    let mut written: Vec<(Spanned<String>, Datum)> = Vec::new();
    // Nothing for one that is like what is not there.
    let mut index: HashMap<&str, Option<usize>> = HashMap::new();
    for (name, node) in entries {
        let whole = match like(node, problems) {
            None => Some(node.clone()),
            Some(other) => match index.get(other.value.as_str()) {
                Some(found) => found.map(|at| merged(&written[at].1, node)),
                None => {
                    problems.push(not_before(&other, &written));
                    None
                }
            },
        };
        index.insert(&name.value, whole.as_ref().map(|_| written.len()));
        written.extend(whole.map(|whole| (name.clone(), whole)));
    }
    Some(Datum {
        value: Value::Table(written),
        place: estimates.place.clone(),
    })
}

/// Which other one an estimate is like, if it says so.
fn like(node: &Datum, problems: &mut Problems) -> Option<Spanned<String>> {
    let Value::Table(fields) = &node.value else {
        return None;
    };
    let (_, other) = fields.iter().find(|(key, _)| key.value == LIKE)?;
    other.text(problems)
}

fn not_before(other: &Spanned<String>, before: &[(Spanned<String>, Datum)]) -> Diagnostic {
    let message = format!("no estimate `{}` stands before this one", other.value);
    let known = before.iter().map(|(name, _)| name.value.as_str());
    Diagnostic::at(&other.place, message).known(&other.value, known)
}

/// The fields of `own`, and those of `base` that it leaves open. What is `set`
/// is put together; a part of the model stands for any other.
fn merged(base: &Datum, own: &Datum) -> Datum {
    let (Value::Table(old), Value::Table(new)) = (&base.value, &own.value) else {
        return own.clone();
    };
    let has = |key: &str| new.iter().any(|(known, _)| known.value == key);
    let is_replaced = |key: &str| match key {
        LIKE => true,
        "scope" | "stages" => has("scope") || has("stages"),
        _ => has(key),
    };
    let kept = old.iter().filter(|(key, _)| !is_replaced(&key.value));
    let own_fields = new.iter().filter(|(key, _)| key.value != LIKE);
    let own_fields = own_fields.map(|(key, node)| {
        let set_before = old.iter().find(|(known, _)| known.value == key.value);
        match set_before {
            Some((_, base)) if key.value == "set" => (key.clone(), merged(base, node)),
            _ => (key.clone(), node.clone()),
        }
    });
    Datum {
        value: Value::Table(kept.cloned().chain(own_fields).collect()),
        place: own.place.clone(),
    }
}
