//! A block in the place of an op: once, repeated in fold, or repeated unfolded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use num_traits::ToPrimitive;
use petgraph::graph::NodeIndex;

use super::density::At;
use super::{Instance, Lowering, Made, Outcome, Unfold};
use crate::domain::Domain;
use crate::formula::Formula;
use crate::graph::check::Rule;
use crate::graph::einsum::shown_shape;
use crate::graph::limits::{MAX_DEPTH, MAX_ROUNDS, MAX_UNFOLDED};
use crate::graph::names::Inherited;
use crate::graph::{RegionId, Tensor, limits};
use crate::model::{Callee, Module, NumberRole, OpDecl, OpForm};
use crate::number::whole;
use crate::source::{Diagnostic, Place, Spanned};
use crate::symbolic::Expr;

/// A call of a block: what is called, by whom, and with which numbers.
pub(super) struct Call<'m> {
    pub(super) op: &'m OpDecl,
    pub(super) block: &'m Module,
    /// The name under which the block was found.
    pub(super) key: &'m Spanned<String>,
    /// Where the block is named.
    pub(super) place: &'m Place,
    pub(super) with: BTreeMap<String, Expr>,
    pub(super) inherited: Inherited,
    /// The instance that the call stands in.
    pub(super) parent: RegionId,
    pub(super) stage: Option<String>,
    /// Where that stands among the densities that were measured.
    pub(super) at: At,
}

/// One of the instances that a call makes.
pub(super) struct Round<'r> {
    /// Its name.
    pub(super) name: &'r str,
    pub(super) operands: &'r [Made],
    /// How often its ops run.
    pub(super) times: &'r Expr,
    /// How many copies of its weights there are.
    pub(super) copies: &'r Expr,
    /// How often it follows upon itself.
    pub(super) repeat: &'r Expr,
}

impl<'m> Lowering<'m> {
    pub(super) fn call(
        &mut self,
        op: &'m OpDecl,
        operands: Vec<Made>,
        times: Expr,
        instance: &Instance<'m>,
    ) -> Outcome<Made> {
        let OpForm::Call {
            callee,
            with,
            repeat,
        } = &op.form
        else {
            return Err(super::Told);
        };
        let (key, place) = self.callee(callee)?;
        let block = self.block(key, place)?;
        let own_stage = op.stage.as_ref().map(|stage| stage.value.clone());
        let call = Call {
            op,
            block,
            key,
            place,
            with: self.given(with, block, instance)?,
            inherited: instance.names.inherited().clone(),
            parent: instance.region,
            stage: own_stage.or_else(|| instance.stage.clone()),
            at: instance.at.clone(),
        };
        let Some(formula) = repeat else {
            let once = Round {
                name: &op.name.value,
                operands: &operands,
                times: &times,
                copies: &instance.copies,
                repeat: &Expr::one(),
            };
            return self.instantiate(&call, &once);
        };
        let count = self.number(formula, instance)?;
        let what = format!("the number of repeats of `{}`", op.name.value);
        self.constrain(what, &count, Rule::Repeat, &formula.place);
        let once = (&times, &instance.copies);
        if (self.densities).tells_repeats_apart(&instance.at, &op.name.value) {
            let rounds = self.rounds(&count, formula)?;
            self.fix_rounds(&count, rounds, op);
            return self.unfolded(&call, operands, once, rounds);
        }
        match self.unfold {
            Unfold::No => self.folded(&call, operands, once, &count),
            Unfold::Yes => {
                let rounds = self.rounds(&count, formula)?;
                self.unfolded(&call, operands, once, rounds)
            }
        }
    }

    /// The name of the block that is called, and where the call stands.
    fn callee(&mut self, callee: &'m Callee) -> Outcome<(&'m Spanned<String>, &'m Place)> {
        match callee {
            Callee::Block(name) => Ok((name, &name.place)),
            Callee::Slot(slot) => match self.slots.block(&slot.value, &self.open) {
                Some(block) => Ok((block, &slot.place)),
                None => {
                    let known: BTreeSet<&str> = (self.open.iter())
                        .flat_map(|(_, module)| &module.slots)
                        .map(|slot| slot.name.value.as_str())
                        .collect();
                    Err(self.tell(
                        Diagnostic::at(&slot.place, format!("no slot `{}`", slot.value))
                            .known(&slot.value, known),
                    ))
                }
            },
        }
    }

