//! A part that is computed, smaller than the one that is named.

use num_traits::Zero;

use super::case::Case;
use super::fault::{Fault, SmallerPart};
use super::warning::Warning;
use crate::claims::computed::{Computed, Prices};
use crate::claims::counting::of_scope;
use crate::claims::meaning::Attribute;
use crate::graph::OpKind;
use crate::primitive::Primitive;
use crate::source::{Problems, Spanned};

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
    let Some(named) = &case.claim.audit.named else {
        return Vec::new();
    };
    let mut without: Vec<String> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for (_, computed, attribute) in &case.uses.estimates {
        let absent = absent_stages(computed, *attribute, named);
        if !absent.is_empty() && !parts.contains(&computed.part) {
            parts.push(computed.part.clone());
        }
        for stage in absent {
            if !without.contains(&stage) {
                without.push(stage);
            }
        }
    }
    let over = case.under(&Over(named));
    if without.is_empty() || over.as_ref() == Ok(&case.value.value) {
        return Vec::new();
    }
    let is_of_attention = without.iter().any(|stage| is_of_attention(stage));
    let part = SmallerPart {
        named: named.value.clone(),
        computed: parts,
        without,
    };
    let fault = match is_of_attention {
        true => Fault::IncompleteWhole(part),
        false => Fault::SmallerScope(part),
    };
    vec![case.warning(fault, case.corrected(over))]
}

/// Whether a stage is a projection or the softmax, which papers leave out of
/// the attention that they name. Stages have these names in every model.
fn is_of_attention(stage: &str) -> bool {
    stage.ends_with("-proj") || stage == "softmax"
}

/// The mistake of a named scope that no estimate of the claim has.
pub(super) fn check_named(case: &Case<'_>) -> Problems {
    let mut problems = Problems::new();
    if let Some(named) = &case.claim.audit.named {
        let estimates = case.uses.estimates.iter();
        let scopes: Vec<_> = estimates
            .map(|(_, computed, _)| of_scope(named, &computed.counted))
            .collect();
        if scopes.iter().all(Result::is_err) {
            scopes
                .into_iter()
                .filter_map(Result::err)
                .take(1)
                .for_each(|mistake| problems.extend(mistake));
        }
    }
    problems
}

/// The stages of the named part that are not in the computed one and have some
/// of what is asked.
fn absent_stages(
    computed: &Computed,
    attribute: Attribute,
    named: &Spanned<String>,
) -> Vec<String> {
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
    let has = |stage: &String, primitive: Option<Primitive>| {
        let mut demands = computed.demands(Some(std::slice::from_ref(stage)));
        demands
            .any(|(demand, count)| primitive.is_none_or(|one| demand.is(one)) && !count.is_zero())
    };
    let counts = |stage: &String| match attribute {
        Attribute::Energy(primitive) => has(stage, primitive),
        Attribute::Count(primitive) => has(stage, Some(primitive)),
        Attribute::Macs => graph.ops().node_weights().any(|op| {
            *op.stage == **stage && matches!(&op.kind, OpKind::Einsum(einsum) if einsum.is_mac())
        }),
        Attribute::Weights => false,
        Attribute::Movement | Attribute::Traffic(..) => has(stage, None),
    };
    let others = stages.into_iter().filter(|stage| !own.contains(stage));
    others.filter(counts).collect()
}
