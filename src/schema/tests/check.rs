//! As much of JSON Schema as the schemas here use.

use serde_json::Value;

use crate::format::NumberFormat;

/// Whether `value` is what `schema` describes; `root` has the definitions.
pub(super) fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(rules) = schema.as_object() else {
        return schema == &Value::Bool(true);
    };
    rules.iter().all(|(rule, says)| match rule.as_str() {
        "$ref" => {
            let pointer = says.as_str().unwrap().trim_start_matches('#');
            accepts(root, root.pointer(pointer).unwrap(), value)
        }
        "type" => match says {
            Value::Array(types) => types.iter().any(|one| is_of(one, value)),
            one => is_of(one, value),
        },
        "enum" => says.as_array().unwrap().contains(value),
        "minimum" => value
            .as_f64()
            .is_none_or(|number| number >= says.as_f64().unwrap()),
        "allOf" => says
            .as_array()
            .unwrap()
            .iter()
            .all(|one| accepts(root, one, value)),
        "anyOf" => says
            .as_array()
            .unwrap()
            .iter()
            .any(|one| accepts(root, one, value)),
        "items" => (value.as_array())
            .is_none_or(|items| items.iter().all(|item| accepts(root, says, item))),
        "required" => value.as_object().is_none_or(|table| {
            let mut keys = says.as_array().unwrap().iter();
            keys.all(|key| table.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|table| {
            let known = says.as_object().unwrap();
            let mut both = table
                .iter()
                .filter_map(|(key, value)| Some((known.get(key)?, value)));
            both.all(|(says, value)| accepts(root, says, value))
        }),
        "patternProperties" => value.as_object().is_none_or(|table| {
            let mut named = table.iter().filter(|(key, _)| is_format(key));
            named.all(|(_, value)| {
                says.as_object()
                    .unwrap()
                    .values()
                    .all(|says| accepts(root, says, value))
            })
        }),
        "additionalProperties" => value.as_object().is_none_or(|table| {
            let known = rules.get("properties").and_then(Value::as_object);
            let has_formats = rules.contains_key("patternProperties");
            let mut others = (table.iter())
                .filter(|(key, _)| !known.is_some_and(|known| known.contains_key(*key)))
                .filter(|(key, _)| !(has_formats && is_format(key)));
            others.all(|(_, value)| accepts(root, says, value))
        }),
        "$schema" | "title" | "description" | "definitions" | "deprecated" => true,
        other => panic!("no schema here says `{other}`"),
    })
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no schema here says `{other}`"),
    }
}

/// Whether a key is a number format, the one pattern that schemas have.
fn is_format(key: &str) -> bool {
    key.parse::<NumberFormat>().is_ok()
}
