//! What is wrong with a claim, or missing from it, and what each fault does to
//! the number.
//!
//! | rule | what it warns of |
//! |---|---|
//! | `twice` | a share of zeros that is applied to counts that hold it already |
//! | `baseline` | a baseline in a wider format than it would be deployed in |
//! | `scope` | stages that the named part has and the computed one has not |
//! | `accumulators` | sums in formats that cannot hold them |
//! | `memory` | weights that are read for nothing, where the table prices memory |
//! | `mixing` | all-in entries beside those of single operations; two tables in one number |
//! | `assumed` | results that rest on assumed entries |
//!
//! Each rule computes the claim again as it would be without the fault, by the
//! same formula under other prices.
//!
//! A formula may ask an estimate for its energy, or for its counts and price
//! these itself. `uses` multiplies it out, so that rules see what stands before
//! which entry; what they cannot tell exactly they do not tell.

mod accumulators;
mod assumed;
mod baseline;
mod memory;
mod mixing;
mod scope;
mod twice;
mod uses;

use std::collections::BTreeMap;

use num_rational::BigRational;

use self::uses::Uses;
use super::computed::Prices;
use super::evaluate::{DIVISION_BY_ZERO, Names, Under};
use super::ledger::Ledger;
use super::quantity::Quantity;
use super::spec::{ClaimSpec, Expected};
use crate::loader::Loader;
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::units::significant;

/// A fault of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of fault.
    pub fault: Fault,
    /// The claim.
    pub claim: String,
    /// The variant of a report that it is of.
    pub variant: Option<String>,
    /// What is wrong, in words.
    pub about: String,
    /// What it is wrong with, each in words that continue these.
    pub parts: Vec<String>,
    /// The number as it was published, or as it is computed.
    pub was: String,
    /// The number without the fault.
    pub becomes: String,
}

impl Warning {
    /// What is wrong, with all of its parts.
    pub fn says(&self) -> String {
        sentence(&self.about, &self.parts)
    }
}

/// What is wrong, and its parts, as one sentence.
pub fn sentence(about: &str, parts: &[String]) -> String {
    let parts = parts.join("; ");
    format!("{about} {parts}").trim().to_owned()
}

/// What a report calls the claims and the estimates that stand for it.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// By the name of the claim.
    pub claims: BTreeMap<String, Label>,
    /// By the name of the estimate.
    pub estimates: BTreeMap<String, String>,
}

/// What a claim of a report is.
#[derive(Debug, Clone)]
pub struct Label {
    /// What it is of.
    pub claim: String,
    /// The variant that it is of.
    pub variant: String,
    /// Whether a number of it was published.
    pub is_published: bool,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A share is applied to what holds it already.
    AppliedTwice,
    /// The baseline is in a wider format than it would be deployed in.
    WideBaseline,
    /// Projections or softmax are left out of a whole.
    LeftOut,
    /// The saving is over less than what is named.
    SmallerScope,
    /// Accumulators cannot hold the sums.
    NarrowAccumulator,
    /// Memory is left out where the table has it.
    NoMemory,
    /// All-in entries are added to those of single operations.
    AllIn,
    /// Entries are from two tables.
    TwoTables,
    /// Assumed entries carry more than a twentieth.
    Assumed,
}

impl Fault {
    /// Its name, for readers.
    pub fn name(self) -> &'static str {
        match self {
            Fault::AppliedTwice => "applied twice",
            Fault::WideBaseline => "wide baseline",
            Fault::LeftOut => "left out of the whole",
            Fault::SmallerScope => "smaller scope",
            Fault::NarrowAccumulator => "narrow accumulators",
            Fault::NoMemory => "no memory",
            Fault::AllIn => "all-in entries added",
            Fault::TwoTables => "two tables",
            Fault::Assumed => "assumed entries",
        }
    }
}

/// One claim under audit.
struct Case<'a> {
    names: &'a Names<'a>,
    claim: &'a ClaimSpec,
    labels: Option<&'a Labels>,
    uses: Uses<'a>,
    /// The claim as it stands.
    value: Quantity,
}

