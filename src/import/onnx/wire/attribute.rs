//! Attributes of nodes.

use super::graph::nested;
use super::malformed::Malformed;
use super::message::{Field, Message};
use super::reader::Reader;
use super::schema::{GRAPH, TENSOR};
use super::tensor;
use crate::import::onnx::proto::{Attribute, AttributeValue};

/// The fields that hold the value, by the number of the type that an attribute
/// says it is of; 0 is not to say.
const FIELDS: [&str; 9] = ["", "f", "i", "s", "t", "g", "floats", "ints", "strings"];

/// The values that an attribute may hold; one is meant.
#[derive(Default)]
struct AttributeFields {
    single: Vec<(&'static str, AttributeValue)>,
    floats: Vec<f32>,
    ints: Vec<i64>,
    texts: Vec<String>,
}

/// An attribute of a node of a graph that is within so many others.
pub(super) fn attribute(
    mut message: Message,
    depth: usize,
    reader: &mut Reader<'_>,
) -> Result<Attribute, Malformed> {
    let mut attribute = Attribute::default();
    let mut kind = 0;
    let mut values = AttributeFields::default();
    while let Some(field) = message.next(reader)? {
        match field.name {
            "name" => attribute.name = field.text(reader)?,
            "ref_attr_name" => {
                let name = field.text(reader)?;
                attribute.refers_to = (!name.is_empty()).then_some(name);
            }
            "type" => kind = field.int()?,
            "floats" => field.floats(reader, &mut values.floats)?,
            "ints" => field.ints(reader, &mut values.ints)?,
            "strings" => {
                let text = field.text_if_any(reader)?.unwrap_or_default();
                values.texts.push(text);
            }
            "" => {}
            name => {
                let value = single(&field, depth, reader)?;
                values.single.retain(|(other, _)| *other != name);
                values.single.push((name, value));
            }
        }
    }
    attribute.value = usize::try_from(kind)
        .ok()
        .and_then(|kind| FIELDS.get(kind))
        .map_or(AttributeValue::None, |field| values.choose(field));
    Ok(attribute)
}

fn single(
    field: &Field,
    depth: usize,
    reader: &mut Reader<'_>,
) -> Result<AttributeValue, Malformed> {
    Ok(match field.name {
        "f" => AttributeValue::Float(field.float()?),
        "i" => AttributeValue::Int(field.int()?),
        // Bytes that are no text, such as a compiled engine, are none that an
        // operator here reads.
        "s" => field
            .text_if_any(reader)?
            .map_or(AttributeValue::None, AttributeValue::Text),
        "t" => {
            let tensor = tensor::of_node(field.message(&TENSOR, reader)?, reader)?;
            AttributeValue::Tensor(Box::new(tensor))
        }
        "g" => {
            let graph = nested(field.message(&GRAPH, reader)?, depth, reader)?;
            AttributeValue::Graph(Box::new(graph))
        }
        _ => AttributeValue::None,
    })
}

impl AttributeFields {
    /// The value in `field`; if that is empty, whichever there is.
    fn choose(mut self, field: &str) -> AttributeValue {
        match field {
            "floats" => AttributeValue::Floats(self.floats),
            "ints" => AttributeValue::Ints(self.ints),
            "strings" => AttributeValue::Texts(self.texts),
            "" if !self.floats.is_empty() => AttributeValue::Floats(self.floats),
            "" if !self.ints.is_empty() => AttributeValue::Ints(self.ints),
            "" if !self.texts.is_empty() => AttributeValue::Texts(self.texts),
            "" => self
                .single
                .pop()
                .map_or(AttributeValue::None, |(_, value)| value),
            _ => self
                .single
                .into_iter()
                .find(|(name, _)| *name == field)
                .map_or_else(|| left_out(field), |(_, value)| value),
        }
    }
}

/// Some writers leave out a value that is zero or empty.
fn left_out(field: &str) -> AttributeValue {
    match field {
        "f" => AttributeValue::Float(0.0),
        "i" => AttributeValue::Int(0),
        "s" => AttributeValue::Text(String::new()),
        _ => AttributeValue::None,
    }
}
