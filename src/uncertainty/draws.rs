//! Random draws of the table entries, many at once.
//!
//! Each draw has a random generator of its own, seeded from the seed and the number of
//! the draw, so that any of them can be worked out anywhere. Two things are shared:
//! entries of one source err together, so that one random number u from 0 to 1 for each
//! source puts each of its entries at low + u·(high − low). An entry without a source
//! has a number of its own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::spread::UncertainEntry;
use crate::number::to_f64;
use crate::random::{STEP, bits, uniform};
use crate::symbolic::Symbol;

/// What entries may be, and what makes draws of them.
pub(super) struct Draws {
    entries: Vec<Drawn>,
    seed: u64,
}

/// An entry that is drawn.
struct Drawn {
    symbol: Symbol,
    low: f64,
    high: f64,
    /// Which of the random numbers of a draw it takes.
    place: u64,
}

impl Draws {
    /// Those of the `entries` that are wanted. Each is what it would be among all.
    pub(super) fn of(
        entries: &[UncertainEntry],
        seed: u64,
        wanted: impl Fn(&Symbol) -> bool,
    ) -> Draws {
        let all = entries.iter().zip(places(entries));
        let wanted = all.filter(|(entry, _)| wanted(&entry.input.symbol));
        let drawn = wanted.map(|(entry, place)| Drawn {
            symbol: entry.input.symbol.clone(),
            low: to_f64(&entry.input.low),
            high: to_f64(&entry.input.high),
            place,
        });
        Draws {
            entries: drawn.collect(),
            seed,
        }
    }

    /// The symbols of the entries, in the order of the columns of
    /// [`columns`](Draws::columns).
    pub(super) fn symbols(&self) -> Vec<Symbol> {
        let symbols = self.entries.iter().map(|entry| entry.symbol.clone());
        symbols.collect()
    }

    /// Draws of these numbers: a column for each entry.
    pub(super) fn columns(&self, draws: Range<u32>) -> Vec<Vec<f64>> {
        // Mixed once on its own, so that seeds that follow each other share no
        // numbers.
        let mixed = bits(self.seed, 0);
        let generators: Vec<u64> = draws
            .map(|draw| mixed ^ u64::from(draw).wrapping_mul(STEP))
            .collect();
        let mut numbers: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        let columns = self.entries.iter().map(|entry| {
            let number = |own: &u64| uniform(bits(*own, entry.place));
            let shares = (numbers.entry(entry.place))
                .or_insert_with(|| generators.iter().map(number).collect());
            // Never past an end, whatever the rounding.
            let at = |share: &f64| {
                (entry.low + share * (entry.high - entry.low)).clamp(entry.low, entry.high)
            };
            shares.iter().map(at).collect()
        });
        columns.collect()
    }
}

/// Which random number each entry takes, from 1: one for each source, one for each
/// entry without.
fn places(entries: &[UncertainEntry]) -> Vec<u64> {
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    let mut count = 0;
    let mut next = || {
        count += 1;
        count
    };
    entries
        .iter()
        .map(|entry| match &entry.source {
            Some(source) => *known.entry(source).or_insert_with(&mut next),
            None => next(),
        })
        .collect()
}
