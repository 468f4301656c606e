//! What stands before and behind the ops of a model: its name, its format, its
//! inputs, its scopes.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::formula::{formula, shape};
use super::section::{ONES, Section, quoted};
use crate::import::onnx::net::{NamedDim, Net, NetNode, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;

pub(super) fn header(net: &Net, main: &Section<'_>, file: &str) -> String {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = stem.strip_suffix(".onnx").unwrap_or(stem);
    let mut text = format!("# Made from an ONNX graph.\nname = {}\n", quoted(stem));
    if main_element(net) == Some(ElementType::Float16) {
        text.push_str("format = \"fp16\"\n");
    }
    text.push_str(&dims(net));
    if makes_bits(net) {
        let _ = writeln!(
            text,
            "params = {{ {ONES} = \"1\" }} # share of ones among bits"
        );
        let _ = writeln!(text, "bit_density = {}", quoted(ONES));
    }
    if let Some(tokens) = &net.tokens {
        let name = formula(tokens);
        let is_dim = net.dims.iter().any(|dim| dim.name == name);
        let counted = if is_dim {
            quoted(&name)
        } else {
            "1".to_owned()
        };
        let _ = writeln!(text, "tokens = {counted}");
    }
    if let Some(output) = net.outputs.first().and_then(|output| main.made(*output)) {
        let _ = writeln!(text, "output = {}", quoted(output));
    }
    text.push_str("\n[inputs]\n");
    for input in &net.inputs {
        if let Some(name) = main.names.get(input) {
            let _ = writeln!(text, "{name} = {}", input_text(net, *input));
        }
    }
    text
}

/// Whether a net may make bits of other numbers, or takes some.
fn makes_bits(net: &Net) -> bool {
    let is_bool = |tensor: &TensorId| net.tensors[*tensor].element == ElementType::Bool;
    let rounds =
        |work: &Work| matches!(work, Work::Unary(Unary::Round | Unary::Floor | Unary::Ceil));
    let makes = |node: &NetNode| is_bool(&node.output) || rounds(&node.work);
    let is_free = net.dims.iter().all(|dim| dim.name != ONES);
    is_free && (net.inputs.iter().any(is_bool) || net.nodes.iter().any(makes))
}

/// The dims: those that the user must give, and those with a size.
fn dims(net: &Net) -> String {
    let mut text = String::new();
    let alias = |dim: &NamedDim| match dim.text == dim.name {
        true => String::new(),
        false => format!(", alias = {}", quoted(&dim.text)),
    };
    let open = net.dims.iter().filter(|dim| dim.value.is_none());
    let needs: Vec<String> = open
        .map(|dim| {
            let least = if dim.may_be_empty { ", least = 0" } else { "" };
            match format!("{least}{}", alias(dim)).as_str() {
                "" => quoted(&dim.name),
                more => format!("{{ name = {}{more} }}", quoted(&dim.name)),
            }
        })
        .collect();
    if !needs.is_empty() {
        let _ = writeln!(text, "needs = [{}]", needs.join(", "));
    }
    let given = (net.dims.iter()).filter_map(|dim| Some((dim, dim.value.as_ref()?)));
    let sizes: Vec<String> = given
        .map(|(dim, value)| {
            let name = &dim.name;
            let least = if value.is_zero() { ", least = 0" } else { "" };
            let value = match value.as_constant() {
                Some(_) => formula(value),
                None => quoted(&formula(value)),
            };
            match format!("{least}{}", alias(dim)).as_str() {
                "" => format!("{name} = {value}"),
                more => format!("{name} = {{ value = {value}{more} }}"),
            }
        })
        .collect();
    if !sizes.is_empty() {
        let _ = writeln!(text, "dims = {{ {} }}", sizes.join(", "));
    }
    text
}

/// What most products of fractions are computed in.
fn main_element(net: &Net) -> Option<ElementType> {
    let mut found: Vec<(ElementType, usize)> = Vec::new();
    for node in &net.nodes {
        let element = net.tensors[node.output].element;
        if element.is_whole() || !matches!(node.work, Work::Product(_)) {
            continue;
        }
        match found.iter_mut().find(|(known, _)| *known == element) {
            Some((_, count)) => *count += 1,
            None => found.push((element, 1)),
        }
    }
    found
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(element, _)| element)
}

/// The name of the format of most products, where a model file of fp32 or fp16
/// does not say it.
pub(crate) fn other_format(net: &Net) -> Option<&'static str> {
    match main_element(net)? {
        ElementType::Bfloat16 => Some("bfloat16"),
        ElementType::Double => Some("double precision"),
        _ => None,
    }
}

fn input_text(net: &Net, input: TensorId) -> String {
    let tensor = &net.tensors[input];
    let shape = shape(tensor.shape.as_deref().unwrap_or(&[]));
    let domain = match tensor.element {
        ElementType::Bool => "binary",
        element if element.is_whole() => "integer",
        _ => return quoted(&shape),
    };
    format!("{{ shape = {}, domain = \"{domain}\" }}", quoted(&shape))
}

/// The scopes that attention has, of the stages that there are.
pub(super) fn scopes(net: &Net) -> String {
    let stages: BTreeSet<&str> = net.nodes.iter().filter_map(|node| node.stage).collect();
    if !stages.contains("score") {
        return String::new();
    }
    let mut text = String::from("\n[scopes]\n");
    let mut outer: Option<&str> = None;
    for (scope, members) in [
        (
            "alignment",
            ["binarise", "q-proj", "k-proj", "score"].as_slice(),
        ),
        ("attention", &["v-proj", "qkv-proj", "context"]),
        (
            "attention-full",
            &["rotary", "scale", "mask", "softmax", "out-proj"],
        ),
    ] {
        let members = outer
            .into_iter()
            .chain(members.iter().copied().filter(|m| stages.contains(m)));
        let members: Vec<String> = members.map(quoted).collect();
        let _ = writeln!(text, "{scope} = [{}]", members.join(", "));
        outer = Some(scope);
    }
    text
}
