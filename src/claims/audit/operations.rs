//! Published energies that are less than what the published operations take at
//! the prices that the claim names.

use super::case::Case;
use super::fault::{CheapOperations, Fault};
use super::uses::{Factor, PlacedFactor, Product};
use super::warning::Warning;
use crate::claims::quantity::Quantity;
use crate::claims::unit::Dimension;
use crate::number;
use crate::units::significant;

/// What the operations of one product take.
struct Taken {
    energy: Quantity,
    operations: String,
    table: String,
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let published = case.claim.published.quantity();
    let products = &case.uses.products;
    // What is taken away from them may be why it is less.
    let only_adds = products.iter().all(|product| !product.negative);
    if published.dimension != Dimension::ENERGY || !only_adds {
        return Vec::new();
    }
    let taken: Vec<Taken> = products.iter().filter_map(taken).collect();
    let mut whole = Quantity::zero(Dimension::ENERGY);
    for one in &taken {
        whole = whole.plus(&one.energy).unwrap_or(whole);
    }
    // Beyond what the rounding of both leaves open.
    if whole.bounds.0 <= published.bounds.1 {
        return Vec::new();
    }
    let ratio = number::to_f64(&(&whole.value / &published.value));
    let fault = Fault::CheapOperations(CheapOperations {
        operations: each(taken.iter().map(|one| &one.operations)),
        tables: each(taken.iter().map(|one| &one.table)),
        times: format!("{}×", significant(ratio, 3)),
    });
    let without = case.corrected(Ok(whole.value));
    vec![case.against_published(fault, without)]
}

/// A product of a published number of operations and an entry, and of nothing
/// else.
fn taken(product: &Product<'_>) -> Option<Taken> {
    let (mut operations, mut price) = (None, None);
    for PlacedFactor {
        factor,
        name,
        divides,
        ..
    } in &product.factors
    {
        match factor {
            Factor::One => {}
            _ if *divides => return None,
            Factor::Input(input) if operations.is_none() => {
                let quantity = input.quantity();
                let counts = quantity.dimension == Dimension::COUNT;
                operations = Some((name, counts.then_some(quantity)?));
            }
            Factor::Entry(table, primitive, format) if price.is_none() => {
                let entry = table.entry(*primitive, *format)?;
                price = Some((table.name(), entry.pj.clone()));
            }
            _ => return None,
        }
    }
    let ((operations, count), (table, pj)) = (operations?, price?);
    let joules = pj / number::whole(1_000_000_000_000_i64);
    let price = Quantity::exact(joules, Dimension::PER_OPERATION);
    Some(Taken {
        energy: count.times(&price),
        operations: operations.clone(),
        table: table.to_owned(),
    })
}

/// Each once, in order.
fn each<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for name in names {
        if !each.contains(name) {
            each.push(name.clone());
        }
    }
    each
}
