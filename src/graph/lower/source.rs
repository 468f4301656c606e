//! Inputs and weights: tensors that no op makes.

use std::sync::Arc;

use super::linear::is_vector;
use super::lowered::{Item, LoweredOp, Value};
use super::lowering::{Instance, Lowering};
use crate::domain::Domain;
use crate::format::Format;
use crate::formula::Formula;
use crate::graph::constraint::Rule;
use crate::graph::names::Names;
use crate::graph::op::OWN_WEIGHT;
use crate::graph::reported::Reported;
use crate::graph::{OpKind, StoredBits, limits};
use crate::model::{
    Input, Module, NamedWeight, NumberRole, OpDecl, ShapeDecl, WeightDecl, WeightRole,
};
use crate::source::Place;
use crate::symbolic::Expr;

/// A tensor that no op makes.
pub(super) struct Source {
    pub(super) kind: OpKind,
    pub(super) shape: Vec<Expr>,
    /// Whether it is there: 1, or the switch of a bias.
    pub(super) share: Expr,
    pub(super) domain: Domain,
    pub(super) density: Option<Expr>,
    /// The format it is stored in, if that is fixed.
    pub(super) format: Option<Format>,
    /// The bits that each of its numbers takes in memory, if others than in its
    /// format.
    pub(super) bits: Option<StoredBits>,
}

impl<'m> Lowering<'m> {
    /// An input of the model.
    pub(super) fn input(
        &mut self,
        input: &'m Input,
        instance: &mut Instance<'m>,
    ) -> Result<Value, Reported> {
        let name = &input.name.value;
        let source = Source {
            kind: OpKind::Input,
            shape: self.shape(&input.shape, name, instance)?,
            share: Expr::one(),
            domain: input.domain.clone(),
            density: self.density(input.density.as_ref(), instance)?,
            format: None,
            bits: None,
        };
        self.measure(&source.shape, name, &input.shape.place)?;
        Ok(self.source(name.clone(), source, &input.name.place, instance))
    }

    /// A weight of `op`.
    pub(super) fn weight(
        &mut self,
        op: &OpDecl,
        weight: &WeightDecl,
        instance: &mut Instance<'m>,
    ) -> Result<Value, Reported> {
        let name = format!("{}{OWN_WEIGHT}", op.name.value);
        let mut source = Source {
            format: self.format_of(op, instance),
            ..self.stored(&name, weight, OpKind::Weight, instance)?
        };
        if let (Domain::Real, Some(linear)) = (&source.domain, self.linear(op, instance)) {
            source.domain = linear.domain.clone();
        }
        let is_vector = is_vector(op, &source.shape, instance);
        source.bits = self.bits_of(weight, (op, is_vector), instance);
        Ok(self.source(name, source, &weight.shape.place, instance))
    }

    /// A weight with a name, which `op` takes. It is there once it is first asked
    /// for: one that only skipped ops would take is not.
    pub(super) fn named_weight(
        &mut self,
        op: &OpDecl,
        weight: &'m NamedWeight,
        instance: &mut Instance<'m>,
    ) -> Result<Value, Reported> {
        let name = &weight.name.value;
        let kind = match weight.role {
            WeightRole::Parameter => OpKind::Weight,
            WeightRole::Constant => OpKind::Constant,
            WeightRole::State => OpKind::State,
        };
        let mut source = self.stored(name, &weight.decl, kind, instance)?;
        if weight.role == WeightRole::Parameter {
            let is_vector = is_vector(op, &source.shape, instance);
            source.bits = self.bits_of(&weight.decl, (op, is_vector), instance);
        }
        let value = self.source(name.clone(), source, &weight.name.place, instance);
        instance.values.insert(name, value.clone());
        Ok(value)
    }

    /// Weights that no op has taken: their formulas at least must be right.
    pub(super) fn check_weights(&mut self, instance: &Instance<'m>) -> Result<(), Reported> {
        let mut checked = Ok(());
        for weight in &instance.module.weights {
            if instance.values.contains_key(weight.name.value.as_str()) {
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
        kind: OpKind,
        instance: &Instance<'m>,
    ) -> Result<Source, Reported> {
        let source = Source {
            kind,
            shape: self.shape(&weight.shape, name, instance)?,
            share: Expr::one(),
            domain: weight.domain.clone(),
            density: self.density(weight.density.as_ref(), instance)?,
            format: None,
            bits: None,
        };
        self.measure(&source.shape, name, &weight.shape.place)?;
        Ok(source)
    }

    /// Adds a tensor that no op makes.
    pub(super) fn source(
        &mut self,
        name: String,
        source: Source,
        place: &Place,
        instance: &mut Instance<'m>,
    ) -> Value {
        let stage = match source.kind {
            OpKind::Input => "input",
            OpKind::Constant => "constant",
            OpKind::State => "state",
            _ => "weight",
        };
        let is_weight = source.kind == OpKind::Weight;
        let shape: Arc<[Expr]> = source.shape.into();
        let item = Item::Op(Box::new(LoweredOp {
            name: name.into(),
            aliases: Vec::new(),
            stage: self.shared_stage(stage),
            kind: source.kind,
            share: source.share,
            masked: Expr::zero(),
            computed_in: None,
            is_cached: false,
            keeps: None,
            stored_in: source.format,
            stored_bits: source.bits.map(Box::new),
            shape: Arc::clone(&shape),
            domain: Some(source.domain),
            density: source.density,
            operands: Vec::new(),
            elements: Vec::new(),
            place: place.clone(),
        }));
        Value {
            id: self.push(item, instance),
            shape,
            is_weight,
            is_chosen: false,
        }
    }

    /// The extents that a shape gives, each a size.
    pub(super) fn shape(
        &mut self,
        shape: &ShapeDecl,
        of: &str,
        instance: &Instance<'m>,
    ) -> Result<Vec<Expr>, Reported> {
        limits::axes(shape.axes.len(), of, &shape.place).map_err(|mistake| self.report(mistake))?;
        let mut axes = Vec::with_capacity(shape.axes.len());
        for formula in &shape.axes {
            let extent = self.number(formula, instance)?;
            let is_noted = self.constraints.has(&extent, Rule::Extent);
            if !is_noted && !instance.names.fractional.contains(&formula.text) {
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
    ) -> Result<Option<Expr>, Reported> {
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
            let is_fractional = names.fractional.contains(name);
            let set = self.settings.get(name);
            let place = set.map_or(&need.place, |set| &set.place).clone();
            if let Some(value) = names.get(name) {
                self.constraints.add_dim(name, is_fractional, value, &place);
            }
        }
    }

    /// Notes what must hold of the numbers of a module.
    pub(super) fn constrain_numbers(&mut self, module: &Module, names: &Names) {
        for number in &module.numbers {
            let name = &number.name.value;
            let place = self
                .settings
                .get(name)
                .map_or(&number.formula.place, |set| &set.place)
                .clone();
            let Some(value) = names.get(name) else {
                continue;
            };
            match number.role {
                NumberRole::Dim => {
                    let is_fractional = names.fractional.contains(name);
                    self.constraints.add_dim(name, is_fractional, value, &place);
                }
                NumberRole::Param => {
                    let what = format!("parameter `{name}`");
                    self.constrain(what, value, Rule::NotNegative, &place);
                }
                NumberRole::Derived => {}
            }
        }
    }
}
