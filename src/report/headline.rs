//! The published numbers beside ours.

use super::inputs::{Inputs, against, no_scope};
use super::page::{Block, TableFiles};
use super::spec::{Section, Target};
use crate::compare::saving;
use crate::energy::Estimate;
use crate::render::table::{Align, Cell, Column, Table};
use crate::source::{Diagnostic, Problems};
use crate::units::Energy;
use crate::view::cells::{column, row, words};
use crate::view::{comparison_dims, conventions_line, scope_differences};

/// The table of what was published and what comes out, and that of the
/// conventions.
pub(super) fn blocks(inputs: &Inputs<'_>, section: &Section) -> Result<Vec<Block>, Problems> {
    if inputs.spec.targets.is_empty() {
        return Err(Diagnostic::at(&inputs.spec.model.place, "a headline needs a `[[target]]`")
            .help("a target is a published saving, with its `name`, `words`, `scope` and `percent`")
            .into());
    }
    let comparison = inputs.comparison()?;
    let mut rows = Vec::new();
    for estimates in &comparison.settings {
        let (baseline, others) = against(estimates, "a headline", &inputs.spec.model.place)?;
        for variant in others {
            rows.push(row(cells(inputs, baseline, variant)?));
        }
    }
    let example = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.last());
    let dims = comparison_dims(&comparison).map(|dims| format!("At {dims}."));
    let targets = inputs.spec.targets.iter();
    let mut scopes: Vec<String> = Vec::new();
    for scope in targets.map(|target| &target.scope.value) {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let notes = inputs.published_note().into_iter();
    let notes = notes
        .chain(scope_differences(&comparison, &scopes))
        .chain(dims);
    let table = Table {
        title: None,
        columns: columns(inputs),
        rows,
        notes: notes.chain(example.map(conventions_line)).collect(),
    };
    Ok(vec![
        Block::Table(
            table,
            TableFiles::new(
                "headline",
                format!(
                    "{}: energies, and savings beside those published",
                    section.title
                ),
            ),
        ),
        Block::Text("Every convention beside these numbers, and how it is known:".to_owned()),
        Block::Table(
            conventions(inputs),
            TableFiles::new("conventions", format!("{}: conventions", section.title)),
        ),
    ])
}

fn columns(inputs: &Inputs<'_>) -> Vec<Column> {
    let mut columns = vec![
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
    ];
    if inputs.has_several() {
        columns.push(column("Variant", "variant", Align::Left));
    }
    for target in &inputs.spec.targets {
        let name = &target.name;
        columns.extend([
            column(name, format!("{name}_baseline"), Align::Right),
            column("variant", format!("{name}_variant"), Align::Right),
            column(
                format!("saved (published {} %)", target.percent),
                format!("{name}_saving"),
                Align::Right,
            ),
        ]);
    }
    columns
}

/// One variant against the baseline, over the scope of each target.
fn cells(
    inputs: &Inputs<'_>,
    baseline: &Estimate,
    variant: &Estimate,
) -> Result<Vec<Cell>, Problems> {
    let mut cells = vec![words(&baseline.table), words(baseline.format.to_string())];
    if inputs.has_several() {
        cells.push(words(&variant.variant));
    }
    for target in &inputs.spec.targets {
        let (before, after) = (energy(baseline, target)?, energy(variant, target)?);
        cells.extend([
            Cell::Energy(before),
            Cell::Energy(after),
            saving(before, after).map_or(Cell::Empty, Cell::Share),
        ]);
    }
    Ok(cells)
}

fn energy(estimate: &Estimate, target: &Target) -> Result<Energy, Problems> {
    estimate.of_scope(&target.scope.value).ok_or_else(|| {
        let known = estimate.scopes.iter().map(|scope| scope.name.as_str());
        no_scope(target, &estimate.variant, known)
    })
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
