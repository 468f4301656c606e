//! Weights that are read for nothing, where the table prices memory.
//!
//! What is shown is a floor: every weight read once for each inference, from
//! memory beyond the die, as compulsory movement counts it, and where the model
//! decodes or trains what it keeps from step to step. Activations are not in it:
//! how often they are written and read depends on what is computed in one go,
//! which no graph says.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::Zero;

use super::case::Case;
use super::fault::{Fault, WeightShare};
use super::uses::{Amount, Factor, Product};
use super::warning::{Corrected, Subject, UnitValue, Warning};
use crate::claims::computed::{Computed, Plain, Prices};
use crate::claims::conditions::{Known, Topic};
use crate::claims::context::{Context, Replaced};
use crate::claims::evaluate::joules;
use crate::claims::meaning::Attribute;
use crate::claims::quantity::Quantity;
use crate::claims::unit::Dimension;
use crate::format::{Format, NumberFormat};
use crate::graph::has_stage;
use crate::model::Phase;
use crate::movement::{Hierarchy, Movement, MovementOptions, Role, Sizes, traffic};
use crate::number;
use crate::primitive::Primitive;
use crate::table::{EnergyTable, MemoryLevel};
use crate::units::{Energy, percent};

/// Adds the weights' way from memory to every estimate.
struct WithWeights;

impl Prices for WithWeights {
    fn extra(&self, computed: &Computed) -> BigRational {
        own(computed).map_or_else(BigRational::zero, |(_, picojoules)| picojoules)
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let moves = |(_, computed, _): &(&str, &Computed, Attribute)| computed.moved.is_some();
    let is_stated = case.uses.estimates.iter().any(moves)
        || case.names.file.conventions.iter().any(|one| {
            one.about == Topic::Memory
                && one.known != Known::Inferred
                && one.is_of(&case.claim.name.value)
        });
    if is_stated || !case.uses.memories.is_empty() {
        return Vec::new();
    }
    // A ratio with the memory of one side alone would be none of anything.
    let amounts = &case.uses.amounts;
    let sides: BTreeSet<Option<Side>> = amounts.iter().map(side).collect();
    if amounts.len() > 1 && (sides.len() > 1 || sides.contains(&None)) {
        return Vec::new();
    }
    let is_unpriced = |(_, computed, _)| own(computed).is_none();
    if amounts.len() > 1 && case.uses.energies().any(is_unpriced) {
        return Vec::new();
    }
    let mut shares: Vec<WeightShare> = Vec::new();
    let mut note = |share: Option<WeightShare>| {
        shares.extend(share.filter(|share| !shares.contains(share)));
    };
    for (name, computed, _) in case.uses.energies() {
        note(own(computed).and_then(|traffic| {
            let arithmetic = computed.energy(None, &Plain)?;
            let phase = computed.counted.graph.phase();
            share(case.label_of(name), phase, &traffic, &arithmetic)
        }));
    }
    let mut replaced: Vec<Replaced> = Vec::new();
    for amount in &case.uses.amounts {
        let Some(counted) = counted(amount) else {
            continue;
        };
        let Some(mut value) = amount.under(case.names, Context::all(&WithWeights)) else {
            continue;
        };
        for one in counted {
            note(share(
                case.label_of(one.name),
                one.of.counted.graph.phase(),
                &one.traffic,
                &one.arithmetic,
            ));
            let traffic = Quantity::exact(joules(&one.traffic.1), Dimension::ENERGY);
            let traffic = match one.negative {
                true => traffic.negated(),
                false => traffic,
            };
            value = value.plus(&traffic).unwrap_or(value);
        }
        replaced.push(Replaced {
            path: amount.path.clone(),
            value,
        });
    }
    if shares.is_empty() {
        return Vec::new();
    }
    let fault = Fault::NoMemory(shares);
    let with = case.evaluate(Context {
        replaced: &replaced,
        ..Context::all(&WithWeights)
    });
    if with.as_ref() != Ok(&case.value.value) {
        return vec![case.warning(fault, case.corrected(with))];
    }
    // The claim is of single operations, of which memory is none: shown for all
    // that the estimate has.
    let Some((name, computed, _)) = case.uses.energies().next() else {
        return Vec::new();
    };
    let energy = |prices: &dyn Prices| computed.energy(None, prices);
    let (Some(arithmetic), Some(with)) = (energy(&Plain), energy(&WithWeights)) else {
        return Vec::new();
    };
    vec![Warning {
        subject: Subject::Estimate(case.label_of(name).to_owned()),
        was: shown(&arithmetic),
        ..case.warning(fault, Corrected::Number(Ok(shown(&with))))
    }]
}

fn shown(picojoules: &BigRational) -> UnitValue {
    UnitValue {
        text: format!("{:.3}", Energy::from_picojoules(number::to_f64(picojoules))),
        value: picojoules.clone(),
        unit: "pJ".to_owned(),
    }
}

/// What an energy is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// All operations, whose weights are known.
    All,
    /// One primitive of estimates, of which memory is no part.
    Primitive,
}

/// What an energy is of; nothing where weights are not known of all of it.
fn side(amount: &Amount<'_>) -> Option<Side> {
    let energies = |product: &Product<'_>| {
        (product.factors.iter()).find_map(|factor| match factor.factor {
            Factor::Estimate(_, _, Attribute::Energy(None)) if !factor.divides => Some(Side::All),
            Factor::Estimate(_, _, Attribute::Energy(_)) if !factor.divides => {
                Some(Side::Primitive)
            }
            _ => None,
        })
    };
    if counted(amount).is_some() {
        return Some(Side::All);
    }
    let mut sides = amount.products.iter().map(energies);
    let first = sides.next()??;
    sides.all(|side| side == Some(first)).then_some(first)
}

