//! The ops of the model or of one block, as they are written.

use std::fmt::Write;

use super::formula::{formula, shape};
use crate::domain::Domain;
use crate::hash::{FastMap, FastSet};
use crate::import::onnx::infer::name::name_of;
use crate::import::onnx::layers::Repeat;
use crate::import::onnx::net::{Binary, Net, NetNode, NetTensor, NodeId, QUANTISE, TensorId, Work};
use crate::import::onnx::parameters::Parameters;
use crate::import::onnx::proto::ElementType;
use crate::import::stored::written;

/// The share of ones among bits that are made of other numbers, or given.
/// Nothing in a graph tells it: all are taken to be ones, unless it is set.
pub(super) const ONES: &str = "rho";

/// The ops of the model or of one block.
pub(super) struct Section<'n> {
    pub(super) net: &'n Net,
    pub(super) parameters: &'n Parameters,
    /// The name of its tables.
    table: &'static str,
    pub(super) text: String,
    pub(super) names: FastMap<TensorId, String>,
    used: FastSet<String>,
    /// How often a name was wished for.
    wished: FastMap<String, usize>,
    /// The node that is being written.
    pub(super) at: NodeId,
    /// Its stage.
    pub(super) stage: Option<&'static str>,
}

impl<'n> Section<'n> {
    pub(super) fn new(
        net: &'n Net,
        parameters: &'n Parameters,
        table: &'static str,
    ) -> Section<'n> {
        Section {
            net,
            parameters,
            at: 0,
            table,
            text: String::new(),
            names: FastMap::default(),
            wished: FastMap::default(),
            used: (net.dims.iter())
                .map(|dim| dim.name.clone())
                .chain([ONES.to_owned()])
                .collect(),
            stage: None,
        }
    }

    /// A name for a tensor of its own.
    pub(super) fn name(&mut self, tensor: TensorId) -> String {
        let name = self.fresh(&self.net.tensors[tensor].name.clone());
        self.names.insert(tensor, name.clone());
        name
    }

    /// A name like `wish` that nothing else has.
    pub(super) fn fresh(&mut self, wish: &str) -> String {
        let wish = name_of(wish);
        let count = self.wished.entry(wish.clone()).or_default();
        loop {
            *count += 1;
            let name = match *count {
                1 => wish.clone(),
                count => format!("{wish}_{count}"),
            };
            if self.used.insert(name.clone()) {
                return name;
            }
        }
    }

    /// The name of the op that makes a tensor.
    pub(super) fn made(&self, tensor: TensorId) -> Option<&str> {
        let name = self.names.get(&tensor)?;
        (!self.net.inputs.contains(&tensor)).then_some(name.as_str())
    }

    /// The call of a block that repeats.
    pub(super) fn call(&mut self, repeat: &Repeat, block: &str) {
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
    pub(super) fn open(&mut self, name: &str, stage: Option<&str>) {
        let _ = write!(self.text, "\n[[{}]]\nname = {}\n", self.table, quoted(name));
        if let Some(stage) = stage {
            self.field("stage", &quoted(stage));
        }
    }

    /// What a causal mask hides of a node.
    pub(super) fn masked(&mut self, node: &NetNode) {
        if let Some(hidden) = self.net.masked.get(&node.output) {
            self.field("causal", "true");
            self.field("masked", &quoted(&formula(hidden)));
        }
    }

    pub(super) fn field(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.text, "{name} = {value}");
    }

    /// The name of a tensor that an op reads. A constant is made where it is
    /// first read.
    pub(super) fn operand(&mut self, tensor: TensorId) -> String {
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
        self.field("reshape", &shape);
        if constant.stored && self.parameters.counts(self.at, tensor) {
            let weight = self.weight(tensor);
            self.field("inputs", &format!("[{weight}]"));
        } else if let Some(domain) = domain_name(&constant.domain) {
            self.field("domain", &quoted(domain));
            if let Some(density) = density(constant) {
                self.field("density", &density);
            }
        }
        name
    }

    /// Parameters that no op reads as they are: of tables that were sliced, of
    /// matrices that were multiplied, before the network runs.
    pub(super) fn apart(&mut self) {
        let count = self.parameters.apart;
        if count == 0 {
            return;
        }
        let name = self.fresh("computed_before");
        let first = self.net.nodes.iter().find_map(|node| node.stage);
        self.open(&name, first);
        self.field("reshape", "\"1\"");
        self.field("inputs", &format!("[{{ weight = \"{count}\" }}]"));
    }

    /// A weight, where it is read.
    pub(super) fn weight(&self, tensor: TensorId) -> String {
        let weight = &self.net.tensors[tensor];
        let shape = shape(weight.shape.as_deref().unwrap_or(&[]));
        let mut text = format!("{{ weight = {}", quoted(&shape));
        if let Some(domain) = domain_name(&weight.domain) {
            let _ = write!(text, ", domain = {}", quoted(domain));
        }
        if let Some(density) = density(weight) {
            let _ = write!(text, ", density = {density}");
        }
        if let Some(bits) = &weight.bits {
            let _ = write!(text, ", bits = {}", written(bits));
        }
        text.push_str(" }");
        text
    }

    /// An operand as a product or a gather reads it: a weight in its place.
    pub(super) fn factor(&mut self, tensor: TensorId) -> String {
        if self.parameters.counts(self.at, tensor) {
            self.weight(tensor)
        } else {
            quoted(&self.operand(tensor))
        }
    }

    /// The fields that any op may have.
    pub(super) fn close(&mut self, node: &NetNode) {
        self.masked(node);
        let own = node.format.map(|format| format.to_string());
        if let Some(format) = own.or_else(|| whole_format(self.net, node).map(str::to_owned)) {
            self.field("format", &quoted(&format));
        }
    }
}

/// The share of a constant that is not zero, where some of it is.
fn density(constant: &NetTensor) -> Option<String> {
    let (kept, all) = constant.density.filter(|(kept, all)| kept < all)?;
    Some(format!("\"{kept} / {all}\""))
}

/// Arithmetic on indices and counts is done in whole numbers; sums of them that
/// are brought to the scale of fractions are fractions already.
fn whole_format(net: &Net, node: &NetNode) -> Option<&'static str> {
    let scaled = matches!(node.work, Work::Binary(Binary::Mul))
        && net.tensors[node.output].element == ElementType::Float;
    if node.stage == Some(QUANTISE) || scaled {
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
fn domain_name(domain: &Domain) -> Option<&'static str> {
    match domain {
        Domain::Real | Domain::Between(..) => None,
        Domain::Integer => Some("integer"),
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
pub(super) fn quoted(text: &str) -> String {
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
