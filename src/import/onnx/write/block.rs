//! What repeats, as a block of the model file.

use std::collections::BTreeMap;

use super::formula::shape;
use super::section::Section;
use crate::import::onnx::layers::Repeat;
use crate::import::onnx::net::Net;
use crate::import::onnx::parameters::Parameters;
use crate::source::{TomlValue, TomlWriter};

/// A block for the nodes that repeat.
pub(super) fn block(net: &Net, parameters: &Parameters, repeat: &Repeat, name: &str) -> TomlWriter {
    let mut section = Section::new(net, parameters, Some("block"));
    section.name(repeat.first);
    for shared in &repeat.shared {
        section.name(*shared);
    }
    for at in repeat.start..repeat.start + repeat.period {
        section.node(at);
    }
    let mut toml = TomlWriter::default();
    toml.item(None, "block");
    toml.field("name", &name.into());
    let mut open = net.dims.iter().filter(|dim| dim.value.is_none()).peekable();
    if open.peek().is_some() {
        toml.field("needs", &TomlValue::list(open.map(|dim| dim.name.as_str())));
    }
    let result = net.nodes[repeat.start + repeat.result].output;
    if let Some(result) = section.names.get(&result) {
        toml.field("output", &(**result).into());
    }
    toml.table(Some("block"), "inputs");
    for input in [repeat.first].iter().chain(&repeat.shared) {
        if let Some(name) = section.names.get(input) {
            let extents = net.tensors[*input].shape.as_deref().unwrap_or(&[]);
            toml.field(name, &shape(extents).into());
        }
    }
    toml.append(section.toml);
    toml
}

/// A name for each repeat, after what its weights are called.
pub(super) fn block_names(net: &Net, repeats: &[Repeat]) -> Vec<String> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Vec::new();
    for repeat in repeats {
        let nodes = &net.nodes[repeat.start..repeat.start + repeat.period];
        let inputs = nodes.iter().flat_map(|node| &node.inputs);
        let found = inputs.filter(|input| net.tensors[**input].stored);
        let found = found
            .filter_map(|input| counted_part(&net.tensors[*input].name))
            .next();
        let name = found.unwrap_or_else(|| "layer".to_owned());
        let times = used.entry(name.clone()).or_default();
        *times += 1;
        names.push(if *times == 1 {
            name
        } else {
            format!("{name}-{times}")
        });
    }
    names
}

/// The part of a name before a number: `layer` of `encoder.layer.3.weight`.
fn counted_part(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split(['.', '/']).collect();
    for (at, part) in parts.iter().enumerate() {
        let digits = part.len() - part.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let own = part[..part.len() - digits].trim_end_matches('_');
        let named = match (digits, own) {
            (0, _) => continue,
            (_, "") => parts.get(at.checked_sub(1)?)?,
            (_, own) if at + 1 < parts.len() => own,
            _ => continue,
        };
        let named: String = (named.chars())
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        if !named.is_empty() && named != "onnx--" {
            return Some(named);
        }
    }
    None
}
