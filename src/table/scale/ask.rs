//! What is asked of a law, and how what it makes says where it comes from.

use num_rational::BigRational;

use crate::format::NumberFormat;
use crate::number::{self, plain};
use crate::source::{Place, Spanned};
use crate::table::entry::{Confidence, Provenance};
use crate::table::law::{Process, ScalingLaw};
use crate::units::significant;

/// How a table came about that was scaled from another.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// The law.
    pub law: ScalingLaw,
    /// From what to what, in words: `from 45 nm at 0.9 V to 7 nm at 0.7 V`.
    pub words: String,
    /// What the other table has and the law does not cover.
    pub left_out: Vec<String>,
}

/// What a file asks for under `scale`.
pub(in crate::table) struct Scale {
    pub(super) law: ScalingLaw,
    pub(super) place: Place,
    pub(super) to: Target,
}

/// What it is scaled to.
pub(super) enum Target {
    Node {
        nanometres: Spanned<u32>,
        process: Process,
        volts: Option<Spanned<BigRational>>,
    },
    Supply(Spanned<BigRational>),
    Width {
        format: Spanned<NumberFormat>,
        width: u16,
    },
}

impl Scale {
    /// Where a scaled price comes from: a formula over what it was scaled from.
    pub(super) fn provenance(&self, factor: &BigRational, of: &str) -> Provenance {
        Provenance::Derived {
            formula: format!("{} * {of}", shown(factor)),
            source: Some(self.law.name().to_owned()),
        }
    }

    /// What is said of a scaled price beside its formula.
    pub(super) fn note(
        &self,
        words: &str,
        confidence: Confidence,
        provenance: &Provenance,
        note: Option<&str>,
    ) -> String {
        let from = provenance.source().unwrap_or("an assumption");
        let mut text = format!("scaled {words}; there {confidence}, {from}");
        if let Some(note) = note {
            text.push_str("; ");
            text.push_str(note);
        }
        text
    }
}

/// A factor as a reader wants it: whole digits where there are few.
pub(super) fn shown(factor: &BigRational) -> String {
    let text = plain(factor);
    match number::is_decimal(factor) && text.len() <= 8 {
        true => text,
        false => significant(number::to_f64(factor), 4),
    }
}