    fn block(&mut self, key: &Spanned<String>, place: &'m Place) -> Outcome<&'m Module> {
        let model: &'m crate::model::Model = self.model;
        let name = &key.value;
        let Some(block) = model.block(key) else {
            return Err(self.tell(Diagnostic::at(place, format!("no block `{name}`"))));
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
            return Err(self.tell(Diagnostic::at(place, message)));
        }
        if self.open.len() > MAX_DEPTH {
            return Err(self.tell(Diagnostic::at(
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
    ) -> Outcome<BTreeMap<String, Expr>> {
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
                    self.tell(
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
                Err(told) => failed = Some(told),
            }
        }
        failed.map_or(Ok(given), Err)
    }

    /// A repeated block, once. Its result must fit its first input, in shape
    /// and in values: where the values that come out are others than those
    /// that went in, it is lowered again for both. Where only the share of
    /// zeros is another, it is written out, since no one share is right for
    /// all.
    fn folded(
        &mut self,
        call: &Call<'m>,
        mut operands: Vec<Made>,
        (times, copies): (&Expr, &Expr),
        count: &Expr,
    ) -> Outcome<Made> {
        let what = format!("the repeats of `{}`", call.op.name.value);
        let all = limits::product([times, count], &what, call.place)
            .map_err(|mistake| self.tell(mistake))?;
        let (once, copies) = (copies, copies * count);
        let given = operands.clone();
        let round = |lowering: &mut Self, operands: &[Made]| {
            let round = Round {
                name: &call.op.name.value,
                operands,
                times: &all,
                copies: &copies,
                repeat: count,
            };
            lowering.instantiate(call, &round)
        };
        for _ in 0..MAX_ROUNDS {
            let mark = self.mark();
            let made = round(self, &operands)?;
            let Some(first) = operands.first_mut() else {
                return Ok(made);
            };
            self.same_shape(&first.tensor, &made.tensor, call)?;
            let domain = first.tensor.domain.join(&made.tensor.domain);
            if domain == first.tensor.domain
                && domain == made.tensor.domain
                && first.tensor.density != made.tensor.density
                && let Some(rounds) = self.few_rounds(count)
            {
                // The first repeat has another share of zeros than the others.
                self.back_to(mark);
                self.fix_rounds(count, rounds, call.op);
                return self.unfolded(call, given, (times, once), rounds);
            }
            let density = (first.tensor.density == made.tensor.density)
                .then(|| made.tensor.density.clone())
                .flatten();
            if domain == first.tensor.domain && density == first.tensor.density {
                return Ok(made);
            }
            first.tensor.domain = domain;
            first.tensor.density = density;
            self.back_to(mark);
        }
        // Any value fits any value.
        if let Some(first) = operands.first_mut() {
            first.tensor.domain = Domain::Real;
        }
        round(self, &operands)
    }

    /// How often a block repeats, if that is seldom enough to write it out.
    fn few_rounds(&self, count: &Expr) -> Option<u64> {
        let value = count.evaluate(&self.symbols.values).ok()?;
        let rounds = value.is_integer().then(|| value.numer().to_u64())?;
        rounds.filter(|rounds| (1..=MAX_UNFOLDED).contains(rounds))
    }

    /// How often to write out a block that repeats `count` times.
    fn rounds(&mut self, count: &Expr, formula: &Formula) -> Outcome<u64> {
        self.few_rounds(count).ok_or_else(|| {
            let message = format!("only from 1 to {MAX_UNFOLDED} repeats can be written out");
            self.tell(Diagnostic::at(&formula.place, message))
        })
    }

    /// Notes that the graph is right for this number of repeats only.
    fn fix_rounds(&mut self, count: &Expr, rounds: u64, op: &OpDecl) {
        self.switches.extend(count.symbols());
        let what = format!(
            "the repeats of `{}`, less the {rounds} that are written out for their densities,",
            op.name.value
        );
        let beyond = count - &Expr::constant(whole(rounds));
        self.constrain(what, &beyond, Rule::None, &op.place);
    }

    fn unfolded(
        &mut self,
        call: &Call<'m>,
        mut operands: Vec<Made>,
        (times, copies): (&Expr, &Expr),
        rounds: u64,
    ) -> Outcome<Made> {
        let mut last = Err(super::Told);
        for round in 0..rounds {
            let made = self.instantiate(
                call,
                &Round {
                    name: &format!("{}.{round}", call.op.name.value),
                    operands: &operands,
                    times,
                    copies,
                    repeat: &Expr::one(),
                },
            )?;
            if let Some(first) = operands.first_mut() {
                self.same_shape(&first.tensor, &made.tensor, call)?;
                *first = made.clone();
            }
            last = Ok(made);
        }
        last
    }

    fn same_shape(&mut self, input: &Tensor, output: &Tensor, call: &Call<'m>) -> Outcome<()> {
        if input.shape == output.shape {
            return Ok(());
        }
        let message = format!(
            "`{}` cannot follow upon itself: it takes {} and gives {}",
            call.op.name.value,
            shown_shape(&input.shape),
            shown_shape(&output.shape)
        );
        Err(self.tell(
            Diagnostic::at(call.place, message)
                .help("a block with `repeat` gives what it takes as its first input"),
        ))
    }

    fn mark(&self) -> Mark {
        Mark {
            ops: self.ops.node_count(),
            regions: self.regions.len(),
            constraints: self.constraints.len(),
        }
    }

    /// Takes back everything that was lowered since `mark`.
    fn back_to(&mut self, mark: Mark) {
        while self.ops.node_count() > mark.ops {
            let last = NodeIndex::new(self.ops.node_count() - 1);
            self.ops.remove_node(last);
        }
        self.stamps.truncate(mark.ops);
        self.regions.truncate(mark.regions);
        for constraint in self.constraints.drain(mark.constraints..) {
            self.noted.remove(&(constraint.expr, constraint.rule));
        }
    }
}

/// How far the graph had come.
struct Mark {
    ops: usize,
    regions: usize,
    constraints: usize,
}
