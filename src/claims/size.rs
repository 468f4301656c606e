//! How long formulas are once all that they name is written out.
//!
//! Sixteen quantities, each twice the one before, are a hundred thousand terms:
//! what takes a page to write would take forever to compute.

use std::collections::HashMap;

use super::spec::ClaimFile;
use crate::formula::Formula;
use crate::source::{Diagnostic, Problems, at_most};

/// Inputs and quantities of one file.
const MAX_NAMES: usize = 500;
/// Names of one formula, written out.
const MAX_TERMS: u64 = 1000;

/// Refuses formulas that are too long, written out.
pub(super) fn check(file: &ClaimFile, problems: &mut Problems) {
    let place = &file.name.place;
    at_most(&file.inputs, MAX_NAMES, "inputs", place, problems);
    at_most(&file.quantities, MAX_NAMES, "quantities", place, problems);
    if !problems.is_empty() {
        return;
    }
    let mut sizes = Sizes {
        formulas: (file.quantities.iter())
            .map(|(name, formula)| (name.value.as_str(), formula))
            .collect(),
        known: HashMap::new(),
    };
    let of_claims = file.claims.iter().map(|claim| &claim.formula);
    let of_findings = file.findings.iter().map(|finding| &finding.formula);
    let of_quantities = file.quantities.iter().map(|(_, formula)| formula);
    for formula in of_quantities.chain(of_claims).chain(of_findings) {
        if sizes.of(formula) > MAX_TERMS {
            let message = format!("over {MAX_TERMS} terms, once its quantities are written out");
            problems.push(Diagnostic::at(&formula.place, message));
            return;
        }
    }
}

/// What is known so far.
struct Sizes<'f> {
    formulas: HashMap<&'f str, &'f Formula>,
    known: HashMap<&'f str, u64>,
}

impl<'f> Sizes<'f> {
    /// How many names a formula has, written out. One that names itself is
    /// refused where it is computed.
    fn of(&mut self, formula: &Formula) -> u64 {
        let mut size: u64 = 0;
        for (name, _) in formula.names() {
            size = size.saturating_add(self.of_name(&name));
        }
        // A formula of 1 alone.
        size.max(1)
    }

    fn of_name(&mut self, name: &str) -> u64 {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let Some((name, formula)) = self.formulas.get_key_value(name) else {
            return 1;
        };
        let (name, formula) = (*name, *formula);
        // While it is being worked out.
        self.known.insert(name, 1);
        let size = self.of(formula);
        self.known.insert(name, size);
        size
    }
}
