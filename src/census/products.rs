//! Sums of products: multiply–accumulates, and what is cheaper than them.
//!
//! Counters of the field report two numbers. A *MAC* is a multiplication whose
//! product is added to a sum. An *AC* is such an addition without the
//! multiplication: of a weight that a spike selects, or whose sign a ternary
//! value decides. Both can be counted with or without the zeros that hardware
//! skips, so both are kept.

use petgraph::graph::NodeIndex;

use crate::graph::Einsum;
use crate::model::{Map, Reduce};
use crate::symbolic::Expr;

/// The products that one op adds up.
#[derive(Debug, Clone, PartialEq)]
pub struct Products {
    /// The op.
    pub op: NodeIndex,
    /// What each of them is.
    pub kind: TermKind,
    /// How many there are, skipped zeros included.
    pub all: Expr,
    /// How many there are without skipped zeros.
    pub nonzero: Expr,
}

/// What a term of a sum of products takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// A multiplication and an addition.
    Mac,
    /// An addition: the other factor is 0, 1 or −1, times a number that all of
    /// its tensor share.
    Ac,
    /// A shift and an addition, or a bit that is counted.
    Other,
}

impl TermKind {
    /// Of the terms of an einsum; nothing where it adds up no products.
    pub(super) fn of(einsum: &Einsum) -> Option<TermKind> {
        if einsum.operands.len() != 2 || !einsum.has_reduction() {
            return None;
        }
        match (einsum.map, einsum.reduce) {
            (Map::Mul, Reduce::Add) => Some(TermKind::Mac),
            (Map::Select | Map::Negate | Map::Ternary, Reduce::Add) => Some(TermKind::Ac),
            (Map::Shift, Reduce::Add) => Some(TermKind::Other),
            (Map::And | Map::Xnor, Reduce::Add | Reduce::Popcount) => Some(TermKind::Other),
            _ => None,
        }
    }
}
