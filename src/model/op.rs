//! One op as written in a model file.

use std::str::FromStr;

use num_rational::BigRational;

use super::axes::Signature;
use super::shape::ShapeDecl;
use crate::domain::Domain;
use crate::format::Format;
use crate::formula::Formula;
use crate::primitive::Primitive;
use crate::source::{Place, Spanned};

/// An op, not yet bound to shapes. A graph has many, and what few of them have
/// is boxed.
#[derive(Debug, Clone, PartialEq)]
pub struct OpDecl {
    /// Its name, which is that of its result too.
    pub name: Spanned<String>,
    /// The stage it belongs to, if it says so itself.
    pub stage: Option<Spanned<String>>,
    /// What it is computed from, in order.
    pub inputs: Vec<Operand>,
    /// The operation, with the fields that only it has.
    pub form: OpForm,
    /// It is skipped where this is 0; its name then stands for its first input.
    pub when: Option<Box<Formula>>,
    /// How many times it runs; once without one.
    pub times: Option<Box<Formula>>,
    /// The share of what it does that a causal mask hides, where one does.
    pub masked: Option<Box<Formula>>,
    /// Whether a causal mask hides what comes later, from it or from whatever
    /// stands in the block that it calls.
    pub causal: bool,
    /// The format it fixes, against that of the estimate.
    pub format: Option<Box<Spanned<Format>>>,
    /// The values of its result, where the file knows better than the graph.
    pub domain: Option<Box<Spanned<Domain>>>,
    /// The share of its result that is not zero, where zeros are skipped.
    pub density: Option<Box<Formula>>,
    /// Whether it is what is kept of a token when the next one is decoded, in
    /// place of the keys and values that are made of it.
    pub is_cached: bool,
    /// The state, by name, that its result is in the next step.
    pub keeps: Option<Box<Spanned<String>>>,
    /// Its place in the file.
    pub place: Place,
}

/// One input of an op.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// The result of another op, or an input of the module.
    Tensor(Spanned<String>),
    /// A weight of the op's own.
    Weight(Box<WeightDecl>),
}

impl Operand {
    /// Its place in the file.
    pub fn place(&self) -> &Place {
        match self {
            Operand::Tensor(name) => &name.place,
            Operand::Weight(weight) => &weight.shape.place,
        }
    }
}

/// A weight: a tensor that is there before any input.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightDecl {
    /// Its shape.
    pub shape: ShapeDecl,
    /// Which values it holds.
    pub domain: Domain,
    /// The share of it that is not zero, where zeros are skipped.
    pub density: Option<Formula>,
    /// The bits that each of its numbers takes in memory, if others than in its
    /// format.
    pub bits: Option<BigRational>,
}

/// What an op does.
#[derive(Debug, Clone, PartialEq)]
pub enum OpForm {
    /// For every combination of indices, `map` of the operands, gathered by
    /// `reduce` over the indices that the result lacks.
    Einsum {
        /// The axes.
        signature: Signature,
        /// What is done with a pair of operands.
        map: Map,
        /// How results for the same output are gathered.
        reduce: Reduce,
        /// Whether (1) or not (0) a bias is added.
        bias: Option<Box<Formula>>,
        /// Extents of axes that no operand tells.
        extents: Vec<(Spanned<String>, Formula)>,
        /// How many sums there are, where terms of several indices of the
        /// result are added up.
        sums: Option<Box<Formula>>,
        /// Whether the last input is what the sums start at: a state that is
        /// added to.
        accumulates: bool,
    },
    /// A formula over tensors, for every element.
    Apply(Formula),
    /// So many primitives for every element of the first input.
    PerElement {
        /// Which, and how many of each.
        counts: Vec<(Primitive, Formula)>,
        /// Whether the result holds only values that the inputs hold, as the
        /// largest of a window does.
        keeps_values: bool,
        /// Which give a gradient back, and how many of each.
        backward: Option<Vec<(Primitive, Formula)>>,
        /// Among how many of them each is one, where the file says it.
        among: Option<Box<Formula>>,
    },
    /// Tensors laid end to end along one axis: `b n d, b m d -> b (n + m) d`.
    Concat(Signature),
    /// Rows of the second operand, chosen by the first.
    Gather(Signature),
    /// One index of every axis that the result lacks.
    Index(Signature),
    /// Nothing is computed: the result has this shape, whatever the inputs had.
    Reshape {
        /// The shape of the result.
        shape: ShapeDecl,
        /// The operator that stands here and is not known, so that what it
        /// computes is left out of every sum.
        uncounted: Option<Spanned<String>>,
    },
    /// Another block, in this place.
    Call {
        /// Which block.
        callee: Callee,
        /// Numbers that the block takes.
        with: Vec<(Spanned<String>, Formula)>,
        /// How often it follows upon itself.
        repeat: Option<Box<Formula>>,
    },
}

