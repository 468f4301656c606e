//! What a scope holds in each variant: two that fill it with different stages are
//! not held against each other in the same.

use super::{Comparison, Row};
use crate::energy::Estimate;

/// A stage of a scope, and which variants have it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeStage {
    /// The stage.
    pub stage: String,
    /// The variants whose scope holds it.
    pub inside: Vec<String>,
    /// Those that have the stage, but not in the scope.
    pub outside: Vec<String>,
    /// Those that have no such stage.
    pub lacking: Vec<String>,
}

impl ScopeStage {
    /// Whether all variants have it in the scope.
    pub fn is_common(&self) -> bool {
        self.outside.is_empty() && self.lacking.is_empty()
    }
}

impl Comparison {
    /// The stages that a scope holds in any variant, in the order of all stages.
    pub fn scope_stages(&self, scope: &str) -> Vec<ScopeStage> {
        let Some(estimates) = self.settings.first() else {
            return Vec::new();
        };
        let stages = self.stages().into_iter().map(|stage| {
            let mut found = ScopeStage {
                stage,
                inside: Vec::new(),
                outside: Vec::new(),
                lacking: Vec::new(),
            };
            for estimate in estimates {
                let variants = match (
                    holds(estimate, scope, &found.stage),
                    estimate.stages.contains(&found.stage),
                ) {
                    (true, _) => &mut found.inside,
                    (false, true) => &mut found.outside,
                    (false, false) => &mut found.lacking,
                };
                variants.push(estimate.variant.clone());
            }
            found
        });
        stages.filter(|stage| !stage.inside.is_empty()).collect()
    }

    /// Every variant at every stage of a scope; its energy where its own scope holds
    /// the stage.
    pub fn stage_rows_of(&self, scope: &str) -> Vec<Row> {
        let stages = self.scope_stages(scope);
        let stages: Vec<String> = stages.into_iter().map(|one| one.stage).collect();
        let energy = |estimate: &Estimate, stage: &str| {
            let inside = holds(estimate, scope, stage);
            Some(estimate.of_stage(stage).filter(|_| inside))
        };
        self.tabulate(&stages, energy, |_, _| Vec::new())
    }
}

/// Whether the scope of a variant holds a stage.
fn holds(estimate: &Estimate, scope: &str, stage: &str) -> bool {
    let known = estimate.scopes.iter().find(|known| known.name == scope);
    let stages = match known {
        Some(scope) => &scope.stages,
        None if scope == Estimate::WHOLE => &estimate.stages,
        None => return false,
    };
    stages.iter().any(|own| own == stage)
}
