//! The faults of claims as data, each with what its words need.

use num_bigint::BigInt;

use crate::format::{Format, NumberFormat};
use crate::model::Phase;

/// A fault of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A share is applied to what holds it already.
    AppliedTwice {
        /// The share, as the formula writes it.
        share: String,
        /// What holds it already.
        holder: Holder,
    },
    /// The energy is less than what the published operations take.
    CheapOperations(CheapOperations),
    /// The baseline is in a wider format than it would be deployed in.
    WideBaseline {
        /// What readers know the baseline as.
        baseline: String,
        /// The widest format that it is in.
        format: NumberFormat,
        /// The format that it would be deployed in.
        deployed: Format,
        /// The number with everything in that format, not the baseline alone.
        everything: Vec<Deployed>,
    },
    /// Projections or a softmax are left out of a whole.
    IncompleteWhole(SmallerPart),
    /// The number is over less than what is named.
    SmallerScope(SmallerPart),
    /// Accumulators cannot hold the sums.
    NarrowAccumulators(Vec<NarrowSum>),
    /// Weights are read for nothing, where the table prices memory.
    NoMemory(Vec<WeightShare>),
    /// All-in entries are added to those of single operations.
    AllIn(Vec<Overlap>),
    /// Entries of two tables stand in one number.
    TwoTables(Tables),
    /// Assumed entries carry more than a twentieth.
    Assumed(Vec<AssumedShare>),
}

/// What holds a share that is applied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A published number, which is the share times another one.
    Input {
        /// Its name.
        name: String,
        /// That of the other one.
        whole: String,
    },
    /// The counts of an estimate, by a parameter of its model.
    Parameter {
        /// What readers know the estimate as.
        estimate: String,
        /// The parameter.
        symbol: String,
    },
    /// The counts of an estimate, by a file of densities.
    Densities {
        /// What readers know the estimate as.
        estimate: String,
        /// The file.
        file: String,
    },
    /// The product, which has the share as a factor before.
    Product,
}

/// Published operations that take more than the published energy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheapOperations {
    /// The operations, as the formula writes them.
    pub operations: Vec<String>,
    /// The tables that price them.
    pub tables: Vec<String>,
    /// By how much more, as it is shown.
    pub times: String,
}

/// A number with everything in the format of deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The variant of a report that it is of.
    pub variant: Option<String>,
    /// The number, as it is shown.
    pub number: String,
}

/// A part that is computed where a larger one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallerPart {
    /// The scope that is named.
    pub named: String,
    /// The parts that are computed.
    pub computed: Vec<String>,
    /// The stages of the named scope that are not.
    pub without: Vec<String>,
}

/// A sum that its format cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NarrowSum {
    /// What readers know the estimate as.
    pub estimate: String,
    /// How many terms are added up.
    pub terms: BigInt,
    /// The format that they are added up in.
    pub format: NumberFormat,
    /// How many bits the sum takes.
    pub bits: u64,
    /// Whether it may take more, since nothing says how wide its terms are.
    pub is_at_least: bool,
    /// What the table has for it.
    pub wider: Wider,
}

/// A format of a table for a sum that another one cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wider {
    /// The narrowest that holds it.
    Holds(NumberFormat),
    /// The widest of the table, which does not.
    Widest(NumberFormat),
    /// Nothing wider is in the table.
    Nothing,
}

impl Wider {
    /// The format that there is.
    pub fn format(self) -> Option<NumberFormat> {
        match self {
            Wider::Holds(format) | Wider::Widest(format) => Some(format),
            Wider::Nothing => None,
        }
    }
}

/// The share of an estimate that its weights would take, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightShare {
    /// What readers know the estimate as.
    pub estimate: String,
    /// What the model is used for: what it keeps from step to step is read and
    /// written beside the weights.
    pub phase: Phase,
    /// The level of memory that they are read from.
    pub level: String,
    /// The share, as it is shown.
    pub share: String,
}

