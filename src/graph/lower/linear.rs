//! Linear layers that compute in numbers of their own, wherever they stand.

use num_rational::BigRational;

use super::lowering::{Instance, Lowering};
use crate::format::Format;
use crate::graph::StoredBits;
use crate::model::{
    AxisGroup, Linear, Map, OpDecl, OpForm, Operand, Reduce, Signature, WeightDecl,
};
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    /// What the model says of its linear layers, if `op` is one of them, or
    /// chooses the matrices of one.
    pub(super) fn linear(&self, op: &OpDecl, instance: &Instance<'m>) -> Option<&'m Linear> {
        let linear = self.model.root.linear.as_ref()?;
        let stage = self.stage(op, instance);
        let excepted = linear.except.iter().any(|except| except.value == stage);
        let is_linear = match &op.form {
            OpForm::Einsum {
                signature,
                map: Map::Mul,
                reduce: Reduce::Add,
                ..
            } => sums_with_weights(op, signature, instance),
            OpForm::Gather(_) => chooses_matrices(op),
            _ => false,
        };
        (is_linear && op.format.is_none() && !excepted).then_some(linear)
    }

    /// The format that an op fixes, or that the model does for it.
    pub(super) fn format_of(&self, op: &OpDecl, instance: &Instance<'m>) -> Option<Format> {
        let own = op.format.as_ref().map(|format| format.value);
        own.or_else(|| self.linear(op, instance)?.format)
    }

    /// The bits in memory of a number of a weight that `op` is the first to take:
    /// those of the weight itself, of its stage, or of all linear layers.
    pub(super) fn bits_of(
        &self,
        weight: &WeightDecl,
        (op, is_vector): (&OpDecl, bool),
        instance: &Instance<'m>,
    ) -> Option<StoredBits> {
        let alone = |bits: &BigRational| StoredBits {
            bits: bits.clone(),
            kind: None,
        };
        let of_linear = || {
            let linear = self.linear(op, instance).filter(|_| !is_vector)?;
            linear.bits.as_ref().map(alone)
        };
        let own = weight.bits.as_ref().map(alone);
        own.or_else(|| self.bits_of_stage((op, is_vector), instance))
            .or_else(of_linear)
    }

    /// The same, as the model says of the stage, or of this op of it.
    pub(super) fn bits_of_stage(
        &self,
        (op, is_vector): (&OpDecl, bool),
        instance: &Instance<'m>,
    ) -> Option<StoredBits> {
        let stage = self.stage(op, instance);
        let (kind, stored) = (self.model.root).stored_as(stage, &op.name.value, is_vector)?;
        Some(StoredBits {
            bits: stored.bits.clone(),
            kind: Some(kind),
        })
    }

    /// The stage of an op: its own, that of the call, or its name.
    pub(super) fn stage<'s>(&self, op: &'s OpDecl, instance: &'s Instance<'m>) -> &'s str {
        match (&op.stage, &instance.stage) {
            (Some(own), _) => &own.value,
            (None, Some(caller)) => caller,
            (None, None) => &op.name.value,
        }
    }
}

/// Whether a weight of a shape is a gain or a bias: it has one axis, axes of one
/// place aside, or its rows are picked by what the module computes, as biases of
/// experts are.
pub(super) fn is_vector(op: &OpDecl, shape: &[Expr], instance: &Instance<'_>) -> bool {
    let is_input = |name: &str| {
        let mut inputs = instance.module.inputs.iter();
        inputs.any(|input| input.name.value == name)
    };
    let is_computed = |operand: &Operand| match operand {
        Operand::Tensor(name) => {
            instance.declared.contains(name.value.as_str()) && !is_input(&name.value)
        }
        Operand::Weight(_) => false,
    };
    let picks = matches!(op.form, OpForm::Gather(_)) && op.inputs.first().is_some_and(is_computed);
    let one = Expr::one();
    let axes = shape.iter().filter(|extent| **extent != one).count();
    axes < if picks { 3 } else { 2 }
}

/// Whether products with weights are summed. A gain of each channel is no linear
/// layer.
fn sums_with_weights(op: &OpDecl, signature: &Signature, instance: &Instance<'_>) -> bool {
    let kept: Vec<&str> = labels(&signature.output).collect();
    let mut operands = op.inputs.iter().zip(&signature.inputs);
    operands.any(|(operand, axes)| {
        is_weight(operand, instance) && labels(axes).any(|axis| !kept.contains(&axis))
    })
}

fn is_weight(operand: &Operand, instance: &Instance<'_>) -> bool {
    let Operand::Tensor(name) = operand else {
        return true;
    };
    let name = name.value.as_str();
    let value = instance.values.get(name);
    instance.weights.contains_key(name)
        || value.is_some_and(|value| value.is_weight || value.is_chosen)
}

/// Whether rows of a table are matrices, as those of experts, and no vectors.
fn chooses_matrices(op: &OpDecl) -> bool {
    match op.inputs.get(1) {
        Some(Operand::Weight(table)) => table.shape.axes.len() > 2,
        _ => false,
    }
}

/// The names of some axes.
fn labels(groups: &[AxisGroup]) -> impl Iterator<Item = &str> {
    groups.iter().flat_map(AxisGroup::parts)
}
