//! Results that rest on assumed entries.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::case::Case;
use super::fault::{AssumedShare, Fault};
use super::uses::{Amount, Factor};
use super::warning::Warning;
use crate::claims::computed::{Lookup, Prices};
use crate::claims::context::Context;
use crate::claims::meaning::Attribute;
use crate::format::NumberFormat;
use crate::number;
use crate::primitive::Primitive;
use crate::table::{Confidence, EnergyTable};
use crate::units::percent;

/// Assumed entries cost the least that they may.
struct AtLeast;

impl Prices for AtLeast {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let entry = lookup.entry()?;
        Some(match (entry.confidence, &entry.range) {
            (Confidence::Assumed, Some((least, _))) => least.clone(),
            (Confidence::Assumed, None) => BigRational::zero(),
            _ => entry.pj.clone(),
        })
    }
}

/// Assumed entries cost nothing.
struct AtZero;

impl Prices for AtZero {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let entry = lookup.entry()?;
        Some(match entry.confidence {
            Confidence::Assumed => BigRational::zero(),
            _ => entry.pj.clone(),
        })
    }
}

/// More than this share is warned of.
fn too_much(share: &BigRational) -> bool {
    *share > BigRational::new(1.into(), 20.into())
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let mut shares: Vec<AssumedShare> = Vec::new();
    for amount in &case.uses.amounts {
        if let Some(share) = share(case, amount).filter(too_much) {
            let share = AssumedShare {
                share: percent(number::to_f64(&share), 1),
                of: case.label_of(amount.name()).to_owned(),
                entries: entries(amount),
            };
            if !shares.contains(&share) {
                shares.push(share);
            }
        }
    }
    if shares.is_empty() {
        return Vec::new();
    }
    let least = case.corrected(case.under(&AtLeast));
    vec![case.warning(Fault::Assumed(shares), least)]
}

/// The share that assumed entries carry.
fn share(case: &Case<'_>, amount: &Amount<'_>) -> Option<BigRational> {
    let whole = &amount.value.value;
    let without = amount.under(case.names, Context::all(&AtZero))?.value;
    (!whole.is_zero()).then(|| ((whole - without) / whole).abs())
}

/// The assumed entries that cost something, by name.
fn entries(amount: &Amount<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |table: &EnergyTable, primitive: Primitive, format: NumberFormat| {
        let name = format!("{primitive}.{format}");
        let is_assumed = table
            .entry(primitive, format)
            .is_some_and(|entry| entry.confidence == Confidence::Assumed && !entry.pj.is_zero());
        if is_assumed && !names.contains(&name) {
            names.push(name);
        }
    };
    for factor in amount.products.iter().flat_map(|product| &product.factors) {
        match &factor.factor {
            Factor::Entry(table, primitive, format) => add(table, *primitive, *format),
            Factor::Estimate(_, computed, Attribute::Energy(of)) => {
                if let Some((table, _)) = &computed.price {
                    for one in computed.priced(*of) {
                        add(table, one.primitive, one.format);
                    }
                }
            }
            _ => {}
        }
    }
    names
}
