//! Which number a stage has in its model, and with it which colour in every figure.

use std::collections::HashMap;

use crate::energy::Estimate;

/// The numbers of stages. They go by the model and not by what is shown of it, so
/// that a stage keeps its colour from variant to variant and from scope to scope.
#[derive(Debug, Clone, Default)]
pub(super) struct StageNumbers<'e>(HashMap<&'e str, usize>);

impl<'e> StageNumbers<'e> {
    /// The numbers in the models of all these estimates.
    pub(super) fn of(estimates: impl Iterator<Item = &'e Estimate> + Clone) -> StageNumbers<'e> {
        let of_models = estimates.clone().flat_map(|one| one.model_stages.iter());
        // What only comes about in a phase has the numbers after those.
        let others = estimates.flat_map(|one| &one.stages);
        let mut numbers = HashMap::new();
        for stage in of_models.chain(others) {
            let next = numbers.len();
            numbers.entry(stage.as_str()).or_insert(next);
        }
        StageNumbers(numbers)
    }

    /// The number of a stage.
    pub(super) fn get(&self, stage: &str) -> usize {
        let after = self.0.len();
        self.0.get(stage).copied().unwrap_or(after)
    }
}
