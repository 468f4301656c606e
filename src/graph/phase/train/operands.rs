//! What each op gives back to its operands.

use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::backward::{Backward, Forward, listed_op, real};
use super::derivative::{Derivation, renumbered, slots};
use super::listed;
use super::needs::is_choice;
use super::turned::{of_product, sum, unstretched};
use crate::domain::Domain;
use crate::graph::elementwise::{Term, TermNode};
use crate::graph::{Einsum, Elementwise, Movement, Op, OpKind, Pass, Projection, Tensor};
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// Longer formulas are derived step by step: their derivatives may have as many
/// parts as the square of theirs.
const MAX_PARTS: usize = 64;

impl Backward<'_> {
    /// Gives back to all operands of an op that need a gradient.
    pub(super) fn op(&mut self, forward: &Forward) {
        let last = forward.inputs.len().saturating_sub(1);
        for slot in 0..forward.inputs.len() {
            let (from, _) = forward.inputs[slot];
            let share = self.needs.along(self.graph, from, forward.at);
            if share.is_zero() || is_choice(&forward.op.kind, slot, last) {
                continue;
            }
            let back = match &forward.op.kind {
                OpKind::Einsum(einsum) => self.einsum(forward, einsum, slot, &share),
                OpKind::Elementwise(elementwise) => {
                    self.elementwise(forward, elementwise, slot, &share)
                }
                OpKind::Move(movement) => self.moved(forward, *movement, slot, &share),
                // Nor is it known how it gives gradients back.
                OpKind::Unsupported(_) => {
                    let gradient = vec![self.tensor(forward.gradient)];
                    Some(self.add(forward, slot, &share, forward.op.kind.clone(), gradient))
                }
                _ => None,
            };
            if let Some(node) = back {
                self.give(forward, slot, node, share);
            }
        }
    }

    /// An op that gives a gradient back to operand `slot`.
    fn add(
        &mut self,
        forward: &Forward,
        slot: usize,
        share: &Expr,
        kind: OpKind,
        operands: Vec<(NodeIndex, Arc<Tensor>)>,
    ) -> NodeIndex {
        let of = forward
            .inputs
            .get(slot)
            .map(|(_, of)| Arc::clone(&of.shape));
        let shape = of.unwrap_or_else(|| Arc::from([]));
        self.add_shaped(forward, (slot, shape), share, kind, operands)
    }

    fn add_shaped(
        &mut self,
        forward: &Forward,
        (slot, shape): (usize, Arc<[Expr]>),
        share: &Expr,
        kind: OpKind,
        operands: Vec<(NodeIndex, Arc<Tensor>)>,
    ) -> NodeIndex {
        let of = forward.inputs.get(slot).map(|(from, _)| *from);
        let of = of.map_or("", |from| &*self.graph.ops[from].name);
        let new = Op {
            name: format!("{} gradient of {of}", forward.op.name).into(),
            kind,
            share: &forward.op.share * share,
            computed_in: None,
            is_cached: false,
            is_kept: false,
            output: real(shape),
            pass: Pass::Backward,
            ..forward.op.clone()
        };
        let node = self.graph.ops_mut().add_node(new);
        self.connect(node, operands);
        node
    }

    /// The value of an operand, from where it is when the backward ops run.
    fn value(&self, forward: &Forward, slot: usize) -> Option<(NodeIndex, Arc<Tensor>)> {
        let (from, tensor) = forward.inputs.get(slot)?;
        let from = self.sources.get(from.index()).unwrap_or(from);
        Some((*from, tensor.clone()))
    }

    fn einsum(
        &mut self,
        forward: &Forward,
        einsum: &Einsum,
        slot: usize,
        share: &Expr,
    ) -> Option<NodeIndex> {
        let Some(own) = einsum.operands.get(slot) else {
            let share = &einsum.bias.switch * share;
            let own = einsum.bias.projection.as_ref()?;
            return Some(self.handed_back(forward, (einsum, own), slot, &share));
        };
        let sums = matches!(einsum.reduce, Reduce::Add | Reduce::Popcount);
        match (einsum.operands.len(), einsum.map) {
            (1, _) if sums => Some(self.handed_back(forward, (einsum, own), slot, share)),
            (2, Map::Mul) if sums => {
                let shape = &forward.inputs.get(slot)?.1.shape;
                let mut turned = of_product(einsum, slot, shape)?;
                let other = self.value(forward, 1 - slot)?;
                if let Some(density) = &other.1.density {
                    turned.density = density.clone();
                }
                let operands = vec![self.tensor(forward.gradient), other];
                Some(self.add(
                    forward,
                    slot,
                    share,
                    OpKind::Einsum(turned.into()),
                    operands,
                ))
            }
            (2, Map::Add | Map::Sub) if sums => {
                let back = self.handed_back(forward, (einsum, own), slot, share);
                if einsum.map == Map::Add || slot == 0 {
                    return Some(back);
                }
                let elements = forward.inputs.get(slot)?.1.elements();
                let kind = listed_op("change of sign", vec![(Primitive::Negate, elements)]);
                Some(self.add(forward, slot, share, kind, vec![self.tensor(back)]))
            }
            _ => {
                let kind = listed_op("derivative", steps_of(einsum));
                let mut operands = vec![self.tensor(forward.gradient)];
                operands
                    .extend((0..einsum.operands.len()).filter_map(|at| self.value(forward, at)));
                Some(self.add(forward, slot, share, kind, operands))
            }
        }
    }

    /// A gradient that is handed back as it is, summed over what the operand
    /// lacks.
    fn handed_back(
        &mut self,
        forward: &Forward,
        (einsum, own): (&Einsum, &Projection),
        slot: usize,
        share: &Expr,
    ) -> NodeIndex {
        let gradient = self.tensor(forward.gradient);
        match sum(&einsum.axes, &einsum.output, own) {
            Some(sum) => self.add(
                forward,
                slot,
                share,
                OpKind::Einsum(sum.into()),
                vec![gradient],
            ),
            None => self.in_shape(forward, slot, share),
        }
    }

    /// The gradient in the shape of an operand.
    fn in_shape(&mut self, forward: &Forward, slot: usize, share: &Expr) -> NodeIndex {
        let shape = forward.inputs.get(slot).map(|(_, of)| &of.shape);
        if shape == Some(&forward.op.output.shape) {
            return forward.gradient;
        }
        let gradient = self.tensor(forward.gradient);
        let kind = OpKind::Move(Movement::Reshape);
        self.add(forward, slot, share, kind, vec![gradient])
    }

    fn elementwise(
        &mut self,
        forward: &Forward,
        elementwise: &Elementwise,
        slot: usize,
        share: &Expr,
    ) -> Option<NodeIndex> {
        let back = match &elementwise.formula {
            Some(formula) if formula.size() <= MAX_PARTS => {
                self.formula(forward, formula, slot, share)?
            }
            Some(formula) => {
                let domains: Vec<&Domain> =
                    forward.inputs.iter().map(|(_, of)| &of.domain).collect();
                let steps = listed::backward(&formula.steps(&domains));
                self.listed(forward, (&elementwise.text, steps), slot, share)
            }
            None => {
                let steps = match &elementwise.backward {
                    Some(steps) => steps.clone(),
                    None => listed::backward(&elementwise.steps),
                };
                self.listed(forward, (&elementwise.text, steps), slot, share)
            }
        };
        let operand = &forward.inputs.get(slot)?.1.shape;
        let Some(sum) = unstretched(&forward.op.output.shape, operand) else {
            return Some(back);
        };
        let back = vec![self.tensor(back)];
        Some(self.add(forward, slot, share, OpKind::Einsum(sum.into()), back))
    }

    fn formula(
        &mut self,
        forward: &Forward,
        formula: &Term,
        slot: usize,
        share: &Expr,
    ) -> Option<NodeIndex> {
        // A straight-through estimate gives to what it stands for.
        if let Some(estimated) = formula.estimated() {
            return (estimated != slot).then_some(forward.gradient);
        }
        let inputs = forward.inputs.len();
        let derivation = Derivation {
            whole: formula,
            result: inputs,
            gradient: inputs + 1,
        };
        let term = derivation.of(slot)?;
        if term.node == TermNode::Operand(derivation.gradient) {
            return Some(forward.gradient);
        }
        let mut order = Vec::new();
        slots(&term, &mut order);
        let operands = order.iter().filter_map(|slot| {
            if *slot == derivation.gradient {
                Some(self.tensor(forward.gradient))
            } else if *slot == derivation.result {
                self.result(forward)
            } else {
                self.value(forward, *slot)
            }
        });
        let operands: Vec<(NodeIndex, Arc<Tensor>)> = operands.collect();
        let kind = OpKind::Elementwise(Arc::new(Elementwise {
            text: format!("derivative of {}", elementwise_text(&forward.op)),
            formula: Some(renumbered(&term, &order).into()),
            keeps_values: false,
            among: None,
            backward: None,
            steps: Vec::new(),
        }));
        let shape = Arc::clone(&term.shape);
        Some(self.add_shaped(forward, (slot, shape), share, kind, operands))
    }

    fn result(&self, forward: &Forward) -> Option<(NodeIndex, Arc<Tensor>)> {
        let from = self.sources.get(forward.at.index())?;
        Some((*from, forward.op.output.clone()))
    }

    fn listed(
        &mut self,
        forward: &Forward,
        (text, steps): (&str, Vec<(Primitive, Expr)>),
        slot: usize,
        share: &Expr,
    ) -> NodeIndex {
        if steps.is_empty() {
            return forward.gradient;
        }
        let mut operands = vec![self.tensor(forward.gradient)];
        operands.extend(self.result(forward));
        let kind = listed_op(&format!("derivative of {text}"), steps);
        let shape = forward.op.output.shape.clone();
        self.add_shaped(forward, (slot, shape), share, kind, operands)
    }

    fn moved(
        &mut self,
        forward: &Forward,
        movement: Movement,
        slot: usize,
        share: &Expr,
    ) -> Option<NodeIndex> {
        if movement != Movement::Gather {
            return Some(self.in_shape(forward, slot, share));
        }
        // What was given to each row that was taken is added to the row.
        let steps = vec![(Primitive::Add, forward.op.output.elements())];
        let mut operands = vec![self.tensor(forward.gradient)];
        operands.extend(self.value(forward, 0));
        let kind = listed_op("sum by row", steps);
        Some(self.add(forward, slot, share, kind, operands))
    }
}

