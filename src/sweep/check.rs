//! The conditions of the model at the points of a sweep.

use std::collections::{BTreeSet, HashSet};

use crate::graph::{Constraint, Rule};
use crate::simd::{Level, dispatch};
use crate::symbolic::{
    BLOCK, Bindings, Block, BlockColumns, Compiled, EvalError, Expr, Symbol, VariableColumn,
    is_whole,
};

/// A condition over the axes of a sweep.
#[derive(Debug, Clone)]
pub(super) struct Check {
    value: Compiled,
    rule: Rule,
    /// The axis whose value it is on, if it is on nothing else.
    axis: Option<Symbol>,
}

/// The conditions on the `symbols` of the axes, each once, beside the symbols in
/// it. What holds none of them is not for a sweep to check.
pub(super) fn checks(
    constraints: &[Constraint],
    symbols: &[Symbol],
    values: &Bindings,
) -> Result<Vec<(BTreeSet<Symbol>, Check)>, EvalError> {
    let mut known: HashSet<(Expr, Rule)> = HashSet::new();
    let mut checks = Vec::new();
    for constraint in constraints {
        let mut inside = constraint.expr.symbols();
        inside.retain(|symbol| symbols.contains(symbol));
        if inside.is_empty() {
            continue;
        }
        let bound = constraint.expr.bind(symbols, values)?;
        if known.insert((bound.clone(), constraint.rule)) {
            let value = Compiled::new(&bound, symbols, values)?;
            let rule = constraint.rule;
            let mut axes = inside.iter();
            let axis = axes.find(|axis| Expr::symbol(axis.name()) == bound);
            let axis = axis.cloned();
            checks.push((inside, Check { value, rule, axis }));
        }
    }
    Ok(checks)
}

impl Check {
    /// Whether the model accepts the point `at`: what an estimate there says,
    /// by exact numbers where doubles cannot tell.
    pub(super) fn admits(&self, at: &[f64]) -> bool {
        let (low, high) = self.value.between(at);
        self.decide(low, high, || at.to_vec())
    }

    /// Whether no point breaks it: it is on one axis, all values of which `keeps` lets
    /// through.
    pub(super) fn is_kept_by(&self, keeps: impl Fn(Rule, &Symbol) -> bool) -> bool {
        let axis = self.axis.as_ref();
        axis.is_some_and(|axis| keeps(self.rule, axis))
    }

    /// The same where the value is known to lie between two numbers.
    fn decide(&self, low: f64, high: f64, at: impl FnOnce() -> Vec<f64>) -> bool {
        let decided = self.rule.admits_between(low, high);
        decided.unwrap_or_else(|| {
            let exact = self.value.exactly(&at());
            exact.is_ok_and(|value| self.rule.admits(&value))
        })
    }
}

/// Conditions on the outer axes that can be checked once an axis has its value.
#[derive(Debug, Clone)]
pub(super) struct LevelChecks {
    checks: Vec<Check>,
    /// What they say of all values of their axes, where these are few.
    known: Option<Known>,
}

/// An answer for every combination of the values of some axes.
#[derive(Debug, Clone)]
struct Known {
    /// By how many answers the next value of each axis is away; 0 of an axis that
    /// no condition asks for.
    strides: Vec<usize>,
    admits: Vec<bool>,
}

/// More answers are not worked out beforehand.
const MAX_KNOWN: usize = 1 << 12;

impl LevelChecks {
    /// The conditions, each with the places of its axes, which have these values;
    /// of one whose values are not held there are none.
    pub(super) fn new(checks: Vec<(Vec<usize>, Check)>, values: &[Vec<f64>]) -> LevelChecks {
        let mut strides = vec![0; values.len()];
        let mut combinations = Some(1);
        for (axis, (stride, values)) in strides.iter_mut().zip(values).enumerate() {
            if checks.iter().any(|(inside, _)| inside.contains(&axis)) {
                *stride = combinations.unwrap_or_default();
                let more = combinations.and_then(|count: usize| count.checked_mul(values.len()));
                combinations = more.filter(|count| (1..=MAX_KNOWN).contains(count));
            }
        }
        let checks: Vec<Check> = checks.into_iter().map(|(_, check)| check).collect();
        let admits = |combination: usize| {
            let axes = values.iter().zip(&strides);
            let value = |(values, stride): (&Vec<f64>, &usize)| match stride {
                0 => f64::NAN,
                stride => values[combination / stride % values.len()],
            };
            let at: Vec<f64> = axes.map(value).collect();
            checks.iter().all(|check| check.admits(&at))
        };
        let admits = combinations.map(|count| (0..count).map(admits).collect());
        LevelChecks {
            known: admits.map(|admits| Known { strides, admits }),
            checks,
        }
    }

