//! JSON Schemas of the files that users write, from the keys that the readers ask
//! for.
//!
//! An editor that knows TOML and JSON Schema (taplo, Even Better TOML) then offers
//! keys and words, shows what each says, and marks what is none. A schema says
//! less than a reader: that a formula is sound, or that a name stands for
//! something, only the program knows. What a schema refuses the reader refuses.
//!
//! They are written in draft 7, which all such editors know.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::catalog::Kind;
use crate::claims::keys::CLAIM_FILE;
use crate::model::read::keys::{BLOCK, DENSITIES, MODEL};
use crate::report::keys::REPORT;
use crate::source::{Expect, Key, Names, Shape};
use crate::table::keys::TABLE;

/// The kinds of files that have a schema, which is called as their
/// [noun](Kind::noun). Runs have none: they are CSV.
pub const KINDS: [Kind; 6] = [
    Kind::Model,
    Kind::Block,
    Kind::Table,
    Kind::Report,
    Kind::Claim,
    Kind::Densities,
];

/// The schema of files of this kind, as text; nothing for a kind that has none.
pub fn schema(kind: Kind) -> Option<String> {
    let shape = shape(kind)?;
    let mut shapes = Definitions::default();
    let mut root = shapes.table(shape);
    root.insert(
        "$schema".into(),
        json!("http://json-schema.org/draft-07/schema#"),
    );
    let title = format!("picojoule: {} file", kind.noun());
    root.insert("title".into(), json!(title));
    root.insert("definitions".into(), json!(shapes.finish()));
    Some(format!("{:#}\n", Value::Object(root)))
}

/// What stands in files of this kind.
fn shape(kind: Kind) -> Option<&'static Shape> {
    Some(match kind {
        Kind::Model => &MODEL,
        Kind::Block => &BLOCK,
        Kind::Table => &TABLE,
        Kind::Report => &REPORT,
        Kind::Claim => &CLAIM_FILE,
        Kind::Densities => &DENSITIES,
        Kind::Runs => return None,
    })
}

/// The tables that a schema names, each written once.
#[derive(Default)]
struct Definitions {
    written: BTreeMap<&'static str, Value>,
    named: Vec<&'static Shape>,
}

impl Definitions {
    /// All tables that were named, and those that these name.
    fn finish(mut self) -> BTreeMap<&'static str, Value> {
        while let Some(shape) = self.named.pop() {
            if !self.written.contains_key(shape.name) {
                // Its place is taken before it is written, as it may name itself.
                self.written.insert(shape.name, Value::Null);
                let table = self.table(shape);
                self.written.insert(shape.name, Value::Object(table));
            }
        }
        self.written
    }

    fn table(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let mut properties = Map::new();
        for key in shape.all() {
            properties.insert(key.name.into(), self.key(key));
        }
        for (key, before) in shape.all().filter_map(|key| Some((key, key.before?))) {
            let mut former = self.expect(&key.expect);
            former.insert(
                "description".into(),
                json!(format!("The former name of `{}`.", key.name)),
            );
            former.insert("deprecated".into(), json!(true));
            properties.insert(before.into(), Value::Object(former));
        }
        // A key under its former name is there too.
        let required: Vec<&str> = (shape
            .all()
            .filter(|key| key.is_required && key.before.is_none()))
        .map(|key| key.name)
        .collect();
        let mut table = Map::new();
        table.insert("type".into(), json!("object"));
        table.insert("description".into(), json!(shape.about));
        table.insert("properties".into(), json!(properties));
        if !required.is_empty() {
            table.insert("required".into(), json!(required));
        }
        table.insert("additionalProperties".into(), json!(false));
        if let Some((names, value)) = &shape.others {
            self.names(*names, value, &mut table);
        }
        table
    }

    fn key(&mut self, key: &'static Key) -> Value {
        let mut value = self.expect(&key.expect);
        value.insert("description".into(), json!(key.about));
        Value::Object(value)
    }

    fn expect(&mut self, expect: &'static Expect) -> Map<String, Value> {
        let value = match expect {
            Expect::Text => json!({ "type": "string" }),
            Expect::Number => json!({ "type": "number" }),
            Expect::Whole => json!({ "type": "integer", "minimum": 0 }),
            Expect::Truth => json!({ "type": "boolean" }),
            Expect::Formula => json!({ "type": ["number", "string", "boolean"] }),
            Expect::Word(words) => json!({ "enum": words() }),
            Expect::Table(shape) => {
                self.named.push(shape);
                // Beside a `$ref` draft 7 reads nothing, and a description may come.
                json!({ "allOf": [{ "$ref": format!("#/definitions/{}", shape.name) }] })
            }
            Expect::List(item) => json!({ "type": "array", "items": self.expect(item) }),
            Expect::Map(names, value) => {
                let mut table = Map::new();
                table.insert("type".into(), json!("object"));
                self.names(*names, value, &mut table);
                return table;
            }
            Expect::Any(several) => {
                let any: Vec<Value> = (several.iter())
                    .map(|one| Value::Object(self.expect(one)))
                    .collect();
                json!({ "anyOf": any })
            }
        };
        match value {
            Value::Object(value) => value,
            _ => Map::new(),
        }
    }

    /// What stands under names that a table has beside its keys.
    fn names(&mut self, names: Names, value: &'static Expect, table: &mut Map<String, Value>) {
        let value = Value::Object(self.expect(value));
        match names {
            Names::Own => {
                table.insert("additionalProperties".into(), value);
            }
            Names::Like(pattern) => {
                table.insert("patternProperties".into(), json!({ pattern: value }));
                table.insert("additionalProperties".into(), json!(false));
            }
            Names::Among(all) => {
                let known = all()
                    .into_iter()
                    .map(|name| (name.to_owned(), value.clone()));
                table.insert("properties".into(), Value::Object(known.collect()));
                table.insert("additionalProperties".into(), json!(false));
            }
        }
    }
}
