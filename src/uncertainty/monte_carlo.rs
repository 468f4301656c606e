//! Random samples of the table entries, and how results spread over them.
//!
//! Bounds say what is possible; samples say what is likely if every entry lies
//! evenly between its least and its most. Two things are shared:
//!
//! - Entries of one source err together: one random number u from 0 to 1 for
//!   each source puts each of its entries at low + u·(high − low). An entry
//!   without a source has a number of its own.
//! - All results are computed from the same samples, so that what variants have
//!   in common cancels in a saving.
//!
//! Each sample has a random generator of its own, seeded from the seed and the
//! number of the sample, so the result is the same on any number of threads.
//! Samples are computed in doubles; bounds are not.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::sensitivity::{Function, Quantity};
use super::spread::UncertainEntry;
use crate::number::to_f64;
use crate::random::{STEP, bits, uniform};
use crate::symbolic::{Compiled, Symbol};

/// How many samples, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonteCarlo {
    /// How many.
    pub samples: u32,
    /// Where the random numbers start.
    pub seed: u64,
}

impl MonteCarlo {
    /// How many are taken where none are asked for and some are needed.
    pub const SAMPLES: u32 = 10_000;
}

/// How a result spreads over the samples, in picojoules or as shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// A twentieth of the samples lie below this.
    pub low: f64,
    /// A twentieth of the samples lie above this.
    pub high: f64,
    /// The least of them.
    pub least: f64,
    /// The most of them.
    pub most: f64,
}

/// How each of `quantities` spreads over the same samples; `None` for one that
/// has no finite value at some sample.
pub fn monte_carlo(
    quantities: &[Quantity],
    entries: &[UncertainEntry],
    method: MonteCarlo,
) -> Vec<Option<Distribution>> {
    let inputs = || entries.iter().map(|entry| &entry.input);
    let symbols: Vec<Symbol> = inputs().map(|input| input.symbol.clone()).collect();
    let compiled: Vec<Option<InEntries>> = quantities
        .iter()
        .map(|quantity| InEntries::new(quantity, &symbols))
        .collect();
    let groups = groups(entries);
    let ends: Vec<(f64, f64)> = inputs()
        .map(|input| (to_f64(&input.low), to_f64(&input.high)))
        .collect();
    let rows: Vec<Vec<f64>> = (0..method.samples)
        .into_par_iter()
        .map(|sample| {
            let point = point(&ends, &groups, method.seed, sample);
            let result = |compiled: &Option<InEntries>| {
                let value = compiled.as_ref().map(|compiled| compiled.at(&point));
                value.unwrap_or(f64::NAN)
            };
            compiled.iter().map(result).collect()
        })
        .collect();
    (0..quantities.len())
        .map(|at| {
            let column = rows.iter().filter_map(|row| row.get(at).copied());
            spread(column.collect())
        })
        .collect()
}

/// Which random number each entry takes: one for each source, one for each entry
/// without.
fn groups(entries: &[UncertainEntry]) -> Vec<usize> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = 0;
    let mut next = || {
        count += 1;
        count - 1
    };
    entries
        .iter()
        .map(|entry| match &entry.source {
            Some(source) => *known.entry(source).or_insert_with(&mut next),
            None => next(),
        })
        .collect()
}

/// The entries at one sample.
fn point(ends: &[(f64, f64)], groups: &[usize], seed: u64, sample: u32) -> Vec<f64> {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    // Mixed once on its own, so that seeds that follow each other share no
    // numbers.
    let own = bits(seed, 0) ^ u64::from(sample).wrapping_mul(STEP);
    let numbers = (1..).map(|place| uniform(bits(own, place)));
    let numbers: Vec<f64> = numbers.take(count).collect();
    let at = |((low, high), group): (&(f64, f64), &usize)| {
        let share = numbers.get(*group).copied().unwrap_or_default();
        // Never past an end, whatever the rounding.
        (low + share * (high - low)).clamp(*low, *high)
    };
    ends.iter().zip(groups).map(at).collect()
}

/// A quantity in entries alone, ready to be computed in doubles.
enum InEntries {
    Energy(Compiled),
    Saving {
        baseline: Compiled,
        energy: Compiled,
    },
}

impl InEntries {
    /// Nothing where a symbol has no value or a divisor is 0.
    fn new(quantity: &Quantity, entries: &[Symbol]) -> Option<InEntries> {
        let compiled =
            |function: &Function| Compiled::new(&function.expr, entries, &function.values).ok();
        Some(match quantity {
            Quantity::Energy(energy) => InEntries::Energy(compiled(energy)?),
            Quantity::Saving { baseline, energy } => InEntries::Saving {
                baseline: compiled(baseline)?,
                energy: compiled(energy)?,
            },
        })
    }

    fn at(&self, point: &[f64]) -> f64 {
        match self {
            InEntries::Energy(energy) => energy.evaluate(point),
            InEntries::Saving { baseline, energy } => {
                1.0 - energy.evaluate(point) / baseline.evaluate(point)
            }
        }
    }
}

/// The spread of some values; `None` where one is not finite, or none is
/// there.
fn spread(mut values: Vec<f64>) -> Option<Distribution> {
    if !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    // Between the two values on either side of the place.
    let quantile = |share: f64| {
        let place = share * last as f64;
        let below = values.get(place.floor() as usize).copied();
        let above = values.get(place.ceil() as usize).copied();
        match (below, above) {
            (Some(below), Some(above)) => below + (above - below) * place.fract(),
            _ => f64::NAN,
        }
    };
    Some(Distribution {
        low: quantile(0.05),
        high: quantile(0.95),
        least: quantile(0.0),
        most: quantile(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_values() {
        let distribution = spread((0..=20).map(f64::from).collect());
        assert_eq!(
            distribution,
            Some(Distribution {
                low: 1.0,
                high: 19.0,
                least: 0.0,
                most: 20.0
            })
        );
        assert_eq!(spread(vec![1.0, f64::INFINITY]), None);
        assert_eq!(spread(Vec::new()), None);
    }
}