/// Entries that are added though one kind holds the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Those that are all-in.
    pub all_in: Vec<String>,
    /// Those of single operations.
    pub single: Vec<String>,
}

/// Why the entries of one number are of several tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tables {
    /// It names entries of all of these.
    Named(Vec<String>),
    /// Its table extends another one, and it rests on entries of both.
    Extended {
        /// The table.
        table: String,
        /// The one that it extends.
        base: String,
        /// The entries of each file.
        entries: Vec<Vec<String>>,
    },
}

/// The share of a number that assumed entries carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedShare {
    /// The share, as it is shown.
    pub share: String,
    /// What it is a share of.
    pub of: String,
    /// The entries.
    pub entries: Vec<String>,
}

/// The kinds of faults, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// See [`Fault::AppliedTwice`].
    AppliedTwice,
    /// See [`Fault::CheapOperations`].
    CheapOperations,
    /// See [`Fault::WideBaseline`].
    WideBaseline,
    /// See [`Fault::IncompleteWhole`].
    IncompleteWhole,
    /// See [`Fault::SmallerScope`].
    SmallerScope,
    /// See [`Fault::NarrowAccumulators`].
    NarrowAccumulators,
    /// See [`Fault::NoMemory`].
    NoMemory,
    /// See [`Fault::AllIn`].
    AllIn,
    /// See [`Fault::TwoTables`].
    TwoTables,
    /// See [`Fault::Assumed`].
    Assumed,
}

impl Fault {
    /// Its kind.
    pub fn kind(&self) -> FaultKind {
        match self {
            Fault::AppliedTwice { .. } => FaultKind::AppliedTwice,
            Fault::CheapOperations(_) => FaultKind::CheapOperations,
            Fault::WideBaseline { .. } => FaultKind::WideBaseline,
            Fault::IncompleteWhole(_) => FaultKind::IncompleteWhole,
            Fault::SmallerScope(_) => FaultKind::SmallerScope,
            Fault::NarrowAccumulators(_) => FaultKind::NarrowAccumulators,
            Fault::NoMemory(_) => FaultKind::NoMemory,
            Fault::AllIn(_) => FaultKind::AllIn,
            Fault::TwoTables(_) => FaultKind::TwoTables,
            Fault::Assumed(_) => FaultKind::Assumed,
        }
    }

    /// Adds what the same fault of another variant has and this one has not,
    /// and says whether it is the same fault.
    pub fn absorb(&mut self, other: &Fault) -> bool {
        match (&mut *self, other) {
            (
                Fault::WideBaseline {
                    baseline,
                    format,
                    deployed,
                    everything,
                },
                Fault::WideBaseline {
                    baseline: other_baseline,
                    format: other_format,
                    deployed: other_deployed,
                    everything: more,
                },
            ) => {
                (&*baseline, &*format, &*deployed) == (other_baseline, other_format, other_deployed)
                    && add(everything, more)
            }
            (Fault::NarrowAccumulators(own), Fault::NarrowAccumulators(more)) => add(own, more),
            (Fault::NoMemory(own), Fault::NoMemory(more)) => {
                one_level(own) == one_level(more) && add(own, more)
            }
            (Fault::AllIn(own), Fault::AllIn(more)) => add(own, more),
            (Fault::Assumed(own), Fault::Assumed(more)) => add(own, more),
            (own, other) => own == other,
        }
    }
}

/// Adds what is not there yet.
fn add<T: Clone + PartialEq>(own: &mut Vec<T>, more: &[T]) -> bool {
    for one in more {
        if !own.contains(one) {
            own.push(one.clone());
        }
    }
    true
}

/// The level that all weights are read from, if it is one.
pub(super) fn one_level(shares: &[WeightShare]) -> Option<&str> {
    let level = &shares.first()?.level;
    let is_one = shares.iter().all(|share| share.level == *level);
    is_one.then_some(level)
}
