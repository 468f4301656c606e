//! `like = "other"`: an estimate that is another one but for what it says.

use std::collections::HashMap;

use crate::source::{Diagnostic, Node, Problems, Spanned, Value};

/// Estimates of one file: far more than a person writes, far less than what
/// would fill the memory with copies of each other.
const MAX_ESTIMATES: usize = 500;

/// The field that names the other one.
const LIKE: &str = "like";

/// The estimates, each with all of its fields.
pub(super) fn written_out(estimates: &Node, problems: &mut Problems) -> Option<Node> {
    let entries = estimates.entries(problems)?;
    if entries.len() > MAX_ESTIMATES {
        let message = format!(
            "{} estimates; at most {MAX_ESTIMATES} can be read",
            entries.len()
        );
        problems.push(Diagnostic::at(&estimates.place, message));
        return None;
    }
    let mut before: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<(Spanned<String>, Node)> = Vec::new();
    for (name, node) in entries {
        let own = match base(node, &before, problems) {
            Some(base) => merged(&all[base].1, node),
            None => node.clone(),
        };
        before.insert(&name.value, all.len());
        all.push((name.clone(), own));
    }
    Some(Node {
        value: Value::Table(all),
        place: estimates.place.clone(),
    })
}

/// Which of those before it an estimate is like, if it says so.
fn base(node: &Node, before: &HashMap<&str, usize>, problems: &mut Problems) -> Option<usize> {
    let Value::Table(fields) = &node.value else {
        return None;
    };
    let (_, like) = fields.iter().find(|(key, _)| key.value == LIKE)?;
    let like = like.text(problems)?;
    let found = before.get(like.value.as_str()).copied();
    if found.is_none() {
        let message = format!("no estimate `{}` stands before this one", like.value);
        problems
            .push(Diagnostic::at(&like.place, message).known(&like.value, before.keys().copied()));
    }
    found
}

/// The fields of `own`, and those of `base` that it leaves open. What is `set`
/// is put together; a part of the model stands for any other.
fn merged(base: &Node, own: &Node) -> Node {
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
    Node {
        value: Value::Table(kept.cloned().chain(own_fields).collect()),
        place: own.place.clone(),
    }
}