    /// Whether the model accepts the values `at` of the axes, of which these are the
    /// numbers.
    pub(super) fn admit(&self, at: &[f64], indices: &[u64]) -> bool {
        let Some(known) = &self.known else {
            return self.checks.iter().all(|check| check.admits(at));
        };
        // An axis that is asked for has few values.
        let places = known.strides.iter().zip(indices);
        let place = places
            .map(|(stride, index)| stride * *index as usize)
            .sum::<usize>();
        known.admits[place]
    }
}

/// Conditions that are checked at many points at once.
#[derive(Debug, Clone)]
pub(super) struct Checks {
    checks: Vec<Check>,
    block: Block,
}

impl Checks {
    pub(super) fn new(checks: Vec<Check>) -> Checks {
        let block = Block::new([], checks.iter().map(|check| &check.value));
        Checks { checks, block }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Unsets, in `kept`, the points of a row that a condition refuses: the last axis
    /// has the values `row`, all others those in `at`.
    pub(super) fn sift_row(
        &self,
        level: Level,
        at: &[f64],
        row: &[f64],
        kept: &mut [bool],
        columns: &mut BlockColumns,
    ) {
        if self.is_empty() {
            return;
        }
        let inner = at.len().saturating_sub(1);
        for (row, kept) in row.chunks(BLOCK).zip(kept.chunks_mut(BLOCK)) {
            let axes = at.iter().enumerate();
            let variables = axes.map(|(axis, value)| match axis == inner {
                true => VariableColumn::Each(row),
                false => VariableColumn::Same(*value),
            });
            let variables: Vec<VariableColumn<'_>> = variables.collect();
            self.sift(level, &variables, kept, columns);
        }
    }

    /// Unsets, in `kept`, the points that a condition refuses.
    pub(super) fn sift(
        &self,
        level: Level,
        variables: &[VariableColumn<'_>],
        kept: &mut [bool],
        columns: &mut BlockColumns,
    ) {
        self.block.work_out(level, variables, kept.len(), columns);
        for (number, check) in self.checks.iter().enumerate() {
            let (low, high) = self.block.ends(number, columns);
            if are_admitted(level, check.rule, low, high) {
                continue;
            }
            for (point, kept) in kept.iter_mut().enumerate() {
                let at = || variables.iter().map(|column| column.at(point)).collect();
                *kept = *kept && check.decide(low[point], high[point], at);
            }
        }
    }
}

/// Whether all are surely let through: what [`Rule::admits_between`] asks for,
/// of all points in one loop.
fn are_admitted(level: Level, rule: Rule, low: &[f64], high: &[f64]) -> bool {
    #[inline(always)]
    fn all(low: &[f64], high: &[f64], admits: impl Fn(f64, f64) -> bool) -> bool {
        let others = low.iter().zip(high).fold(0_u64, |others, (low, high)| {
            others | u64::from(!admits(*low, *high))
        });
        others == 0
    }
    let law = rule.law();
    let most = law.most.map_or(f64::INFINITY, |most| most as f64);
    let least = if law.negative { f64::NEG_INFINITY } else { 0.0 };
    dispatch!(level, _ => all(low, high, |low, high| {
        let has_zero = (low <= 0.0) & (high >= 0.0);
        let is_one = (low == high) & is_whole(low);
        (low >= least) & (high <= most) & (law.zero | !has_zero) & (!law.whole | is_one)
    }))
}
