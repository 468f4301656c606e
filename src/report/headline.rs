//! The published numbers beside ours.

use crate::compare::saving;
use crate::energy::Estimate;
use crate::render::table::{Align, Cell, Table};
use crate::report::run::Inputs;
use crate::report::spec::Target;
use crate::source::{Diagnostic, Problems};
use crate::view::cells::{column, row, words};
use crate::view::{Block, comparison_dims, conventions_line};

/// The mistake for a target whose scope a variant lacks.
pub(super) fn no_scope(target: &Target, estimate: &Estimate) -> Problems {
    let known = estimate.scopes.iter().map(|scope| scope.name.as_str());
    let message = format!(
        "variant `{}` has no scope `{}`",
        estimate.variant, target.scope.value
    );
    Diagnostic::at(&target.scope.place, message)
        .known(&target.scope.value, known)
        .into()
}

/// The table of what was published and what comes out, and that of the
/// conventions.
pub(super) fn blocks(inputs: &Inputs<'_>) -> Result<Vec<Block>, Problems> {
    let comparison = inputs.comparison()?;
    let targets = &inputs.spec.targets;
    if targets.is_empty() {
        return Err(Diagnostic::at(&inputs.spec.model.place, "a headline needs a `[[target]]`")
            .help("a target is a published saving, with its `name`, `words`, `scope` and `percent`")
            .into());
    }
    let mut columns = vec![
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
    ];
    for target in targets {
        columns.extend([
            column(
                &target.name,
                format!("{}_baseline", target.name),
                Align::Right,
            ),
            column("variant", format!("{}_variant", target.name), Align::Right),
            column(
                format!("saved (published {} %)", target.percent),
                format!("{}_saving", target.name),
                Align::Right,
            ),
        ]);
    }
    let mut rows = Vec::new();
    for estimates in &comparison.settings {
        let [baseline, variant, ..] = estimates.as_slice() else {
            let place = &inputs.spec.model.place;
            return Err(Diagnostic::at(place, "a headline needs two variants").into());
        };
        let mut cells = vec![words(&baseline.table), words(baseline.format.to_string())];
        for target in targets {
            let energy = |estimate: &Estimate| {
                estimate
                    .of_scope(&target.scope.value)
                    .ok_or_else(|| no_scope(target, estimate))
            };
            let (before, after) = (energy(baseline)?, energy(variant)?);
            cells.extend([
                Cell::Energy(before),
                Cell::Energy(after),
                saving(before, after).map_or(Cell::Empty, Cell::Share),
            ]);
        }
        rows.push(row(cells));
    }
    let example = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.last());
    let notes = example.map_or_else(Vec::new, |estimate| {
        let dims = comparison_dims(&comparison).map(|dims| format!("At {dims}."));
        dims.into_iter()
            .chain([conventions_line(estimate)])
            .collect()
    });
    let table = Table {
        title: None,
        columns,
        rows,
        notes,
    };
    Ok(vec![
        Block::Table(table, Some("headline".to_owned())),
        Block::Text("Every convention beside these numbers, and how it is known:".to_owned()),
        Block::Table(conventions(inputs), Some("conventions".to_owned())),
    ])
}

fn conventions(inputs: &Inputs<'_>) -> Table {
    let listed = inputs.spec.conventions.iter().map(|convention| {
        row(vec![
            words(convention.about.to_string()),
            words(&convention.value),
            words(convention.known.to_string()),
        ])
    });
    Table {
        title: None,
        columns: vec![
            column("Convention", "convention", Align::Left),
            column("Here", "value", Align::Left),
            column("Known from", "known", Align::Left),
        ],
        rows: listed.collect(),
        notes: Vec::new(),
    }
}
