//! An einsum in the graph: its iteration space, and how each operand runs
//! through it.
//!
//! The iteration space is a box of named axes with their extents. An operand
//! is read at an index that is affine in the axes: `(h k)` is `h·K + k` with K
//! the extent of `k`, and the window `(2*y + ky - 3)` is itself. That is all
//! that a tiling needs to know which part of an operand it touches, and that a
//! backward pass needs to turn a product round.

use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A map over index combinations and a reduction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Einsum {
    /// The notation as written.
    pub text: String,
    /// The axes of the iteration space: those of the result, then those that
    /// are reduced over.
    pub axes: Vec<Axis>,
    /// How each operand, one or two of them, is indexed.
    pub operands: Vec<Projection>,
    /// How the result is indexed.
    pub output: Projection,
    /// What is done with a pair of operands.
    pub map: Map,
    /// How results for the same output are gathered.
    pub reduce: Reduce,
    /// What every sum takes once where all values of an operand share a number
    /// that is applied to the sum instead of to its terms.
    pub factor: Option<Primitive>,
    /// What is added to the result.
    pub bias: Bias,
    /// How many sums there are, where terms of several indices of the result
    /// are added up, as by windows that overlap.
    pub sums: Option<Expr>,
    /// The share of the combinations in which no operand is a skipped zero.
    pub density: Expr,
}

/// An axis of an iteration space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Axis {
    /// Its name in the notation.
    pub label: String,
    /// How many indices it has.
    pub extent: Expr,
    /// Whether the result lacks it.
    pub is_reduced: bool,
}

/// How the axes of a tensor are indexed, one index for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Projection(pub Vec<AffineIndex>);

/// An index that is affine in the axes of an iteration space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AffineIndex {
    /// Axes, by their place among those of the einsum, each with its factor.
    pub terms: Vec<(usize, Expr)>,
    /// What is added; below 0 where a window begins in the padding.
    pub offset: Expr,
}

impl AffineIndex {
    /// The index that is `axis` alone.
    pub fn of_axis(axis: usize) -> AffineIndex {
        AffineIndex {
            terms: vec![(axis, Expr::one())],
            offset: Expr::zero(),
        }
    }
}

/// The bias of an einsum.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bias {
    /// 1 where there is one, 0 elsewhere.
    pub switch: Expr,
    /// How its tensor is indexed. It is a weight with an edge of its own, in
    /// the slot after the operands. Nothing where no operand is a weight: then
    /// the bias is none either, and only its additions are known.
    pub projection: Option<Projection>,
    /// Whether it is no weight but the result of another op, at which every sum
    /// starts: a state that is added to.
    pub is_start: bool,
}

impl Bias {
    /// Whether there is none for any value of the parameters.
    pub fn is_none(&self) -> bool {
        self.switch.is_zero()
    }
}

impl Einsum {
    /// How many index combinations there are.
    pub fn iteration_space(&self) -> Expr {
        self.axes.iter().map(|axis| &axis.extent).product()
    }

    /// How many outputs there are: indices of the result, or fewer sums of what
    /// these have.
    pub fn outputs(&self) -> Expr {
        let kept = self.axes.iter().filter(|axis| !axis.is_reduced);
        let kept: Expr = kept.map(|axis| &axis.extent).product();
        match &self.sums {
            Some(sums) => -(-kept).larger(&-sums.clone()),
            None => kept,
        }
    }

    /// Whether any axis is reduced over.
    pub fn has_reduction(&self) -> bool {
        self.axes.iter().any(|axis| axis.is_reduced)
    }

    /// Whether every index combination is a multiply–accumulate.
    pub fn is_mac(&self) -> bool {
        let sums_products = self.map == Map::Mul && self.reduce == Reduce::Add;
        self.operands.len() == 2 && self.has_reduction() && sums_products
    }

    /// Whether it adds up, or counts, what is nothing where an operand is 0: a
    /// padded element then changes no result.
    pub fn gives_nothing_for_zero(&self) -> bool {
        let is_product = match self.map {
            Map::And | Map::Xnor => true,
            map => map.zero_annihilating() || self.operands.len() == 1,
        };
        is_product && self.has_reduction() && matches!(self.reduce, Reduce::Add | Reduce::Popcount)
    }

    /// Whether it only rearranges its operand.
    pub fn only_moves(&self) -> bool {
        self.operands.len() == 1 && !self.has_reduction() && self.bias.is_none()
    }
}
