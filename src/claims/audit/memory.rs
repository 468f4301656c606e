//! Weights that are read for nothing, where the table prices memory.
//!
//! What is shown is a floor: every weight that is multiplied by read once for
//! each inference, from memory beyond the die, and nothing else.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::{Case, Fault, Warning};
use crate::claims::computed::{Computed, Plain, Prices};
use crate::claims::spec::Known;
use crate::domain::Domain;
use crate::format::Format;
use crate::graph::OpKind;
use crate::number;
use crate::table::{EnergyTable, MemoryLevel};
use crate::units::{Energy, percent};

/// Adds the weights' way from memory to every estimate.
struct WithWeights;

impl Prices for WithWeights {
    fn beside(&self, computed: &Computed) -> BigRational {
        traffic(computed).map_or_else(BigRational::zero, |(_, picojoules)| picojoules)
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let said = case.names.file.conventions.iter().any(|one| {
        one.about == "memory" && one.known != Known::Inferred && one.is_of(&case.claim.name.value)
    });
    if said || !case.uses.memories.is_empty() {
        return Vec::new();
    }
    let energies = case.uses.energies.iter();
    let shares: Vec<String> = energies
        .filter_map(|(name, computed)| share(name, computed))
        .collect();
    if shares.is_empty() {
        return Vec::new();
    }
    let says = format!(
        "no memory; weights read once would take {}",
        shares.join(", and ")
    );
    match case.under(&WithWeights) {
        Some(with) if with != case.value.value => {
            let becomes = case.shown(&with);
            vec![case.warning(Fault::NoMemory, says, becomes)]
        }
        // The claim is of single operations, of which memory is none.
        _ => case
            .uses
            .energies
            .iter()
            .take(1)
            .filter_map(|(_, computed)| {
                let arithmetic = computed.energy(None, &Plain)?;
                let with = computed.energy(None, &WithWeights)?;
                Some(Warning {
                    was: shown(&arithmetic),
                    ..case.warning(Fault::NoMemory, says.clone(), shown(&with))
                })
            })
            .collect(),
    }
}

fn shown(picojoules: &BigRational) -> String {
    format!("{:.3}", Energy::from_picojoules(number::to_f64(picojoules)))
}

/// What the weights of an estimate would take, in words.
fn share(name: &str, computed: &Computed) -> Option<String> {
    let (level, traffic) = traffic(computed)?;
    let both = computed.energy(None, &WithWeights)?;
    if traffic.is_zero() || both.is_zero() {
        return None;
    }
    let share = number::to_f64(&(&traffic / both));
    Some(format!(
        "{} from {level}, {} of `{name}`",
        shown(&traffic),
        percent(share, 1)
    ))
}

/// The level of memory that weights are read from, and what that takes.
fn traffic(computed: &Computed) -> Option<(String, BigRational)> {
    let (table, format) = computed.price.as_ref()?;
    let level = beyond_the_die(table)?;
    let bits = weight_bits(computed, *format)?;
    let name = format!("{} of {}", level.name(), table.name());
    Some((name, bits * level.pj_per_bit()))
}

/// The cheapest memory without a size: one that is not on the die.
fn beyond_the_die(table: &EnergyTable) -> Option<&MemoryLevel> {
    let beyond = table.memories().iter().filter(|one| one.size_kib.is_none());
    beyond.min_by(|a, b| a.pj_per_bit().cmp(&b.pj_per_bit()))
}

/// The bits of all weights that an einsum of the part takes.
fn weight_bits(computed: &Computed, format: Format) -> Option<BigRational> {
    let graph = &computed.counted.graph;
    let values = graph.values();
    let mut seen = BTreeSet::new();
    let mut bits = BigRational::zero();
    for (at, op) in graph.iter() {
        let inside = (computed.stages.as_ref()).is_none_or(|stages| stages.contains(&op.stage));
        if !inside || !matches!(op.kind, OpKind::Einsum(_)) {
            continue;
        }
        for (from, wire) in graph.inputs(at) {
            let source = &graph.ops()[from];
            if source.kind != OpKind::Weight || !seen.insert(from.index()) {
                continue;
            }
            let count = (&source.output.elements() * &source.times)
                .evaluate(&values)
                .ok()?;
            let operand = op.format.map_or(format.operand, |fixed| fixed.operand);
            let each = match &wire.tensor.domain {
                Domain::Finite(values) => width(values.len()),
                _ => u32::from(operand.bits()),
            };
            bits += count * number::whole(BigInt::from(each));
        }
    }
    Some(bits)
}

/// How many bits tell so many values apart.
fn width(values: usize) -> u32 {
    let values = values.max(2).to_u32().unwrap_or(u32::MAX);
    u32::BITS - (values - 1).leading_zeros()
}
