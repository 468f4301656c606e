//! Inputs and weights: tensors that no op makes.

use super::{Instance, Lowering, Made, Outcome};
use crate::formula::Formula;
use crate::graph::check::Rule;
use crate::graph::names::Names;
use crate::graph::{Op, OpKind, Tensor, limits};
use crate::model::{Input, Module, NumberRole, OpDecl, ShapeDecl, WeightDecl};
use crate::source::Place;
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    /// An input of the model.
    pub(super) fn input(&mut self, input: &Input, instance: &Instance<'m>) -> Outcome<Made> {
        let name = &input.name.value;
        let tensor = Tensor {
            shape: self.shape(&input.shape, name, instance)?,
            domain: input.domain.clone(),
            density: self.density(input.density.as_ref(), instance)?,
            format: None,
        };
        self.measure(&tensor, name, &input.shape.place)?;
        Ok(self.source(name, OpKind::Input, tensor, instance, &input.name.place))
    }

    /// A weight of `op`.
    pub(super) fn weight(
        &mut self,
        op: &OpDecl,
        weight: &WeightDecl,
        instance: &Instance<'m>,
    ) -> Outcome<Made> {
        let name = format!("{} weight", op.name.value);
        let place = &weight.shape.place;
        let tensor = Tensor {
            shape: self.shape(&weight.shape, &name, instance)?,
            domain: weight.domain.clone(),
            density: self.density(weight.density.as_ref(), instance)?,
            format: op.format.as_ref().map(|format| format.value),
        };
        self.measure(&tensor, &name, place)?;
        Ok(self.source(&name, OpKind::Weight, tensor, instance, place))
    }

    fn source(
        &mut self,
        name: &str,
        kind: OpKind,
        tensor: Tensor,
        instance: &Instance<'m>,
        place: &Place,
    ) -> Made {
        let stage = match kind {
            OpKind::Input => "input",
            _ => "weight",
        };
        let node = self.place(Op {
            name: name.to_owned(),
            stage: stage.to_owned(),
            region: instance.region,
            kind,
            times: instance.copies.clone(),
            format: None,
            output: tensor.clone(),
            place: place.clone(),
        });
        Made { node, tensor }
    }

    /// The extents that a shape gives, each a size.
    pub(super) fn shape(
        &mut self,
        shape: &ShapeDecl,
        of: &str,
        instance: &Instance<'m>,
    ) -> Outcome<Vec<Expr>> {
        limits::axes(shape.axes.len(), of, &shape.place).map_err(|mistake| self.tell(mistake))?;
        let mut axes = Vec::with_capacity(shape.axes.len());
        for formula in &shape.axes {
            let extent = self.number(formula, instance)?;
            if !instance.names.uneven.contains(&formula.text) {
                let what = format!("the extent `{}`", formula.text.trim());
                self.constrain(what, &extent, Rule::Extent, &formula.place);
            }
            axes.push(extent);
        }
        Ok(axes)
    }

    /// The share of a tensor that is not zero, if the file says one.
    pub(super) fn density(
        &mut self,
        formula: Option<&Formula>,
        instance: &Instance<'m>,
    ) -> Outcome<Option<Expr>> {
        let Some(formula) = formula else {
            return Ok(None);
        };
        let share = self.number(formula, instance)?;
        let what = format!("the density `{}`", formula.text.trim());
        self.constrain(what, &share, Rule::Share, &formula.place);
        Ok(Some(share))
    }

    /// Notes what must hold of the numbers of a module.
    pub(super) fn constrain_numbers(&mut self, module: &Module, names: &Names) {
        for number in &module.numbers {
            let name = &number.name.value;
            let (what, rule) = match number.role {
                NumberRole::Dim if names.uneven.contains(name) => {
                    (format!("dim `{name}`"), Rule::MeanExtent)
                }
                NumberRole::Dim => (format!("dim `{name}`"), Rule::Extent),
                NumberRole::Param => (format!("parameter `{name}`"), Rule::NotNegative),
                NumberRole::Derived => continue,
            };
            let place = self
                .settings
                .get(name)
                .map_or(&number.formula.place, |set| &set.place)
                .clone();
            if let Some(value) = names.get(name) {
                self.constrain(what, value, rule, &place);
            }
        }
    }
}
