//! A block in one place: its inputs are bound to tensors, its numbers to
//! values, and its ops lowered.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Callee;
use super::lowered::{Body, Value, ValueId};
use super::lowering::{Instance, Lowering};
use crate::formula::AstNode;
use crate::graph::infer::shown_shape;
use crate::graph::names::{Names, Origin};
use crate::graph::reported::Reported;
use crate::model::{Input, ShapeDecl};
use crate::source::Diagnostic;
use crate::symbolic::Expr;

/// Passing on so many names is as much work as lowering an op.
const NAMES_PER_STEP: usize = 20;
/// So many numbers of its own come with a block.
const FREE_NUMBERS: usize = 16;

impl<'m> Lowering<'m> {
    /// The body of a block for the operands given, with the value it gives.
    /// Its ops run so often as `runs` says.
    pub(super) fn instantiate(
        &mut self,
        callee: &Callee<'m>,
        operands: &[Value],
        runs: Expr,
    ) -> Result<(Body<'m>, Value), Reported> {
        let block = callee.block;
        let numbers = block.numbers.len().saturating_sub(FREE_NUMBERS);
        let passed_on = (callee.inherited.len() + block.ops.len()) / NAMES_PER_STEP;
        self.charge(2 * numbers + passed_on, callee.place)?;
        if operands.len() != block.inputs.len() {
            return Err(self.wrong_number(callee, operands.len()));
        }
        let before = self.problems.len();
        let extents = match bind_extents(callee, operands) {
            Ok(extents) => extents,
            Err(mistake) => return Err(self.report(*mistake)),
        };
        let origin = Origin {
            with: callee.with.clone(),
            inherited: Some(&callee.inherited),
            settings: &self.settings,
            extents,
        };
        let names = Names::resolve(block, &origin, &mut self.symbols, &mut self.problems);
        if self.problems.len() > before {
            return Err(Reported);
        }
        self.constrain_numbers(block, &names);
        let mut instance = Instance::new(block, names, runs, callee.stage.clone());
        instance.causal = callee.causal;
        for (at, (input, operand)) in block.inputs.iter().zip(operands).enumerate() {
            self.check_input(input, operand, &instance, callee)?;
            // A tensor that is given twice is one tensor, and what is done to
            // it is done once; but what a repeated block takes first is
            // another one in its later rounds.
            let carried = usize::from(callee.is_repeated);
            let same = (carried..at).find(|other| operands[*other].id == operand.id);
            let value = Value {
                id: ValueId::Input(same.unwrap_or(at)),
                ..operand.clone()
            };
            instance.values.insert(&input.name.value, value);
        }
        if !self.used.iter().any(|known| std::ptr::eq(*known, block)) {
            self.used.push(block);
        }
        self.open.push((&callee.key.value, block));
        let body = self.body(instance);
        self.open.pop();
        body
    }

    fn wrong_number(&mut self, call: &Callee<'m>, given: usize) -> Reported {
        let names: Vec<&str> = (call.block.inputs.iter())
            .map(|input| input.name.value.as_str())
            .collect();
        let message = format!(
            "block `{}` takes {}, not {}",
            call.block.name,
            match names.len() {
                0 => "no input".to_owned(),
                1 => "1 input".to_owned(),
                many => format!("{many} inputs"),
            },
            given
        );
        let help = match names.as_slice() {
            [] => "leave out `inputs`".to_owned(),
            [only] => format!("its input is `{only}`"),
            many => format!("its inputs are, in this order, `{}`", many.join("`, `")),
        };
        self.report(Diagnostic::at(call.place, message).help(help))
    }

    /// Every axis of an input must be what the block says it is.
    fn check_input(
        &mut self,
        input: &Input,
        operand: &Value,
        instance: &Instance<'m>,
        call: &Callee<'m>,
    ) -> Result<(), Reported> {
        // `bind_extents` has reported tensors of another rank.
        for (axis, extent) in input.shape.over(&operand.shape).into_iter().flatten() {
            let wanted = self.number(axis, instance)?;
            if wanted != *extent {
                let name = axis.text.trim();
                let message = format!(
                    "axis `{name}` of input `{}` of block `{}` is {wanted}, but is given {extent}",
                    input.name.value, instance.module.name,
                );
                return Err(self.report(
                    Diagnostic::at(call.place, message).and(&axis.place, "declared here"),
                ));
            }
        }
        Ok(())
    }
}

/// The extents that the inputs of a block give to names.
fn bind_extents(
    call: &Callee<'_>,
    operands: &[Value],
) -> Result<BTreeMap<String, Expr>, Box<Diagnostic>> {
    let block = call.block;
    let own: BTreeSet<&str> = (block.needs.iter().map(|need| need.value.as_str()))
        .chain(
            block
                .numbers
                .iter()
                .map(|number| number.name.value.as_str()),
        )
        .collect();
    let mut extents: BTreeMap<String, Expr> = BTreeMap::new();
    for (input, operand) in block.inputs.iter().zip(operands) {
        let shape = &operand.shape;
        let Some(axes) = input.shape.over(shape) else {
            let message = format!(
                "`{}` of block `{}` has {}, but is given {}",
                input.name.value,
                block.name,
                rank(&input.shape),
                shown_shape(shape),
            );
            return Err(Box::new(
                Diagnostic::at(call.place, message).and(&input.shape.place, "its shape"),
            ));
        };
        for (axis, extent) in axes {
            if let AstNode::Name(name) = &axis.ast.node
                && !own.contains(name.as_str())
            {
                extents
                    .entry(name.clone())
                    .or_insert_with(|| extent.clone());
            }
        }
    }
    Ok(extents)
}

/// How many axes a shape has.
fn rank(shape: &ShapeDecl) -> String {
    let least = if shape.ellipsis.is_some() {
        "at least "
    } else {
        ""
    };
    match shape.axes.len() {
        1 => format!("{least}1 axis"),
        many => format!("{least}{many} axes"),
    }
}
