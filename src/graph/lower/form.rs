//! What each form of an op makes of its operands: the op as the census sees
//! it, and the shape of its result.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::lowered::{Form, Value};
use super::lowering::{Instance, Lowering};
use crate::formula::Formula;
use crate::graph::constraint::Rule;
use crate::graph::infer::{Axes, expand_ellipsis, resolve};
use crate::graph::reported::Reported;
use crate::graph::{Elementwise, Movement, OpKind, limits};
use crate::model::{AxisGroup, OpDecl, OpForm, Operand, Signature};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems, Spanned};
use crate::symbolic::{Expr, build};

/// To follow so many parts of a formula is as much work as lowering an op.
const PARTS_PER_STEP: usize = 4;

/// Primitives, and how many of each for every element.
type Counts<'a> = &'a [(Primitive, Formula)];

/// Primitives that a file lists, and what it says of them.
struct Listed<'a> {
    counts: Counts<'a>,
    /// Those that give a gradient back.
    backward: Option<Counts<'a>>,
    keeps_values: bool,
    /// Among how many values each of the result is chosen.
    among: Option<&'a Formula>,
}

impl<'m> Lowering<'m> {
    pub(super) fn form(
        &mut self,
        op: &'m OpDecl,
        operands: &[Value],
        instance: &Instance<'m>,
    ) -> Result<Form, Reported> {
        match &op.form {
            OpForm::Einsum { signature, .. } => self.einsum(op, signature, operands, instance),
            OpForm::Apply(formula) => self.apply(op, formula, instance),
            OpForm::PerElement {
                counts,
                keeps_values,
                among,
                backward,
            } => {
                let listed = Listed {
                    counts,
                    backward: backward.as_deref(),
                    keeps_values: *keeps_values,
                    among: among.as_deref(),
                };
                self.per_element(op, &listed, operands, instance)
            }
            OpForm::Concat(signature) => self.concat(op, signature, operands, instance),
            OpForm::Gather(signature) => {
                self.chosen(op, Movement::Gather, signature, operands, instance)
            }
            OpForm::Index(signature) => {
                self.chosen(op, Movement::Index, signature, operands, instance)
            }
            OpForm::Reshape { shape, uncounted } => {
                let shape = self.shape(shape, &op.name.value, instance)?;
                let kind = match uncounted {
                    Some(operator) => OpKind::Unsupported(operator.value.clone()),
                    None => OpKind::Move(Movement::Reshape),
                };
                Ok((kind, shape.into()))
            }
            // Whoever calls this has gone into the block instead.
            OpForm::Call { .. } => Err(Reported),
        }
    }

