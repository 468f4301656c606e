//! What an ONNX graph computes, in few kinds of nodes: every tensor with its
//! shape, every node with the arithmetic it stands for. The operators of the
//! specification are gone; what repeats, what is fused and which stage a node
//! belongs to is found here.

use crate::domain::Domain;
use crate::import::onnx::proto::ElementType;
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A tensor of a [`Net`].
pub(super) type TensorId = usize;
/// A node of a [`Net`].
pub(super) type NodeId = usize;

/// Nodes in the order in which they are computed.
#[derive(Debug, Default)]
pub(super) struct Net {
    pub(super) tensors: Vec<Tensor>,
    pub(super) nodes: Vec<Node>,
    /// What the graph is computed from.
    pub(super) inputs: Vec<TensorId>,
    /// What it gives.
    pub(super) outputs: Vec<TensorId>,
    /// Dims that the user must give, in order of appearance.
    pub(super) dims: Vec<String>,
}

/// A tensor.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    /// Its name in the file.
    pub(super) name: String,
    /// Its shape; `None` after an operator that is not known.
    pub(super) shape: Option<Vec<Expr>>,
    pub(super) element: ElementType,
    /// Whether it is known before any input: a weight, a number, a shape.
    pub(super) constant: bool,
    /// Whether it is a tensor of the file that training may have changed.
    pub(super) stored: bool,
    /// Its elements, row by row, where they are known and few.
    pub(super) value: Option<Value>,
    /// Which values a constant holds.
    pub(super) domain: Domain,
    /// The share of a constant that is not zero, where it was looked at.
    pub(super) density: Option<(u64, u64)>,
    /// Whether the values are those of `domain` times one number.
    pub(super) scaled: bool,
}

/// Elements that are known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Whole numbers, as formulas over dims.
    Whole(Vec<Expr>),
    /// Fractions.
    Real(Vec<f64>),
}

/// Some arithmetic, or none.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) work: Work,
    pub(super) inputs: Vec<TensorId>,
    pub(super) output: TensorId,
    pub(super) stage: Option<&'static str>,
    /// The format that the operator fixes, against that of the estimate.
    pub(super) format: Option<&'static str>,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    /// A function of one tensor, element by element.
    Unary(Unary),
    /// A function of two tensors, broadcast against each other.
    Binary(Binary),
    /// Bounds; infinite where there are none.
    Clip(f64, f64),
    /// One of two values, by a condition.
    Where,
    /// So many primitives for every element of the result.
    Each(Vec<(Primitive, Expr)>),
    /// Products, summed.
    Product(Product),
    /// A reduction over some axes of one tensor.
    Fold(Fold),
    /// A block that ships, on tensors of any rank.
    Block(Block),
    /// Elements moved, none computed.
    Move,
    /// Rows of the first input, chosen by the second.
    Gather,
    /// An operator that is not known, with its name.
    Unknown(String),
}

/// Functions of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Unary {
    Abs,
    Negate,
    Exp,
    Log,
    Sqrt,
    Tanh,
    Erf,
    Sign,
    Round,
    Reciprocal,
    Relu,
    Sigmoid,
    /// A change of the element type alone.
    Cast,
}

/// Functions of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Power,
    Max,
    Min,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
}

/// Sums of products in index notation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Product {
    /// For each operand its axes.
    pub(super) operands: Vec<Vec<Axis>>,
    /// The axes of the result.
    pub(super) result: Vec<Axis>,
    /// The extents of axes that no operand tells.
    pub(super) told: Vec<(u16, Expr)>,
    pub(super) map: Map,
    pub(super) reduce: Reduce,
    /// Whether a bias is added to every sum.
    pub(super) bias: bool,
}

/// What stands for one axis of an operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Axis {
    /// An index.
    Index(u16),
    /// An axis of extent 1.
    One,
    /// Two indices that split the axis.
    Split(u16, u16),
    /// A sliding window: `stride · place + dilation · within − padding`.
    Window {
        place: u16,
        stride: i64,
        within: u16,
        dilation: i64,
        padding: i64,
    },
}

/// A reduction over axes of one tensor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fold {
    pub(super) kind: FoldKind,
    /// For each axis of the input whether it is reduced.
    pub(super) reduced: Vec<bool>,
}

/// How elements are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum FoldKind {
    Sum,
    Mean,
    Max,
    Min,
}

/// Blocks that ship and that operators stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Block {
    Softmax,
    LogSoftmax,
    LayerNorm { gain: bool, shift: bool },
    RmsNorm { gain: bool },
    Gelu,
    GeluTanh,
    QuickGelu,
    Silu,
    HardSwish,
    HardSigmoid,
    Softplus,
    Mish,
    Elu,
    LeakyRelu,
    Rotary,
}

impl Block {
    /// Its name in `models/blocks`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Block::Softmax => "softmax",
            Block::LogSoftmax => "log-softmax",
            Block::LayerNorm { .. } => "layer-norm",
            Block::RmsNorm { .. } => "rms-norm",
            Block::Gelu => "gelu",
            Block::GeluTanh => "gelu-tanh",
            Block::QuickGelu => "quick-gelu",
            Block::Silu => "silu",
            Block::HardSwish => "hard-swish",
            Block::HardSigmoid => "hard-sigmoid",
            Block::Softplus => "softplus",
            Block::Mish => "mish",
            Block::Elu => "elu",
            Block::LeakyRelu => "leaky-relu",
            Block::Rotary => "rotary",
        }
    }

    /// Whether it is a function of one number, as between the two linear
    /// layers of a feed-forward network.
    pub(super) fn is_activation(self) -> bool {
        !matches!(
            self,
            Block::Softmax
                | Block::LogSoftmax
                | Block::LayerNorm { .. }
                | Block::RmsNorm { .. }
                | Block::Rotary
        )
    }
}

impl Net {
    /// The one element of a constant, if it has one and that is known.
    pub(super) fn scalar(&self, tensor: TensorId) -> Option<f64> {
        let value = self.tensors.get(tensor)?.value.as_ref()?;
        match value {
            Value::Real(values) => match values.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            Value::Whole(values) => match values.as_slice() {
                [one] => Some(crate::number::to_f64(&one.as_constant()?)),
                _ => None,
            },
        }
    }

    /// The nodes that make each tensor.
    pub(super) fn makers(&self) -> Vec<Option<NodeId>> {
        let mut makers = vec![None; self.tensors.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            makers[node.output] = Some(at);
        }
        makers
    }

    /// The nodes that read each tensor, each as often as it reads it.
    pub(super) fn readers(&self) -> Vec<Vec<NodeId>> {
        let mut readers = vec![Vec::new(); self.tensors.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            for input in &node.inputs {
                readers[*input].push(at);
            }
        }
        readers
    }

    /// The number of elements of a tensor.
    pub(super) fn elements(&self, tensor: TensorId) -> Option<Expr> {
        Some(self.tensors[tensor].shape.as_ref()?.iter().product())
    }
}
