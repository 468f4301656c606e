//! How long each op takes, and the static energy of that time.
//!
//! An op takes as long as the slowest of what it does at once: its arithmetic,
//! each format at its peak, and the traffic of each level of memory at its
//! bandwidth. That is its roofline. Where a table has a time a launch, each run
//! of an op takes that too. Ops follow one another, so that times add up.
//!
//! It is no performance model: nothing here knows how well a peak is reached, or
//! what overlaps. Time is counted as far as energy needs it: while the device
//! works it takes its static power.
//!
//! A table that lacks the peak of a format says nothing of the time, and one
//! without a static power nothing of its energy. Either is then not there,
//! never 0.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;

use super::sum::Sum;
use crate::format::NumberFormat;
use crate::number::whole;
use crate::source::{Diagnostic, Place};
use crate::table::{Confidence, DeviceNumber, EnergyTable, Figure};

/// Picojoules in a joule.
pub(super) const PICOJOULES: i64 = 1_000_000_000_000;

/// How long everything takes, and what is known of the static energy.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// The ops that do anything, with their times; or why there are none.
    pub ops: Result<Vec<TimedOp>, MissingPeak>,
    /// What the device takes all the time.
    pub power: Option<Figure>,
    /// What each run of the model takes beside everything else.
    pub inference: Option<Figure>,
    /// How long an op takes beside its work.
    pub launch: Option<Figure>,
    /// The levels of memory whose bandwidth is known.
    pub bandwidths: Vec<String>,
}

/// A format of which a table has no peak.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingPeak {
    /// The table.
    pub table: String,
    /// The format.
    pub format: NumberFormat,
    /// The first op that computes in it.
    pub op: String,
    /// Where this op was written.
    pub place: Place,
}

impl MissingPeak {
    /// In words: ``table `t` has no peak in fp32, which op `q` needs``.
    pub fn words(&self) -> String {
        let MissingPeak {
            table, format, op, ..
        } = self;
        format!("table `{table}` has no peak in {format}, which op `{op}` needs")
    }

    /// As a mistake, where a time is needed.
    pub fn diagnostic(&self) -> Diagnostic {
        let format = self.format;
        Diagnostic::at(&self.place, self.words()).help(format!(
            "a peak is `{format} = {{ tops = … }}` under `[device.peak]`, or \
             `--set {}.{format}.tops=…`",
            self.table
        ))
    }
}

/// What an op waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// Its arithmetic.
    Arithmetic,
    /// A level of memory, by its place.
    Level(usize),
}

/// How long one op takes.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedOp {
    /// The op, with the blocks around it.
    pub op: Arc<str>,
    /// Its stage.
    pub stage: Arc<str>,
    /// Its layer.
    pub layer: Arc<str>,
    /// The seconds that its arithmetic takes at the peaks of its formats.
    pub arithmetic: BigRational,
    /// The seconds that its traffic takes, level by level, nearest first;
    /// nothing for a level whose bandwidth is not known.
    pub levels: Vec<Option<BigRational>>,
    /// The seconds that its launches take.
    pub launches: BigRational,
    /// All of it: the longest of the first two, and the launches.
    pub seconds: BigRational,
    /// Which was the longest.
    pub bound: Bound,
    /// The static energy of this time in picojoules, where the table says a
    /// static power.
    pub picojoules: Option<BigRational>,
    /// How far to trust that: as far as the least sure figure in it.
    pub confidence: Confidence,
}

impl Timing {
    /// The seconds of the ops that are taken; nothing where there is no time.
    pub fn seconds(&self, within: impl Fn(&TimedOp) -> bool) -> Option<BigRational> {
        let ops = self.ops.as_ref().ok()?.iter();
        let mut sum = Sum::default();
        for op in ops.filter(|op| within(op)) {
            sum.add(&op.seconds);
        }
        Some(sum.value())
    }

    /// The static energy of the ops that are taken, without that of an inference,
    /// in picojoules; nothing where it is not known.
    pub fn of_ops(&self, within: impl Fn(&TimedOp) -> bool) -> Option<BigRational> {
        match (&self.power, &self.ops) {
            (Some(_), Ok(ops)) => {
                let mut sum = Sum::default();
                for op in ops.iter().filter(|op| within(op)) {
                    sum.add(op.picojoules.as_ref()?);
                }
                Some(sum.value())
            }
            (Some(_), Err(_)) => None,
            (None, _) => self.inference.as_ref().map(|_| BigRational::zero()),
        }
    }

    /// The seconds of the ops that wait for each: for their arithmetic, then for
    /// levels of memory, nearest first; only what there is.
    pub fn by_bound(&self) -> Vec<(Bound, BigRational)> {
        let mut sums: BTreeMap<Bound, Sum> = BTreeMap::new();
        for op in self.ops.iter().flatten() {
            sums.entry(op.bound).or_default().add(&op.seconds);
        }
        let sums = sums.into_iter();
        sums.map(|(bound, sum)| (bound, sum.value())).collect()
    }

    /// The picojoules that a run takes beside everything else; nothing where the
    /// table does not say.
    pub fn of_inference(&self) -> Option<BigRational> {
        let inference = self.inference.as_ref()?;
        Some(&inference.value * whole(PICOJOULES))
    }

    /// Whether the static energy is known.
    pub fn is_known(&self) -> bool {
        match self.power {
            Some(_) => self.ops.is_ok(),
            None => self.inference.is_some(),
        }
    }

    /// All static energy in picojoules; nothing where it is not known.
    pub fn picojoules(&self) -> Option<BigRational> {
        let ops = self.of_ops(|_| true)?;
        Some(ops + self.of_inference().unwrap_or_default())
    }

    /// Why the static energy is not known.
    pub fn unknown(&self, table: &str) -> Option<String> {
        match (&self.power, &self.ops) {
            (None, _) if self.inference.is_none() => {
                Some(format!("table `{table}` has no static power"))
            }
            (Some(_), Err(missing)) => Some(missing.words()),
            _ => None,
        }
    }
}

/// Whether a table says anything of static energy.
pub fn has_static(table: &EnergyTable) -> bool {
    [DeviceNumber::Static, DeviceNumber::Inference]
        .into_iter()
        .any(|number| table.device(number).is_some())
}
