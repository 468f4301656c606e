//! One application of an operator: its inputs and attributes.

use super::Trouble;
use crate::import::onnx::net::TensorId;
use crate::import::onnx::proto::{Attribute, AttributeValue, Graph, Node, Tensor};

/// A node with its inputs found.
pub(in crate::import::onnx) struct Call<'m> {
    pub(super) node: &'m Node,
    /// `None` where an input is left out.
    pub(super) inputs: Vec<Option<TensorId>>,
    /// The version of the operators of its domain.
    pub(super) version: i64,
    attributes: Vec<(&'m str, &'m AttributeValue)>,
}

impl<'m> Call<'m> {
    /// The call of `node`; within a function it takes attributes from the
    /// call that the function stands for.
    pub(super) fn new(
        node: &'m Node,
        inputs: Vec<Option<TensorId>>,
        version: i64,
        caller: Option<&Call<'m>>,
    ) -> Call<'m> {
        let attributes = (node.attributes.iter())
            .filter_map(|attribute| {
                let value = match &attribute.refers_to {
                    None => &attribute.value,
                    Some(name) => caller?.attribute(name)?,
                };
                Some((attribute.name.as_str(), value))
            })
            .collect();
        Call {
            node,
            inputs,
            version,
            attributes,
        }
    }

    /// The same with what a function takes where its caller says nothing.
    pub(super) fn with_defaults(&self, defaults: &'m [Attribute]) -> Call<'m> {
        let mut attributes = self.attributes.clone();
        for default in defaults {
            if self.attribute(&default.name).is_none() {
                attributes.push((&default.name, &default.value));
            }
        }
        Call {
            node: self.node,
            inputs: self.inputs.clone(),
            version: self.version,
            attributes,
        }
    }

    /// The operator, with its domain where that is not the standard one.
    pub(super) fn operator(&self) -> String {
        match self.node.domain.as_str() {
            "" => self.node.op_type.clone(),
            domain => format!("{domain}.{}", self.node.op_type),
        }
    }

    /// An input that must be there.
    pub(super) fn input(&self, at: usize) -> Result<TensorId, Trouble> {
        self.optional(at)
            .ok_or_else(|| Trouble::Wrong(format!("its input {at} is missing")))
    }

    /// An input that may be left out.
    pub(super) fn optional(&self, at: usize) -> Option<TensorId> {
        self.inputs.get(at).copied().flatten()
    }

    /// All inputs that are there.
    pub(super) fn all(&self) -> Vec<TensorId> {
        self.inputs.iter().flatten().copied().collect()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&'m AttributeValue> {
        let found = self.attributes.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }

    /// The attribute that an operator of one attribute has.
    pub(super) fn first_attribute(&self) -> Option<&'m AttributeValue> {
        self.attributes.first().map(|(_, value)| *value)
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        match self.attribute(name)? {
            AttributeValue::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn int_or(&self, name: &str, default: i64) -> i64 {
        self.int(name).unwrap_or(default)
    }

    pub(super) fn float(&self, name: &str) -> Option<f64> {
        match self.attribute(name)? {
            AttributeValue::Float(value) => Some(f64::from(*value)),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'m str> {
        match self.attribute(name)? {
            AttributeValue::Text(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn ints(&self, name: &str) -> Option<&'m [i64]> {
        match self.attribute(name)? {
            AttributeValue::Ints(values) => Some(values),
            _ => None,
        }
    }

    pub(super) fn texts(&self, name: &str) -> Option<&'m [String]> {
        match self.attribute(name)? {
            AttributeValue::Texts(values) => Some(values),
            _ => None,
        }
    }

    pub(super) fn floats(&self, name: &str) -> Option<&'m [f32]> {
        match self.attribute(name)? {
            AttributeValue::Floats(values) => Some(values),
            _ => None,
        }
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&'m Tensor> {
        match self.attribute(name)? {
            AttributeValue::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    pub(super) fn graph(&self, name: &str) -> Option<&'m Graph> {
        match self.attribute(name)? {
            AttributeValue::Graph(graph) => Some(graph),
            _ => None,
        }
    }

    /// How many results are asked for.
    pub(super) fn results(&self) -> usize {
        self.node.outputs.len()
    }
}
