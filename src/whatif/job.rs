//! A sweep as a job: every table and format over the same points, streamed in
//! chunks of a bounded size.

use std::ops::Range;

use rayon::prelude::*;

use super::scatter::Scatter;
use super::sweep::{Batch, Sweep};

/// The points that one thread works out at a time: enough to keep it busy, few
/// enough that a window of chunks stays small whatever the size of the grid.
const CHUNK: u64 = 1 << 13;

/// The points of a job and the expressions on them.
#[derive(Debug, Clone)]
pub enum Points {
    /// A grid.
    Grid(Sweep),
    /// Points chosen otherwise.
    Scatter(Scatter),
}

impl Points {
    /// How many points there are.
    pub fn count(&self) -> u64 {
        match self {
            Points::Grid(sweep) => sweep.points(),
            Points::Scatter(scatter) => scatter.points(),
        }
    }

    /// The values of the axes at the point of this number.
    pub fn at(&self, point: u64) -> Vec<f64> {
        match self {
            Points::Grid(sweep) => sweep.at(point),
            Points::Scatter(scatter) => scatter.at(point),
        }
    }

    fn evaluate_into(&self, range: Range<u64>, batch: &mut Batch) {
        match self {
            Points::Grid(sweep) => sweep.evaluate_into(range, batch),
            Points::Scatter(scatter) => *batch = scatter.evaluate(range),
        }
    }
}

/// The points of one setting of a job (a table, a format) in some range.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chunk {
    setting: usize,
    range: Range<u64>,
}

/// Cuts the points `range` of all settings together, each of which has `each`
/// points, into chunks.
fn chunks(range: Range<u64>, each: u64) -> impl Iterator<Item = Chunk> {
    let mut next = range.start;
    std::iter::from_fn(move || {
        if next >= range.end || each == 0 {
            return None;
        }
        let (setting, from) = (next / each, next % each);
        let length = CHUNK.min(each - from).min(range.end - next);
        next += length;
        Some(Chunk {
            setting: usize::try_from(setting).unwrap_or(usize::MAX),
            range: from..from + length,
        })
    })
}

/// Works out the points `range` of all `settings` together, numbered one
/// setting after the other. Each chunk goes through `work` on the thread that
/// made it; `take` then gets the number of its setting, the chunk and what
/// `work` made of it, one after the other in order. All threads of the current
/// pool work; what is held at any time is bounded, and held again for the next
/// chunks.
///
/// # Errors
/// Whatever `take` gives; it is not called again.
pub fn stream<T: Send, E>(
    settings: &[Points],
    range: Range<u64>,
    work: impl Fn(usize, &Batch) -> T + Sync,
    mut take: impl FnMut(usize, &Batch, T) -> Result<(), E>,
) -> Result<(), E> {
    let each = settings.first().map_or(0, Points::count);
    let mut all = chunks(range, each);
    let mut batches = vec![Batch::default(); 4 * rayon::current_num_threads()];
    loop {
        let some: Vec<Chunk> = all.by_ref().take(batches.len()).collect();
        if some.is_empty() {
            return Ok(());
        }
        let worked: Vec<Option<T>> = (some.par_iter(), &mut batches)
            .into_par_iter()
            .map(|(chunk, batch)| {
                settings
                    .get(chunk.setting)?
                    .evaluate_into(chunk.range.clone(), batch);
                Some(work(chunk.setting, batch))
            })
            .collect();
        for ((chunk, batch), worked) in some.iter().zip(&batches).zip(worked) {
            if let Some(worked) = worked {
                take(chunk.setting, batch, worked)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_point_of_every_setting_once() {
        let each = 3 * CHUNK + 17;
        let mut next = 5;
        for chunk in chunks(5..2 * each + 9, each) {
            let start = chunk.setting as u64 * each + chunk.range.start;
            assert_eq!(start, next);
            assert!(chunk.range.end <= each && chunk.range.end - chunk.range.start <= CHUNK);
            next = chunk.setting as u64 * each + chunk.range.end;
        }
        assert_eq!(next, 2 * each + 9);
    }
}
