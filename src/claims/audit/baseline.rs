//! A baseline in a wider format than it would be deployed in.

use super::case::Case;
use super::fault::{Deployed, Fault};
use super::uses::{Factor, Uses};
use super::warning::Warning;
use crate::claims::computed::Prices;
use crate::claims::context::Context;
use crate::format::{Format, NumberFormat};
use crate::primitive::Primitive;

/// What networks are commonly deployed in.
const COMMON: &str = "int8";

/// Prices what is wider in another format.
struct In(Format);

impl Prices for In {
    fn format(&self, format: Format) -> Format {
        match format.operand.bits() > self.0.operand.bits() {
            true => self.0,
            false => format,
        }
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let facts = &case.claim.audit;
    let deployed = facts.deployed.or_else(|| COMMON.parse().ok());
    let (Some(baseline), Some(deployed)) = (&facts.baseline, deployed) else {
        return Vec::new();
    };
    let wider = |format: &NumberFormat| format.bits() > deployed.operand.bits();
    let Some(widest) = formats(case, &baseline.value)
        .into_iter()
        .filter(wider)
        .max_by_key(|format| format.bits())
    else {
        return Vec::new();
    };
    let alone = case.evaluate(Context {
        within: Some(&baseline.value),
        ..Context::all(&In(deployed))
    });
    // What the model fixes to a narrower format is in that already.
    if alone.as_ref() == Ok(&case.value.value) {
        return Vec::new();
    }
    let mut everything = Vec::new();
    if let Ok(both) = case.under(&In(deployed))
        && alone.as_ref() != Ok(&both)
    {
        everything.push(Deployed {
            variant: case.variant().map(str::to_owned),
            number: case.shown(&both).text,
        });
    }
    let fault = Fault::WideBaseline {
        baseline: case.label_of(&baseline.value).to_owned(),
        format: widest,
        deployed,
        everything,
    };
    vec![case.warning(fault, case.corrected(alone))]
}

/// The formats that the numbers of the baseline are priced in.
fn formats(case: &Case<'_>, baseline: &str) -> Vec<NumberFormat> {
    let names = case.names;
    if let Some(computed) = names.estimates.get(baseline) {
        let price = computed.price.as_ref();
        return price
            .map(|(_, format)| format.operand)
            .into_iter()
            .collect();
    }
    let mut quantities = names.file.quantities.iter();
    let Some((_, formula)) = quantities.find(|(own, _)| own.value == baseline) else {
        return Vec::new();
    };
    let Ok(uses) = Uses::of(names, formula) else {
        return Vec::new();
    };
    let factors = uses.products.iter().flat_map(|product| &product.factors);
    let mut formats = Vec::new();
    let mut sums = Vec::new();
    for factor in factors {
        match &factor.factor {
            Factor::Estimate(_, computed, _) => {
                formats.extend(computed.price.as_ref().map(|(_, format)| format.operand));
            }
            Factor::Entry(_, Primitive::Add, format) => sums.push(*format),
            Factor::Entry(_, _, format) => formats.push(*format),
            _ => {}
        }
    }
    // Beside multiplications, additions are of accumulators, which may be
    // wider than what the baseline is in.
    match formats.is_empty() {
        true => sums,
        false => formats,
    }
}
