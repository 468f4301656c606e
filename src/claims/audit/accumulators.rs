//! Sums of integers in formats that cannot hold them.
//!
//! A sum of k terms of b bits takes b + log₂ k bits; a product of two numbers
//! of b bits takes 2b.

use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::{Case, Fault, Warning};
use crate::census::Tally;
use crate::claims::computed::{Computed, Lookup, Prices};
use crate::energy::Counted;
use crate::format::{Family, Format, NumberFormat};
use crate::graph::OpKind;
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::table::EnergyTable;

/// A sum that its format cannot hold.
struct Narrow {
    terms: u64,
    needed: u32,
    format: NumberFormat,
}

/// Prices such sums in the narrowest format of the table that holds them.
struct Wide(Format);

impl Prices for Wide {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let narrow = lookup
            .op
            .and_then(|(counted, tally)| narrow(counted, tally, self.0));
        let format = match narrow {
            Some(narrow) => wide_enough(lookup.table, &narrow)?,
            None => lookup.format,
        };
        let entry = lookup.table.entry(lookup.primitive, format)?;
        Some(entry.pj.clone())
    }
}

/// Every estimate with its own format; one that has none is not asked.
struct WideEach<'a>(&'a Case<'a>);

impl Prices for WideEach<'_> {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let own = lookup.op.and_then(|(counted, _)| {
            let energies = self.0.uses.energies.iter();
            let mut prices = energies.filter(|(_, one)| std::ptr::eq(&*one.counted, counted));
            prices.find_map(|(_, one)| one.price.as_ref().map(|(_, format)| *format))
        });
        match own {
            Some(format) => Wide(format).price(lookup),
            None => lookup.entry().map(|entry| entry.pj.clone()),
        }
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let mut sums: Vec<String> = Vec::new();
    for (name, computed) in &case.uses.energies {
        let Some((table, format)) = &computed.price else {
            continue;
        };
        if let Some(worst) = worst(computed, *format)
            && let Some(right) = wide_enough(table, &worst)
        {
            sums.push(format!(
                "`{name}` adds up {} terms in {}, which takes {} bits (here {right})",
                worst.terms, worst.format, worst.needed
            ));
        }
    }
    let wide = case.under(&WideEach(case));
    // A claim of multiplications alone is none of additions.
    if sums.is_empty() || wide.as_ref() == Some(&case.value.value) {
        return Vec::new();
    }
    vec![case.warning(
        Fault::NarrowAccumulator,
        sums.join("; "),
        case.shown_or(wide),
    )]
}

/// The sum that misses the most bits.
fn worst(computed: &Computed, format: Format) -> Option<Narrow> {
    let counted = &computed.counted;
    let tallies = computed.tallies(computed.stages.as_deref());
    tallies
        .filter(|(_, count)| !count.is_zero())
        .filter_map(|(tally, _)| narrow(counted, tally, format))
        .max_by_key(|narrow| narrow.needed)
}

/// What is too narrow about the additions of a sum, if they are that.
fn narrow(counted: &Counted, tally: &Tally, format: Format) -> Option<Narrow> {
    let op = &counted.graph.ops()[tally.op];
    let OpKind::Einsum(einsum) = &op.kind else {
        return None;
    };
    let is_sum = einsum.contracts && einsum.reduce == Reduce::Add;
    if !is_sum || tally.primitive != Primitive::Add {
        return None;
    }
    let accumulator = tally.precision.resolve(format);
    if !matches!(accumulator.family(), Family::Integer | Family::Fixed) {
        return None;
    }
    let operand = op.format.map_or(format.operand, |fixed| fixed.operand);
    let values = counted.graph.values();
    let space = (&einsum.space * &einsum.density).evaluate(&values).ok()?;
    let outputs = einsum.outputs.evaluate(&values).ok()?;
    if outputs.is_zero() {
        return None;
    }
    let terms = (space / outputs).ceil().to_integer().to_u64()?;
    let factors = match einsum.map {
        Map::Mul if einsum.operands == 2 => 2,
        _ => 1,
    };
    let needed = factors * u32::from(operand.bits()) + log2(terms);
    (needed > u32::from(accumulator.bits())).then_some(Narrow {
        terms,
        needed,
        format: accumulator,
    })
}

/// log₂, rounded up.
fn log2(terms: u64) -> u32 {
    match terms.is_one() || terms == 0 {
        true => 0,
        false => u64::BITS - (terms - 1).leading_zeros(),
    }
}

/// The narrowest format of the same kind that holds the sum, or the widest.
fn wide_enough(table: &EnergyTable, narrow: &Narrow) -> Option<NumberFormat> {
    let mut known: Vec<NumberFormat> = (table.formats())
        .filter(|format| format.family() == narrow.format.family())
        .filter(|format| format.bits() > narrow.format.bits())
        .filter(|format| table.entry(Primitive::Add, *format).is_some())
        .collect();
    known.sort_by_key(|format| format.bits());
    let holds = |format: &&NumberFormat| u32::from(format.bits()) >= narrow.needed;
    known.iter().find(holds).or(known.last()).copied()
}
