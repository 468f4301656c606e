//! A block in one place: its inputs are bound to tensors, its numbers to
//! values, and its ops lowered.

use std::collections::{BTreeMap, BTreeSet};

use super::call::{Call, Round};
use super::{Instance, Lowering, Made, Outcome, Told};
use crate::formula::AstNode;
use crate::graph::einsum::shown_shape;
use crate::graph::names::{Names, Origin};
use crate::graph::{Region, RegionId};
use crate::model::{Input, ShapeDecl};
use crate::source::Diagnostic;
use crate::symbolic::Expr;

/// Passing on so many names is as much work as lowering an op.
const NAMES_PER_STEP: usize = 20;
/// So many numbers of its own come with a block.
const FREE_NUMBERS: usize = 16;

impl<'m> Lowering<'m> {
    pub(super) fn instantiate(&mut self, call: &Call<'m>, round: &Round<'_>) -> Outcome<Made> {
        let block = call.block;
        let numbers = block.numbers.len().saturating_sub(FREE_NUMBERS);
        let passed_on = (call.inherited.len() + block.ops.len()) / NAMES_PER_STEP;
        self.work(2 * numbers + passed_on, call.place)?;
        if round.operands.len() != block.inputs.len() {
            return Err(self.wrong_number(call, round));
        }
        let before = self.problems.len();
        let extents = match bind_extents(call, round) {
            Ok(extents) => extents,
            Err(mistake) => return Err(self.tell(*mistake)),
        };
        let origin = Origin {
            with: call.with.clone(),
            inherited: Some(&call.inherited),
            settings: &self.settings,
            extents,
        };
        let names = Names::resolve(block, &origin, &mut self.symbols, &mut self.problems);
        if self.problems.len() > before {
            return Err(Told);
        }
        let region = RegionId(self.regions.len());
        self.regions.push(Region {
            name: round.name.to_owned(),
            parent: Some(call.parent),
            repeat: round.repeat.clone(),
        });
        self.constrain_numbers(block, &names);
        let often = (round.times.clone(), round.copies.clone());
        let at = (self.densities).inside(&call.at, &call.op.name.value, round.name);
        let mut instance = Instance::new(block, names, region, often, call.stage.clone(), at);
        for (input, made) in block.inputs.iter().zip(round.operands) {
            self.check_input(input, made, &instance, call)?;
            instance.made.insert(&input.name.value, made.clone());
        }
        if !self.used.iter().any(|known| std::ptr::eq(*known, block)) {
            self.used.push(block);
        }
        self.open.push((&call.key.value, block));
        let made = self.body(&mut instance);
        self.open.pop();
        made
    }

    fn wrong_number(&mut self, call: &Call<'m>, round: &Round<'_>) -> Told {
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
            round.operands.len()
        );
        let help = match names.as_slice() {
            [] => "leave out `inputs`".to_owned(),
            [only] => format!("its input is `{only}`"),
            many => format!("its inputs are, in this order, `{}`", many.join("`, `")),
        };
        self.tell(Diagnostic::at(call.place, message).help(help))
    }

    /// Every axis of an input must be what the block says it is.
    fn check_input(
        &mut self,
        input: &Input,
        made: &Made,
        instance: &Instance<'m>,
        call: &Call<'m>,
    ) -> Outcome<()> {
        // `bind_extents` has told of tensors of another rank.
        for (axis, extent) in input.shape.over(&made.tensor.shape).into_iter().flatten() {
            let wanted = self.number(axis, instance)?;
            if wanted != *extent {
                let name = axis.text.trim();
                let message = format!(
                    "axis `{name}` of input `{}` of block `{}` is {wanted}, but is given {extent}",
                    input.name.value, instance.module.name,
                );
                return Err(self
                    .tell(Diagnostic::at(call.place, message).and(&axis.place, "declared here")));
            }
        }
        Ok(())
    }
}

/// The extents that the inputs of a block give to names.
fn bind_extents(
    call: &Call<'_>,
    round: &Round<'_>,
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
    for (input, made) in block.inputs.iter().zip(round.operands) {
        let shape = &made.tensor.shape;
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
