//! What each form of an op makes of its operands: the op as the census sees
//! it, and the shape and values of its result.

use std::borrow::Cow;
use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use super::{Instance, Lowering, Made, Outcome, Told};
use crate::domain::Domain;
use crate::formula::Formula;
use crate::graph::apply::apply;
use crate::graph::check::Rule;
use crate::graph::einsum::Axes;
use crate::graph::{Einsum, OpKind, Tensor, limits, rest, strength};
use crate::model::{AxisGroup, Map, OpDecl, OpForm, Operand, Reduce, Signature};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems, Spanned};
use crate::symbolic::{Expr, build};

type Form = (OpKind, Tensor);

/// A weight is followed through so many moves.
const MAX_MOVES: usize = 8;

impl<'m> Lowering<'m> {
    pub(super) fn form(
        &mut self,
        op: &'m OpDecl,
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Outcome<Form> {
        match &op.form {
            OpForm::Einsum { signature, .. } => self.einsum(op, signature, operands, instance),
            OpForm::Apply(formula) => self.apply(op, formula, instance),
            OpForm::PerElement(counts) => self.each(op, counts, operands, instance),
            OpForm::Concat(signature) => self.concat(op, signature, operands, instance),
            OpForm::Gather(signature) => self.chosen(op, "gather", signature, operands, instance),
            OpForm::Index(signature) => self.chosen(op, "take", signature, operands, instance),
            OpForm::Reshape { shape, uncounted } => {
                let shape = self.shape(shape, &op.name.value, instance)?;
                Ok(moved(shape, uncounted.as_ref(), operands))
            }
            // Whoever calls this has gone into the block instead.
            OpForm::Call { .. } => Err(Told),
        }
    }

    /// The notation with the axes that its `...` stands for.
    fn written_out<'s>(
        &mut self,
        op: &OpDecl,
        signature: &'s Signature,
        operands: &[Made],
    ) -> Outcome<Cow<'s, Signature>> {
        rest::written_out(signature, &shapes(operands), &op.name.value)
            .map_err(|mistake| self.tell(mistake))
    }

    fn axes<'i>(
        &mut self,
        op: &'i OpDecl,
        signature: &Signature,
        operands: &[Made],
        extents: BTreeMap<String, Expr>,
        instance: &'i Instance<'m>,
    ) -> Outcome<Axes<'i>> {
        limits::notation(signature, &op.name.value, &mut self.symbols.effort)
            .map_err(|mistake| self.tell(mistake))?;
        let mut axes = Axes::new(&op.name.value, extents, &instance.names);
        if !axes.infer(signature, &shapes(operands), &mut self.problems) {
            return Err(Told);
        }
        Ok(axes)
    }

    fn einsum(
        &mut self,
        op: &'m OpDecl,
        signature: &Signature,
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Outcome<Form> {
        let OpForm::Einsum {
            map,
            reduce,
            bias,
            extents,
            ..
        } = &op.form
        else {
            return Err(Told);
        };
        if operands.len() > 2 {
            return Err(self.tell(
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
        let mut told = BTreeMap::new();
        for (axis, formula) in extents {
            self.check_axis(axis, signature, &op.name.value)?;
            let extent = self.number(formula, instance)?;
            let what = format!("axis `{}` of `{}`", axis.value, op.name.value);
            self.constrain(what, &extent, Rule::Extent, &formula.place);
            told.insert(axis.value.clone(), extent);
        }
        let signature = &*self.written_out(op, signature, operands)?;
        let axes = self.axes(op, signature, operands, told, instance)?;
        let shape = axes.output(signature, &mut self.problems).ok_or(Told)?;
        let (space, contracts) = (axes.space(signature)).map_err(|mistake| self.tell(mistake))?;
        let bias_shape = self.bias_shape(&axes, signature, operands);
        axes.constraints
            .into_iter()
            .for_each(|found| self.note(found));
        let bias = match bias {
            Some(formula) => {
                let bias = self.number(formula, instance)?;
                let what = format!("the bias of `{}`", op.name.value);
                self.constrain(what, &bias, Rule::Switch, &formula.place);
                bias
            }
            None => Expr::zero(),
        };
        let size = format!("the size of `{}`", op.name.value);
        let outputs = limits::product(&shape, &size, &signature.place)
            .map_err(|mistake| self.tell(mistake))?;
        let bias_parameters = match bias_shape {
            Some(shape) if !bias.is_zero() => {
                let factors = shape.iter().chain([&bias, &instance.copies]);
                limits::product(factors, &size, &signature.place)
                    .map_err(|mistake| self.tell(mistake))?
            }
            _ => Expr::zero(),
        };
        let density: Expr = (operands.iter())
            .filter_map(|made| made.tensor.density.as_ref())
            .product();
        let moved = operands.len() == 1 && !contracts && bias.is_zero();
        let whole = || operands.iter().all(|made| made.tensor.domain.is_whole());
        let tensor = match operands {
            // Only rearranged: the values stay what they were.
            [only] if moved => Tensor {
                shape,
                ..only.tensor.clone()
            },
            [only] if matches!(reduce, Reduce::Max | Reduce::Min) => {
                plain(shape, only.tensor.domain.clone())
            }
            [a, b] if *map == Map::Mul && !contracts && bias.is_zero() => plain(
                shape,
                strength::domain_of_product(&a.tensor.domain, &b.tensor.domain),
            ),
            _ if whole() => plain(shape, Domain::Integer(None)),
            _ => plain(shape, Domain::Real),
        };
        let einsum = Einsum {
            text: signature.text.trim().to_owned(),
            operands: operands.len(),
            map: *map,
            reduce: *reduce,
            space,
            outputs,
            contracts,
            bias,
            bias_parameters,
            density,
        };
        Ok((OpKind::Einsum(einsum), tensor))
    }

    /// The shape of a bias: the axes of the result that come from a weight.
    /// Nothing where no operand is a weight.
    fn bias_shape(
        &self,
        axes: &Axes<'_>,
        signature: &Signature,
        operands: &[Made],
    ) -> Option<Vec<Expr>> {
        let weights: Vec<_> = (signature.inputs.iter().zip(operands))
            .filter(|(_, made)| self.is_weight(made.node))
            .collect();
        if weights.is_empty() {
            return None;
        }
        let of_weights: Vec<&str> = (weights.iter().flat_map(|(groups, _)| groups.iter()))
            .flat_map(AxisGroup::parts)
            .collect();
        let kept = signature.output.iter().flat_map(AxisGroup::parts);
        kept.filter(|axis| of_weights.contains(axis))
            .map(|axis| axes.known(axis))
            .collect()
    }

    /// Whether a node is a weight, or one that was only moved.
    fn is_weight(&self, mut node: NodeIndex) -> bool {
        for _ in 0..MAX_MOVES {
            let moved = match self.ops.node_weight(node).map(|op| &op.kind) {
                Some(OpKind::Weight) => return true,
                Some(OpKind::Move(_)) => true,
                Some(OpKind::Einsum(einsum)) => einsum.operands == 1 && !einsum.contracts,
                _ => false,
            };
            let mut sources = self.ops.neighbors_directed(node, Direction::Incoming);
            match (moved, sources.next(), sources.next()) {
                (true, Some(only), None) => node = only,
                _ => return false,
            }
        }
        false
    }

    /// An axis whose extent is told must stand in the notation.
    fn check_axis(
        &mut self,
        axis: &Spanned<String>,
        signature: &Signature,
        op: &str,
    ) -> Outcome<()> {
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
        Err(self.tell(Diagnostic::at(&axis.place, message).known(&axis.value, known)))
    }

    fn apply(&mut self, op: &OpDecl, formula: &Formula, instance: &Instance<'m>) -> Outcome<Form> {
        // Numbers are among the inputs too, but no operands; a weight without a
        // name is an operand that no formula can speak of.
        let named: Vec<(&str, &Tensor)> = (op.inputs.iter())
            .filter_map(|operand| match operand {
                Operand::Tensor(name) => Some(name.value.as_str()),
                Operand::Weight(_) => None,
            })
            .filter_map(|name| Some((name, &instance.made.get(name)?.tensor)))
            .collect();
        let applied = apply(formula, &named, &instance.names, &mut self.problems).ok_or(Told)?;
        let kind = OpKind::Elementwise {
            text: formula.text.trim().to_owned(),
            steps: applied.steps,
        };
        Ok((kind, plain(applied.shape, applied.domain)))
    }

    fn each(
        &mut self,
        op: &OpDecl,
        counts: &[(Primitive, Formula)],
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Outcome<Form> {
        let Some(first) = operands.first() else {
            return Err(self.tell(Diagnostic::at(
                &op.place,
                format!("`{}` has no input to take elements from", op.name.value),
            )));
        };
        let elements = first.tensor.elements();
        let mut steps = Vec::new();
        let mut words = Vec::new();
        for (primitive, formula) in counts {
            let each = self.number(formula, instance)?;
            let what = format!("the number of `{primitive}` in `{}`", op.name.value);
            self.constrain(what, &each, Rule::NotNegative, &formula.place);
            words.push(format!("{} {primitive}", formula.text.trim()));
            steps.push((*primitive, &elements * &each));
        }
        let kind = OpKind::Elementwise {
            text: words.join(", "),
            steps,
        };
        Ok((kind, plain(first.tensor.shape.clone(), Domain::Real)))
    }

    /// Parts of one operand, which is the last.
    fn chosen(
        &mut self,
        op: &OpDecl,
        what: &'static str,
        signature: &Signature,
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Outcome<Form> {
        let signature = &*self.written_out(op, signature, operands)?;
        let axes = self.axes(op, signature, operands, BTreeMap::new(), instance)?;
        let shape = axes.output(signature, &mut self.problems).ok_or(Told)?;
        axes.constraints
            .into_iter()
            .for_each(|found| self.note(found));
        let last = operands.last();
        let domain = last.map_or(Domain::Real, |made| made.tensor.domain.clone());
        Ok((OpKind::Move(what), plain(shape, domain)))
    }

    /// Tensors laid end to end. One axis of the result is a sum (`n + m`); the
    /// others run alike through all operands.
    fn concat(
        &mut self,
        op: &OpDecl,
        signature: &Signature,
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Outcome<Form> {
        let signature = &*self.written_out(op, signature, operands)?;
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
                    found.map_err(|mistake| self.tell(mistake))?
                }
                plain => axes.extent(plain, &mut self.problems).ok_or(Told)?,
            });
        }
        axes.constraints
            .into_iter()
            .for_each(|found| self.note(found));
        Ok((OpKind::Move("concat"), plain(shape, joined(operands))))
    }
}

/// Data in another shape, made by moving alone or by an operator that nobody
/// knows. Of the latter's result nothing can be said.
fn moved(shape: Vec<Expr>, uncounted: Option<&Spanned<String>>, operands: &[Made]) -> Form {
    if let Some(operator) = uncounted {
        let kind = OpKind::Uncounted(operator.value.clone());
        return (kind, plain(shape, Domain::Real));
    }
    let density = match operands {
        [only] => only.tensor.density.clone(),
        _ => None,
    };
    let tensor = Tensor {
        density,
        ..plain(shape, joined(operands))
    };
    (OpKind::Move("move"), tensor)
}

fn shapes(operands: &[Made]) -> Vec<&[Expr]> {
    let shapes = operands.iter();
    shapes.map(|made| made.tensor.shape.as_slice()).collect()
}

fn plain(shape: Vec<Expr>, domain: Domain) -> Tensor {
    Tensor {
        shape,
        domain,
        density: None,
        format: None,
    }
}

/// The values of any of the operands.
fn joined(operands: &[Made]) -> Domain {
    let mut domains = operands.iter().map(|made| made.tensor.domain.clone());
    let first = domains.next().unwrap_or(Domain::Real);
    domains.fold(first, |all, domain| all.join(&domain))
}
