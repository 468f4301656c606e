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

mod accumulators;
mod assumed;
mod baseline;
mod memory;
mod mixing;
mod scope;
mod twice;
mod uses;

use num_rational::BigRational;

use self::uses::Uses;
use super::computed::{Prices, Shelf};
use super::evaluate::{Names, Under};
use super::ledger::Ledger;
use super::quantity::Quantity;
use super::spec::ClaimSpec;
use crate::number;
use crate::source::Problems;
use crate::units::significant;

/// A fault of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of fault.
    pub fault: Fault,
    /// The claim.
    pub claim: String,
    /// What is wrong, in words.
    pub says: String,
    /// The number as it was published, or as it is computed.
    pub was: String,
    /// The number without the fault.
    pub becomes: String,
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

/// Every warning of every claim, in order.
///
/// # Errors
/// What keeps a claim from being computed.
pub fn audit(ledger: &Ledger, shelf: &dyn Shelf) -> Result<Vec<Warning>, Problems> {
    let names = Names {
        file: &ledger.file,
        estimates: &ledger.estimates,
        shelf,
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
            uses,
            value,
        };
        for warning in RULES.iter().flat_map(|rule| rule(&case)) {
            // The same of the same, such as the memory of one estimate.
            let told = warnings.iter().any(|other| {
                (other.fault, &other.says, &other.was)
                    == (warning.fault, &warning.says, &warning.was)
            });
            if !told {
                warnings.push(warning);
            }
        }
    }
    problems.or(warnings)
}

impl Case<'_> {
    /// A warning about the claim as a whole.
    fn warning(&self, fault: Fault, says: String, becomes: String) -> Warning {
        Warning {
            fault,
            claim: self.claim.name.value.clone(),
            says,
            was: self.claim.published.text(),
            becomes,
        }
    }

    /// The claim under other prices; nothing where they do not give a number.
    fn under(&self, prices: &dyn Prices) -> Option<BigRational> {
        self.evaluate(Under::all(prices))
    }

    fn evaluate(&self, under: Under<'_>) -> Option<BigRational> {
        let value = self.names.value(&self.claim.formula, under);
        value.ok().map(|quantity| quantity.value)
    }

    /// A value of the claim, in its unit, to three digits.
    fn shown(&self, value: &BigRational) -> String {
        let unit = &self.claim.published.unit;
        let in_unit = number::to_f64(&(value / unit.scale()));
        unit.after(&significant(in_unit, 3).replace('-', "−"))
    }

    fn shown_or(&self, value: Option<BigRational>) -> String {
        match value {
            Some(value) => self.shown(&value),
            None => "not priced by the table".to_owned(),
        }
    }
}