/// Which block is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Callee {
    /// The block of this name.
    Block(Spanned<String>),
    /// The block that the variant puts into this slot.
    Slot(Spanned<String>),
}

/// What an einsum does with each pair of operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Map {
    /// x · y
    Mul,
    /// x + y
    Add,
    /// x − y
    Sub,
    /// |x − y|
    AbsDiff,
    /// (x − y)²
    SquareDiff,
    /// max(x, y)
    Max,
    /// min(x, y)
    Min,
    /// x · 2^y
    Shift,
    /// y where x is set, nothing elsewhere
    Select,
    /// y or −y by the sign of x
    Negate,
    /// y, −y or nothing by x, which is 1, −1 or 0
    Ternary,
    /// both bits set
    And,
    /// both bits equal
    Xnor,
}

impl Map {
    /// All maps with their names.
    pub const ALL: [(Map, &'static str); 13] = [
        (Map::Mul, "mul"),
        (Map::Add, "add"),
        (Map::Sub, "sub"),
        (Map::AbsDiff, "abs_diff"),
        (Map::SquareDiff, "square_diff"),
        (Map::Max, "max"),
        (Map::Min, "min"),
        (Map::Shift, "shift"),
        (Map::Select, "select"),
        (Map::Negate, "negate"),
        (Map::Ternary, "ternary"),
        (Map::And, "and"),
        (Map::Xnor, "xnor"),
    ];

    /// Whether a zero in either operand leaves nothing to gather, so that
    /// skipped zeros save work.
    pub fn zero_annihilating(self) -> bool {
        match self {
            Map::Mul | Map::Shift | Map::Select | Map::Negate | Map::Ternary => true,
            // Bits are combined in whole words.
            Map::And | Map::Xnor => false,
            Map::Add | Map::Sub | Map::AbsDiff | Map::SquareDiff | Map::Max | Map::Min => false,
        }
    }

    /// Its name in model files.
    pub fn name(self) -> &'static str {
        Map::ALL
            .into_iter()
            .find(|(map, _)| *map == self)
            .map_or("", |(_, name)| name)
    }
}

impl FromStr for Map {
    type Err = ();

    fn from_str(text: &str) -> Result<Map, ()> {
        // As files wrote it before.
        let text = if text == "trit" { "ternary" } else { text };
        let found = Map::ALL.into_iter().find(|(_, name)| *name == text);
        found.map(|(map, _)| map).ok_or(())
    }
}

/// How an einsum gathers what falls on the same output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reduce {
    /// The sum.
    Add,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// The number of set bits.
    Popcount,
}

impl Reduce {
    /// All ways with their names.
    pub const ALL: [(Reduce, &'static str); 4] = [
        (Reduce::Add, "add"),
        (Reduce::Max, "max"),
        (Reduce::Min, "min"),
        (Reduce::Popcount, "popcount"),
    ];

    /// Its name in model files.
    pub fn name(self) -> &'static str {
        Reduce::ALL
            .into_iter()
            .find(|(reduce, _)| *reduce == self)
            .map_or("", |(_, name)| name)
    }
}

impl FromStr for Reduce {
    type Err = ();

    fn from_str(text: &str) -> Result<Reduce, ()> {
        let found = Reduce::ALL.into_iter().find(|(_, name)| *name == text);
        found.map(|(reduce, _)| reduce).ok_or(())
    }
}