    /// The notation with the axes that its `...` stands for.
    pub(super) fn expanded<'s>(
        &mut self,
        op: &OpDecl,
        signature: &'s Signature,
        operands: &[Value],
    ) -> Result<Cow<'s, Signature>, Reported> {
        expand_ellipsis(signature, &shapes(operands), &op.name.value)
            .map_err(|mistake| self.report(mistake))
    }

    /// The axes of a notation, of which the extents given are known.
    pub(super) fn axes<'i>(
        &mut self,
        op: &'i OpDecl,
        signature: &Signature,
        operands: &[Value],
        given_extents: BTreeMap<String, Expr>,
        instance: &'i Instance<'m>,
    ) -> Result<Axes<'i>, Reported> {
        limits::notation(signature, &op.name.value, &mut self.symbols.budget)
            .map_err(|mistake| self.report(mistake))?;
        let mut axes = Axes::new(&op.name.value, given_extents, &instance.names);
        if !axes.infer(signature, &shapes(operands), &mut self.problems) {
            return Err(Reported);
        }
        Ok(axes)
    }

    /// Notes what must hold for the axes that were found.
    pub(super) fn note_all(&mut self, axes: Axes<'_>) {
        for found in axes.constraints {
            self.constraints.note(found);
        }
    }

    fn apply(
        &mut self,
        op: &OpDecl,
        formula: &Formula,
        instance: &Instance<'m>,
    ) -> Result<Form, Reported> {
        // Numbers are among the inputs too, but no operands; a weight without a
        // name is an operand that no formula can speak of.
        let is_operand = |operand: &&Operand| match operand {
            Operand::Tensor(name) => instance.values.contains_key(name.value.as_str()),
            Operand::Weight(_) => true,
        };
        let operands = op.inputs.iter().filter(is_operand).enumerate();
        let tensors: Vec<(&str, usize, &Arc<[Expr]>)> = operands
            .filter_map(|(slot, operand)| match operand {
                Operand::Tensor(name) => {
                    let value = instance.values.get(name.value.as_str())?;
                    Some((name.value.as_str(), slot, &value.shape))
                }
                Operand::Weight(_) => None,
            })
            .collect();
        let term =
            resolve(formula, &tensors, &instance.names).map_err(|mistake| self.report(*mistake))?;
        self.charge(term.size() / PARTS_PER_STEP, &formula.place)?;
        let shape = Arc::clone(&term.shape);
        let kind = OpKind::Elementwise(Arc::new(Elementwise {
            text: formula.text.trim().to_owned(),
            formula: Some(self.shared_term(term)),
            keeps_values: false,
            among: None,
            backward: None,
            steps: Vec::new(),
        }));
        Ok((kind, shape))
    }

    fn per_element(
        &mut self,
        op: &OpDecl,
        listed: &Listed<'_>,
        operands: &[Value],
        instance: &Instance<'m>,
    ) -> Result<Form, Reported> {
        let Some(first) = operands.first() else {
            return Err(self.report(Diagnostic::at(
                &op.place,
                format!("`{}` has no input to take elements from", op.name.value),
            )));
        };
        let elements: Expr = first.shape.iter().product();
        let words = (listed.counts.iter())
            .map(|(primitive, formula)| format!("{} {primitive}", formula.text.trim()));
        let words: Vec<String> = words.collect();
        let steps = self.steps(op, listed.counts, &elements, instance)?;
        let backward = match listed.backward {
            Some(counts) => Some(self.steps(op, counts, &elements, instance)?),
            None => None,
        };
        let among = match listed.among {
            Some(formula) => {
                let count = self.number(formula, instance)?;
                let what = format!("the number of values that `{}` chooses from", op.name.value);
                self.constrain(what, &count, Rule::Extent, &formula.place);
                Some(count)
            }
            None => None,
        };
        let kind = OpKind::Elementwise(Arc::new(Elementwise {
            text: words.join(", "),
            formula: None,
            keeps_values: listed.keeps_values,
            among,
            backward,
            steps,
        }));
        Ok((kind, Arc::clone(&first.shape)))
    }

    /// So many of each primitive for so many elements.
    fn steps(
        &mut self,
        op: &OpDecl,
        counts: Counts<'_>,
        elements: &Expr,
        instance: &Instance<'m>,
    ) -> Result<Vec<(Primitive, Expr)>, Reported> {
        let mut steps = Vec::with_capacity(counts.len());
        for (primitive, formula) in counts {
            let each = self.number(formula, instance)?;
            let what = format!("the number of `{primitive}` in `{}`", op.name.value);
            self.constrain(what, &each, Rule::NotNegative, &formula.place);
            steps.push((*primitive, elements * &each));
        }
        Ok(steps)
    }

    /// Parts of one operand, which is the last.
    fn chosen(
        &mut self,
        op: &OpDecl,
        movement: Movement,
        signature: &Signature,
        operands: &[Value],
        instance: &Instance<'m>,
    ) -> Result<Form, Reported> {
        let signature = &*self.expanded(op, signature, operands)?;
        let axes = self.axes(op, signature, operands, BTreeMap::new(), instance)?;
        let shape = axes.output(signature, &mut self.problems).ok_or(Reported)?;
        self.note_all(axes);
        Ok((OpKind::Move(movement), shape.into()))
    }

    /// Tensors laid end to end. One axis of the result is a sum (`n + m`); the
    /// others run alike through all operands.
    fn concat(
        &mut self,
        op: &OpDecl,
        signature: &Signature,
        operands: &[Value],
        instance: &Instance<'m>,
    ) -> Result<Form, Reported> {
        let signature = &*self.expanded(op, signature, operands)?;
        let axes = self.axes(op, signature, operands, BTreeMap::new(), instance)?;
        let mut shape = Vec::new();
        for group in &signature.output {
            shape.push(match group {
                AxisGroup::Affine(sum) => {
                    // `axes` has counted the work.
                    let found = build(sum, &mut |name, place| {
                        let axis = Spanned::new(name.to_owned(), place.clone());
                        axes.extent(&AxisGroup::Product(vec![axis]), &mut Problems::new())
                            .ok_or_else(|| {
                                Diagnostic::at(place, format!("axis `{name}` is on no input"))
                            })
                    });
                    found.map_err(|mistake| self.report(mistake))?
                }
                other => axes.extent(other, &mut self.problems).ok_or(Reported)?,
            });
        }
        self.note_all(axes);
        Ok((OpKind::Move(Movement::Concat), shape.into()))
    }
}

fn shapes(operands: &[Value]) -> Vec<&[Expr]> {
    operands.iter().map(|operand| &*operand.shape).collect()
}
