//! Inputs and weights: tensors that no op makes.

use super::{Instance, Lowering, Made, Outcome};
use crate::formula::Formula;
use crate::graph::check::Rule;
use crate::graph::names::Names;
use crate::graph::{OWN_WEIGHT, Op, OpKind, Tensor, limits};
use crate::model::{
    Input, Module, NamedWeight, NumberRole, OpDecl, ShapeDecl, WeightDecl, WeightRole,
};
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
        self.source(name, OpKind::Input, tensor, instance, &input.name.place)
    }

    /// A weight of `op`.
    pub(super) fn weight(
        &mut self,
        op: &OpDecl,
        weight: &WeightDecl,
        instance: &Instance<'m>,
    ) -> Outcome<Made> {
        let name = format!("{}{OWN_WEIGHT}", op.name.value);
        let mut tensor = self.stored(&name, weight, instance)?;
        tensor.format = op.format.as_ref().map(|format| format.value);
        let place = &weight.shape.place;
        self.source(&name, OpKind::Weight, tensor, instance, place)
    }

    /// A weight with a name. It is there once it is first asked for: one that
    /// only skipped ops would take is not.
    pub(super) fn named_weight(
        &mut self,
        weight: &'m NamedWeight,
        instance: &mut Instance<'m>,
    ) -> Outcome<Made> {
        let name = &weight.name.value;
        let tensor = self.stored(name, &weight.decl, instance)?;
        let kind = match weight.role {
            WeightRole::Parameter => OpKind::Weight,
            WeightRole::Constant => OpKind::Constant,
        };
        let made = self.source(name, kind, tensor, instance, &weight.name.place)?;
        instance.made.insert(name, made.clone());
        Ok(made)
    }

    /// Weights that no op has taken: their formulas at least must be right.
    pub(super) fn check_weights(&mut self, instance: &Instance<'m>) -> Outcome<()> {
        let mut checked = Ok(());
        for weight in &instance.module.weights {
            if instance.made.contains_key(weight.name.value.as_str()) {
                continue;
            }
            let density = weight.decl.density.iter();
            for formula in weight.decl.shape.axes.iter().chain(density) {
                checked = checked.and(self.number(formula, instance).map(drop));
            }
        }
        checked
    }

    fn stored(
        &mut self,
        name: &str,
        weight: &WeightDecl,
        instance: &Instance<'m>,
    ) -> Outcome<Tensor> {
        let tensor = Tensor {
            shape: self.shape(&weight.shape, name, instance)?,
            domain: weight.domain.clone(),
            density: self.density(weight.density.as_ref(), instance)?,
            format: None,
        };
        self.measure(&tensor, name, &weight.shape.place)?;
        Ok(tensor)
    }

    fn source(
        &mut self,
        name: &str,
        kind: OpKind,
        mut tensor: Tensor,
        instance: &Instance<'m>,
        place: &Place,
    ) -> Outcome<Made> {
        let is_declared = tensor.density.is_some();
        let measured = self.measured_density(name, instance)?;
        if let Some(measured) = measured {
            tensor.density = Some(measured.share());
        }
        let stage = match kind {
            OpKind::Input => "input",
            OpKind::Constant => "constant",
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
        self.note_density(node, is_declared, measured.is_some());
        Ok(Made { node, tensor })
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
            let is_noted = self.noted.contains(&(extent.clone(), Rule::Extent));
            if !is_noted && !instance.names.uneven.contains(&formula.text) {
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

    /// Notes that what the model needs are sizes.
    pub(super) fn constrain_needs(&mut self, model: &Module, names: &Names) {
        for need in &model.needs {
            let name = &need.value;
            let rule = if names.uneven.contains(name) {
                Rule::MeanExtent
            } else {
                Rule::Extent
            };
            let set = self.settings.get(name);
            let place = set.map_or(&need.place, |set| &set.place).clone();
            if let Some(value) = names.get(name) {
                self.constrain(format!("dim `{name}`"), value, rule, &place);
            }
        }
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
