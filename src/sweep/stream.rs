//! A sweep as a job: every table and format over the same points, streamed in
//! chunks of a bounded size.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::batch::Batch;
use super::bulk::Sweep;
use super::point_set::PointSet;

/// The points that one thread works out at a time: enough to keep it busy, few
/// enough that a window of chunks stays small whatever the size of the grid.
const CHUNK: u64 = 1 << 13;

/// The points of a job and the expressions on them.
#[derive(Debug, Clone)]
pub enum SweepPoints {
    /// A grid.
    Grid(Sweep),
    /// SweepPoints chosen otherwise.
    Set(PointSet),
}

impl SweepPoints {
    /// How many points there are.
    pub fn count(&self) -> u64 {
        match self {
            SweepPoints::Grid(sweep) => sweep.points(),
            SweepPoints::Set(set) => set.points(),
        }
    }

    /// The values of the axes at the point of this number.
    pub fn at(&self, point: u64) -> Vec<f64> {
        match self {
            SweepPoints::Grid(sweep) => sweep.at(point),
            SweepPoints::Set(set) => set.at(point),
        }
    }

    /// Gives the points of a batch the values of all axes, where it has none yet.
    pub fn fill_axes(&self, batch: &mut Batch) {
        match self {
            SweepPoints::Grid(sweep) => sweep.fill_axes(batch),
            SweepPoints::Set(_) => {}
        }
    }

    fn evaluate_into(&self, range: Range<u64>, batch: &mut Batch) {
        match self {
            SweepPoints::Grid(sweep) => sweep.evaluate_into(range, batch),
            SweepPoints::Set(set) => set.evaluate_into(range, batch),
        }
    }
}

/// The points of one case of a job (a table, a format) in some range.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chunk {
    case: usize,
    range: Range<u64>,
}

/// Cuts the points `range` of all cases together, each of which has `each`
/// points, into chunks.
fn chunks(range: Range<u64>, each: u64) -> impl Iterator<Item = Chunk> {
    let mut next = range.start;
    std::iter::from_fn(move || {
        if next >= range.end || each == 0 {
            return None;
        }
        let (case, from) = (next / each, next % each);
        let length = CHUNK.min(each - from).min(range.end - next);
        next += length;
        Some(Chunk {
            case: usize::try_from(case).unwrap_or(usize::MAX),
            range: from..from + length,
        })
    })
}

/// Works out the points `range` of all `cases` together, numbered one
/// case after the other. Each chunk goes through `work` on the thread that
/// made it, and may be taken apart there; the memory that is left of it holds the next
/// one, before it has left the cache. `take` then gets the number of its case and what
/// `work` made of it, one after the other in order and on the thread of the caller, while
/// all threads of the current pool work out the next ones. What is held at any time is
/// bounded.
///
/// # Errors
/// Whatever `take` gives; it is not called again.
pub fn stream<T: Send, E>(
    cases: &[SweepPoints],
    range: Range<u64>,
    work: impl Fn(usize, &mut Batch) -> T + Sync,
    mut take: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E> {
    let each = cases.first().map_or(0, SweepPoints::count);
    let mut all = chunks(range, each);
    let threads = rayon::current_num_threads();
    let batches: Vec<Mutex<Batch>> = (0..threads).map(|_| Mutex::default()).collect();
    let make = |chunk: &Chunk| {
        let own = batches.get(rayon::current_thread_index()?)?;
        let lock = || own.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = std::mem::take(&mut *lock());
        cases
            .get(chunk.case)?
            .evaluate_into(chunk.range.clone(), &mut batch);
        let made = work(chunk.case, &mut batch);
        *lock() = batch;
        Some(made)
    };
    let (mut done, mut next) = (Window::new(), Window::new());
    loop {
        next.chunks.clear();
        next.chunks.extend(all.by_ref().take(2 * threads));
        let taken = rayon::in_place_scope(|scope| {
            scope.spawn(|_| next.work_out(make));
            done.take_each(&mut take)
        });
        taken?;
        if next.chunks.is_empty() {
            return Ok(());
        }
        std::mem::swap(&mut done, &mut next);
    }
}

/// Some chunks, and what is made of them.
struct Window<T> {
    chunks: Vec<Chunk>,
    made: Vec<Option<T>>,
}

impl<T: Send> Window<T> {
    fn new() -> Window<T> {
        Window {
            chunks: Vec::new(),
            made: Vec::new(),
        }
    }

    fn work_out(&mut self, make: impl Fn(&Chunk) -> Option<T> + Sync) {
        self.chunks
            .par_iter()
            .map(&make)
            .collect_into_vec(&mut self.made);
    }

    fn take_each<E>(&mut self, take: &mut impl FnMut(usize, T) -> Result<(), E>) -> Result<(), E> {
        for (chunk, made) in self.chunks.iter().zip(self.made.drain(..)) {
            if let Some(made) = made {
                take(chunk.case, made)?;
            }
        }
        Ok(())
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
            let start = chunk.case as u64 * each + chunk.range.start;
            assert_eq!(start, next);
            assert!(chunk.range.end <= each && chunk.range.end - chunk.range.start <= CHUNK);
            next = chunk.case as u64 * each + chunk.range.end;
        }
        assert_eq!(next, 2 * each + 9);
    }
}
