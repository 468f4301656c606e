//! The census: how many of which primitive, op by op, as expressions in the
//! dims.
//!
//! The counts know nothing of energy. One census serves every table, every
//! format and every size of a model.

use std::collections::BTreeSet;

use petgraph::graph::NodeIndex;

use crate::demand::{CostKey, Demand, Fused};
use crate::format::{NumberFormat, Precision};
use crate::graph::{Einsum, Op, OpGraph, OpKind};
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::symbolic::{Expr, Symbol};

/// Settings on which papers differ in what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conventions {
    /// How many additions a dot product takes.
    pub dot_adds: DotAdds,
}

/// How many additions a dot product of length k takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DotAdds {
    /// k: each product is added to an accumulator that starts at 0, or at the
    /// bias.
    #[default]
    K,
    /// k − 1 between the k products, and one more for a bias.
    KMinusOne,
}

impl DotAdds {
    /// The setting as files and outputs write it.
    pub fn name(self) -> &'static str {
        match self {
            DotAdds::K => "k",
            DotAdds::KMinusOne => "k-1",
        }
    }
}

impl std::str::FromStr for DotAdds {
    type Err = String;

    fn from_str(text: &str) -> Result<DotAdds, String> {
        match text {
            "k" => Ok(DotAdds::K),
            "k-1" => Ok(DotAdds::KMinusOne),
            _ => Err(format!("`{text}` is neither `k` nor `k-1`")),
        }
    }
}

/// An op whose operator is not supported: what it computes is not counted.
#[derive(Debug, Clone, PartialEq)]
pub struct UnsupportedOp {
    /// The op.
    pub op: NodeIndex,
    /// The operator.
    pub operator: String,
    /// How often, repeats included.
    pub times: Expr,
}

/// The counts of a whole graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Census {
    /// What each op asks for, in the order of the graph.
    pub demands: Vec<Demand>,
    /// Multiply–accumulates: pairs of a multiplication and an addition in
    /// matrix products and convolutions, without bias. A product that the
    /// value domains make a selection or a shift is none.
    pub macs: Expr,
    /// How many numbers the weights hold, and the biases.
    pub parameters: Expr,
    /// The ops whose arithmetic is left out, in the order of the graph.
    pub unsupported: Vec<UnsupportedOp>,
}

/// Counts the primitives of every op of `graph`.
pub fn census(graph: &OpGraph, conventions: Conventions) -> Census {
    let mut census = Census {
        demands: Vec::new(),
        macs: Expr::zero(),
        parameters: Expr::zero(),
        unsupported: unsupported(graph),
    };
    let emptiable = graph.emptiable();
    for (at, op) in graph.iter() {
        let runs = graph.runs(op);
        if let OpKind::Weight = op.kind {
            census.parameters += &(&op.output.elements() * &runs);
        }
        if let OpKind::Einsum(einsum) = &op.kind
            && einsum.is_mac()
        {
            census.macs += &(&einsum.iteration_space() * &runs);
        }
        let fused = is_mac(op).then(|| Fused {
            operand: precision(op, Primitive::Mul, Role::Operand),
            accumulator: precision(op, Primitive::Add, Role::Accumulator),
        });
        for (primitive, role, count) in counts(op, conventions, &emptiable) {
            if !count.is_zero() {
                census.demands.push(Demand {
                    op: at,
                    key: CostKey::Op(primitive),
                    precision: precision(op, primitive, role),
                    fused,
                    count: &count * &runs,
                });
            }
        }
    }
    census
}

fn is_mac(op: &Op) -> bool {
    matches!(&op.kind, OpKind::Einsum(einsum) if einsum.is_mac())
}

/// The ops of `graph` whose operators are not supported.
fn unsupported(graph: &OpGraph) -> Vec<UnsupportedOp> {
    let ops = graph.iter().filter_map(|(at, op)| match &op.kind {
        OpKind::Unsupported(operator) => Some(UnsupportedOp {
            op: at,
            operator: operator.clone(),
            times: graph.runs(op),
        }),
        _ => None,
    });
    ops.collect()
}

/// Which of an op's two formats a primitive works in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Operand,
    Accumulator,
}

fn precision(op: &Op, primitive: Primitive, role: Role) -> Precision {
    // Bits are bits whatever the numbers around them are.
    if matches!(
        primitive,
        Primitive::And | Primitive::Xnor | Primitive::Popcount
    ) {
        return Precision::Fixed(NumberFormat::INT1);
    }
    match (op.computed_in, role) {
        (Some(format), Role::Operand) => Precision::Fixed(format.operand),
        (Some(format), Role::Accumulator) => Precision::Fixed(format.accumulator),
        (None, Role::Operand) => Precision::Operand,
        (None, Role::Accumulator) => Precision::Accumulator,
    }
}

