//! Which scopes are meant.

use super::arg_source::refuse_repeats;
use crate::compare::Comparison;
use crate::energy::Estimate;
use crate::source::{Diagnostic, Problems};

/// The scopes asked for, each of which every variant must have.
pub(super) fn scopes(comparison: &Comparison, asked: &[String]) -> Result<Vec<String>, Problems> {
    let common = comparison.scopes();
    if asked.is_empty() {
        return Ok(common);
    }
    let mut problems = Problems::new();
    refuse_repeats(asked, "--scope", &mut problems);
    let estimates: Vec<&Estimate> = comparison.settings.first().into_iter().flatten().collect();
    for scope in asked {
        let lacking: Vec<&str> = estimates
            .iter()
            .filter(|estimate| estimate.of_scope(scope).is_none())
            .map(|estimate| estimate.variant.as_str())
            .collect();
        if lacking.is_empty() {
            continue;
        }
        let mut known: Vec<&str> = common.iter().map(String::as_str).collect();
        if !known.contains(&Estimate::WHOLE) {
            known.push(Estimate::WHOLE);
        }
        let message = if lacking.len() == estimates.len() {
            format!("no scope `{scope}`")
        } else {
            format!("variant `{}` has no scope `{scope}`", lacking.join("`, `"))
        };
        problems.push(Diagnostic::new(message).known(scope, known));
    }
    problems.or(asked.to_vec())
}
