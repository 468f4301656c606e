//! Bodies and calls, followed round by round.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::{Signed, ToPrimitive, Zero};

use super::density::{At, DensityTree, Round};
use super::straight_through::estimated;
use super::transfer::{stated, transfer};
use super::valued::{DensityOrigin, Run, Valued, ValuedCall, ValuedItem, ValuedOp};
use crate::domain::Domain;
use crate::graph::constraint::{Constraints, Rule};
use crate::graph::limits::{MAX_JOINS, MAX_PEELED, MAX_UNFOLDED, Work};
use crate::graph::lower::{Body, Call, Item, LoweredOp, Repeat, ValueId};
use crate::graph::reported::Reported;
use crate::graph::tensor::ValueSet;
use crate::graph::{Movement, OpKind};
use crate::number::whole;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};

/// How many moves the density of a state is followed through.
const MAX_MOVED: usize = 64;

/// Whether repeated blocks stand in the graph once or as often as they repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfold {
    /// Once for all rounds of equal values, with their number.
    No,
    /// As often as they repeat.
    Yes,
}

/// The state of the pass.
pub(super) struct Pass<'m> {
    /// The values of the model's symbols.
    pub(super) values: &'m Bindings,
    pub(super) densities: DensityTree<'m>,
    /// The share of ones among bits of which nothing else is known.
    pub(super) bit_density: Option<Expr>,
    /// The numbers that the user has set.
    pub(super) set: BTreeSet<String>,
    /// Those of them that measured densities stand over, with how many do.
    pub(super) overridden: BTreeMap<String, usize>,
    pub(super) unfold: Unfold,
    pub(super) constraints: Constraints,
    /// The symbols that decide which ops there are.
    pub(super) switches: BTreeSet<Symbol>,
    pub(super) work: Work,
    pub(super) problems: Problems,
}

