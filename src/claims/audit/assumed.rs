//! Results that rest on assumed entries.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::{Case, Fault, Warning};
use crate::claims::computed::{Computed, Lookup, Plain, Prices};
use crate::number;
use crate::table::Confidence;
use crate::units::percent;

/// Assumed entries cost the least that they may.
struct Least;

impl Prices for Least {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let entry = lookup.entry()?;
        Some(match (entry.confidence, &entry.range) {
            (Confidence::Assumed, Some((least, _))) => least.clone(),
            (Confidence::Assumed, None) => BigRational::zero(),
            _ => entry.pj.clone(),
        })
    }
}

/// Only assumed entries cost anything.
struct OnlyAssumed;

impl Prices for OnlyAssumed {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let entry = lookup.entry()?;
        Some(match entry.confidence {
            Confidence::Assumed => entry.pj.clone(),
            _ => BigRational::zero(),
        })
    }
}

/// More than this share is told of.
fn too_much(share: &BigRational) -> bool {
    *share > BigRational::new(1.into(), 20.into())
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let least = || case.shown_or(case.under(&Least));
    let mut warnings = Vec::new();
    for (name, computed) in &case.uses.energies {
        if let Some(share) = share(computed).filter(too_much) {
            let says = format!(
                "{} of `{name}` rests on assumed entries ({}); shown at the least they may be",
                percent(number::to_f64(&share), 1),
                entries(computed).join(", ")
            );
            warnings.push(case.warning(Fault::Assumed, says, least()));
        }
    }
    let named = case
        .uses
        .entries
        .iter()
        .filter(|(table, primitive, format)| {
            let entry = table.entry(*primitive, *format);
            entry.is_some_and(|entry| entry.confidence == Confidence::Assumed)
        });
    let names: Vec<String> = named
        .map(|(table, primitive, format)| format!("{}.{format}.{primitive}", table.name()))
        .collect();
    let moved = case
        .under(&Least)
        .map(|least| (&least - &case.value.value).abs());
    let is_moved = moved
        .is_some_and(|by| !case.value.value.is_zero() && too_much(&(by / case.value.value.abs())));
    if !names.is_empty() && is_moved {
        let says = format!(
            "rests on assumed entries ({}); shown at the least they may be",
            names.join(", ")
        );
        warnings.push(case.warning(Fault::Assumed, says, least()));
    }
    warnings
}

/// The share of an estimate that assumed entries carry.
fn share(computed: &Computed) -> Option<BigRational> {
    let all = computed.energy(None, &Plain)?;
    let assumed = computed.energy(None, &OnlyAssumed)?;
    (!all.is_zero()).then(|| assumed / all)
}

/// The assumed entries that cost something, by name.
fn entries(computed: &Computed) -> Vec<String> {
    let Some((table, format)) = &computed.price else {
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    for (tally, _) in computed.tallies(computed.stages.as_deref()) {
        let format = tally.precision.resolve(*format);
        let name = format!("{}.{format}", tally.primitive);
        let is_assumed = table
            .entry(tally.primitive, format)
            .is_some_and(|entry| entry.confidence == Confidence::Assumed && !entry.pj.is_zero());
        if is_assumed && !computed.free.contains(&tally.primitive) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