/// What weights are read from, and what that takes.
type Traffic = (String, BigRational);

/// What the weights of an estimate would be read from, and their share in it.
fn share(
    name: &str,
    phase: Phase,
    (level, traffic): &Traffic,
    arithmetic: &BigRational,
) -> Option<WeightShare> {
    let both = traffic + arithmetic;
    if traffic.is_zero() || both.is_zero() {
        return None;
    }
    Some(WeightShare {
        estimate: name.to_owned(),
        phase,
        level: level.clone(),
        share: percent(number::to_f64(&(traffic / both)), 1),
    })
}

/// The traffic of an estimate that has a price.
fn own(computed: &Computed) -> Option<Traffic> {
    let (table, format) = computed.price.as_ref()?;
    way(computed, table, *format)
}

/// The weights of an estimate that a formula counts and prices itself.
struct Counted<'a> {
    name: &'a str,
    of: &'a Computed,
    table: &'a EnergyTable,
    /// The formats that it is priced in: of multiplications, and of the rest.
    products: Vec<NumberFormat>,
    others: Vec<NumberFormat>,
    negative: bool,
    arithmetic: BigRational,
    traffic: Traffic,
}

/// The estimates whose counts make up the whole of an amount. Nothing where
/// something else is in it too, whose memory nobody knows, or where it is not
/// plain what holds the weights.
fn counted<'c>(amount: &'c Amount<'_>) -> Option<Vec<Counted<'c>>> {
    let mut all: Vec<Counted<'c>> = Vec::new();
    let mut priced: Vec<&str> = Vec::new();
    for product in &amount.products {
        if let [factor] = product.factors.as_slice()
            && let Factor::Estimate(name, _, Attribute::Energy(_)) = factor.factor
        {
            priced.push(name);
            continue;
        }
        let counted = product.counted()?;
        let count = match counted.attribute {
            Attribute::Count(primitive) => counted.of.count(primitive, &Plain),
            Attribute::Macs => counted.of.macs(&Plain)?,
            _ => return None,
        };
        let entry = counted.table.entry(counted.primitive, counted.format)?;
        let energy = count * &entry.pj;
        let at = all.iter().position(|one| one.name == counted.name);
        let at = at.unwrap_or_else(|| {
            all.push(Counted {
                name: counted.name,
                of: counted.of,
                table: counted.table,
                products: Vec::new(),
                others: Vec::new(),
                negative: product.negative,
                arithmetic: BigRational::zero(),
                traffic: (String::new(), BigRational::zero()),
            });
            all.len() - 1
        });
        let one = all.get_mut(at)?;
        if one.table.name() != counted.table.name() || one.negative != product.negative {
            return None;
        }
        one.arithmetic += energy;
        match counted.primitive {
            Primitive::Mul => one.products.push(counted.format),
            _ => one.others.push(counted.format),
        }
    }
    // Its weights are in its energy already.
    if all.iter().any(|one| priced.contains(&one.name)) {
        return None;
    }
    for one in &mut all {
        // Sums may be wider than what is multiplied.
        let formats = match one.products.is_empty() {
            true => &one.others,
            false => &one.products,
        };
        let (operand, others) = formats.split_first()?;
        if others.iter().any(|other| other != operand) {
            return None;
        }
        let format = Format {
            operand: *operand,
            accumulator: *operand,
        };
        one.traffic = way(one.of, one.table, format)?;
    }
    (!all.is_empty()).then_some(all)
}

/// The level of memory that weights are read from, and what that takes.
fn way(computed: &Computed, table: &EnergyTable, format: Format) -> Option<Traffic> {
    let level = beyond_the_die(table)?;
    let bits = weight_bits(computed, format)?;
    Some((level.name(), bits * level.pj_per_bit()?))
}

/// The cheapest memory without a size: one that is not on the die. The largest
/// where every memory has a size. One without a price is none.
fn beyond_the_die(table: &EnergyTable) -> Option<&MemoryLevel> {
    let memories = || table.memories().iter();
    let all = || memories().filter(|one| one.price.is_some());
    let beyond = all().filter(|one| one.size_kib.is_none());
    let cheapest = beyond.min_by(|a, b| a.pj_per_bit().cmp(&b.pj_per_bit()));
    cheapest.or_else(|| all().max_by(|a, b| a.size_kib.cmp(&b.size_kib)))
}

/// The bits of all weights of the part, each read once, and of what steps leave
/// for each other.
fn weight_bits(computed: &Computed, format: Format) -> Option<BigRational> {
    let graph = &computed.counted.graph;
    let values = graph.values();
    // A single level, which holds everything.
    let memory = Hierarchy {
        movement: Movement::Compulsory,
        options: MovementOptions::default(),
        capacities: vec![None],
    };
    let mut bits = BigRational::zero();
    for access in traffic(graph, format, &memory, Sizes::Known(&values)).accesses {
        let stage = &graph.ops()[access.op].stage;
        let inside = (computed.stages.as_ref()).is_none_or(|stages| has_stage(stages, stage));
        if inside && matches!(access.role, Role::Weight | Role::State) {
            bits += access.bits.evaluate(&values).ok()?;
        }
    }
    Some(bits)
}
