//! One op: its operands, whether it runs, and its place among the others.

use std::sync::Arc;

use num_traits::{One, Zero};

use super::lowered::{Item, LoweredOp, Value, ValueId};
use super::lowering::{Instance, Lowering, SharedKey};
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::graph::OpKind;
use crate::graph::constraint::Rule;
use crate::graph::infer::shown_shape;
use crate::graph::limits::{self, MAX_PROBLEMS};
use crate::graph::reported::Reported;
use crate::model::{Number, NumberRole, OpDecl, OpForm, Operand};
use crate::source::{Diagnostic, Spanned};
use crate::symbolic::Expr;

impl<'m> Lowering<'m> {
    /// Lowers one op.
    pub(super) fn op(
        &mut self,
        op: &'m OpDecl,
        instance: &mut Instance<'m>,
    ) -> Result<Value, Reported> {
        limits::operands(op).map_err(|mistake| self.report(mistake))?;
        if let Some(when) = &op.when
            && self.is_off(when, instance)?
        {
            return self.skipped(op, when, instance);
        }
        let operands = self.operands(op, instance)?;
        let share = self.share(op, instance)?;
        let masked = self.masked(op, instance)?;
        if let OpForm::Call { .. } = &op.form {
            let value = self.call(op, &operands, (share, masked), instance)?;
            if op.is_cached {
                mark_cached(&mut instance.items, value.id);
            }
            return Ok(value);
        }
        let (kind, shape) = self.known_einsum(op, &operands, instance)?;
        self.check_kept(op, &shape, instance)?;
        let density = self.density(op.density.as_deref(), instance)?;
        self.measure(&shape, &op.name.value, &op.place)?;
        let ids = operands.iter().map(|operand| operand.id);
        let mut ids: Vec<ValueId> = ids.collect();
        if let OpKind::Einsum(einsum) = &kind {
            ids.extend(self.bias_tensor(op, einsum, instance)?);
        }
        let is_weight = match operands.as_slice() {
            [only] => only.is_weight && kind.only_moves(),
            _ => false,
        };
        let table = operands
            .get(1)
            .filter(|_| matches!(op.form, OpForm::Gather(_)));
        let is_chosen = table.is_some_and(|table| table.is_weight && table.shape.len() > 2);
        let elements = match kind {
            OpKind::Move(_) => (operands.iter())
                .map(|operand| operand.shape.iter().product())
                .collect(),
            _ => Vec::new(),
        };
        let id = self.place(
            op,
            kind,
            (&shape, (share, masked), density),
            (ids, elements),
            instance,
        );
        Ok(Value {
            id,
            shape,
            is_weight,
            is_chosen,
        })
    }