impl Pass<'_> {
    fn report(&mut self, mistake: Diagnostic) -> Reported {
        self.problems.push(mistake);
        Reported
    }

    fn charge(&mut self, place: &Place) -> Result<(), Reported> {
        let charged = self.work.charge(1, place);
        charged.map_err(|mistake| self.report(mistake))
    }

    /// Follows a body whose inputs have the values given.
    pub(super) fn body<'l>(
        &mut self,
        body: &'l Body<'l>,
        inputs: &[ValueSet],
        at: &At,
    ) -> Result<Valued<'l>, Reported> {
        let mut items: Vec<ValuedItem<'l>> = Vec::with_capacity(body.items.len());
        let keepers = keepers(body);
        for item in &body.items {
            let valued = match item {
                Item::Op(op) => {
                    self.charge(&op.place)?;
                    let values = match estimated(op, body) {
                        Some(id) => stated(op, find(id, inputs, &items).clone()),
                        None => {
                            let operands = op.operands.iter().map(|id| find(*id, inputs, &items));
                            let operands: Vec<&ValueSet> = operands.collect();
                            let found = transfer(op, &operands);
                            self.or_usual(found, op, &operands)
                        }
                    };
                    ValuedItem::Op(self.op(op, values, at, (body, &keepers)))
                }
                Item::Call(call) => {
                    self.charge(call.place)?;
                    let operands = call.operands.iter().map(|id| find(*id, inputs, &items));
                    let operands = operands.cloned().collect();
                    ValuedItem::Call(self.call(call, operands, at)?)
                }
            };
            items.push(valued);
        }
        let result = find(body.output, inputs, &items).clone();
        Ok(Valued {
            items,
            output: body.output,
            result,
        })
    }

    /// Bits that are made of other numbers have the usual share of ones, where
    /// nothing else says how many: those that are made of bits have what
    /// follows from these.
    fn or_usual(
        &self,
        mut values: ValueSet,
        op: &LoweredOp<'_>,
        operands: &[&ValueSet],
    ) -> ValueSet {
        let is_stored = matches!(op.kind, OpKind::Weight | OpKind::Constant);
        let of_bits = operands.iter().any(|operand| operand.domain.is_few());
        if values.density.is_none() && values.domain.are_bits() && !is_stored && !of_bits {
            // That all are ones is not known, only taken so.
            let usual = self.bit_density.as_ref();
            values.density = usual.filter(|share| **share != Expr::one()).cloned();
        }
        values
    }

    /// An op with its values: the density that was measured, if one was, stands
    /// before that of the model.
    fn op<'l>(
        &mut self,
        op: &'l LoweredOp<'l>,
        mut values: ValueSet,
        at: &At,
        (body, keepers): (&'l Body<'l>, &BTreeMap<&str, usize>),
    ) -> ValuedOp<'l> {
        let mut density_from = op.density.as_ref().map(|_| DensityOrigin::Declared);
        let mut measured = self.densities.measured(at, &op.name, &mut self.problems);
        let mut same = op;
        // What a state was a step ago, and what was only moved to it.
        for _ in 0..MAX_MOVED {
            if measured.is_some() || !matches!(op.kind, OpKind::State) {
                break;
            }
            let Some(before) = same_values(same, body, keepers) else {
                break;
            };
            measured = self
                .densities
                .measured(at, &before.name, &mut self.problems);
            same = before;
        }
        if let Some(measured) = measured {
            let before = values.density.replace(measured.share());
            self.note_overridden(op.density.as_ref().or(before.as_ref()));
            values.is_bound = false;
            density_from = Some(DensityOrigin::Measured);
        }
        for alias in &op.aliases {
            if let Some(measured) = self.densities.measured(at, alias, &mut self.problems) {
                self.problems.push(measured.same_tensor(&op.name));
            }
        }
        ValuedOp {
            op,
            values,
            density_from,
        }
    }

    /// Notes what was set for the density that one that was measured stands
    /// over: that of the op, or what follows from the share of ones among bits.
    fn note_overridden(&mut self, density: Option<&Expr>) {
        let symbols = density.into_iter().flat_map(Expr::symbols);
        for symbol in symbols {
            let name = symbol.name().rsplit('.').next().unwrap_or(symbol.name());
            if self.set.contains(name) {
                *self.overridden.entry(name.to_owned()).or_default() += 1;
            }
        }
    }

    fn call<'l>(
        &mut self,
        call: &'l Call<'l>,
        operands: Vec<ValueSet>,
        at: &At,
    ) -> Result<ValuedCall<'l>, Reported> {
        let runs = match &call.repeat {
            None => {
                let inside = self.densities.inside(at, call.name, None);
                vec![Run {
                    name: call.name.to_owned(),
                    rounds: Expr::one(),
                    joined: None,
                    body: self.body(&call.body, &operands, &inside)?,
                    is_skipped: false,
                }]
            }
            Some(repeat) if self.is_none(repeat) => {
                vec![self.skipped(call, repeat, &operands, at)?]
            }
            Some(repeat) if self.densities.tells_rounds_apart(at, call.name) => {
                let rounds = self.few_rounds(repeat)?;
                self.fix_rounds(call, repeat, rounds);
                self.written_out(call, operands, rounds, at)?
            }
            Some(repeat) if self.unfold == Unfold::Yes => {
                let rounds = self.few_rounds(repeat)?;
                self.written_out(call, operands, rounds, at)?
            }
            Some(repeat) => self.folded(call, repeat, operands, at)?,
        };
        let result = runs.last().map(|run| run.body.result.clone());
        Ok(ValuedCall {
            call,
            runs,
            result: result.ok_or(Reported)?,
        })
    }

    /// Every round by itself.
    fn written_out<'l>(
        &mut self,
        call: &'l Call<'l>,
        mut operands: Vec<ValueSet>,
        rounds: u64,
        at: &At,
    ) -> Result<Vec<Run<'l>>, Reported> {
        let mut runs = Vec::new();
        for round in 0..rounds {
            let inside = (self.densities).inside(at, call.name, Some(Round { round, rounds }));
            let body = self.body(&call.body, &operands, &inside)?;
            if let Some(first) = operands.first_mut() {
                first.clone_from(&body.result);
            }
            runs.push(one_round(call, round, body));
        }
        Ok(runs)
    }

    /// Rounds of equal values together, those before them one by one.
    fn folded<'l>(
        &mut self,
        call: &'l Call<'l>,
        repeat: &Repeat,
        mut operands: Vec<ValueSet>,
        at: &At,
    ) -> Result<Vec<Run<'l>>, Reported> {
        let inside = self.densities.inside(at, call.name, None);
        let count = self.count(repeat);
        let mut runs: Vec<Run<'l>> = Vec::new();
        for round in 0..MAX_PEELED.min(count.unwrap_or(0)) {
            let body = self.body(&call.body, &operands, &inside)?;
            let first = operands.first_mut();
            let is_settled = first.as_ref().is_none_or(|first| **first == body.result);
            if is_settled {
                runs.push(self.remaining(call, repeat, round, body, None));
                return Ok(runs);
            }
            if let Some(first) = first {
                first.clone_from(&body.result);
            }
            if round == 0 && self.constraints.may_be_none(&repeat.rounds) {
                // Without any, what comes in goes out.
                self.switches.extend(repeat.rounds.symbols());
            }
            let mut run = one_round(call, round, body);
            if count == Some(1) {
                // There are no others to tell it from.
                run.name = call.name.to_owned();
            }
            runs.push(run);
            if Some(round + 1) == count {
                self.fix_rounds(call, repeat, round + 1);
                return Ok(runs);
            }
        }
        let peeled = runs.len() as u64;
        let (joined, body) = self.joined(call, operands, &inside)?;
        runs.push(self.remaining(call, repeat, peeled, body, Some(joined)));
        if count.is_none() {
            self.switches.extend(repeat.rounds.symbols());
        }
        Ok(runs)
    }

    /// No round at all, of a block that stands there all the same.
    fn skipped<'l>(
        &mut self,
        call: &'l Call<'l>,
        repeat: &Repeat,
        operands: &[ValueSet],
        at: &At,
    ) -> Result<Run<'l>, Reported> {
        let inside = self.densities.inside(at, call.name, None);
        let mut body = self.body(&call.body, operands, &inside)?;
        if let Some(first) = operands.first().filter(|first| **first != body.result) {
            body.result.clone_from(first);
            self.fix_rounds(call, repeat, 0);
        }
        Ok(Run {
            name: call.name.to_owned(),
            rounds: repeat.rounds.clone(),
            joined: None,
            body,
            is_skipped: true,
        })
    }

    /// A round for values that never settle: with what holds of all rounds to
    /// come as its first input.
    fn joined<'l>(
        &mut self,
        call: &'l Call<'l>,
        mut operands: Vec<ValueSet>,
        inside: &At,
    ) -> Result<(ValueSet, Valued<'l>), Reported> {
        let mut joins = 0;
        loop {
            let body = self.body(&call.body, &operands, inside)?;
            let Some(first) = operands.first_mut() else {
                return Ok((body.result.clone(), body));
            };
            let joined = first.join(&body.result);
            if joined == *first {
                return Ok((joined, body));
            }
            joins += 1;
            // Any value fits any value.
            *first = match joins {
                0..=MAX_JOINS => joined,
                _ => ValueSet::dense(Domain::Real),
            };
        }
    }

    /// The rounds from this one on, whose values are equal.
    fn remaining<'l>(
        &mut self,
        call: &Call<'_>,
        repeat: &Repeat,
        round: u64,
        body: Valued<'l>,
        joined: Option<ValueSet>,
    ) -> Run<'l> {
        if round == 0 {
            return Run {
                name: call.name.to_owned(),
                rounds: repeat.rounds.clone(),
                joined,
                body,
                is_skipped: false,
            };
        }
        let rounds = &repeat.rounds - &Expr::constant(whole(round));
        self.switches.extend(repeat.rounds.symbols());
        let what = format!(
            "the repeats of `{}`, less the {round} that differ from those after them,",
            call.name
        );
        self.constraints
            .add(what, &rounds, Rule::Repeat, call.place);
        let name = match self.count(repeat).map(|count| count - 1) {
            Some(last) if last > round => format!("{}.{round}..{last}", call.name),
            _ => format!("{}.{round}", call.name),
        };
        Run {
            name,
            rounds,
            joined,
            body,
            is_skipped: false,
        }
    }

    /// The number of rounds, where that is one.
    fn count(&self, repeat: &Repeat) -> Option<u64> {
        let value = repeat.rounds.evaluate(self.values).ok()?;
        let is_count = value.is_integer() && value.is_positive();
        is_count.then(|| value.numer().to_u64())?
    }

    /// Whether there is no round.
    fn is_none(&self, repeat: &Repeat) -> bool {
        let value = repeat.rounds.evaluate(self.values);
        value.is_ok_and(|value| value.is_zero()) && self.constraints.may_be_none(&repeat.rounds)
    }

    /// How many rounds to write out.
    fn few_rounds(&mut self, repeat: &Repeat) -> Result<u64, Reported> {
        let count = self.count(repeat).filter(|count| *count <= MAX_UNFOLDED);
        count.ok_or_else(|| {
            let message = format!("only from 1 to {MAX_UNFOLDED} repeats can be written out");
            self.report(Diagnostic::at(&repeat.place, message))
        })
    }

    /// Notes that the graph is right for this number of rounds only.
    fn fix_rounds(&mut self, call: &Call<'_>, repeat: &Repeat, rounds: u64) {
        self.switches.extend(repeat.rounds.symbols());
        let what = format!(
            "the repeats of `{}`, less the {rounds} that are written out for their values,",
            call.name
        );
        let beyond = &repeat.rounds - &Expr::constant(whole(rounds));
        self.constraints
            .add(what, &beyond, Rule::NoneLeft, call.place);
    }
}

