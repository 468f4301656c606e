//! A part that is computed, smaller than the one that is named.

use num_traits::Zero;

use super::{Case, Fault, Warning};
use crate::claims::computed::{Computed, Prices, of_scope};
use crate::source::Spanned;

/// Counts another part of every model that has it.
struct Over<'a>(&'a Spanned<String>);

impl Prices for Over<'_> {
    fn stages(&self, computed: &Computed) -> Option<Vec<String>> {
        match of_scope(self.0, &computed.counted) {
            Ok(stages) => stages,
            Err(_) => computed.stages.clone(),
        }
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let Some(named) = &case.claim.reading.named else {
        return Vec::new();
    };
    let mut missing: Vec<String> = Vec::new();
    let mut part = "";
    for (_, computed) in &case.uses.energies {
        for stage in left_out(computed, named) {
            if !missing.contains(&stage) {
                missing.push(stage);
            }
        }
        if computed.stages.is_some() {
            part = &computed.part;
        }
    }
    if missing.is_empty() {
        return Vec::new();
    }
    let of_attention = |stage: &String| stage.ends_with("-proj") || stage == "softmax";
    let fault = match missing.iter().any(of_attention) {
        true => Fault::LeftOut,
        false => Fault::SmallerScope,
    };
    let says = format!(
        "`{}` is named, `{part}` is computed, without {}",
        named.value,
        missing.join(", ")
    );
    let over = case.under(&Over(named));
    vec![case.warning(fault, says, case.shown_or(over))]
}

/// The stages of the named part that are not in the computed one and cost
/// something.
fn left_out(computed: &Computed, named: &Spanned<String>) -> Vec<String> {
    let Some(own) = &computed.stages else {
        return Vec::new();
    };
    let Ok(whole) = of_scope(named, &computed.counted) else {
        return Vec::new();
    };
    let graph = &computed.counted.graph;
    let stages = match whole {
        Some(stages) => stages,
        None => graph.stages().into_iter().map(str::to_owned).collect(),
    };
    let costs = |stage: &String| {
        let one = std::slice::from_ref(stage);
        computed
            .tallies(Some(one))
            .any(|(_, count)| !count.is_zero())
    };
    let missing = stages.into_iter().filter(|stage| !own.contains(stage));
    missing.filter(costs).collect()
}
