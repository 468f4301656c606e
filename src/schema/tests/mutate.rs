//! The tables of a file, and the same file with one thing changed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::source::{Expect, Key, Names, Shape};

/// A table in a file: where it is, and what may stand in it.
pub(super) struct Site {
    pub(super) shape: &'static Shape,
    path: String,
}

impl Site {
    pub(super) fn table<'v>(&self, root: &'v Value) -> &'v Map<String, Value> {
        root.pointer(&self.path).unwrap().as_object().unwrap()
    }
}

/// A file with one thing changed.
pub(super) struct Mutation {
    pub(super) what: String,
    pub(super) root: Value,
    pub(super) is_unknown_key: bool,
}

/// Every table of a file that has a shape.
pub(super) fn sites(root: &Value, shape: &'static Shape) -> Vec<Site> {
    let mut found = Vec::new();
    table(root, shape, "", &mut found);
    found
}

fn table(value: &Value, shape: &'static Shape, path: &str, found: &mut Vec<Site>) {
    let Some(entries) = value.as_object() else {
        return;
    };
    found.push(Site {
        shape,
        path: path.to_owned(),
    });
    for (name, value) in entries {
        let expect = match (shape.key(name), &shape.others) {
            (Some(key), _) => &key.expect,
            (None, Some((_, others))) => *others,
            (None, None) => continue,
        };
        walk(value, expect, &below(path, name), found);
    }
}

fn below(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn walk(value: &Value, expect: &'static Expect, path: &str, found: &mut Vec<Site>) {
    match (expect, value) {
        (Expect::Table(shape), value) => table(value, shape, path, found),
        (Expect::List(expect), Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, expect, &below(path, &at.to_string()), found);
            }
        }
        (Expect::Map(_, expect), Value::Object(entries)) => {
            for (name, value) in entries {
                walk(value, expect, &below(path, name), found);
            }
        }
        (Expect::Any(several), value) => {
            for one in several.iter().filter(|one| matches!(one, Expect::Table(_))) {
                walk(value, one, path, found);
            }
        }
        _ => {}
    }
}

/// A key of one shape: two shapes may have one name, in files of two kinds.
pub(super) type Mark = (&'static str, &'static str, usize);

pub(super) fn mark(shape: &'static Shape, key: &Key) -> Mark {
    (shape.name, key.name, std::ptr::from_ref(shape).addr())
}

/// Adds all keys of a table and of those that it can hold.
pub(super) fn keys_in(shape: &'static Shape, keys: &mut BTreeSet<Mark>) {
    for key in shape.all() {
        if keys.insert(mark(shape, key)) {
            keys_inside(&key.expect, keys);
        }
    }
    if let Some((_, others)) = &shape.others {
        keys_inside(others, keys);
    }
}

fn keys_inside(expect: &'static Expect, keys: &mut BTreeSet<Mark>) {
    match expect {
        Expect::Table(shape) => keys_in(shape, keys),
        Expect::List(expect) | Expect::Map(_, expect) => keys_inside(expect, keys),
        Expect::Any(several) => several.iter().for_each(|one| keys_inside(one, keys)),
        _ => {}
    }
}

/// The file with another value under each key of a table, without each key, and
/// with one that nobody knows.
pub(super) fn mutations(root: &Value, site: &Site) -> Vec<Mutation> {
    let mut all = Vec::new();
    let mut add = |what: String, is_unknown_key, change: &dyn Fn(&mut Map<String, Value>)| {
        let mut changed = root.clone();
        let table = changed.pointer_mut(&site.path).unwrap();
        change(table.as_object_mut().unwrap());
        all.push(Mutation {
            what,
            root: changed,
            is_unknown_key,
        });
    };
    for (name, old) in site.table(root) {
        let Some(key) = site.shape.key(name) else {
            continue;
        };
        let others = [
            json!("no such word"),
            json!(7),
            json!(-1),
            json!(1.5),
            json!(true),
            json!([]),
            json!([true]),
            json!({}),
        ];
        for other in others.iter().filter(|other| *other != old) {
            add(format!("{other} under `{}`", key.name), false, &|table| {
                table.insert(name.clone(), other.clone());
            });
        }
        add(format!("no `{}`", key.name), false, &|table| {
            table.remove(name);
        });
    }
    if !matches!(site.shape.others, Some((Names::Own, _))) {
        add("an unknown key".to_owned(), true, &|table| {
            table.insert("zz".to_owned(), json!(7));
        });
    }
    all
}