    /// What stands for an op that does not run: its first input. Its weights
    /// are not there.
    fn skipped(
        &mut self,
        op: &OpDecl,
        when: &Formula,
        instance: &mut Instance<'m>,
    ) -> Result<Value, Reported> {
        let mut first = None;
        for operand in &op.inputs {
            if let Operand::Tensor(name) = operand
                && !instance.weights.contains_key(name.value.as_str())
                && let Some(value) = self.tensor(op, name, instance)?
            {
                first.get_or_insert(value);
            }
        }
        first.ok_or_else(|| {
            self.report(
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
    /// a list are reported at once.
    fn operands(
        &mut self,
        op: &OpDecl,
        instance: &mut Instance<'m>,
    ) -> Result<Vec<Value>, Reported> {
        let mut operands = Vec::with_capacity(op.inputs.len());
        let mut failed = None;
        for operand in &op.inputs {
            let value = match operand {
                Operand::Weight(weight) => self.weight(op, weight, instance).map(Some),
                Operand::Tensor(name) => self.tensor(op, name, instance),
            };
            match value {
                Ok(value) => operands.extend(value),
                Err(reported) => failed = Some(reported),
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
    ) -> Result<Option<Value>, Reported> {
        if let Some(value) = instance.values.get(name.value.as_str()) {
            return Ok(Some(value.clone()));
        }
        if let Some(weight) = instance.weights.get(name.value.as_str()) {
            return self.named_weight(op, weight, instance).map(Some);
        }
        // An op or input that could not be lowered has been complained of.
        if instance.declared.contains(name.value.as_str()) {
            return Err(Reported);
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
        Err(self.report(mistake))
    }

    /// Whether a `when` is 0 for the values at hand.
    fn is_off(&mut self, when: &Formula, instance: &Instance<'m>) -> Result<bool, Reported> {
        let switch = self.number(when, instance)?;
        self.switches.extend(switch.symbols());
        let off = switch
            .evaluate(&self.symbols.values)
            .map(|value| value.is_zero())
            .map_err(|error| self.report(Diagnostic::at(&when.place, error.to_string())))?;
        // The graph is right for other values only while this stays as it is.
        let what = format!("`when = {}`", when.text.trim());
        let rule = if off { Rule::Off } else { Rule::On };
        self.constrain(what, &switch, rule, &when.place);
        self.constrain_switches(&when.ast, instance);
        Ok(off)
    }

    /// Notes that what a condition negates, as `1 - absorbed` does, is 0 or 1:
    /// with anything between, an op and the one in its place would both run.
    fn constrain_switches(&mut self, when: &Ast, instance: &Instance<'m>) {
        if let AstNode::Binary(BinaryOp::Mul, left, right) = &when.node {
            self.constrain_switches(left, instance);
            self.constrain_switches(right, instance);
        }
        let Some(name) = negated(when) else {
            return;
        };
        let mut numbers = instance.module.numbers.iter();
        let is_param = |number: &&Number| number.role == NumberRole::Param;
        let param = numbers.find(|number| number.name.value == name);
        if let (Some(param), Some(value)) = (param.filter(is_param), instance.names.get(name)) {
            let value = value.clone();
            let set = self.symbols.place_of(&value).cloned();
            let place = set.unwrap_or_else(|| param.formula.place.clone());
            self.constrain(format!("parameter `{name}`"), &value, Rule::Switch, &place);
        }
    }

    /// The factor by which an op runs more or less often than its block.
    fn share(&mut self, op: &OpDecl, instance: &Instance<'m>) -> Result<Expr, Reported> {
        let Some(formula) = &op.times else {
            return Ok(Expr::one());
        };
        let share = self.number(formula, instance)?;
        let what = format!("`times = {}`", formula.text.trim());
        self.constrain(what, &share, Rule::NotNegative, &formula.place);
        let what = format!("the runs of `{}`", op.name.value);
        limits::product([&instance.runs, &share], &what, &formula.place)
            .map_err(|mistake| self.report(mistake))?;
        Ok(share)
    }

    /// The part of what an op does that a causal mask hides; none where there
    /// is no such mask around it.
    fn masked(&mut self, op: &OpDecl, instance: &Instance<'m>) -> Result<Expr, Reported> {
        let Some(formula) = op
            .masked
            .as_deref()
            .filter(|_| op.causal || instance.causal)
        else {
            return Ok(Expr::zero());
        };
        let masked = self.number(formula, instance)?;
        let what = format!("`masked = {}`", formula.text.trim());
        self.constrain(what, &masked, Rule::Hidden, &formula.place);
        Ok(masked)
    }

    /// Adds an op to its body, or finds the one that does the same to the same
    /// tensors.
    fn place(
        &mut self,
        op: &'m OpDecl,
        kind: OpKind,
        (shape, (share, masked), density): (&Arc<[Expr]>, (Expr, Expr), Option<Expr>),
        (operands, elements): (Vec<ValueId>, Vec<Expr>),
        instance: &mut Instance<'m>,
    ) -> ValueId {
        let format = op.format.as_ref().map(|format| format.value);
        let domain = op.domain.as_ref().map(|domain| domain.value.clone());
        let key = nameless(op, instance).map(|formula| SharedKey {
            formula,
            operands: operands.clone(),
            share: share.clone(),
            masked: masked.clone(),
            format,
            domain: domain.clone(),
            density: density.clone(),
        });
        if let Some(at) = key.as_ref().and_then(|key| instance.shared.get(key))
            && let Some(Item::Op(same)) = instance.items.get_mut(*at)
        {
            same.aliases.push(&op.name.value);
            return ValueId::Item(*at);
        }
        if let Some(key) = key {
            instance.shared.insert(key, instance.items.len());
        }
        let stage = self.shared_stage(self.stage(op, instance));
        let computed_in = self.format_of(op, instance);
        let item = Item::Op(Box::new(LoweredOp {
            name: op.name.value.as_str().into(),
            aliases: Vec::new(),
            stage,
            kind,
            share,
            masked,
            computed_in,
            is_cached: op.is_cached,
            keeps: op.keeps.as_ref().map(|state| state.value.as_str()),
            stored_in: format,
            stored_bits: None,
            shape: Arc::clone(shape),
            domain,
            density,
            operands,
            elements,
            place: op.place.clone(),
        }));
        self.push(item, instance)
    }
}

/// The name in `1 - NAME`.
fn negated(when: &Ast) -> Option<&str> {
    let AstNode::Binary(BinaryOp::Sub, one, name) = &when.node else {
        return None;
    };
    match (&one.node, &name.node) {
        (AstNode::Number(one), AstNode::Name(name)) if one.is_one() => Some(name),
        _ => None,
    }
}

impl<'m> Lowering<'m> {
    /// What an op keeps has the shape of the state that it becomes.
    fn check_kept(
        &mut self,
        op: &'m OpDecl,
        shape: &[Expr],
        instance: &mut Instance<'m>,
    ) -> Result<(), Reported> {
        let Some(keeps) = &op.keeps else {
            return Ok(());
        };
        let mut weights = instance.module.weights.iter();
        let Some(state) = weights.find(|weight| weight.name.value == keeps.value) else {
            return Ok(());
        };
        let own = match instance.values.get(keeps.value.as_str()) {
            Some(known) => known.shape.to_vec(),
            None => self.named_weight(op, state, instance)?.shape.to_vec(),
        };
        if own == shape {
            return Ok(());
        }
        let message = format!(
            "`{}` gives {}, but the state `{}` has {}",
            op.name.value,
            shown_shape(shape),
            keeps.value,
            shown_shape(&own)
        );
        let mistake = Diagnostic::at(&keeps.place, message);
        Err(self.report(mistake.and(&state.name.place, "declared here")))
    }
}

/// Marks the op that gives a tensor, in whatever block it stands.
fn mark_cached(items: &mut [Item<'_>], id: ValueId) {
    let ValueId::Item(at) = id else { return };
    match items.get_mut(at) {
        Some(Item::Op(op)) => op.is_cached = true,
        Some(Item::Call(call)) => mark_cached(&mut call.body.items, call.body.output),
        None => {}
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
    if op.keeps.is_some() {
        return None;
    }
    let slot = |name: &str| {
        op.inputs
            .iter()
            .position(|operand| matches!(operand, Operand::Tensor(known) if known.value == name))
    };
    Some(formula.renamed(|name| match slot(name) {
        Some(slot) if instance.values.contains_key(name) => Some(format!("#{slot}")),
        _ => instance.names.get(name).map(|value| format!("({value})")),
    }))
}
