//! One application of an operator: its inputs and attributes.

use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::infer::extent::axis_at;
use crate::import::onnx::net::TensorId;
use crate::import::onnx::proto::{Attribute, AttributeValue, Graph, Node, Tensor};
use crate::symbolic::Expr;

/// The attributes of a node, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes<'m>(Vec<(&'m str, &'m AttributeValue)>);

impl<'m> Attributes<'m> {
    /// Those of a node; within a function it takes some from `caller`, the node
    /// that the function stands for.
    fn of(node: &'m Node, caller: Option<&Attributes<'m>>) -> Attributes<'m> {
        let given = node.attributes.iter().filter_map(|attribute| {
            let value = match &attribute.refers_to {
                None => &attribute.value,
                Some(name) => caller?.find(name)?,
            };
            Some((attribute.name.as_str(), value))
        });
        Attributes(given.collect())
    }

    /// The same with what a function takes where its caller says nothing.
    pub(crate) fn with_defaults(&self, defaults: &'m [Attribute]) -> Attributes<'m> {
        let missing = defaults
            .iter()
            .filter(|default| self.find(&default.name).is_none());
        let missing = missing.map(|default| (default.name.as_str(), &default.value));
        Attributes(self.0.iter().copied().chain(missing).collect())
    }

    fn find(&self, name: &str) -> Option<&'m AttributeValue> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }
}

/// A node with its inputs found.
#[derive(Clone)]
pub(crate) struct Call<'m> {
    pub(crate) node: &'m Node,
    /// `None` where an input is left out.
    pub(crate) inputs: Vec<Option<TensorId>>,
    /// The version of the operators of its domain.
    pub(crate) version: i64,
    pub(crate) attributes: Attributes<'m>,
    /// For each result its shape, where the file tells it.
    told: Vec<Option<Vec<Expr>>>,
}

impl<'m> Call<'m> {
    /// The call of `node`, in a function that stands for a node with the
    /// attributes of `caller`.
    pub(crate) fn new(
        node: &'m Node,
        inputs: Vec<Option<TensorId>>,
        version: i64,
        caller: Option<&Attributes<'m>>,
        told: Vec<Option<Vec<Expr>>>,
    ) -> Call<'m> {
        Call {
            node,
            inputs,
            version,
            attributes: Attributes::of(node, caller),
            told,
        }
    }

    /// The same with other inputs in the first places.
    pub(crate) fn with_inputs(&self, inputs: &[TensorId]) -> Call<'m> {
        let mut call = self.clone();
        for (own, input) in call.inputs.iter_mut().zip(inputs) {
            *own = Some(*input);
        }
        call
    }

    /// The operator, with its domain where that is not the standard one.
    pub(crate) fn operator(&self) -> String {
        match self.node.domain.as_str() {
            "" => self.node.op_type.clone(),
            domain => format!("{domain}.{}", self.node.op_type),
        }
    }

    /// An input that must be there.
    pub(crate) fn input(&self, at: usize) -> Result<TensorId, ImportError> {
        self.optional(at)
            .ok_or_else(|| ImportError::Invalid(format!("its input {at} is missing")))
    }

    /// An input that may be left out.
    pub(crate) fn optional(&self, at: usize) -> Option<TensorId> {
        self.inputs.get(at).copied().flatten()
    }

    /// All inputs that are there.
    pub(crate) fn all(&self) -> Vec<TensorId> {
        self.inputs.iter().flatten().copied().collect()
    }

    fn attribute(&self, name: &str) -> Option<&'m AttributeValue> {
        self.attributes.find(name)
    }

    /// The attribute that an operator of one attribute has.
    pub(crate) fn first_attribute(&self) -> Option<&'m AttributeValue> {
        self.attributes.0.first().map(|(_, value)| *value)
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.attribute(name)? {
            AttributeValue::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn int_or(&self, name: &str, default: i64) -> i64 {
        self.int(name).unwrap_or(default)
    }

    pub(crate) fn float(&self, name: &str) -> Option<f64> {
        match self.attribute(name)? {
            AttributeValue::Float(value) => Some(f64::from(*value)),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'m str> {
        match self.attribute(name)? {
            AttributeValue::Text(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn ints(&self, name: &str) -> Option<&'m [i64]> {
        match self.attribute(name)? {
            AttributeValue::Ints(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Option<&'m [String]> {
        match self.attribute(name)? {
            AttributeValue::Texts(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn floats(&self, name: &str) -> Option<&'m [f32]> {
        match self.attribute(name)? {
            AttributeValue::Floats(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn tensor(&self, name: &str) -> Option<&'m Tensor> {
        match self.attribute(name)? {
            AttributeValue::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    pub(crate) fn graph(&self, name: &str) -> Option<&'m Graph> {
        match self.attribute(name)? {
            AttributeValue::Graph(graph) => Some(graph),
            _ => None,
        }
    }

    /// The shape that the file tells of a result.
    pub(crate) fn told(&self, at: usize) -> Option<&[Expr]> {
        self.told.get(at)?.as_deref()
    }

    /// What was found, or what the shape that the file tells of the first
    /// result says where that is known only while the network runs.
    pub(crate) fn or_told<T>(
        &self,
        found: Result<T, ImportError>,
        told: impl FnOnce(&[Expr]) -> Option<T>,
    ) -> Result<T, ImportError> {
        match found {
            Err(ImportError::Unsupported(why)) => {
                let told = self.told(0).and_then(told);
                told.ok_or(ImportError::Unsupported(why))
            }
            found => found,
        }
    }

    /// How many results are asked for.
    pub(crate) fn results(&self) -> usize {
        self.node.outputs.len()
    }

    /// An axis of a tensor of so many, given as `axis`.
    pub(crate) fn axis(&self, default: i64, rank: usize) -> Result<usize, ImportError> {
        axis_at(self.int_or("axis", default), rank)
    }

    /// A list of numbers given as attribute, or as input in later versions.
    pub(crate) fn list(
        &self,
        builder: &NetBuilder,
        attribute: &str,
        input: usize,
    ) -> Result<Option<Vec<i64>>, ImportError> {
        match (self.ints(attribute), self.optional(input)) {
            (Some(values), _) => Ok(Some(values.to_vec())),
            (None, Some(tensor)) => builder.numbers(tensor).map(Some),
            (None, None) => Ok(None),
        }
    }
}
