//! A net as a model file.
//!
//! What repeats becomes a block of the file, called once with `repeat`; the
//! rest are ops, one or two for each node.

mod formula;
mod node;
mod product;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::extent::name_of;
use super::layers::Repeat;
use super::net::{Net, Node, NodeId, TensorId, Work};
use super::proto::ElementType;
use crate::symbolic::Expr;
use formula::shape;

/// The share of ones among bits that are made of fractions. Nothing in a graph
/// tells it: all are taken to be ones, unless it is set.
const ONES: &str = "rho";

/// The text of the model file of `net`, which was read from `file`.
pub(super) fn write(net: &Net, repeats: &[Repeat], file: &str) -> String {
    let mut main = Section::new(net, "op");
    for input in &net.inputs {
        main.name(*input);
    }
    let blocks = block_names(net, repeats);
    let mut repeated = Vec::new();
    let mut at = 0;
    let mut next = repeats.iter().zip(&blocks).peekable();
    while at < net.nodes.len() {
        match next.peek() {
            Some((repeat, name)) if repeat.start == at => {
                repeated.push(block(net, repeat, name));
                main.call(repeat, name);
                at = repeat.end();
                next.next();
            }
            _ => {
                main.node(&net.nodes[at]);
                at += 1;
            }
        }
    }
    let mut text = header(net, &main, file);
    text.push_str(&main.text);
    text.push_str(&scopes(net));
    for block in repeated {
        text.push_str(&block);
    }
    text
}