/// A rule: the warnings that it has for one claim.
type Rule = fn(&Case<'_>) -> Vec<Warning>;

const RULES: [Rule; 7] = [
    twice::warnings,
    baseline::warnings,
    scope::warnings,
    accumulators::warnings,
    memory::warnings,
    mixing::warnings,
    assumed::warnings,
];

/// Every warning of every claim, in order. `labels` are those of a report, where
/// the claims are of one.
///
/// # Errors
/// What keeps a claim from being computed; a scope or a baseline that it names
/// and does not have.
pub fn audit(
    ledger: &Ledger,
    loader: &Loader,
    labels: Option<&Labels>,
) -> Result<Vec<Warning>, Problems> {
    let names = Names {
        file: &ledger.file,
        estimates: &ledger.estimates,
        loader,
    };
    let mut problems = Problems::new();
    let mut warnings: Vec<Warning> = Vec::new();
    for claim in &ledger.file.claims {
        let uses = Uses::of(&names, &claim.formula);
        let value = names.value(&claim.formula, Under::PLAIN);
        let (uses, value) = match (uses, value) {
            (Ok(uses), Ok(value)) => (uses, value),
            (Err(mistake), _) | (_, Err(mistake)) => {
                problems.push(mistake);
                continue;
            }
        };
        let case = Case {
            names: &names,
            claim,
            labels,
            uses,
            value,
        };
        problems.extend(case.unknown());
        for warning in RULES.iter().flat_map(|rule| rule(&case)) {
            // The same of the same, such as the memory of one estimate.
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    problems.or(warnings)
}

/// A number under other prices, or why there is none.
type Otherwise = Result<BigRational, &'static str>;

impl<'a> Case<'a> {
    /// A warning about the claim as a whole.
    fn warning(&self, fault: Fault, about: &str, parts: Vec<String>, becomes: String) -> Warning {
        let label = self.label();
        Warning {
            fault,
            claim: label
                .map_or(&self.claim.name.value, |label| &label.claim)
                .clone(),
            variant: label.map(|label| label.variant.clone()),
            about: about.to_owned(),
            parts,
            was: match label {
                Some(label) if !label.is_published => self.shown(&self.value.value),
                // What comes out without the fault is held against what comes
                // out with it.
                None if self.claim.expected == Expected::Differs => self.shown(&self.value.value),
                _ => self.claim.published.text(),
            },
            becomes,
        }
    }

    fn label(&self) -> Option<&'a Label> {
        let labels = self.labels?;
        labels.claims.get(&self.claim.name.value)
    }

    /// The variant of a report that the claim is of.
    fn variant(&self) -> Option<&'a str> {
        self.label().map(|label| label.variant.as_str())
    }

    /// What readers know an estimate as.
    fn called<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        let known = self.labels.and_then(|labels| labels.estimates.get(name));
        known.map_or(name, String::as_str)
    }

    /// What the claim says of itself and is not there.
    fn unknown(&self) -> Problems {
        let mut problems = match self.labels {
            None => scope::unknown(self),
            // A report's whole is guessed from its words.
            Some(_) => Problems::new(),
        };
        if let Some(baseline) = &self.claim.reading.baseline
            && !uses::mentions(self.names, &self.claim.formula, &baseline.value)
        {
            let message = format!("the formula does not rest on `{}`", baseline.value);
            problems.push(
                Diagnostic::at(&baseline.place, message)
                    .help("the baseline is an estimate or a quantity that the formula names"),
            );
        }
        problems
    }

    /// The claim under other prices.
    fn under(&self, prices: &dyn Prices) -> Otherwise {
        self.evaluate(Under::all(prices))
    }

    fn evaluate(&self, under: Under<'_>) -> Otherwise {
        let value = self.names.value(&self.claim.formula, under);
        match value {
            Ok(quantity) => Ok(quantity.value),
            Err(mistake) if mistake.message() == DIVISION_BY_ZERO => Err("divides by 0"),
            Err(_) => Err("not priced by the table"),
        }
    }

    /// A value of the claim, in its unit, to three digits.
    fn shown(&self, value: &BigRational) -> String {
        let unit = &self.claim.published.unit;
        let in_unit = number::to_f64(&(value / unit.scale()));
        unit.after(&significant(in_unit, 3).replace('-', "−"))
    }

    fn shown_or(&self, value: Otherwise) -> String {
        match value {
            Ok(value) => self.shown(&value),
            Err(why) => why.to_owned(),
        }
    }
}