/// The primitives of one run of an op.
fn counts(
    op: &Op,
    conventions: Conventions,
    emptiable: &BTreeSet<Symbol>,
) -> Vec<(Primitive, Role, Expr)> {
    match &op.kind {
        OpKind::Input | OpKind::Weight | OpKind::Constant | OpKind::State => Vec::new(),
        OpKind::Move(_) | OpKind::Unsupported(_) => Vec::new(),
        OpKind::Elementwise(elementwise) => elementwise
            .steps
            .iter()
            .map(|(primitive, count)| (*primitive, Role::Operand, count.clone()))
            .collect(),
        OpKind::Einsum(einsum) => einsum_counts(einsum, conventions, emptiable),
    }
}

/// An einsum with N index combinations, M outputs and a share ρ of
/// combinations without skipped zeros: the map on ρ·N (a selection on all N),
/// the reduction on ρ·N, or on ρ·N − M where only what stands between the
/// terms is counted. A bias starts a sum, or is added to what is no sum.
fn einsum_counts(
    einsum: &Einsum,
    conventions: Conventions,
    emptiable: &BTreeSet<Symbol>,
) -> Vec<(Primitive, Role, Expr)> {
    let is_sum = einsum.has_reduction() && einsum.reduce == Reduce::Add;
    let gathers = is_sum || !einsum.has_reduction();
    // A zero is skipped only where it neither changes nor is the result.
    let skips = gathers && (einsum.operands.len() == 1 || einsum.map.zero_annihilating());
    let density = if skips {
        einsum.density.clone()
    } else {
        Expr::one()
    };
    let space = einsum.iteration_space();
    let outputs = einsum.outputs();
    let taken = &space * &density;
    let mut counts = Vec::new();
    if einsum.operands.len() == 2 {
        for (primitive, all) in map_primitives(einsum.map, is_sum) {
            let mapped = if *all { &space } else { &taken };
            counts.push((*primitive, Role::Operand, mapped.clone()));
        }
    }
    let bias = &einsum.bias.switch * &outputs;
    if let Some(factor) = einsum.factor {
        counts.push((factor, Role::Operand, outputs.clone()));
    }
    if einsum.has_reduction() {
        let bias_inside = if is_sum { bias.clone() } else { Expr::zero() };
        let reduced = match conventions.dot_adds {
            DotAdds::K => taken,
            DotAdds::KMinusOne => {
                let between = &(&taken - &outputs) + &bias_inside;
                // So few terms may be left that some sums have none.
                let has_terms = !space.is_zero() && space.symbols().is_disjoint(emptiable);
                if density == Expr::one() && has_terms {
                    between
                } else {
                    between.larger(&Expr::zero())
                }
            }
        };
        counts.push((reduce_primitive(einsum.reduce), Role::Accumulator, reduced));
    }
    if !is_sum {
        counts.push((Primitive::Add, Role::Accumulator, bias));
    }
    counts
}

/// The primitives of a map; those marked work on every combination, also on
/// those with a skipped zero. In a sum the sign of a ternary value is left to the adder,
/// which adds or subtracts.
fn map_primitives(map: Map, is_sum: bool) -> &'static [(Primitive, bool)] {
    match map {
        Map::Mul => &[(Primitive::Mul, false)],
        Map::Add => &[(Primitive::Add, false)],
        Map::Sub => &[(Primitive::Sub, false)],
        Map::AbsDiff => &[(Primitive::Sub, false), (Primitive::Abs, false)],
        Map::SquareDiff => &[(Primitive::Sub, false), (Primitive::Mul, false)],
        Map::Max | Map::Min => &[(Primitive::Compare, false)],
        Map::Shift => &[(Primitive::Shift, false)],
        Map::Select => &[(Primitive::Select, true)],
        Map::Negate => &[(Primitive::Negate, false)],
        Map::Ternary if is_sum => &[(Primitive::Select, true)],
        Map::Ternary => &[(Primitive::Select, true), (Primitive::Negate, false)],
        Map::And => &[(Primitive::And, false)],
        Map::Xnor => &[(Primitive::Xnor, false)],
    }
}

fn reduce_primitive(reduce: Reduce) -> Primitive {
    match reduce {
        Reduce::Add => Primitive::Add,
        Reduce::Max | Reduce::Min => Primitive::Compare,
        Reduce::Popcount => Primitive::Popcount,
    }
}