fn header(net: &Net, main: &Section<'_>, file: &str) -> String {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = stem.strip_suffix(".onnx").unwrap_or(stem);
    let mut text = format!("# Made from an ONNX graph.\nname = {}\n", quoted(stem));
    if main_element(net) == Some(ElementType::Float16) {
        text.push_str("format = \"fp16\"\n");
    }
    if !net.dims.is_empty() {
        let dims: Vec<String> = net.dims.iter().map(|dim| quoted(dim)).collect();
        let _ = writeln!(text, "needs = [{}]", dims.join(", "));
    }
    if net.nodes.iter().any(|node| node.stage == Some("binarise")) {
        let _ = writeln!(text, "params = {{ {ONES} = 1 }} # share of ones among bits");
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
pub(super) fn other_format(net: &Net) -> Option<&'static str> {
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
fn scopes(net: &Net) -> String {
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

/// A block for the nodes that repeat.
fn block(net: &Net, repeat: &Repeat, name: &str) -> String {
    let mut section = Section::new(net, "block.op");
    section.name(repeat.first);
    for shared in &repeat.shared {
        section.name(*shared);
    }
    for at in repeat.start..repeat.start + repeat.period {
        section.node(&net.nodes[at]);
    }
    let mut text = format!("\n[[block]]\nname = {}\n", quoted(name));
    let dims: Vec<String> = net.dims.iter().map(|dim| quoted(dim)).collect();
    if !dims.is_empty() {
        let _ = writeln!(text, "needs = [{}]", dims.join(", "));
    }
    let nodes = &net.nodes[repeat.start..repeat.start + repeat.period];
    if nodes.iter().any(|node| node.stage == Some("binarise")) {
        let _ = writeln!(text, "params = {{ {ONES} = 1 }}");
    }
    let result = net.nodes[repeat.start + repeat.result].output;
    if let Some(result) = section.names.get(&result) {
        let _ = writeln!(text, "output = {}", quoted(result));
    }
    text.push_str("\n[block.inputs]\n");
    for input in [repeat.first].iter().chain(&repeat.shared) {
        if let Some(name) = section.names.get(input) {
            let extents = net.tensors[*input].shape.as_deref().unwrap_or(&[]);
            let _ = writeln!(text, "{name} = {}", quoted(&shape(extents)));
        }
    }
    text.push_str(&section.text);
    text
}

/// A name for each repeat, after what its weights are called.
fn block_names(net: &Net, repeats: &[Repeat]) -> Vec<String> {
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

/// The ops of the model or of one block.
struct Section<'n> {
    net: &'n Net,
    /// The name of its tables.
    table: &'static str,
    text: String,
    names: BTreeMap<TensorId, String>,
    used: BTreeSet<String>,
    /// The stage of the node that is being written.
    stage: Option<&'static str>,
}

impl<'n> Section<'n> {
    fn new(net: &'n Net, table: &'static str) -> Section<'n> {
        Section {
            net,
            table,
            text: String::new(),
            names: BTreeMap::new(),
            used: net.dims.iter().cloned().chain([ONES.to_owned()]).collect(),
            stage: None,
        }
    }

    /// A name for a tensor of its own.
    fn name(&mut self, tensor: TensorId) -> String {
        let name = self.fresh(&self.net.tensors[tensor].name.clone());
        self.names.insert(tensor, name.clone());
        name
    }

    /// A name like `wish` that nothing else has.
    fn fresh(&mut self, wish: &str) -> String {
        let wish = name_of(wish);
        let mut name = wish.clone();
        let mut count = 1;
        while self.used.contains(&name) {
            count += 1;
            name = format!("{wish}_{count}");
        }
        self.used.insert(name.clone());
        name
    }

    /// The name of the op that makes a tensor.
    fn made(&self, tensor: TensorId) -> Option<&str> {
        let input = self.net.inputs.contains(&tensor);
        self.names
            .get(&tensor)
            .map(String::as_str)
            .filter(|_| !input)
    }

    /// The call of a block that repeats.
    fn call(&mut self, repeat: &Repeat, block: &str) {
        let inputs: Vec<TensorId> = [repeat.first]
            .iter()
            .chain(&repeat.shared)
            .copied()
            .collect();
        let inputs: Vec<String> = inputs
            .into_iter()
            .map(|input| self.operand(input))
            .collect();
        let result: NodeId = repeat.start + (repeat.count - 1) * repeat.period + repeat.result;
        let name = self.fresh(block);
        self.names
            .insert(self.net.nodes[result].output, name.clone());
        let inputs: Vec<String> = inputs.iter().map(|input| quoted(input)).collect();
        self.open(&name, None);
        self.field("block", &quoted(block));
        self.field("repeat", &repeat.count.to_string());
        self.field("inputs", &format!("[{}]", inputs.join(", ")));
    }

    /// The head of an op.
    fn open(&mut self, name: &str, stage: Option<&str>) {
        let _ = write!(self.text, "\n[[{}]]\nname = {}\n", self.table, quoted(name));
        if let Some(stage) = stage {
            self.field("stage", &quoted(stage));
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.text, "{name} = {value}");
    }

    /// The name of a tensor that an op reads. A constant is made where it is
    /// first read.
    fn operand(&mut self, tensor: TensorId) -> String {
        if let Some(name) = self.names.get(&tensor) {
            return name.clone();
        }
        let wish = match self.net.tensors[tensor].name.as_str() {
            "" => "constant",
            name => name,
        };
        let name = self.fresh(wish);
        self.names.insert(tensor, name.clone());
        let constant = &self.net.tensors[tensor];
        let shape = quoted(&shape(constant.shape.as_deref().unwrap_or(&[])));
        self.open(&name, self.stage);
        self.field("move", &shape);
        if constant.stored {
            let weight = self.weight(tensor);
            self.field("inputs", &format!("[{weight}]"));
        } else if let Some(domain) = domain_name(&constant.domain) {
            self.field("domain", &quoted(domain));
        }
        name
    }

    /// A weight, where it is read.
    fn weight(&self, tensor: TensorId) -> String {
        let weight = &self.net.tensors[tensor];
        let shape = shape(weight.shape.as_deref().unwrap_or(&[]));
        let mut text = format!("{{ weight = {}", quoted(&shape));
        if let Some(domain) = domain_name(&weight.domain) {
            let _ = write!(text, ", domain = {}", quoted(domain));
        }
        if let Some((kept, all)) = weight.density.filter(|(kept, all)| kept < all) {
            let _ = write!(text, ", density = \"{kept} / {all}\"");
        }
        text.push_str(" }");
        text
    }

    /// An operand as a product or a gather reads it: a weight in its place.
    fn factor(&mut self, tensor: TensorId) -> String {
        if self.net.tensors[tensor].constant {
            self.weight(tensor)
        } else {
            quoted(&self.operand(tensor))
        }
    }

    /// The fields that any op may have.
    fn close(&mut self, node: &Node) {
        if node.stage == Some("binarise") {
            self.field("density", &quoted(ONES));
        }
        if let Some(format) = node.format.or_else(|| whole_format(self.net, node)) {
            self.field("format", &quoted(format));
        }
    }
}

/// Arithmetic on indices and counts is done in whole numbers.
fn whole_format(net: &Net, node: &Node) -> Option<&'static str> {
    if node.stage == Some(super::QUANTISATION) {
        return None;
    }
    let first = node.inputs.first()?;
    let wide = matches!(
        net.tensors[*first].element,
        ElementType::Int64 | ElementType::Int32 | ElementType::Uint64 | ElementType::Uint32
    );
    wide.then_some("int32")
}

/// The name by which a model file declares a domain.
fn domain_name(domain: &crate::domain::Domain) -> Option<&'static str> {
    use crate::domain::Domain;
    match domain {
        Domain::Real => None,
        Domain::Integer(_) => Some("integer"),
        Domain::PowerOfTwo => Some("power-of-two"),
        finite if finite.is_binary() => Some("binary"),
        finite if finite.is_sign() => Some("sign"),
        finite if finite.is_ternary() => Some("ternary"),
        finite if finite.is_power_of_two() => Some("power-of-two"),
        finite if finite.is_whole() => Some("integer"),
        Domain::Finite(_) => None,
    }
}

/// Text as TOML has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The product of extents.
fn size(shape: &[Expr]) -> Expr {
    shape.iter().product()
}
