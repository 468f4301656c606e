//! What is wrong with a claim, or missing from it, and what each fault does to
//! the number.
//!
//! | check | what it warns of |
//! |---|---|
//! | `twice` | a share of zeros that is applied to counts that hold it already |
//! | `operations` | an energy below what the published operations take |
//! | `baseline` | a baseline in a wider format than it would be deployed in |
//! | `scope` | stages that the named part has and the computed one has not |
//! | `accumulators` | sums in formats that cannot hold them |
//! | `memory` | weights that are read for nothing, where the table prices memory |
//! | `mixing` | all-in entries beside those of single operations; two tables in one number |
//! | `assumed` | results that rest on assumed entries |
//!
//! Each check computes the claim again as it would be without the fault, by the
//! same formula under other prices.
//!
//! A formula may ask an estimate for its energy, or for its counts and price
//! these itself. `uses` multiplies it out, so that checks see what stands before
//! which entry; where they cannot know exactly, they say nothing.

mod accumulators;
mod assumed;
mod baseline;
mod case;
pub mod fault;
mod memory;
mod mixing;
mod operations;
mod scope;
mod twice;
mod uses;
mod warning;
mod words;

use self::case::Case;
pub use self::fault::{Fault, FaultKind};
pub use self::warning::{Corrected, Label, Labels, NoValue, Subject, UnitValue, Warning};
use super::ledger::Recomputed;
use super::meaning::Names;
use crate::loader::Loader;
use crate::source::Problems;

/// What looks for one kind of fault in one claim.
type Check = fn(&Case<'_>) -> Vec<Warning>;

const CHECKS: [Check; 8] = [
    twice::warnings,
    operations::warnings,
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
/// A claim that cannot be computed; a scope that a claim has `named` and none
/// of its estimates has; a `baseline` that its formula does not rest on. Each
/// with its place in the file.
pub fn audit(
    done: &Recomputed,
    loader: &Loader,
    labels: Option<&Labels>,
) -> Result<Vec<Warning>, Problems> {
    let names = Names::new(&done.ledger.file, &done.estimates, loader);
    let mut problems = Problems::new();
    let mut warnings: Vec<Warning> = Vec::new();
    for claim in &done.ledger.file.claims {
        let case = match Case::new(&names, claim, labels) {
            Ok(case) => case,
            Err(mistake) => {
                problems.push(mistake);
                continue;
            }
        };
        problems.extend(scope::check_named(&case));
        problems.extend(case.check_baseline());
        for warning in CHECKS.iter().flat_map(|check| check(&case)) {
            // The same of the same, such as the memory of one estimate.
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    problems.or(warnings)
}