fn elementwise_text(op: &Op) -> &str {
    match &op.kind {
        OpKind::Elementwise(elementwise) => &elementwise.text,
        _ => "",
    }
}

/// What gives back the gradient of a map that is no product, or of what is no
/// sum: for every combination its derivative, and an addition.
fn steps_of(einsum: &Einsum) -> Vec<(Primitive, Expr)> {
    use Primitive::{Add, Compare, Mul, Negate, Select, Sub};
    let each: &[Primitive] = match (einsum.operands.len(), einsum.map, einsum.reduce) {
        // The largest or smallest alone gets it.
        (_, _, Reduce::Max | Reduce::Min) => &[Select],
        (_, Map::AbsDiff, _) => &[Sub, Compare, Negate, Add],
        (_, Map::SquareDiff, _) => &[Sub, Mul, Mul, Add],
        (_, Map::Max | Map::Min, _) => &[Compare, Select, Add],
        _ => &[Mul, Add],
    };
    let space = einsum.iteration_space();
    let mut steps: Vec<(Primitive, Expr)> = Vec::new();
    for primitive in each {
        match steps.iter_mut().find(|(known, _)| known == primitive) {
            Some((_, sum)) => *sum += &space,
            None => steps.push((*primitive, space.clone())),
        }
    }
    steps
}
