//! The model, the operator sets that it draws on and its functions.

use super::attribute::attribute;
use super::graph::{node, read_graph};
use super::malformed::Malformed;
use super::message::Message;
use super::reader::Reader;
use super::schema::{ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE, OPSET};
use crate::import::onnx::proto::{Function, Model};

/// What a file in a Git repository begins with when only a pointer to it was
/// fetched; the mistake is common and easily mended.
const LFS: &[u8] = b"version https://git-lfs";

/// The model that the whole file is.
pub(super) fn model(reader: &mut Reader<'_>) -> Result<Model, Malformed> {
    if reader.size() == 0 {
        return Err(no_model("the file is empty"));
    }
    let mut message = Message {
        kind: &MODEL,
        at: 0,
        end: reader.size(),
    };
    let mut model = Model::default();
    let mut has_graph = false;
    match read_model(&mut message, &mut model, &mut has_graph, reader) {
        Ok(()) if has_graph => Ok(model),
        Ok(()) => Err(no_model("this is no ONNX model: it has no graph")),
        Err(_) if begins_with(LFS, reader) => Err(no_model(
            "this is a Git LFS pointer, not the model itself; fetch it with `git lfs pull`",
        )),
        // Before a graph has begun, the file may well be something else.
        Err(error) if !has_graph && error.within == MODEL.name => Err(Malformed {
            what: format!("this is no ONNX model: {}", error.what),
            ..error
        }),
        Err(error) => Err(error),
    }
}

fn no_model(what: &str) -> Malformed {
    Malformed {
        what: what.to_owned(),
        at: 0,
        within: "the file",
    }
}

fn begins_with(start: &[u8], reader: &mut Reader<'_>) -> bool {
    let mut bytes = vec![0; start.len()];
    reader.size() >= start.len() as u64 && reader.copy(0, &mut bytes).is_ok() && bytes == start
}

fn read_model(
    message: &mut Message,
    model: &mut Model,
    has_graph: &mut bool,
    reader: &mut Reader<'_>,
) -> Result<(), Malformed> {
    while let Some(field) = message.next(reader)? {
        match field.name {
            "producer_name" => model.producer = field.text(reader)?,
            "graph" => {
                let graph = field.message(&GRAPH, reader)?;
                *has_graph = true;
                read_graph(graph, 0, &mut model.graph, reader)?;
            }
            "opset_import" => {
                let opset = field.message(&OPSET, reader)?;
                model.opsets.push(read_opset(opset, reader)?);
            }
            "functions" => {
                let function = field.message(&FUNCTION, reader)?;
                model.functions.push(read_function(function, reader)?);
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_opset(mut message: Message, reader: &mut Reader<'_>) -> Result<(String, i64), Malformed> {
    let mut opset = (String::new(), 0);
    while let Some(field) = message.next(reader)? {
        match field.name {
            "domain" => opset.0 = field.text(reader)?,
            "version" => opset.1 = field.int()?,
            _ => {}
        }
    }
    Ok(opset)
}

fn read_function(mut message: Message, reader: &mut Reader<'_>) -> Result<Function, Malformed> {
    let mut function = Function::default();
    while let Some(field) = message.next(reader)? {
        match field.name {
            "name" => function.name = field.text(reader)?,
            "domain" => function.domain = field.text(reader)?,
            "overload" => function.overload = field.text(reader)?,
            "input" => function.inputs.push(field.text(reader)?),
            "output" => function.outputs.push(field.text(reader)?),
            "attribute" => function.attributes.push(field.text(reader)?),
            "attribute_proto" => {
                let default = field.message(&ATTRIBUTE, reader)?;
                function.defaults.push(attribute(default, 0, reader)?);
            }
            "node" => {
                let inner = field.message(&NODE, reader)?;
                function.nodes.push(node(inner, 0, reader)?);
            }
            "opset_import" => {
                let opset = field.message(&OPSET, reader)?;
                function.opsets.push(read_opset(opset, reader)?);
            }
            _ => {}
        }
    }
    Ok(function)
}
