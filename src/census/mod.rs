//! The census: how many of which primitive, op by op, as expressions in the
//! dims.
//!
//! The counts know nothing of energy. One census serves every table, every
//! format and every size of a model.

mod conventions;
mod padding;
mod products;

use std::collections::BTreeSet;

use petgraph::graph::NodeIndex;

pub use self::conventions::{BiasAs, Conventions, DotAdds, Ineffectual};
pub use self::products::{Products, TermKind};

use self::padding::outside_padding;
use crate::demand::{CostKey, Demand, Fused};
use crate::format::{NumberFormat, Precision};
use crate::graph::{Einsum, Op, OpGraph, OpKind};
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Expr, Symbol};

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
    /// The sums of products, in the order of the graph.
    pub products: Vec<Products>,
    /// How many numbers the weights hold, and the biases.
    pub parameters: Expr,
    /// The ops whose arithmetic is left out, in the order of the graph.
    pub unsupported: Vec<UnsupportedOp>,
}

/// Counts the primitives of every op of `graph`.
///
/// # Errors
/// Where padding is skipped, every op of which cannot be told what is padding.
pub fn census(graph: &OpGraph, conventions: Conventions) -> Result<Census, Problems> {
    let mut problems = Problems::new();
    let mut census = Census {
        demands: Vec::new(),
        products: Vec::new(),
        parameters: Expr::zero(),
        unsupported: unsupported(graph),
    };
    let emptiable = graph.emptiable();
    for (at, op) in graph.iter() {
        let runs = match conventions.causal {
            Ineffectual::Counted => graph.runs(op),
            Ineffectual::Skipped => graph.unmasked_runs(op),
        };
        if let OpKind::Weight = op.kind {
            census.parameters += &(&op.output.elements() * &runs);
        }
        let fused = is_mac(op).then(|| Fused {
            operand: precision(op, Primitive::Mul, Role::Operand),
            accumulator: precision(op, Primitive::Add, Role::Accumulator),
        });
        let mut times = Times::of_each(runs);
        let counts = match &op.kind {
            OpKind::Einsum(einsum) => {
                let counting = Counting {
                    einsum,
                    conventions,
                    emptiable: &emptiable,
                    space: problems
                        .note(iteration_space(graph, at, einsum, conventions, &emptiable))
                        .unwrap_or_default(),
                };
                census.products.extend(counting.products(at, &mut times));
                counting.counts()
            }
            _ => elementwise_counts(op),
        };
        for (primitive, role, count) in counts {
            if !count.is_zero() {
                census.demands.push(Demand {
                    op: at,
                    key: CostKey::Op(primitive),
                    precision: precision(op, primitive, role),
                    fused: fused.filter(|_| role != Role::Bias),
                    count: times.of(&count),
                });
            }
        }
    }
    problems.or(census)
}

/// How many index combinations count: all of them, or those that read no
/// padding.
fn iteration_space(
    graph: &OpGraph,
    at: NodeIndex,
    einsum: &Einsum,
    conventions: Conventions,
    emptiable: &BTreeSet<Symbol>,
) -> Result<Expr, Problems> {
    if conventions.padding == Ineffectual::Counted || !einsum.gives_nothing_for_zero() {
        return Ok(einsum.iteration_space());
    }
    let operands = graph.operands(at);
    let shapes: Vec<&[Expr]> = (operands.iter())
        .map(|(_, edge)| &*edge.tensor.shape)
        .collect();
    outside_padding(einsum, &shapes, emptiable).ok_or_else(|| {
        let op = &graph.ops()[at];
        let name = graph.full_name(op);
        let message = format!("the padding of `{name}` cannot be told from its input");
        let help = "padding is skipped where the lengths and the steps of windows are numbers, at \
                    most 64 long over inputs of symbols; `--padding counted` counts it in full";
        Diagnostic::at(&op.place, message).help(help).into()
    })
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
    /// That of the accumulator, for an addition that is half of no
    /// multiply–accumulate.
    Bias,
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
        (Some(format), Role::Accumulator | Role::Bias) => Precision::Fixed(format.accumulator),
        (None, Role::Operand) => Precision::Operand,
        (None, Role::Accumulator | Role::Bias) => Precision::Accumulator,
    }
}

/// The primitives of one run of an op that is no einsum.
fn elementwise_counts(op: &Op) -> Vec<(Primitive, Role, Expr)> {
    let OpKind::Elementwise(elementwise) = &op.kind else {
        return Vec::new();
    };
    let steps = elementwise.steps.iter();
    steps
        .map(|(primitive, count)| (*primitive, Role::Operand, count.clone()))
        .collect()
}

