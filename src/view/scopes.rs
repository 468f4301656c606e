//! In words: what the scopes of variants do not share.

use crate::compare::{Comparison, ScopeStage};

/// More stages than this are counted.
const SHOWN: usize = 8;

/// A line for the scopes that variants fill with different stages: `Not the same
/// stages in scope attention: softmax only in mine; …`. Scopes that differ in the same
/// have one line.
pub fn scope_differences(comparison: &Comparison, scopes: &[String]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for scope in scopes {
        let stages = comparison.scope_stages(scope);
        let words = words(&stages);
        if words.is_empty() {
            continue;
        }
        match lines.iter_mut().find(|(known, _)| *known == words) {
            Some((_, scopes)) => scopes.push(scope),
            None => lines.push((words, vec![scope])),
        }
    }
    let lines = lines.into_iter().map(|(words, scopes)| {
        let noun = match scopes.len() {
            1 => "scope",
            _ => "scopes",
        };
        let scopes = scopes.join(", ");
        format!("Not the same stages in {noun} {scopes}: {words}.")
    });
    lines.collect()
}

/// Stages that the same variants have, together.
fn words(stages: &[ScopeStage]) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for stage in stages.iter().filter(|stage| !stage.is_common()) {
        let inside = stage.inside.join(", ");
        let place = match stage.outside.as_slice() {
            [] => format!("only in {inside}"),
            outside => format!(
                "in {inside}, while {} {} outside of it",
                outside.join(", "),
                match outside {
                    [_] => "has it",
                    _ => "have it",
                }
            ),
        };
        match groups.iter_mut().find(|(known, _)| *known == place) {
            Some((_, stages)) => stages.push(&stage.stage),
            None => groups.push((place, vec![&stage.stage])),
        }
    }
    let groups = groups.into_iter().map(|(place, stages)| {
        let mut named: Vec<String> = stages
            .iter()
            .take(SHOWN)
            .map(|one| (*one).to_owned())
            .collect();
        if stages.len() > SHOWN {
            named.push(format!("{} more", stages.len() - SHOWN));
        }
        format!("{} {place}", named.join(", "))
    });
    groups.collect::<Vec<String>>().join("; ")
}
