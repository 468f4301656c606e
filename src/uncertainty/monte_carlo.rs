//! Random samples of the table entries, and how results spread over them.
//!
//! Bounds say what is possible; samples say what is likely if every entry lies
//! evenly between its least and its most. All results are computed from the same
//! samples, so that what variants have in common cancels in a saving.
//!
//! Samples are computed in doubles, which bounds are not, and in blocks: what is kept
//! of each result is what its quantiles may still need, so that a million samples take
//! little more memory than a hundred. Neither blocks nor threads change a result.

use std::ops::Range;

use rayon::prelude::*;

use super::columns::Bound;
use super::draws::Draws;
use super::sensitivity::Quantity;
use super::spread::UncertainEntry;
use super::tails::{Distribution, Tails};

/// So many samples are worked out at once.
const BLOCK: u32 = 1024;

/// And so many blocks of them, over all threads.
const BLOCKS: usize = 16;

/// About so many doubles are kept of all results together: 8 MiB.
const HELD: usize = 1 << 20;

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

/// How each of `quantities` spreads over the same samples; `None` for one that
/// has no finite value at some sample.
pub fn monte_carlo(
    quantities: &[&Quantity],
    entries: &[UncertainEntry],
    method: MonteCarlo,
) -> Vec<Option<Distribution>> {
    let count = usize::try_from(method.samples).unwrap_or(usize::MAX);
    let at_once = (HELD / Tails::held(count)).max(1);
    let some = quantities.chunks(at_once);
    some.flat_map(|some| distributions(some, entries, method, count))
        .collect()
}

/// The same of a few quantities, whose values are seen once and not kept.
fn distributions(
    quantities: &[&Quantity],
    entries: &[UncertainEntry],
    method: MonteCarlo,
    count: usize,
) -> Vec<Option<Distribution>> {
    let symbols = entries.iter().map(|entry| entry.input.symbol.clone());
    let bound = Bound::of(quantities, &symbols.collect::<Vec<_>>());
    let needed = bound.symbols();
    let draws = Draws::of(entries, method.seed, |symbol| needed.contains(symbol));
    let columns = bound.over(&draws.symbols());
    let mut tails: Vec<Tails> = quantities.iter().map(|_| Tails::of(count)).collect();
    let blocks: Vec<Range<u32>> = (0..method.samples)
        .step_by(BLOCK as usize)
        .map(|first| first..method.samples.min(first.saturating_add(BLOCK)))
        .collect();
    for some in blocks.chunks(BLOCKS) {
        let values: Vec<Vec<Vec<f64>>> = some
            .par_iter()
            .map(|block| columns.at(&draws.columns(block.clone()), block.len()))
            .collect();
        tails.par_iter_mut().enumerate().for_each(|(at, tails)| {
            let of_one = values.iter().filter_map(|columns| columns.get(at));
            of_one.for_each(|column| tails.add(column));
        });
    }
    tails.into_iter().map(Tails::distribution).collect()
}
