//! A baseline in a wider format than it would be deployed in.

use super::{Case, Fault, Warning};
use crate::claims::computed::Prices;
use crate::claims::evaluate::Under;
use crate::format::{Format, NumberFormat};
use crate::source::Spanned;

/// What networks are commonly deployed in.
const DEPLOYED: &str = "int8";

/// Prices in another format.
struct In(Format);

impl Prices for In {
    fn format(&self, _: Format) -> Format {
        self.0
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let reading = &case.claim.reading;
    let deployed = reading.deployed.or_else(|| DEPLOYED.parse().ok());
    let (Some(baseline), Some(deployed)) = (&reading.baseline, deployed) else {
        return Vec::new();
    };
    let wider = |format: &NumberFormat| format.bits() > deployed.operand.bits();
    let Some(widest) = formats(case, baseline)
        .into_iter()
        .filter(wider)
        .max_by_key(|format| format.bits())
    else {
        return Vec::new();
    };
    let alone = case.evaluate(Under {
        within: Some(&baseline.value),
        ..Under::all(&In(deployed))
    });
    let both = case.under(&In(deployed));
    let both = match both {
        Some(both) if alone.as_ref() != Some(&both) => {
            format!("; with everything in {deployed}, {}", case.shown(&both))
        }
        _ => String::new(),
    };
    let says = format!(
        "the baseline `{}` is in {widest}; deployed it would be in {deployed}{both}",
        baseline.value
    );
    vec![case.warning(Fault::WideBaseline, says, case.shown_or(alone))]
}

/// The formats that the baseline is priced in.
fn formats(case: &Case<'_>, baseline: &Spanned<String>) -> Vec<NumberFormat> {
    let names = case.names;
    if let Some(computed) = names.estimates.get(&baseline.value) {
        let price = computed.price.as_ref();
        return price
            .map(|(_, format)| format.operand)
            .into_iter()
            .collect();
    }
    let quantities = &names.file.quantities;
    let Some((_, formula)) = quantities
        .iter()
        .find(|(own, _)| own.value == baseline.value)
    else {
        return Vec::new();
    };
    match super::Uses::of(names, formula) {
        Ok(uses) => {
            let estimates = uses
                .energies
                .iter()
                .filter_map(|(_, one)| one.price.as_ref());
            let estimates = estimates.map(|(_, format)| format.operand);
            let entries = uses.entries.iter().map(|(_, _, format)| *format);
            estimates.chain(entries).collect()
        }
        Err(_) => Vec::new(),
    }
}
