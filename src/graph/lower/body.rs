//! The ops of one module, and of the model itself.

use std::collections::BTreeMap;

use super::lowered::{Body, Value};
use super::lowering::{Instance, Lowering};
use super::order::order;
use crate::graph::names::{Names, Origin};
use crate::graph::reported::Reported;
use crate::hash::{FastMap, FastSet};
use crate::model::Module;
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    /// Lowers the model itself, whose inputs are ops.
    pub(super) fn root(&mut self) -> Result<Body<'m>, Reported> {
        let module: &'m Module = &self.model.root;
        let before = self.problems.len();
        let origin = Origin {
            with: BTreeMap::new(),
            inherited: None,
            settings: &self.settings,
            extents: BTreeMap::new(),
        };
        let names = Names::resolve(module, &origin, &mut self.symbols, &mut self.problems);
        if self.problems.len() > before {
            return Err(Reported);
        }
        self.names = names.all().clone();
        self.constrain_needs(module, &names);
        self.constrain_numbers(module, &names);
        let mut instance = Instance::new(module, names, Expr::one(), None);
        self.bit_density = self
            .density(module.bit_density.as_ref(), &instance)
            .unwrap_or_default();
        for input in &module.inputs {
            if let Ok(value) = self.input(input, &mut instance) {
                instance.values.insert(&input.name.value, value);
            }
        }
        if self.problems.len() > before && module.may_be_block() {
            let problems = std::mem::take(&mut self.problems);
            self.problems = problems.help(&format!(
                "a model says which sizes it has, in `dims` or `needs`; if this is a block, try it \
                 in the slot of a model: `--variants {}`",
                module.source.name()
            ));
        }
        self.used.push(module);
        self.body(instance).map(|(body, _)| body)
    }

    /// Lowers the ops of a module in the order of their dependences, that of
    /// the file where they leave a choice; with the value that it gives.
    pub(super) fn body(
        &mut self,
        mut instance: Instance<'m>,
    ) -> Result<(Body<'m>, Value), Reported> {
        let before = self.problems.len();
        let module = instance.module;
        let order = order(&module.ops).map_err(|mistake| self.report(mistake))?;
        for at in order {
            let op = &module.ops[at];
            self.charge(1, &op.place)?;
            if let Ok(value) = self.op(op, &mut instance) {
                instance.values.insert(&op.name.value, value);
            } else if self.should_stop() {
                return Err(Reported);
            }
        }
        self.check_weights(&instance)?;
        if self.problems.len() > before {
            return Err(Reported);
        }
        let last = || module.ops.last().map(|op| op.name.value.as_str());
        let output = module.output.as_ref().map(|name| name.value.as_str());
        let output = output.or_else(last);
        let value = output.and_then(|output| instance.values.get(output).cloned());
        let value = value.ok_or(Reported)?;
        let body = Body {
            items: instance.items,
            output: value.id,
        };
        Ok((body, value))
    }
}

impl<'m> Instance<'m> {
    pub(super) fn new(
        module: &'m Module,
        names: Names,
        runs: Expr,
        stage: Option<String>,
    ) -> Instance<'m> {
        let declared: FastSet<&str> = (module.ops.iter().map(|op| op.name.value.as_str()))
            .chain(module.inputs.iter().map(|input| input.name.value.as_str()))
            .collect();
        let weights = (module.weights.iter())
            .map(|weight| (weight.name.value.as_str(), weight))
            .collect();
        Instance {
            module,
            weights,
            names,
            runs,
            stage,
            causal: false,
            declared,
            values: FastMap::with_capacity_and_hasher(module.ops.len(), Default::default()),
            einsums: FastMap::default(),
            shared: FastMap::default(),
            items: Vec::new(),
        }
    }
}
