//! Demands: what an op asks of the hardware, before anything has a price.
//!
//! A demand says which op asks, for what, in which precision and how often,
//! the last as an expression in the dims. It knows no table: one list of
//! demands is priced on every table and in every format.

use std::fmt;

use petgraph::graph::NodeIndex;

use crate::format::Precision;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// What is asked for: the key under which hardware has a cost for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CostKey {
    /// An arithmetic step.
    Op(Primitive),
}

impl fmt::Display for CostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CostKey::Op(primitive) => primitive.fmt(f),
        }
    }
}

/// One thing that one op asks for, and how often.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// The op.
    pub op: NodeIndex,
    /// What it asks for.
    pub key: CostKey,
    /// In which precision.
    pub precision: Precision,
    /// The multiply–accumulate of which this is the product or the sum, if it
    /// is either.
    pub fused: Option<Fused>,
    /// How often, repeats included: an expression in the dims.
    pub count: Expr,
}

/// The precisions of a multiply–accumulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fused {
    /// In which the product is taken.
    pub operand: Precision,
    /// In which the sum is.
    pub accumulator: Precision,
}

impl Demand {
    /// The arithmetic step that is asked for, if it is one.
    pub fn primitive(&self) -> Option<Primitive> {
        match self.key {
            CostKey::Op(primitive) => Some(primitive),
        }
    }

    /// Whether it asks for this arithmetic step.
    pub fn is(&self, primitive: Primitive) -> bool {
        self.key == CostKey::Op(primitive)
    }
}
