//! A block in the place of an op: which one, with which numbers, how often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::lowered::{Call, Item, Repeat, Value};
use super::lowering::{Instance, Lowering};
use crate::formula::Formula;
use crate::graph::constraint::Rule;
use crate::graph::infer::shown_shape;
use crate::graph::limits::{self, MAX_DEPTH};
use crate::graph::names::Inherited;
use crate::graph::reported::Reported;
use crate::model::{self, Module, NumberRole, OpDecl, OpForm};
use crate::source::{Diagnostic, Place, Spanned};
use crate::symbolic::Expr;

/// The block that is called, with what it takes from the caller.
pub(super) struct Callee<'m> {
    pub(super) op: &'m OpDecl,
    pub(super) block: &'m Module,
    /// The name under which the block was found.
    pub(super) key: &'m Spanned<String>,
    /// Where the block is named.
    pub(super) place: &'m Place,
    pub(super) with: BTreeMap<String, Expr>,
    pub(super) inherited: Inherited,
    pub(super) stage: Option<String>,
    /// Whether a causal mask hides what comes later.
    pub(super) causal: bool,
    /// Whether it follows upon itself.
    pub(super) is_repeated: bool,
}

impl<'m> Lowering<'m> {
    pub(super) fn call(
        &mut self,
        op: &'m OpDecl,
        operands: &[Value],
        (share, masked): (Expr, Expr),
        instance: &mut Instance<'m>,
    ) -> Result<Value, Reported> {
        let OpForm::Call {
            callee,
            with,
            repeat,
        } = &op.form
        else {
            return Err(Reported);
        };
        let (key, place) = self.callee(callee)?;
        let block = self.block(key, place)?;
        let own_stage = op.stage.as_ref().map(|stage| stage.value.clone());
        let callee = Callee {
            op,
            block,
            key,
            place,
            with: self.given(with, block, instance)?,
            inherited: instance.names.inherited().clone(),
            stage: own_stage.or_else(|| instance.stage.clone()),
            causal: op.causal || instance.causal,
            is_repeated: repeat.is_some(),
        };
        let once = &instance.runs * &share;
        let (repeat, runs) = match repeat {
            None => (None, once),
            Some(formula) => {
                let repeat = self.repeat(op, formula, instance)?;
                let what = format!("the repeats of `{}`", op.name.value);
                let runs = limits::product([&once, &repeat.rounds], &what, place)
                    .map_err(|mistake| self.report(mistake))?;
                (Some(repeat), runs)
            }
        };
        let (body, result) = self.instantiate(&callee, operands, runs)?;
        if repeat.is_some()
            && let Some(first) = operands.first()
        {
            self.same_shape(&first.shape, &result.shape, &callee)?;
        }
        let item = Item::Call(Box::new(Call {
            name: &op.name.value,
            body,
            operands: operands.iter().map(|operand| operand.id).collect(),
            share,
            masked,
            repeat,
            place,
        }));
        Ok(Value {
            id: self.push(item, instance),
            ..result
        })
    }

    /// How often a block follows upon itself.
    fn repeat(
        &mut self,
        op: &OpDecl,
        formula: &Formula,
        instance: &Instance<'m>,
    ) -> Result<Repeat, Reported> {
        let rounds = self.number(formula, instance)?;
        let what = format!("the number of repeats of `{}`", op.name.value);
        let rule = match self.constraints.may_be_none(&rounds) {
            true => Rule::EmptyRepeat,
            false => Rule::Repeat,
        };
        self.constrain(what, &rounds, rule, &formula.place);
        Ok(Repeat {
            rounds,
            place: formula.place.clone(),
        })
    }

    /// The name of the block that is called, and where the call stands.
    fn callee(
        &mut self,
        callee: &'m model::Callee,
    ) -> Result<(&'m Spanned<String>, &'m Place), Reported> {
        match callee {
            model::Callee::Block(name) => Ok((name, &name.place)),
            model::Callee::Slot(slot) => match self.slots.block(&slot.value, &self.open) {
                Some(block) => Ok((block, &slot.place)),
                None => {
                    let known: BTreeSet<&str> = (self.open.iter())
                        .flat_map(|(_, module)| &module.slots)
                        .map(|slot| slot.name.value.as_str())
                        .collect();
                    Err(self.report(
                        Diagnostic::at(&slot.place, format!("no slot `{}`", slot.value))
                            .known(&slot.value, known),
                    ))
                }
            },
        }
    }

    fn block(&mut self, key: &Spanned<String>, place: &'m Place) -> Result<&'m Module, Reported> {
        let model: &'m model::Model = self.model;
        let name = &key.value;
        let Some(block) = model.block(key) else {
            return Err(self.report(Diagnostic::at(place, format!("no block `{name}`"))));
        };
        let is_open = |(_, open): &(&str, &Module)| std::ptr::eq(*open, Arc::as_ptr(block));
        if let Some(start) = self.open.iter().position(is_open) {
            let way: Vec<&str> = self.open[start..].iter().map(|(open, _)| *open).collect();
            let message = match way.as_slice() {
                [_] => format!("block `{name}` calls itself"),
                way => format!(
                    "blocks that call each other: `{}` → `{name}`",
                    way.join("` → `")
                ),
            };
            return Err(self.report(Diagnostic::at(place, message)));
        }
        if self.open.len() > MAX_DEPTH {
            return Err(self.report(Diagnostic::at(
                place,
                format!("blocks nested more than {MAX_DEPTH} deep"),
            )));
        }
        Ok(Arc::as_ref(block))
    }

    /// The numbers that a call gives.
    fn given(
        &mut self,
        with: &[(Spanned<String>, Formula)],
        block: &Module,
        instance: &Instance<'m>,
    ) -> Result<BTreeMap<String, Expr>, Reported> {
        let params = (block.numbers.iter())
            .filter(|number| number.role == NumberRole::Param)
            .map(|number| number.name.value.as_str());
        let known: BTreeSet<&str> = (block.needs.iter().map(|need| need.value.as_str()))
            .chain(params)
            .collect();
        let mut given = BTreeMap::new();
        let mut failed = None;
        for (name, formula) in with {
            if !known.contains(name.value.as_str()) {
                failed = Some(
                    self.report(
                        Diagnostic::at(
                            &name.place,
                            format!("block `{}` takes no `{}`", block.name, name.value),
                        )
                        .known(&name.value, known.iter().copied()),
                    ),
                );
                continue;
            }
            match self.number(formula, instance) {
                Ok(value) => {
                    given.insert(name.value.clone(), value);
                }
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(given), Err)
    }

    fn same_shape(
        &mut self,
        input: &[Expr],
        output: &[Expr],
        call: &Callee<'m>,
    ) -> Result<(), Reported> {
        if input == output {
            return Ok(());
        }
        let message = format!(
            "`{}` cannot follow upon itself: it takes {} and gives {}",
            call.op.name.value,
            shown_shape(input),
            shown_shape(output)
        );
        Err(self.report(
            Diagnostic::at(call.place, message)
                .help("a block with `repeat` gives what it takes as its first input"),
        ))
    }
}
