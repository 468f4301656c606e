//! One op: its operands, whether it runs, and its place in the graph.

use num_traits::Zero;
use petgraph::graph::NodeIndex;

use super::{Instance, Lowering, Made, Outcome, SharedKey, Told};
use crate::formula::Formula;
use crate::graph::check::Rule;
use crate::graph::limits::{self, MAX_PROBLEMS};
use crate::graph::{Op, OpKind, Tensor, Wire};
use crate::model::{OpDecl, OpForm, Operand};
use crate::source::{Diagnostic, Spanned};
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    /// Lowers one op.
    pub(super) fn op(&mut self, op: &'m OpDecl, instance: &mut Instance<'m>) -> Outcome<Made> {
        limits::operands(op).map_err(|mistake| self.tell(mistake))?;
        if let Some(when) = &op.when
            && self.is_off(when, instance)?
        {
            return self.skipped(op, when, instance);
        }
        let operands = self.operands(op, instance)?;
        let times = self.times(op, instance)?;
        if let OpForm::Call { .. } = &op.form {
            return self.call(op, operands, times, instance);
        }
        let (kind, mut tensor) = self.form(op, &operands, instance)?;
        if let Some(domain) = &op.domain {
            tensor.domain = domain.value.clone();
        }
        if let Some(density) = self.density(op.density.as_ref(), instance)? {
            tensor.density = Some(density);
        }
        tensor.format = op.format.as_ref().map(|format| format.value);
        self.measure(&tensor, &op.name.value, &op.place)?;
        self.add(op, kind, tensor, &operands, times, instance)
    }

    /// What stands for an op that does not run: its first input. Its weights
    /// are not there.
    fn skipped(
        &mut self,
        op: &OpDecl,
        when: &Formula,
        instance: &mut Instance<'m>,
    ) -> Outcome<Made> {
        let mut first = None;
        for operand in &op.inputs {
            if let Operand::Tensor(name) = operand
                && !instance.weights.contains_key(name.value.as_str())
                && let Some(made) = self.tensor(op, name, instance)?
            {
                first.get_or_insert(made);
            }
        }
        first.ok_or_else(|| {
            self.tell(
                Diagnostic::at(
                    &when.place,
                    format!(
                        "`{}` has no input to stand for it when it is skipped",
                        op.name.value
                    ),
                )
                .help("an op with `when` needs an input that is no weight"),
            )
        })
    }

    /// The tensors that an op takes, each looked for, so that all mistakes in
    /// a list are told at once.
    fn operands(&mut self, op: &OpDecl, instance: &mut Instance<'m>) -> Outcome<Vec<Made>> {
        let mut operands = Vec::with_capacity(op.inputs.len());
        let mut failed = None;
        for operand in &op.inputs {
            let made = match operand {
                Operand::Weight(weight) => self.weight(op, weight, instance).map(Some),
                Operand::Tensor(name) => self.tensor(op, name, instance),
            };
            match made {
                Ok(made) => operands.extend(made),
                Err(told) => failed = Some(told),
            }
        }
        failed.map_or(Ok(operands), Err)
    }

    /// The tensor of this name; nothing for a number in a formula.
    fn tensor(
        &mut self,
        op: &OpDecl,
        name: &Spanned<String>,
        instance: &mut Instance<'m>,
    ) -> Outcome<Option<Made>> {
        if let Some(made) = instance.made.get(name.value.as_str()) {
            return Ok(Some(made.clone()));
        }
        if let Some(weight) = instance.weights.get(name.value.as_str()) {
            return self.named_weight(weight, instance).map(Some);
        }
        // An op or input that could not be lowered has been complained of.
        if instance.declared.contains(name.value.as_str()) {
            return Err(Told);
        }
        let is_number = instance.names.get(&name.value).is_some();
        if is_number && matches!(op.form, OpForm::Apply(_)) {
            return Ok(None);
        }
        let module = instance.module;
        let known = (module.inputs.iter().map(|input| input.name.value.as_str()))
            .chain(
                module
                    .weights
                    .iter()
                    .map(|weight| weight.name.value.as_str()),
            )
            .chain(module.ops.iter().map(|op| op.name.value.as_str()));
        let mistake = if is_number {
            let message = format!("`{}` is a number, not a tensor", name.value);
            Diagnostic::at(&name.place, message).help("only `apply` takes numbers among its inputs")
        } else {
            let message = format!(
                "`{}` has no input, weight or op `{}`",
                module.name, name.value
            );
            Diagnostic::at(&name.place, message).known(&name.value, known.take(MAX_PROBLEMS))
        };
        Err(self.tell(mistake))
    }

    /// Whether a `when` is 0 for the values at hand.
    fn is_off(&mut self, when: &Formula, instance: &Instance<'m>) -> Outcome<bool> {
        let switch = self.number(when, instance)?;
        self.switches.extend(switch.symbols());
        let off = switch
            .evaluate(&self.symbols.values)
            .map(|value| value.is_zero())
            .map_err(|error| self.tell(Diagnostic::at(&when.place, error.to_string())))?;
        // The graph is right for other values only while this stays as it is.
        let what = format!("`when = {}`", when.text.trim());
        let rule = if off { Rule::Off } else { Rule::On };
        self.constrain(what, &switch, rule, &when.place);
        Ok(off)
    }

    /// How often an op runs.
    fn times(&mut self, op: &OpDecl, instance: &Instance<'m>) -> Outcome<Expr> {
        let Some(formula) = &op.times else {
            return Ok(instance.times.clone());
        };
        let factor = self.number(formula, instance)?;
        let what = format!("`times = {}`", formula.text.trim());
        self.constrain(what, &factor, Rule::NotNegative, &formula.place);
        let what = format!("the runs of `{}`", op.name.value);
        limits::product([&instance.times, &factor], &what, &formula.place)
            .map_err(|mistake| self.tell(mistake))
    }

    /// Puts a new op into the graph, or finds the one that does the same to
    /// the same tensors.
    fn add(
        &mut self,
        op: &OpDecl,
        kind: OpKind,
        mut tensor: Tensor,
        operands: &[Made],
        times: Expr,
        instance: &Instance<'m>,
    ) -> Outcome<Made> {
        let measured = self.measured_density(&op.name.value, instance)?;
        let format = op.format.as_ref().map(|format| format.value);
        let sources: Vec<NodeIndex> = operands.iter().map(|made| made.node).collect();
        let density = tensor.density.clone();
        let key = nameless(op, instance).map(|formula| SharedKey {
            formula,
            sources,
            region: instance.region,
            times: times.clone(),
            format,
            density,
        });
        if let Some((node, stamp)) = key.as_ref().and_then(|key| self.shared.get(key))
            && self.stamps.get(node.index()) == Some(stamp)
        {
            let node = *node;
            if let Some(measured) = measured {
                return Err(self.same_tensor(measured, node));
            }
            tensor.density = self.ops[node].output.density.clone();
            return Ok(Made { node, tensor });
        }
        if let Some(measured) = measured {
            tensor.density = Some(measured.share());
        }
        let stage = match (&op.stage, &instance.stage) {
            (Some(own), _) => own.value.clone(),
            (None, Some(caller)) => caller.clone(),
            (None, None) => op.name.value.clone(),
        };
        let node = self.place(Op {
            name: op.name.value.clone(),
            stage,
            region: instance.region,
            kind,
            times,
            format,
            output: tensor.clone(),
            place: op.place.clone(),
        });
        for (slot, made) in operands.iter().enumerate() {
            let wire = Wire {
                slot,
                tensor: made.tensor.clone(),
            };
            self.ops.add_edge(made.node, node, wire);
        }
        if let Some(key) = key {
            self.shared.insert(key, (node, self.lowered));
        }
        self.note_density(node, op.density.is_some(), measured.is_some());
        Ok(Made { node, tensor })
    }

    /// Makes a node.
    pub(super) fn place(&mut self, op: Op) -> NodeIndex {
        self.lowered += 1;
        self.stamps.push(self.lowered);
        self.ops.add_node(op)
    }
}

/// The formula of an elementwise op, without the names that it has for
/// operands and numbers: two blocks may mean another number by the same name.
/// Nothing for other ops: a list of primitives does not say what is done, and
/// sums may have weights of their own.
fn nameless(op: &OpDecl, instance: &Instance<'_>) -> Option<String> {
    let OpForm::Apply(formula) = &op.form else {
        return None;
    };
    let slot = |name: &str| {
        op.inputs
            .iter()
            .position(|operand| matches!(operand, Operand::Tensor(known) if known.value == name))
    };
    Some(formula.renamed(|name| match slot(name) {
        Some(slot) if instance.made.contains_key(name) => Some(format!("#{slot}")),
        _ => instance.names.get(name).map(|value| format!("({value})")),
    }))
}
