//! What one node does.

use super::block::Block;
use super::product::{Fold, Product};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// What a node does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Work {
    /// A function of one tensor, element by element.
    Unary(Unary),
    /// A function of two tensors, broadcast against each other.
    Binary(Binary),
    /// Bounds; infinite where there are none.
    Clip(f64, f64),
    /// One of two values, by a condition.
    Where,
    /// So many primitives for every element of the result.
    PerElement(Vec<(Primitive, Expr)>),
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
    /// An operator that is not counted, with its name and why.
    Unsupported(String),
}

/// Functions of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Abs,
    Negate,
    Exp,
    Log,
    Sqrt,
    Tanh,
    Erf,
    Sign,
    Round,
    Floor,
    Ceil,
    Reciprocal,
    Relu,
    Sigmoid,
    Not,
    /// A change of the element type alone.
    Cast,
}

/// Functions of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
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
    Or,
    Xor,
}
