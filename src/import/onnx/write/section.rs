//! The ops of the model or of one block, as they are written.

use std::sync::Arc;

use num_rational::BigRational;

use super::formula::{formula, shape};
use crate::domain::Domain;
use crate::hash::FastMap;
use crate::import::onnx::infer::name::name_of;
use crate::import::onnx::layers::Repeat;
use crate::import::onnx::net::{Binary, Net, NetNode, NetTensor, NodeId, QUANTISE, TensorId, Work};
use crate::import::onnx::parameters::Parameters;
use crate::import::onnx::proto::ElementType;
use crate::number;
use crate::source::{TomlValue, TomlWriter};

/// The share of ones among bits that are made of other numbers, or given.
/// Nothing in a graph tells it: all are taken to be ones, unless it is set.
pub(super) const ONES: &str = "rho";

/// The ops of the model or of one block.
pub(super) struct Section<'n> {
    pub(super) net: &'n Net,
    pub(super) parameters: &'n Parameters,
    /// The name of the tables that its ops stand within, if not that of the model.
    within: Option<&'static str>,
    pub(super) toml: TomlWriter,
    pub(super) names: FastMap<TensorId, Arc<str>>,
    /// The names that are taken, each with how often it was wished for.
    taken: FastMap<Arc<str>, usize>,
    /// The node that is being written.
    pub(super) at: NodeId,
    /// Its stage.
    pub(super) stage: Option<&'static str>,
}

impl<'n> Section<'n> {
    pub(super) fn new(
        net: &'n Net,
        parameters: &'n Parameters,
        within: Option<&'static str>,
    ) -> Section<'n> {
        Section {
            net,
            parameters,
            at: 0,
            within,
            toml: TomlWriter::default(),
            names: FastMap::default(),
            taken: (net.dims.iter())
                .map(|dim| dim.name.as_str())
                .chain([ONES])
                .map(|name| (name.into(), 0))
                .collect(),
            stage: None,
        }
    }

    /// A name for a tensor of its own.
    pub(super) fn name(&mut self, tensor: TensorId) -> Arc<str> {
        let net = self.net;
        let name = self.fresh(&net.tensors[tensor].name);
        self.names.insert(tensor, Arc::clone(&name));
        name
    }

    /// A name like `wish` that nothing else has.
    pub(super) fn fresh(&mut self, wish: &str) -> Arc<str> {
        let wish: Arc<str> = name_of(wish).into();
        let Some(wishes) = self.taken.get(&wish) else {
            self.taken.insert(Arc::clone(&wish), 1);
            return wish;
        };
        let mut wishes = (*wishes).max(1);
        loop {
            wishes += 1;
            let name: Arc<str> = format!("{wish}_{wishes}").into();
            if !self.taken.contains_key(&name) {
                self.taken.insert(wish, wishes);
                self.taken.insert(Arc::clone(&name), 0);
                return name;
            }
        }
    }

    /// The name of the op that makes a tensor.
    pub(super) fn made(&self, tensor: TensorId) -> Option<&str> {
        let name = self.names.get(&tensor)?;
        (!self.net.inputs.contains(&tensor)).then_some(&**name)
    }

    /// The call of a block that repeats.
    pub(super) fn call(&mut self, repeat: &Repeat, block: &str) {
        let inputs = [repeat.first].into_iter().chain(repeat.shared.clone());
        let inputs = TomlValue::list(inputs.map(|input| self.operand(input)));
        let result: NodeId = repeat.start + (repeat.count - 1) * repeat.period + repeat.result;
        let name = self.fresh(block);
        self.names
            .insert(self.net.nodes[result].output, Arc::clone(&name));
        self.open(&name, None);
        self.field("block", block);
        self.field("repeat", TomlValue::number(repeat.count));
        self.field("inputs", inputs);
    }

    /// The head of an op.
    pub(super) fn open(&mut self, name: &str, stage: Option<&str>) {
        self.toml.item(self.within, "op");
        self.field("name", name);
        if let Some(stage) = stage {
            self.field("stage", stage);
        }
    }

    /// What a causal mask hides of a node.
    pub(super) fn masked(&mut self, node: &NetNode) {
        if let Some(hidden) = self.net.masked.get(&node.output) {
            self.field("causal", TomlValue::Truth(true));
            self.field("masked", formula(hidden));
        }
    }

    pub(super) fn field(&mut self, name: &str, value: impl Into<TomlValue>) {
        self.toml.field(name, &value.into());
    }

    /// The name of a tensor that an op reads. A constant is made where it is
    /// first read.
    pub(super) fn operand(&mut self, tensor: TensorId) -> Arc<str> {
        if let Some(name) = self.names.get(&tensor) {
            return Arc::clone(name);
        }
        let wish = match self.net.tensors[tensor].name.as_str() {
            "" => "constant",
            name => name,
        };
        let name = self.fresh(wish);
        self.names.insert(tensor, Arc::clone(&name));
        let constant = &self.net.tensors[tensor];
        let shape = shape(constant.shape.as_deref().unwrap_or(&[]));
        self.open(&name, self.stage);
        self.field("reshape", shape);
        if constant.stored && self.parameters.counts(self.at, tensor) {
            let weight = self.weight(tensor);
            self.field("inputs", TomlValue::List(vec![weight]));
        } else if let Some(domain) = domain_name(&constant.domain) {
            self.field("domain", domain);
            if let Some(density) = density(constant) {
                self.field("density", density);
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
        self.field("reshape", "1");
        let weight = TomlValue::table([("weight", count.to_string().into())]);
        self.field("inputs", TomlValue::List(vec![weight]));
    }

    /// A weight, where it is read.
    pub(super) fn weight(&self, tensor: TensorId) -> TomlValue {
        let weight = &self.net.tensors[tensor];
        let shape = shape(weight.shape.as_deref().unwrap_or(&[]));
        let mut entries = vec![("weight", shape.into())];
        entries.extend(domain_name(&weight.domain).map(|domain| ("domain", domain.into())));
        entries.extend(density(weight).map(|density| ("density", density.into())));
        let bits = weight.bits.as_ref();
        entries.extend(bits.map(|bits| ("bits", bits_of(bits))));
        TomlValue::table(entries)
    }

    /// An operand as a product or a gather reads it: a weight in its place.
    pub(super) fn factor(&mut self, tensor: TensorId) -> TomlValue {
        if self.parameters.counts(self.at, tensor) {
            self.weight(tensor)
        } else {
            (&*self.operand(tensor)).into()
        }
    }

    /// The fields that any op may have.
    pub(super) fn close(&mut self, node: &NetNode) {
        self.masked(node);
        let own = node.format.map(|format| format.to_string());
        if let Some(format) = own.or_else(|| whole_format(self.net, node).map(str::to_owned)) {
            self.field("format", format);
        }
    }
}

/// The share of a constant that is not zero, where some of it is.
fn density(constant: &NetTensor) -> Option<String> {
    let (kept, all) = constant.density.filter(|(kept, all)| kept < all)?;
    Some(format!("{kept} / {all}"))
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

/// Bits as a model file has them: a number, or a fraction in quotes.
fn bits_of(bits: &BigRational) -> TomlValue {
    let plain = number::plain(bits);
    match number::is_decimal(bits) {
        true => TomlValue::Number(plain),
        false => TomlValue::Text(plain),
    }
}
