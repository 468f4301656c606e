//! How much of a result rests on entries of which confidence, and which
//! primitives are priced by assumption.

use super::cells::{column, row, share, unique, words};
use crate::compare::Comparison;
use crate::energy::Estimate;
use crate::render::table::{Align, Table};
use crate::table::Confidence;
use crate::units::{Energy, percent};

/// How much of a total rests on entries of which confidence, and which
/// primitives are priced by assumption.
pub(super) fn rests_on(estimate: &Estimate) -> String {
    let total = estimate.total();
    let mut shares: Vec<String> = Vec::new();
    for (confidence, energy) in estimate.by_confidence() {
        if energy != Energy::ZERO {
            let part = percent(energy.picojoules() / total.picojoules(), 1);
            shares.push(format!("{part} on {confidence}"));
        }
    }
    let assumed = assumed_primitives([estimate]);
    let assumed = if assumed.is_empty() {
        String::new()
    } else {
        format!("; assumed: {}", assumed.join(", "))
    };
    if shares.is_empty() {
        let is_known = estimate.prices_operations() && estimate.timing.is_none();
        let what = match estimate.unsupported.is_empty() && is_known {
            true => "Nothing here costs energy",
            false => "Nothing that is counted costs energy; what is left out may",
        };
        return format!("{what}{assumed}.");
    }
    let inherited = inherited(estimate);
    format!(
        "Entries: {} confidence{assumed}{inherited}.",
        shares.join(", ")
    )
}

/// What is priced by entries of tables that the table extends: `; 40.0 % priced
/// by entries of 45nm`.
fn inherited(estimate: &Estimate) -> String {
    let total = estimate.total();
    let mut words = String::new();
    for (origin, energy) in estimate.by_origin() {
        if energy == Energy::ZERO {
            continue;
        }
        let part = percent(energy.picojoules() / total.picojoules(), 1);
        words.push_str(&format!("; {part} priced by entries of {}", origin.table));
        if let Some(node) = &origin.other_node {
            words.push_str(&format!(
                " ({node}, another node than that of {})",
                estimate.table
            ));
        }
    }
    words
}

/// The primitives that assumed entries price in any of the estimates.
pub(super) fn assumed_primitives<'e>(
    estimates: impl IntoIterator<Item = &'e Estimate>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in estimates.into_iter().flat_map(|estimate| &estimate.lines) {
        let name = format!("{}.{}", line.primitive, line.format);
        let is_priced = line.picojoules.is_some();
        if line.confidence == Confidence::Assumed && is_priced && !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    names
}

/// The tables of which some entry in use is unverified.
pub(super) fn unverified(comparison: &Comparison) -> Option<String> {
    let tables = unique(
        comparison
            .settings
            .iter()
            .flatten()
            .filter(|estimate| {
                estimate
                    .lines
                    .iter()
                    .any(|line| line.confidence == Confidence::Unverified)
            })
            .map(|estimate| estimate.table.as_str()),
    );
    (!tables.is_empty()).then(|| format!("Unverified entries: table {}.", tables.join(", ")))
}

/// How much of every variant's total rests on entries of which confidence.
pub fn confidence_table(comparison: &Comparison) -> Table {
    let used: Vec<Confidence> = Confidence::ALL
        .into_iter()
        .filter(|confidence| {
            (comparison.settings.iter().flatten()).any(|estimate| {
                let timed = estimate
                    .timing
                    .iter()
                    .flat_map(|timing| &timing.ops)
                    .flatten();
                let lines = estimate
                    .lines
                    .iter()
                    .filter(|line| line.picojoules.is_some());
                (lines.map(|line| line.confidence))
                    .chain(timed.map(|op| op.confidence))
                    .any(|known| known == *confidence)
            })
        })
        .collect();
    let mut columns = vec![
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
        column("Variant", "variant", Align::Left),
    ];
    columns.extend(
        used.iter()
            .map(|confidence| column(confidence.name(), confidence.name(), Align::Right)),
    );
    let rows = comparison
        .settings
        .iter()
        .flatten()
        .map(|estimate| {
            let total = estimate.total();
            let mut cells = vec![
                words(estimate.table.clone()),
                words(estimate.format.to_string()),
                words(estimate.variant.clone()),
            ];
            for (confidence, energy) in estimate.by_confidence() {
                if used.contains(&confidence) {
                    cells.push(share(Some(energy), total));
                }
            }
            row(cells)
        })
        .collect();
    Table {
        title: Some("Share of the total that rests on entries of each confidence".to_owned()),
        columns,
        rows,
        notes: Vec::new(),
    }
}
