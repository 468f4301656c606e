//! The conventions that a result rests on, in a line.

use super::timing::static_words;
use crate::energy::Estimate;
use crate::model::Phase;
use crate::number;

/// `Conventions: a dot product of length k takes k additions; …`.
pub fn conventions_line(estimate: &Estimate) -> String {
    let conventions = estimate.settings.conventions;
    let free: Vec<&str> = estimate
        .settings
        .zero_cost
        .iter()
        .map(|primitive| primitive.name())
        .collect();
    let free = if free.is_empty() {
        String::new()
    } else {
        format!("; {} priced at 0", free.join(", "))
    };
    let fused: Vec<String> = (estimate.settings.fused.iter())
        .map(|format| format!("; one mac in {format} is a multiplication and an addition"))
        .collect();
    let fused = fused.concat();
    let set = (estimate.settings.set.iter())
        .map(|(entry, value)| format!("; {entry} set to {} pJ", number::plain(value)));
    let device = (estimate.settings.device_set.iter())
        .map(|(entry, value)| format!("; {entry} set to {}", number::plain(value)));
    let set: Vec<String> = set.chain(device).collect();
    let set = set.concat();
    let movement = match &estimate.settings.memory {
        None => "— (not counted)".to_owned(),
        Some(memory) => format!(
            "{} through {}",
            memory.convention(),
            memory.names().join(", ")
        ),
    };
    let phase = match estimate.settings.phase {
        Phase::Prefill => String::new(),
        phase => format!("; phase: {phase}"),
    };
    let statics = match static_words(estimate) {
        None => String::new(),
        Some(words) => format!("; static energy: {words}"),
    };
    format!(
        "Conventions: {conventions}{free}{fused}{set}{phase}; data movement: {movement}{statics}."
    )
}
