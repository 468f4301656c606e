//! What each run costs as a function of the coefficients.

use std::collections::HashMap;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::coefficient::Coefficient;
use super::open::{Features, Hardware};
use crate::energy::Counted;
use crate::format::Format;
use crate::runs::{CountedRun, Run, Runs};
use crate::source::{Diagnostic, Problems};

/// The runs as functions of `coefficients` on `hardware`. An energy is linear in
/// every price, so that one inference of each model at 0, and one with each
/// coefficient at 1, say all.
///
/// # Errors
/// What the table does not price, and levels of memory that it does not have,
/// at the run that asks for it.
pub fn features(
    runs: &Runs,
    counted: &[CountedRun],
    hardware: &Hardware,
    coefficients: &[Coefficient],
) -> Result<Vec<Features>, Problems> {
    let mut closed = hardware.clone();
    for one in coefficients {
        closed = closed.with(one, BigRational::zero())?;
    }
    let opened = coefficients
        .iter()
        .map(|one| closed.with(one, BigRational::one()));
    let opened = opened.collect::<Result<Vec<Hardware>, Diagnostic>>()?;
    let mut problems = Problems::new();
    // Runs of the same that took equally long are alike.
    type Key = (*const Counted, Format, Option<u64>);
    let mut known: HashMap<Key, Option<Features>> = HashMap::new();
    let mut all = Vec::with_capacity(counted.len());
    for (run, counted) in runs.runs.iter().zip(counted) {
        let seconds = run.seconds.map(f64::to_bits);
        let key = (Arc::as_ptr(&counted.counted), counted.format, seconds);
        let found = known.entry(key).or_insert_with(|| {
            let found = inference(run, counted, &closed, &opened);
            problems.note(found)
        });
        all.push(found.clone().unwrap_or_default());
    }
    problems.or(all)
}

/// One inference of a model: with every coefficient at 0, and what each adds.
fn inference(
    run: &Run,
    counted: &CountedRun,
    closed: &Hardware,
    opened: &[Hardware],
) -> Result<Features, Problems> {
    let offset = closed.joules(run, counted)?;
    let columns = opened
        .iter()
        .map(|one| Ok(one.joules(run, counted)? - offset));
    Ok(Features {
        offset,
        columns: columns.collect::<Result<Vec<f64>, Problems>>()?,
    })
}
