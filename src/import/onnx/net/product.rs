//! Sums of products and other reductions, in index notation.

use crate::model::{Map, Reduce};
use crate::symbolic::Expr;

/// Sums of products in index notation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Product {
    /// For each operand its axes.
    pub(crate) operands: Vec<Vec<ProductAxis>>,
    /// The axes of the result.
    pub(crate) result: Vec<ProductAxis>,
    /// The extents of axes that no operand tells.
    pub(crate) given_extents: Vec<(u16, Expr)>,
    pub(crate) map: Map,
    pub(crate) reduce: Reduce,
    /// Whether a bias is added to every sum.
    pub(crate) bias: bool,
    /// Whether windows are laid down, as by a transposed convolution.
    pub(crate) lays_down: bool,
}

/// What stands for one axis of an operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ProductAxis {
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
pub(crate) struct Fold {
    pub(crate) kind: FoldKind,
    /// For each axis of the input whether it is reduced.
    pub(crate) reduced: Vec<bool>,
}

/// How elements are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FoldKind {
    Sum,
    Mean,
    Max,
    Min,
}

impl Product {
    /// Operands that are multiplied and summed.
    pub(crate) fn multiplied(
        operands: Vec<Vec<ProductAxis>>,
        result: Vec<ProductAxis>,
        given_extents: Vec<(u16, Expr)>,
    ) -> Product {
        Product {
            operands,
            result,
            given_extents,
            map: Map::Mul,
            reduce: Reduce::Add,
            bias: false,
            lays_down: false,
        }
    }
}