/// The counts of one run of an op, times its runs. Most are the same, and so share
/// what they come to.
struct Times {
    runs: Expr,
    known: Vec<(Expr, Expr)>,
}

impl Times {
    fn of_each(runs: Expr) -> Times {
        Times {
            runs,
            known: Vec::new(),
        }
    }

    fn of(&mut self, count: &Expr) -> Expr {
        if let Some((_, known)) = self.known.iter().find(|(one, _)| one == count) {
            return known.clone();
        }
        let all = count * &self.runs;
        self.known.push((count.clone(), all.clone()));
        all
    }
}

/// An einsum, as it is counted.
struct Counting<'c> {
    einsum: &'c Einsum,
    conventions: Conventions,
    emptiable: &'c BTreeSet<Symbol>,
    /// The index combinations that count.
    space: Expr,
}

impl Counting<'_> {
    /// Whether terms are added up.
    fn is_sum(&self) -> bool {
        self.einsum.has_reduction() && self.einsum.reduce == Reduce::Add
    }

    /// The share of the combinations without a skipped zero.
    fn density(&self) -> Expr {
        let einsum = self.einsum;
        let gathers = self.is_sum() || !einsum.has_reduction();
        // A zero is skipped only where it neither changes nor is the result.
        let skips = gathers && (einsum.operands.len() == 1 || einsum.map.zero_annihilating());
        match skips {
            true => einsum.density.clone(),
            false => Expr::one(),
        }
    }

    /// An einsum with N index combinations, M outputs and a share ρ of
    /// combinations without skipped zeros: the map on ρ·N (a selection on all
    /// N), the reduction on ρ·N, or on ρ·N − M where only what stands between
    /// the terms is counted. A bias starts a sum or is an addition of its own,
    /// as it always is where it is added to what is no sum.
    fn counts(&self) -> Vec<(Primitive, Role, Expr)> {
        let (einsum, is_sum) = (self.einsum, self.is_sum());
        let outputs = einsum.outputs();
        let taken = &self.space * &self.density();
        let mut counts = Vec::new();
        if einsum.operands.len() == 2 {
            for (primitive, all) in map_primitives(einsum.map, is_sum) {
                let mapped = if *all { &self.space } else { &taken };
                counts.push((*primitive, Role::Operand, mapped.clone()));
            }
        }
        if let Some(factor) = einsum.factor {
            counts.push((factor, Role::Operand, outputs.clone()));
        }
        let bias = &einsum.bias.switch * &outputs;
        let starts = is_sum && self.bias_starts();
        if einsum.has_reduction() {
            let inside = if starts { bias.clone() } else { Expr::zero() };
            let reduced = self.reductions(taken, &outputs, &inside);
            counts.push((reduce_primitive(einsum.reduce), Role::Accumulator, reduced));
        }
        if !starts {
            counts.push((Primitive::Add, Role::Bias, bias));
        }
        counts
    }

    /// Whether the addition of what is added to a sum is one of those of its
    /// terms.
    fn bias_starts(&self) -> bool {
        self.einsum.bias.is_start || self.conventions.bias == BiasAs::Start
    }

    /// How often a term is gathered into `outputs` of which some start with a
    /// bias.
    fn reductions(&self, taken: Expr, outputs: &Expr, bias: &Expr) -> Expr {
        match self.conventions.dot_adds {
            DotAdds::K => taken,
            DotAdds::KMinusOne => {
                let between = &(&taken - outputs) + bias;
                // So few terms may be left that some sums have none.
                let all = self.einsum.iteration_space();
                let has_terms = !all.is_zero() && all.symbols().is_disjoint(self.emptiable);
                if taken == all && has_terms {
                    between
                } else {
                    between.larger(&Expr::zero())
                }
            }
        }
    }

    /// What it has of products that are added up, in all runs; nothing where it
    /// has none.
    fn products(&self, op: NodeIndex, times: &mut Times) -> Option<Products> {
        let kind = TermKind::of(self.einsum)?;
        let bias = match self.bias_starts() {
            true => Expr::zero(),
            false => &self.einsum.bias.switch * &self.einsum.outputs(),
        };
        let taken = &self.space * &self.density();
        Some(Products {
            op,
            kind,
            all: times.of(&(&self.space + &bias)),
            nonzero: times.of(&(&taken + &bias)),
        })
    }
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
