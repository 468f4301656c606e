//! What stands before and behind the ops of a model: its name, its format, its
//! inputs, its scopes.

use std::collections::BTreeSet;

use super::formula::{formula, shape};
use super::section::{ONES, Section};
use crate::import::onnx::net::{NamedDim, Net, NetNode, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::source::{TomlValue, TomlWriter};

pub(super) fn header(net: &Net, main: &Section<'_>, file: &str) -> TomlWriter {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = stem.strip_suffix(".onnx").unwrap_or(stem);
    let mut toml = TomlWriter::default();
    toml.comment("# Made from an ONNX graph.\n");
    toml.field("name", &stem.into());
    if main_element(net) == Some(ElementType::Float16) {
        toml.field("format", &"fp16".into());
    }
    dims(net, &mut toml);
    if makes_bits(net) {
        let ones = TomlValue::table([(ONES, "1".into())]);
        toml.field_with_comment("params", &ones, "share of ones among bits");
        toml.field("bit_density", &ONES.into());
    }
    if let Some(tokens) = &net.tokens {
        let name = formula(tokens);
        let is_dim = net.dims.iter().any(|dim| dim.name == name);
        let counted = match is_dim {
            true => name.into(),
            false => TomlValue::number(1),
        };
        toml.field("tokens", &counted);
    }
    if let Some(output) = net.outputs.first().and_then(|output| main.made(*output)) {
        toml.field("output", &output.into());
    }
    toml.table(None, "inputs");
    for input in &net.inputs {
        if let Some(name) = main.names.get(input) {
            toml.field(name, &input_value(net, *input));
        }
    }
    toml
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
fn dims(net: &Net, toml: &mut TomlWriter) {
    let more = |dim: &NamedDim, may_be_empty: bool| {
        let least = may_be_empty.then(|| ("least", TomlValue::number(0)));
        let alias = (dim.text != dim.name).then(|| ("alias", dim.text.as_str().into()));
        least.into_iter().chain(alias).collect::<Vec<_>>()
    };
    let open = net.dims.iter().filter(|dim| dim.value.is_none());
    let needs: Vec<TomlValue> = open
        .map(|dim| {
            let name = || TomlValue::from(dim.name.as_str());
            match more(dim, dim.may_be_empty) {
                more if more.is_empty() => name(),
                more => TomlValue::table([("name", name())].into_iter().chain(more)),
            }
        })
        .collect();
    if !needs.is_empty() {
        toml.field("needs", &TomlValue::List(needs));
    }
    let given = (net.dims.iter()).filter_map(|dim| Some((dim, dim.value.as_ref()?)));
    let sizes: Vec<(String, TomlValue)> = given
        .map(|(dim, value)| {
            let size = match value.as_constant() {
                Some(_) => TomlValue::Number(formula(value)),
                None => formula(value).into(),
            };
            let size = match more(dim, value.is_zero()) {
                more if more.is_empty() => size,
                more => TomlValue::table([("value", size)].into_iter().chain(more)),
            };
            (dim.name.clone(), size)
        })
        .collect();
    if !sizes.is_empty() {
        toml.field("dims", &TomlValue::Table(sizes));
    }
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

fn input_value(net: &Net, input: TensorId) -> TomlValue {
    let tensor = &net.tensors[input];
    let shape = shape(tensor.shape.as_deref().unwrap_or(&[]));
    let domain = match tensor.element {
        ElementType::Bool => "binary",
        element if element.is_whole() => "integer",
        _ => return shape.into(),
    };
    TomlValue::table([("shape", shape.into()), ("domain", domain.into())])
}

/// The scopes that attention has, of the stages that there are.
pub(super) fn scopes(net: &Net, toml: &mut TomlWriter) {
    let stages: BTreeSet<&str> = net.nodes.iter().filter_map(|node| node.stage).collect();
    if !stages.contains("score") {
        return;
    }
    toml.table(None, "scopes");
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
        toml.field(scope, &TomlValue::list(members));
        outer = Some(scope);
    }
}
