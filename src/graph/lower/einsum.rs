//! Einsums, and the tensors of their biases.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lowered::{Form, Value, ValueId};
use super::lowering::{EinsumKey, Instance, Lowering};
use super::source::Source;
use crate::domain::Domain;
use crate::formula::Formula;
use crate::graph::constraint::Rule;
use crate::graph::infer::shown_shape;
use crate::graph::op::OWN_BIAS;
use crate::graph::reported::Reported;
use crate::graph::{AffineIndex, Axis, Bias, Einsum, OpKind, Projection};
use crate::model::{AxisGroup, OpDecl, OpForm, Operand, Reduce, Signature};
use crate::source::{Diagnostic, Spanned};
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    pub(super) fn einsum(
        &mut self,
        op: &'m OpDecl,
        signature: &Signature,
        operands: &[Value],
        instance: &Instance<'m>,
    ) -> Result<Form, Reported> {
        let OpForm::Einsum {
            map,
            reduce,
            bias,
            extents,
            sums,
            accumulates,
            ..
        } = &op.form
        else {
            return Err(Reported);
        };
        let (operands, start) = match operands.split_last() {
            Some((start, operands)) if *accumulates => (operands, Some(start)),
            _ => (operands, None),
        };
        if operands.len() > 2 {
            return Err(self.report(
                Diagnostic::at(
                    &signature.place,
                    format!(
                        "`{}` has {} inputs; an einsum has one or two",
                        op.name.value,
                        operands.len()
                    ),
                )
                .help("chain several einsums"),
            ));
        }
        let given_extents = self.given_extents(op, signature, extents, instance)?;
        let signature = &*self.expanded(op, signature, operands)?;
        let found = self.axes(op, signature, operands, given_extents, instance)?;
        let shape = found
            .output(signature, &mut self.problems)
            .ok_or(Reported)?;
        let axes = found.iteration_space(signature);
        let mut axes = axes.map_err(|mistake| self.report(mistake))?;
        let project = |groups: &Vec<AxisGroup>| found.projection(groups, signature, &axes);
        let projections: Result<Vec<Projection>, Diagnostic> =
            signature.inputs.iter().map(project).collect();
        let projections = projections.map_err(|mistake| self.report(mistake))?;
        let output = project(&signature.output).map_err(|mistake| self.report(mistake))?;
        self.note_all(found);
        let bias = match start {
            Some(start) => {
                self.check_start(op, (bias.as_deref(), *reduce), &shape, start)?;
                // A product that is added to something is a sum of one.
                if axes.iter().all(|axis| !axis.is_reduced) {
                    axes.push(Axis {
                        label: "1".to_owned(),
                        extent: Expr::one(),
                        is_reduced: true,
                    });
                }
                Bias {
                    switch: Expr::one(),
                    projection: Some(output.clone()),
                    is_start: true,
                }
            }
            None => Bias {
                switch: self.bias_switch(op, bias.as_deref(), instance)?,
                projection: bias_projection(signature, operands, &axes),
                is_start: false,
            },
        };
        let sums = sums.as_ref().map(|sums| self.sums(op, sums, instance));
        let einsum = Einsum {
            text: signature.text.trim().to_owned(),
            axes,
            operands: projections,
            output,
            map: *map,
            reduce: *reduce,
            factor: None,
            bias,
            sums: sums.transpose()?,
            density: Expr::one(),
        };
        Ok((OpKind::Einsum(self.shared_einsum(einsum)), shape.into()))
    }

    /// The einsum of an op and the shape of its result, worked out once for all ops
    /// of a block that are written alike and read tensors of the same shapes.
    pub(super) fn known_einsum(
        &mut self,
        op: &'m OpDecl,
        operands: &[Value],
        instance: &mut Instance<'m>,
    ) -> Result<Form, Reported> {
        let Some(key) = EinsumKey::of(op, operands) else {
            return self.form(op, operands, instance);
        };
        if let Some(known) = instance.einsums.get(&key) {
            return Ok(known.clone());
        }
        let form = self.form(op, operands, instance)?;
        instance.einsums.insert(key, form.clone());
        Ok(form)
    }

    /// The einsum, kept once for all ops that have the same: a network has few.
    fn shared_einsum(&mut self, einsum: Einsum) -> Arc<Einsum> {
        if let Some(known) = self.einsums.get(&einsum) {
            return Arc::clone(known);
        }
        let einsum = Arc::new(einsum);
        self.einsums.insert(Arc::clone(&einsum));
        einsum
    }

    /// What sums start at has the shape of the result, and stands in the place
    /// of a bias.
    fn check_start(
        &mut self,
        op: &OpDecl,
        (bias, reduce): (Option<&Formula>, Reduce),
        shape: &[Expr],
        start: &Value,
    ) -> Result<(), Reported> {
        let place = op.inputs.last().map_or(&op.place, Operand::place);
        let (place, message) = if let Some(bias) = bias {
            let message = format!("`{}` has both a `bias` and `accumulate`", op.name.value);
            (&bias.place, message)
        } else if reduce != Reduce::Add {
            let message = format!(
                "`{}` adds nothing up that could `accumulate`",
                op.name.value
            );
            (place, message)
        } else if *start.shape != *shape {
            let message = format!(
                "`{}` gives {}, but its sums start at {}",
                op.name.value,
                shown_shape(shape),
                shown_shape(&start.shape)
            );
            (place, message)
        } else {
            return Ok(());
        };
        Err(self.report(Diagnostic::at(place, message)))
    }

    /// The extents that a file gives to axes.
    fn given_extents(
        &mut self,
        op: &OpDecl,
        signature: &Signature,
        extents: &[(Spanned<String>, Formula)],
        instance: &Instance<'m>,
    ) -> Result<BTreeMap<String, Expr>, Reported> {
        let mut given = BTreeMap::new();
        for (axis, formula) in extents {
            self.check_axis(axis, signature, &op.name.value)?;
            let extent = self.number(formula, instance)?;
            let what = format!("axis `{}` of `{}`", axis.value, op.name.value);
            self.constrain(what, &extent, Rule::Extent, &formula.place);
            given.insert(axis.value.clone(), extent);
        }
        Ok(given)
    }

    /// How many sums the terms of an einsum are added up to.
    fn sums(
        &mut self,
        op: &OpDecl,
        formula: &Formula,
        instance: &Instance<'m>,
    ) -> Result<Expr, Reported> {
        let sums = self.number(formula, instance)?;
        let what = format!("the sums of `{}`", op.name.value);
        self.constrain(what, &sums, Rule::NotNegative, &formula.place);
        Ok(sums)
    }

    /// An axis whose extent is given must stand in the notation.
    fn check_axis(
        &mut self,
        axis: &Spanned<String>,
        signature: &Signature,
        op: &str,
    ) -> Result<(), Reported> {
        let mut known: Vec<String> = (signature.axis_names().into_iter())
            .map(str::to_owned)
            .collect();
        for group in signature.inputs.iter().flatten() {
            if let AxisGroup::Affine(formula) = group {
                known.extend(formula.names().into_iter().map(|(name, _)| name));
            }
        }
        if known.contains(&axis.value) {
            return Ok(());
        }
        let message = format!("`{op}` has no axis `{}`", axis.value);
        let known = known.iter().map(String::as_str);
        Err(self.report(Diagnostic::at(&axis.place, message).known(&axis.value, known)))
    }

    /// Whether a bias is added, 1 or 0.
    fn bias_switch(
        &mut self,
        op: &OpDecl,
        formula: Option<&Formula>,
        instance: &Instance<'m>,
    ) -> Result<Expr, Reported> {
        let Some(formula) = formula else {
            return Ok(Expr::zero());
        };
        let switch = self.number(formula, instance)?;
        let what = format!("the bias of `{}`", op.name.value);
        self.constrain(what, &switch, Rule::Switch, &formula.place);
        Ok(switch)
    }

    /// The tensor of the bias of an einsum, if it has one.
    pub(super) fn bias_tensor(
        &mut self,
        op: &OpDecl,
        einsum: &Einsum,
        instance: &mut Instance<'m>,
    ) -> Result<Option<ValueId>, Reported> {
        let Some(Projection(indices)) = &einsum.bias.projection else {
            return Ok(None);
        };
        // What sums start at is among the operands.
        if einsum.bias.is_none() || einsum.bias.is_start {
            return Ok(None);
        }
        let axes = indices.iter().flat_map(|index| &index.terms);
        let source = Source {
            kind: OpKind::Weight,
            shape: axes
                .map(|(axis, _)| einsum.axes[*axis].extent.clone())
                .collect(),
            share: einsum.bias.switch.clone(),
            domain: Domain::Real,
            density: None,
            format: op.format.as_ref().map(|format| format.value),
            bits: self.bits_of_stage((op, true), instance),
        };
        let name = format!("{}{OWN_BIAS}", op.name.value);
        self.measure(&source.shape, &name, &op.place)?;
        Ok(Some(self.source(name, source, &op.place, instance).id))
    }
}

