//! Models, graphs, functions and nodes.

use super::element::ElementType;
use super::tensor::Tensor;

/// A model: its graph, and the functions that nodes may call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The program that wrote it.
    pub producer: String,
    /// The operator sets it draws on: domain and version. The domain of the
    /// standard operators is empty.
    pub opsets: Vec<(String, i64)>,
    /// The graph.
    pub graph: Graph,
    /// Operators defined by nodes.
    pub functions: Vec<Function>,
}

/// A graph, also as an attribute of `If`, `Loop` and `Scan`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// Its name.
    pub name: String,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Tensors that are there before any input.
    pub initializers: Vec<Tensor>,
    /// What it is computed from; older files list initializers here too.
    pub inputs: Vec<ValueInfo>,
    /// What it gives.
    pub outputs: Vec<ValueInfo>,
    /// What is known of tensors in between.
    pub value_infos: Vec<ValueInfo>,
}

/// An operator defined by nodes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// Tells apart functions of the same name and domain; mostly empty.
    pub overload: String,
    /// Names of its formal inputs.
    pub inputs: Vec<String>,
    /// Names of its formal outputs.
    pub outputs: Vec<String>,
    /// Attributes that a caller may give, without defaults.
    pub attributes: Vec<String>,
    /// Attributes with defaults.
    pub defaults: Vec<Attribute>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// The operator sets it draws on.
    pub opsets: Vec<(String, i64)>,
}

/// One application of an operator.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// Its name; often empty.
    pub name: String,
    /// The operator.
    pub op_type: String,
    /// The domain of the operator; empty for the standard ones.
    pub domain: String,
    /// Which of the functions of that name and domain; mostly empty.
    pub overload: String,
    /// Names of tensors; an empty one stands for an input that is left out.
    pub inputs: Vec<String>,
    /// Names of tensors.
    pub outputs: Vec<String>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// Whether the exporter says that it took away a bias of zeros.
    pub lost_bias: bool,
}

/// An attribute of a node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Within a function: the attribute of the caller that it takes the value
    /// of.
    pub refers_to: Option<String>,
    /// Its value.
    pub value: AttributeValue,
}

/// The value of an attribute.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum AttributeValue {
    /// Nothing, or a kind that no operator here reads.
    #[default]
    None,
    /// A number.
    Float(f32),
    /// A whole number.
    Int(i64),
    /// Bytes, as a rule text.
    Text(String),
    /// A tensor.
    Tensor(Box<Tensor>),
    /// A graph.
    Graph(Box<Graph>),
    /// Numbers.
    Floats(Vec<f32>),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

/// What is known of a tensor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValueInfo {
    /// Its name.
    pub name: String,
    /// What its elements are.
    pub element: ElementType,
    /// Its shape, if it has one.
    pub shape: Option<Vec<Dim>>,
    /// Whether it is a sequence of tensors.
    pub is_sequence: bool,
    /// What it was to the module that PyTorch exported: `PARAMETER`, `BUFFER`,
    /// `CONSTANT_TENSOR`.
    pub input_kind: Option<String>,
    /// The tensors that PyTorch's exporter computed it from, as it lists them.
    pub folded_from: Option<String>,
}

/// One extent of a shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Dim {
    /// Not known.
    #[default]
    Unknown,
    /// A number, as the file claims it.
    Value(i64),
    /// A symbol, such as `batch`.
    Param(String),
}
