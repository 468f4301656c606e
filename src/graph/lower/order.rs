//! The order in which the ops of a module are lowered: that of the file as far
//! as their dependences allow, by Kahn's algorithm. O(ops · log ops + inputs).

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::FastMap;
use crate::model::{OpDecl, Operand};
use crate::source::Diagnostic;

/// The order of `ops`, or the way round in which they wait for each other.
pub(super) fn order(ops: &[OpDecl]) -> Result<Vec<usize>, Diagnostic> {
    let index: FastMap<&str, usize> = (ops.iter().enumerate())
        .map(|(at, op)| (op.name.value.as_str(), at))
        .collect();
    let waits: Vec<Vec<usize>> = (ops.iter())
        .map(|op| {
            let needed = op.inputs.iter().filter_map(|operand| match operand {
                Operand::Tensor(name) => index.get(name.value.as_str()).copied(),
                Operand::Weight(_) => None,
            });
            let mut needed: Vec<usize> = needed.collect();
            needed.sort_unstable();
            needed.dedup();
            needed
        })
        .collect();
    let mut feeds: Vec<Vec<usize>> = vec![Vec::new(); ops.len()];
    for (at, needed) in waits.iter().enumerate() {
        for need in needed {
            feeds[*need].push(at);
        }
    }
    let mut missing: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut ready: BTreeSet<usize> = (0..ops.len()).filter(|at| missing[*at] == 0).collect();
    let mut order = Vec::with_capacity(ops.len());
    while let Some(at) = ready.pop_first() {
        order.push(at);
        for next in &feeds[at] {
            missing[*next] -= 1;
            if missing[*next] == 0 {
                ready.insert(*next);
            }
        }
    }
    if order.len() == ops.len() {
        Ok(order)
    } else {
        Err(cycle(ops, &waits, &missing))
    }
}

/// Longer ways round are told in part.
const SHOWN: usize = 10;

/// The mistake for ops that wait for each other, with the way round.
fn cycle(ops: &[OpDecl], waits: &[Vec<usize>], missing: &[usize]) -> Diagnostic {
    let stuck = |at: &usize| missing[*at] > 0;
    let mut way: Vec<usize> = Vec::new();
    let mut passed: BTreeMap<usize, usize> = BTreeMap::new();
    let mut at = (0..ops.len()).find(stuck).unwrap_or(0);
    while !passed.contains_key(&at) {
        passed.insert(at, way.len());
        way.push(at);
        match waits[at].iter().copied().find(stuck) {
            Some(next) => at = next,
            None => break,
        }
    }
    let start = passed.get(&at).copied().unwrap_or(0);
    let way = &way[start..];
    let mut names: Vec<String> = (way.iter().rev().take(SHOWN))
        .map(|at| format!("`{}`", ops[*at].name.value))
        .collect();
    if way.len() > SHOWN {
        names.push(format!("{} more", way.len() - SHOWN));
    }
    names.extend(names.first().cloned());
    Diagnostic::at(
        &ops[at].name.place,
        format!("ops that wait for each other: {}", names.join(" → ")),
    )
}