impl<'m> EinsumKey<'m> {
    /// Of an op that is an einsum and says no more than most do.
    fn of(op: &'m OpDecl, operands: &[Value]) -> Option<EinsumKey<'m>> {
        let OpForm::Einsum {
            signature,
            map,
            reduce,
            bias,
            extents,
            sums,
            accumulates,
        } = &op.form
        else {
            return None;
        };
        let is_usual = extents.is_empty() && sums.is_none() && !accumulates;
        is_usual.then(|| EinsumKey {
            text: &signature.text,
            map: *map,
            reduce: *reduce,
            bias: bias.as_ref().map(|bias| bias.text.as_str()),
            operands: (operands.iter())
                .map(|operand| (Arc::clone(&operand.shape), operand.is_weight))
                .collect(),
        })
    }
}

/// How a bias is indexed: by the axes of the result that come from a weight.
/// Nothing where no operand is a weight.
fn bias_projection(signature: &Signature, operands: &[Value], axes: &[Axis]) -> Option<Projection> {
    let weights: Vec<_> = (signature.inputs.iter().zip(operands))
        .filter(|(_, operand)| operand.is_weight)
        .collect();
    if weights.is_empty() {
        return None;
    }
    let of_weights: Vec<&str> = (weights.iter().flat_map(|(groups, _)| groups.iter()))
        .flat_map(AxisGroup::parts)
        .collect();
    let kept = signature.output.iter().flat_map(AxisGroup::parts);
    let kept = kept.filter(|label| of_weights.contains(label));
    let index = |label: &str| {
        let at = axes.iter().position(|axis| axis.label == label)?;
        Some(AffineIndex::of_axis(at))
    };
    kept.map(index).collect::<Option<_>>().map(Projection)
}
