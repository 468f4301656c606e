//! One price and everything a reader needs to judge it.
//!
//! A picojoule figure means little alone: 0.9 pJ of a functional unit and
//! 26 pJ all-in are both "an operation". So an [`Entry`] carries where the
//! figure comes from, how it was obtained, what it includes, and how far it
//! can be trusted, and every total can say on which of these it rests.

use std::fmt;

use num_rational::BigRational;

use crate::source::{Datum, Diagnostic, Place, Problems};

/// What one operation costs, and why one may think so.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The price in picojoules. Where the source gives a range alone, its
    /// middle, and `note` says so.
    pub pj: BigRational,
    /// The least and the most it may be, in picojoules, where known.
    pub range: Option<(BigRational, BigRational)>,
    /// Where the figure comes from.
    pub provenance: Provenance,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// How it was obtained.
    pub kind: FigureKind,
    /// What it includes.
    pub boundary: Boundary,
    /// A remark: why an assumption is defensible, how a figure was read.
    pub note: Option<String>,
    /// Where it is written; none if set by hand.
    pub place: Option<Place>,
}

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// Written in the table, with the key of the source that it was read in.
    Published {
        /// A key of [`EnergyTable::sources`](super::EnergyTable::sources).
        source: String,
    },
    /// Written in the table without a source, as an assumption; the entry's
    /// note says why.
    Assumed,
    /// Computed from other entries of the table.
    Derived {
        /// The formula as written, such as `7.1 * mul`.
        formula: String,
        /// The key of the source that suggests the formula, if one does.
        source: Option<String>,
    },
    /// Set by hand, for a what-if.
    Set,
}

impl Provenance {
    /// The key of the source, if there is one.
    pub fn source(&self) -> Option<&str> {
        match self {
            Provenance::Published { source } => Some(source),
            Provenance::Derived { source, .. } => source.as_deref(),
            Provenance::Assumed | Provenance::Set => None,
        }
    }
}

/// A set of words of which a table file picks one.
pub(super) trait Word: Copy + Sized + 'static {
    /// What the words are about, as in "`x` is no confidence".
    const WHAT: &'static str;
    /// All of them with their spelling.
    const WORDS: &'static [(Self, &'static str)];

    /// The word that `node` must be.
    fn read(node: &Datum, problems: &mut Problems) -> Option<Self> {
        let text = node.text(problems)?;
        let found = Self::WORDS.iter().find(|(_, word)| *word == text.value);
        if found.is_none() {
            problems.push(
                Diagnostic::at(
                    &text.place,
                    format!("`{}` is no {}", text.value, Self::WHAT),
                )
                .known(&text.value, Self::WORDS.iter().map(|(_, word)| *word)),
            );
        }
        found.map(|(value, _)| *value)
    }
}

/// How far a figure can be trusted, from the best to the worst: what rests on
/// several entries is as good as the largest of their confidences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The same number in at least two sources that did not copy each other.
    High,
    /// One good source, or several of one group.
    Medium,
    /// One secondary source, or an author's estimate.
    Low,
    /// Known to be in a source that could not be consulted.
    Unverified,
    /// No source gives it: a guess that says so.
    Assumed,
}

impl Confidence {
    /// All levels, best first.
    pub const ALL: [Confidence; 5] = [
        Confidence::High,
        Confidence::Medium,
        Confidence::Low,
        Confidence::Unverified,
        Confidence::Assumed,
    ];

    /// Its name in tables and output.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
            Confidence::Unverified => "unverified",
            Confidence::Assumed => "assumed",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Word for Confidence {
    const WHAT: &'static str = "confidence";
    const WORDS: &'static [(Confidence, &'static str)] = &[
        (Confidence::High, Confidence::High.name()),
        (Confidence::Medium, Confidence::Medium.name()),
        (Confidence::Low, Confidence::Low.name()),
        (Confidence::Unverified, Confidence::Unverified.name()),
        (Confidence::Assumed, Confidence::Assumed.name()),
    ];
}

/// How a figure was obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FigureKind {
    /// Measured on hardware.
    Measured,
    /// Reported by a synthesis tool for a circuit.
    Synthesised,
    /// Reported by a simulator.
    Simulated,
    /// Added up from figures of parts.
    Composed,
    /// Fitted, so that totals come out as they were measured for whole runs.
    Fitted,
    /// Assumed.
    Assumed,
    /// The sources at hand do not say.
    Unstated,
}

impl FigureKind {
    /// Its name in tables and output.
    pub const fn name(self) -> &'static str {
        match self {
            FigureKind::Measured => "measured",
            FigureKind::Synthesised => "synthesised",
            FigureKind::Simulated => "simulated",
            FigureKind::Composed => "composed",
            FigureKind::Fitted => "fitted",
            FigureKind::Assumed => "assumed",
            FigureKind::Unstated => "unstated",
        }
    }
}

impl fmt::Display for FigureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Word for FigureKind {
    const WHAT: &'static str = "kind of figure";
    const WORDS: &'static [(FigureKind, &'static str)] = &[
        (FigureKind::Measured, FigureKind::Measured.name()),
        (FigureKind::Synthesised, FigureKind::Synthesised.name()),
        (FigureKind::Simulated, FigureKind::Simulated.name()),
        (FigureKind::Composed, FigureKind::Composed.name()),
        (FigureKind::Fitted, FigureKind::Fitted.name()),
        (FigureKind::Assumed, FigureKind::Assumed.name()),
        (FigureKind::Unstated, FigureKind::Unstated.name()),
    ];
}

/// What a figure includes. Figures of different boundaries differ severalfold
/// and can all be right; they must not be mixed unawares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Boundary {
    /// The circuit that computes, without registers, control or wires to it.
    FunctionalUnit,
    /// A whole component, such as a memory chip with its interface.
    Device,
    /// The way from end to end as measured, controllers included.
    MeasuredPath,
    /// Everything that draws power while the operation happens.
    AllIn,
    /// The sources at hand do not say.
    Unstated,
}

impl Boundary {
    /// Its name in tables and output.
    pub const fn name(self) -> &'static str {
        match self {
            Boundary::FunctionalUnit => "functional unit",
            Boundary::Device => "device",
            Boundary::MeasuredPath => "measured path",
            Boundary::AllIn => "all-in",
            Boundary::Unstated => "unstated",
        }
    }
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Word for Boundary {
    const WHAT: &'static str = "boundary";
    const WORDS: &'static [(Boundary, &'static str)] = &[
        (Boundary::FunctionalUnit, Boundary::FunctionalUnit.name()),
        (Boundary::Device, Boundary::Device.name()),
        (Boundary::MeasuredPath, Boundary::MeasuredPath.name()),
        (Boundary::AllIn, Boundary::AllIn.name()),
        (Boundary::Unstated, Boundary::Unstated.name()),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidences_go_from_the_best_to_the_worst() {
        assert!(Confidence::ALL.is_sorted());
        let names: Vec<String> = Confidence::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["high", "medium", "low", "unverified", "assumed"]);
    }

    #[test]
    fn every_word_is_spelt_one_way() {
        assert!(Confidence::WORDS.iter().all(|(c, name)| c.name() == *name));
        assert_eq!(Confidence::WORDS.len(), Confidence::ALL.len());
        assert!(
            FigureKind::WORDS
                .iter()
                .all(|(kind, name)| kind.name() == *name)
        );
        assert!(Boundary::WORDS.iter().all(|(b, name)| b.name() == *name));
    }
}
