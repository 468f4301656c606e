//! The messages of an ONNX file that say what is computed, with the names of
//! the specification. What tensors hold stays in the file.

use std::ops::Range;

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
    Tensor(Tensor),
    /// A graph.
    Graph(Box<Graph>),
    /// Numbers.
    Floats(Vec<f32>),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

/// What the elements of a tensor are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names of the specification.
pub enum ElementType {
    #[default]
    Undefined,
    Float,
    Uint8,
    Int8,
    Uint16,
    Int16,
    Int32,
    Int64,
    String,
    Bool,
    Float16,
    Double,
    Uint32,
    Uint64,
    Complex64,
    Complex128,
    Bfloat16,
    Float8E4M3Fn,
    Float8E4M3Fnuz,
    Float8E5M2,
    Float8E5M2Fnuz,
    Uint4,
    Int4,
    Float4E2M1,
    /// A number that the specification did not know when this was written.
    Other(i32),
}

/// A tensor that is part of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its shape, as the file claims it.
    pub dims: Vec<i64>,
    /// What its elements are.
    pub element: ElementType,
    /// Where its elements are.
    pub payload: Payload,
}

/// Where the elements of a tensor are.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Payload {
    /// Nowhere: they were taken out of the file.
    #[default]
    Absent,
    /// Few enough to be read: whole numbers and truth values.
    Ints(Vec<i64>),
    /// Few enough to be read: fractions.
    Floats(Vec<f64>),
    /// Raw bytes at this range of the file, not read.
    Raw(Range<u64>),
    /// A typed list in the wire format, not read: the fields of the tensor that
    /// hold it, from the first to the last, are at this range of the file.
    Packed(Range<u64>),
    /// In another file, not opened.
    External {
        /// The file, relative to that of the model.
        location: String,
        /// Where in it they begin.
        offset: u64,
        /// How many bytes they take, if the model says so.
        length: Option<u64>,
    },
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
