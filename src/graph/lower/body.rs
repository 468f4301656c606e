//! The ops of one module, and of the model itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::density::At;
use super::order::order;
use super::{Instance, Lowering, Made, Outcome, Told};
use crate::graph::RegionId;
use crate::graph::names::{Names, Origin};
use crate::model::Module;
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    /// Lowers the model itself: its inputs are nodes of the graph.
    pub(super) fn root(&mut self) -> Outcome<Made> {
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
            return Err(Told);
        }
        self.constrain_needs(module, &names);
        self.constrain_numbers(module, &names);
        let once = (Expr::one(), Expr::one());
        let at = self.densities.root();
        let mut instance = Instance::new(module, names, RegionId::ROOT, once, None, at);
        for input in &module.inputs {
            if let Ok(made) = self.input(input, &instance) {
                instance.made.insert(&input.name.value, made);
            }
        }
        self.used.push(module);
        self.body(&mut instance)
    }

    /// Lowers the ops of a module in the order of their dependences, that of
    /// the file where they leave a choice, and gives its result.
    pub(super) fn body(&mut self, instance: &mut Instance<'m>) -> Outcome<Made> {
        let before = self.problems.len();
        let module = instance.module;
        let order = order(&module.ops).map_err(|mistake| self.tell(mistake))?;
        for at in order {
            let op = &module.ops[at];
            self.work(1, &op.place)?;
            if let Ok(made) = self.op(op, instance) {
                instance.made.insert(&op.name.value, made);
            } else if self.is_over() {
                return Err(Told);
            }
        }
        self.check_weights(instance)?;
        if self.problems.len() > before {
            return Err(Told);
        }
        let last = || module.ops.last().map(|op| op.name.value.as_str());
        let output = module.output.as_ref().map(|name| name.value.as_str());
        output
            .or_else(last)
            .and_then(|output| instance.made.get(output).cloned())
            .ok_or(Told)
    }
}

impl<'m> Instance<'m> {
    pub(super) fn new(
        module: &'m Module,
        names: Names,
        region: RegionId,
        (times, copies): (Expr, Expr),
        stage: Option<String>,
        at: At,
    ) -> Instance<'m> {
        let declared: HashSet<&str> = (module.ops.iter().map(|op| op.name.value.as_str()))
            .chain(module.inputs.iter().map(|input| input.name.value.as_str()))
            .collect();
        let weights = (module.weights.iter())
            .map(|weight| (weight.name.value.as_str(), weight))
            .collect();
        Instance {
            module,
            weights,
            names,
            region,
            times,
            copies,
            stage,
            at,
            declared,
            made: HashMap::new(),
        }
    }
}
