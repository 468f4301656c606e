//! Graphs, their nodes, and what is known of tensors.

use super::attribute::attribute;
use super::malformed::Malformed;
use super::message::{Field, Message};
use super::reader::{MAX_DEPTH, Reader};
use super::schema::{
    ATTRIBUTE, DIM, ENTRY, GRAPH, NODE, OPTIONAL_TYPE, SHAPE, TENSOR, TENSOR_TYPE, TYPE, VALUE_INFO,
};
use super::tensor::tensor;
use crate::import::onnx::proto::{Dim, ElementType, Graph, Node, ValueInfo};

/// Longer entries of what an exporter says of a node are passed over.
const MAX_RULE: u64 = 256;

/// Adds what `message` says to `graph`, which is within so many others.
pub(super) fn read_graph(
    mut message: Message,
    depth: usize,
    graph: &mut Graph,
    reader: &mut Reader<'_>,
) -> Result<(), Malformed> {
    while let Some(field) = message.next(reader)? {
        match field.name {
            "name" => graph.name = field.text(reader)?,
            "node" => {
                let inner = field.message(&NODE, reader)?;
                graph.nodes.push(node(inner, depth, reader)?);
            }
            "initializer" => {
                let inner = field.message(&TENSOR, reader)?;
                graph.initializers.push(tensor(inner, reader)?);
            }
            "sparse_initializer" => {
                return Err(field.wrong(
                    "a sparse initializer, which is not read; write its tensor out in full",
                ));
            }
            "input" | "output" | "value_info" => {
                let info = value_info(field.message(&VALUE_INFO, reader)?, reader)?;
                match field.name {
                    "input" => graph.inputs.push(info),
                    "output" => graph.outputs.push(info),
                    _ => graph.value_infos.push(info),
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A node of a graph that is within so many others.
pub(super) fn node(
    mut message: Message,
    depth: usize,
    reader: &mut Reader<'_>,
) -> Result<Node, Malformed> {
    reader.count_node(message.at)?;
    let mut node = Node::default();
    while let Some(field) = message.next(reader)? {
        match field.name {
            "name" => node.name = field.text(reader)?,
            "op_type" => node.op_type = field.text(reader)?,
            "domain" => node.domain = field.text(reader)?,
            "overload" => node.overload = field.text(reader)?,
            "input" => node.inputs.push(field.text(reader)?),
            "output" => node.outputs.push(field.text(reader)?),
            "attribute" => {
                let inner = field.message(&ATTRIBUTE, reader)?;
                node.attributes.push(attribute(inner, depth, reader)?);
            }
            "metadata_props" if is_short(&field)? => {
                let said = entry(field.message(&ENTRY, reader)?, reader)?;
                let (key, value) = said.unwrap_or_default();
                node.lost_bias |= key == "pkg.onnxscript.rewriter.rule_name"
                    && value.starts_with("RemoveOptionalBias");
            }
            _ => {}
        }
    }
    // Most nodes read two tensors, make one, and say little more.
    node.inputs.shrink_to_fit();
    node.outputs.shrink_to_fit();
    node.attributes.shrink_to_fit();
    Ok(node)
}

/// Whether an entry may be the name of a rule, and not a trace of the program.
fn is_short(entry: &Field) -> Result<bool, Malformed> {
    let range = entry.bytes()?;
    Ok(range.end - range.start <= MAX_RULE)
}

/// The key and the value of what an exporter says, if both are texts.
fn entry(
    mut message: Message,
    reader: &mut Reader<'_>,
) -> Result<Option<(String, String)>, Malformed> {
    let (mut key, mut value) = (Some(String::new()), Some(String::new()));
    while let Some(field) = message.next(reader)? {
        match field.name {
            "key" => key = field.text_if_any(reader)?,
            "value" => value = field.text_if_any(reader)?,
            _ => {}
        }
    }
    Ok(key.zip(value))
}

/// The graph that an attribute of a graph within so many others holds.
pub(super) fn nested(
    message: Message,
    depth: usize,
    reader: &mut Reader<'_>,
) -> Result<Graph, Malformed> {
    if depth >= MAX_DEPTH {
        return Err(Malformed {
            what: format!("graphs within graphs, more than {MAX_DEPTH} deep"),
            at: message.at,
            within: GRAPH.name,
        });
    }
    let mut graph = Graph::default();
    read_graph(message, depth + 1, &mut graph, reader)?;
    Ok(graph)
}

fn value_info(mut message: Message, reader: &mut Reader<'_>) -> Result<ValueInfo, Malformed> {
    let mut info = ValueInfo::default();
    while let Some(field) = message.next(reader)? {
        match field.name {
            "name" => info.name = field.text(reader)?,
            "type" => value_type(field.message(&TYPE, reader)?, &mut info, reader)?,
            "metadata_props" => origin(field.message(&ENTRY, reader)?, &mut info, reader)?,
            _ => {}
        }
    }
    Ok(info)
}

/// What an exporter says of where a tensor comes from, if `message` does.
fn origin(
    message: Message,
    info: &mut ValueInfo,
    reader: &mut Reader<'_>,
) -> Result<(), Malformed> {
    let Some((key, value)) = entry(message, reader)? else {
        return Ok(());
    };
    match key.as_str() {
        "pkg.torch.export.graph_signature.InputSpec.kind" => info.input_kind = Some(value),
        "pkg.onnxscript.optimizer.folded_from" => info.folded_from = Some(value),
        _ => {}
    }
    Ok(())
}

/// A type: what may be missing is taken to be there.
fn value_type(
    mut message: Message,
    info: &mut ValueInfo,
    reader: &mut Reader<'_>,
) -> Result<(), Malformed> {
    while let Some(field) = message.next(reader)? {
        if field.name != "optional_type" {
            read_kind(field, info, reader)?;
            continue;
        }
        let mut optional = field.message(&OPTIONAL_TYPE, reader)?;
        while let Some(field) = optional.next(reader)? {
            if field.name == "type" {
                let mut kind = field.message(&TYPE, reader)?;
                while let Some(field) = kind.next(reader)? {
                    read_kind(field, info, reader)?;
                }
            }
        }
    }
    Ok(())
}

/// The type of a tensor, or of a sequence of them; maps and the like are not
/// read.
fn read_kind(field: Field, info: &mut ValueInfo, reader: &mut Reader<'_>) -> Result<(), Malformed> {
    match field.name {
        "tensor_type" => read_type(field.message(&TENSOR_TYPE, reader)?, info, reader)?,
        "sequence_type" => info.is_sequence = true,
        _ => {}
    }
    Ok(())
}

fn read_type(
    mut message: Message,
    info: &mut ValueInfo,
    reader: &mut Reader<'_>,
) -> Result<(), Malformed> {
    while let Some(field) = message.next(reader)? {
        match field.name {
            "elem_type" => info.element = ElementType::from_number(field.int32()?),
            "shape" => {
                let mut shape = field.message(&SHAPE, reader)?;
                let dims = info.shape.get_or_insert_default();
                while let Some(field) = shape.next(reader)? {
                    if field.name == "dim" {
                        dims.push(dim(field.message(&DIM, reader)?, reader)?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn dim(mut message: Message, reader: &mut Reader<'_>) -> Result<Dim, Malformed> {
    let mut dim = Dim::Unknown;
    while let Some(field) = message.next(reader)? {
        match field.name {
            "dim_value" => dim = Dim::Value(field.int()?),
            "dim_param" => {
                // An empty name is how some exporters write an unknown extent.
                let name = field.text(reader)?;
                dim = if name.is_empty() {
                    Dim::Unknown
                } else {
                    Dim::Param(name)
                };
            }
            _ => {}
        }
    }
    Ok(dim)
}