/// The item whose result each state is in the next step.
fn keepers<'l>(body: &'l Body<'l>) -> BTreeMap<&'l str, usize> {
    let items = body.items.iter().enumerate();
    let ops = items.filter_map(|(at, item)| match item {
        Item::Op(op) => Some((op.keeps?, at)),
        Item::Call(_) => None,
    });
    ops.collect()
}

/// The op that gave the values that `op` gives: a step ago if it is a state, in
/// another shape if it only moves them.
fn same_values<'l>(
    op: &LoweredOp<'_>,
    body: &'l Body<'l>,
    keepers: &BTreeMap<&str, usize>,
) -> Option<&'l LoweredOp<'l>> {
    let at = match (&op.kind, op.operands.as_slice()) {
        (OpKind::State, _) => *keepers.get(&*op.name)?,
        (OpKind::Move(Movement::Reshape), [ValueId::Item(at)]) => *at,
        _ => return None,
    };
    match body.items.get(at)? {
        Item::Op(op) => Some(op),
        Item::Call(_) => None,
    }
}

/// One round by itself.
fn one_round<'l>(call: &Call<'_>, round: u64, body: Valued<'l>) -> Run<'l> {
    Run {
        name: format!("{}.{round}", call.name),
        rounds: Expr::one(),
        joined: None,
        body,
        is_skipped: false,
    }
}

/// The values of a tensor of a body.
fn find<'v>(id: ValueId, inputs: &'v [ValueSet], items: &'v [ValuedItem<'_>]) -> &'v ValueSet {
    match id {
        ValueId::Input(at) => &inputs[at],
        ValueId::Item(at) => items[at].result(),
    }
}
