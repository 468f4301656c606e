//! Random draws of table entries, and how results spread over them.
//!
//! Bounds say what is possible; draws say what is likely if every entry is
//! drawn evenly between its least and its most. Two things are shared:
//!
//! - Entries of one source err together: one draw u from 0 to 1 for each source
//!   puts each of its entries at low + u·(high − low). An entry without a
//!   source has a draw of its own.
//! - All results are computed from the same draws, so that what variants have
//!   in common cancels in a saving.
//!
//! Each draw has a random generator of its own, seeded from the seed and the
//! draw's number, so the result is the same on any number of threads. Draws
//! are computed in doubles; bounds are not.

use std::collections::BTreeMap;

use num_rational::BigRational;
use rayon::prelude::*;

use super::interval::in_entries;
use super::sensitivity::{Function, Input, Quantity};
use super::spread::UncertainEntry;
use crate::number::to_f64;
use crate::symbolic::{Atom, Expr, Monomial};

/// How many draws, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// How many.
    pub samples: u32,
    /// Where the random numbers start.
    pub seed: u64,
}

impl Draws {
    /// How many draws are made where none are asked for and some are needed.
    pub const SAMPLES: u32 = 10_000;
}

/// How a result spreads over the draws, in picojoules or as shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// A twentieth of the draws lie below this.
    pub low: f64,
    /// A twentieth of the draws lie above this.
    pub high: f64,
    /// The least of the draws.
    pub least: f64,
    /// The most of them.
    pub most: f64,
}

/// How each of `quantities` spreads over the same draws; `None` for one that
/// has no finite value at some draw.
pub fn draw(
    quantities: &[Quantity],
    entries: &[UncertainEntry],
    draws: Draws,
) -> Vec<Option<Drawn>> {
    let inputs: Vec<Input> = entries.iter().map(|entry| entry.input.clone()).collect();
    let compiled: Vec<Option<Compiled>> = quantities
        .iter()
        .map(|quantity| Compiled::new(quantity, &inputs))
        .collect();
    let groups = groups(entries);
    let ends: Vec<(f64, f64)> = inputs
        .iter()
        .map(|input| (to_f64(&input.low), to_f64(&input.high)))
        .collect();
    let rows: Vec<Vec<f64>> = (0..draws.samples)
        .into_par_iter()
        .map(|sample| {
            let point = point(&ends, &groups, draws.seed, sample);
            let result = |compiled: &Option<Compiled>| {
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

/// Which draw each entry takes: one number for each source, one for each entry
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

/// The entries at one draw.
fn point(ends: &[(f64, f64)], groups: &[usize], seed: u64, sample: u32) -> Vec<f64> {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    // Mixed once on its own, so that seeds that follow each other share no
    // draws.
    let mut random =
        SplitMix(SplitMix(seed).next() ^ u64::from(sample).wrapping_mul(SplitMix::STEP));
    random.next();
    let draws: Vec<f64> = (0..count).map(|_| random.unit()).collect();
    let at = |((low, high), group): (&(f64, f64), &usize)| {
        let share = draws.get(*group).copied().unwrap_or_default();
        // Never past an end, whatever the rounding.
        (low + share * (high - low)).clamp(*low, *high)
    };
    ends.iter().zip(groups).map(at).collect()
}

/// A generator of 64 random bits (Steele, Lea, Flood 2014, as in Java).
struct SplitMix(u64);

impl SplitMix {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(SplitMix::STEP);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// From 0 to just below 1, of 53 random bits.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A quantity in entries alone, ready to be computed in doubles.
enum Compiled {
    Energy(Sum),
    Saving { baseline: Sum, energy: Sum },
}

impl Compiled {
    fn new(quantity: &Quantity, entries: &[Input]) -> Option<Compiled> {
        let sum = |function: &Function| Sum::new(&in_entries(function, entries)?, entries);
        Some(match quantity {
            Quantity::Energy(energy) => Compiled::Energy(sum(energy)?),
            Quantity::Saving { baseline, energy } => Compiled::Saving {
                baseline: sum(baseline)?,
                energy: sum(energy)?,
            },
        })
    }

    fn at(&self, point: &[f64]) -> f64 {
        match self {
            Compiled::Energy(energy) => energy.at(point),
            Compiled::Saving { baseline, energy } => 1.0 - energy.at(point) / baseline.at(point),
        }
    }
}

/// An expression with its symbols as places in a point.
struct Sum(Vec<(f64, Vec<(Factor, i32)>)>);

enum Factor {
    Entry(usize),
    Group(Sum),
    Floor(Sum),
    Max(Sum, Sum),
}

impl Sum {
    fn new(expr: &Expr, entries: &[Input]) -> Option<Sum> {
        let factor = |atom: &Atom| {
            Some(match atom {
                Atom::Symbol(symbol) => {
                    Factor::Entry(entries.iter().position(|entry| entry.symbol == *symbol)?)
                }
                Atom::Group(inner) => Factor::Group(Sum::new(inner, entries)?),
                Atom::Floor(inner) => Factor::Floor(Sum::new(inner, entries)?),
                Atom::Max(pair) => {
                    Factor::Max(Sum::new(&pair.0, entries)?, Sum::new(&pair.1, entries)?)
                }
            })
        };
        let term = |(monomial, coefficient): (&Monomial, &BigRational)| {
            let factors = monomial.factors().iter();
            let factors: Option<Vec<(Factor, i32)>> = factors
                .map(|(atom, exponent)| Some((factor(atom)?, *exponent)))
                .collect();
            Some((to_f64(coefficient), factors?))
        };
        expr.terms().map(term).collect::<Option<Vec<_>>>().map(Sum)
    }

    fn at(&self, point: &[f64]) -> f64 {
        let term = |(coefficient, factors): &(f64, Vec<(Factor, i32)>)| {
            let factors = factors
                .iter()
                .map(|(factor, power)| factor.at(point).powi(*power));
            factors.fold(*coefficient, |product, factor| product * factor)
        };
        self.0.iter().map(term).sum()
    }
}

impl Factor {
    fn at(&self, point: &[f64]) -> f64 {
        match self {
            Factor::Entry(at) => point.get(*at).copied().unwrap_or(f64::NAN),
            Factor::Group(inner) => inner.at(point),
            Factor::Floor(inner) => inner.at(point).floor(),
            Factor::Max(first, second) => first.at(point).max(second.at(point)),
        }
    }
}

/// The spread of some values; `None` where one is not finite, or none is
/// there.
fn spread(mut values: Vec<f64>) -> Option<Drawn> {
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
    Some(Drawn {
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
    fn random_numbers_are_those_of_the_paper() {
        // The first numbers of SplittableRandom for seed 1234567.
        let mut random = SplitMix(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn quantiles_lie_between_values() {
        let drawn = spread((0..=20).map(f64::from).collect());
        assert_eq!(
            drawn,
            Some(Drawn {
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
