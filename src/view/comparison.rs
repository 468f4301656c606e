//! Variants side by side.

use super::caveats::caveats_of_comparison;
use super::cells::{column, energy, row, unique, words};
use super::confidence::{assumed_primitives, unverified};
use super::conventions::conventions_over;
use super::dims::comparison_dims;
use super::scopes::scope_differences;
use crate::compare::{Comparison, Row as Compared};
use crate::render::table::{Align, Cell, Row, RowKind, Table};

/// What the rows of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Scopes; all tables and formats of one scope together.
    Scopes,
    /// Stages; all stages on one table and format together.
    Stages,
}

/// A comparison side by side: a row for each scope or stage on each table and
/// format, with every variant in columns, the baseline first.
pub fn comparison_table(comparison: &Comparison, rows: &[Compared], what: Rows) -> Table {
    let variants: Vec<&str> = comparison
        .settings
        .first()
        .map(|estimates| {
            estimates
                .iter()
                .map(|estimate| estimate.variant.as_str())
                .collect()
        })
        .unwrap_or_default();
    let table = column("Table", "table", Align::Left);
    let format = column("Format", "format", Align::Left);
    let mut columns = match what {
        Rows::Scopes => vec![column("Scope", "scope", Align::Left), table, format],
        Rows::Stages => vec![table, format, column("Stage", "stage", Align::Left)],
    };
    for variant in &variants {
        columns.push(column(*variant, format!("{variant}_pj"), Align::Right));
        if *variant != comparison.baseline {
            columns.push(column("saved", format!("{variant}_saving"), Align::Right));
        }
    }
    let mut sorted: Vec<&Compared> = rows.iter().collect();
    if what == Rows::Scopes {
        let order: Vec<&str> = unique(rows.iter().map(|row| row.scope.as_str()));
        sorted.sort_by_key(|row| order.iter().position(|scope| *scope == row.scope));
    }
    let table_rows = sorted
        .chunk_by(|a, b| (&a.scope, &a.table, a.format) == (&b.scope, &b.table, b.format))
        .flat_map(|chunk| {
            let whole = side_by_side(chunk, what, &comparison.baseline);
            let parts: Vec<Vec<Compared>> = chunk.iter().map(|row| row.parts()).collect();
            let count = parts.iter().map(Vec::len).min().unwrap_or(0);
            let parts = (0..count).map(move |at| {
                let part: Vec<&Compared> = parts.iter().filter_map(|row| row.get(at)).collect();
                side_by_side(&part, what, &comparison.baseline)
            });
            [whole].into_iter().chain(parts.collect::<Vec<_>>())
        })
        .collect();
    let first = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.first());
    Table {
        title: first.map(|estimate| {
            format!(
                "{}: energy, and what is saved against {}",
                estimate.model, comparison.baseline
            )
        }),
        columns,
        rows: table_rows,
        notes: notes(
            comparison,
            match what {
                Rows::Scopes => unique(rows.iter().map(|row| row.scope.as_str())),
                Rows::Stages => Vec::new(),
            },
        ),
    }
}

/// The stages of scopes side by side: a row for each on each table and format, then
/// the whole scope, with every variant in columns. A variant whose scope does not hold
/// a stage has a dash there.
pub fn scope_stages_table(comparison: &Comparison, scopes: &[String]) -> Table {
    let mut all = comparison_table(comparison, &[], Rows::Stages);
    all.columns.insert(0, column("Scope", "scope", Align::Left));
    for scope in scopes {
        let stages = comparison_table(comparison, &comparison.stage_rows_of(scope), Rows::Stages);
        let whole = comparison.rows(std::slice::from_ref(scope));
        let whole = comparison_table(comparison, &whole, Rows::Stages);
        let alike = |a: &Row, b: &Row| a.cells.iter().take(2).eq(b.cells.iter().take(2));
        // The parts of a whole, where there are any, follow it.
        let wholes = whole.rows.chunk_by(alike);
        for (stages, whole) in stages.rows.chunk_by(alike).zip(wholes) {
            let total = whole.first().cloned().map(|row| Row {
                cells: named(row.cells, 2, "total"),
                kind: RowKind::Total,
            });
            for row in stages.iter().cloned().chain(total) {
                let mut cells = vec![words(scope.clone())];
                cells.extend(row.cells);
                all.rows.push(Row { cells, ..row });
            }
        }
    }
    let differences = scope_differences(comparison, scopes);
    all.notes.splice(0..0, differences);
    all
}

/// The cells with words in one of them.
fn named(mut cells: Vec<Cell>, at: usize, name: &str) -> Vec<Cell> {
    if let Some(cell) = cells.get_mut(at) {
        *cell = words(name);
    }
    cells
}

/// All variants over one scope or stage, on one table and format.
fn side_by_side(chunk: &[&Compared], what: Rows, baseline: &str) -> Row {
    let mut cells = Vec::new();
    if let Some(first) = chunk.first() {
        let scope = words(first.scope.clone());
        let setting = [words(first.table.clone()), words(first.format.to_string())];
        match what {
            Rows::Scopes => cells.extend([scope].into_iter().chain(setting)),
            Rows::Stages => cells.extend(setting.into_iter().chain([scope])),
        }
    }
    for row in chunk {
        cells.push(energy(row.energy));
        if row.variant != baseline {
            cells.push(row.saving().map_or(Cell::Empty, Cell::Share));
        }
    }
    row(cells)
}

fn notes(comparison: &Comparison, scopes: Vec<&str>) -> Vec<String> {
    let Some(first) = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.last())
    else {
        return Vec::new();
    };
    let mut notes = caveats_of_comparison(comparison);
    let scopes: Vec<String> = scopes.into_iter().map(str::to_owned).collect();
    notes.extend(scope_differences(comparison, &scopes));
    notes.extend(comparison_dims(comparison).map(|dims| format!("Dims: {dims}.")));
    let assumed = assumed_primitives(comparison.settings.iter().flatten());
    if !assumed.is_empty() {
        notes.push(format!(
            "Priced by assumed entries: {}.",
            assumed.join(", ")
        ));
    }
    if let Some(unverified) = unverified(comparison) {
        notes.push(unverified);
    }
    let mut first = first.clone();
    for (entry, value) in comparison
        .settings
        .iter()
        .flatten()
        .flat_map(|e| &e.settings.set)
    {
        if !first.settings.set.iter().any(|(known, _)| known == entry) {
            first.settings.set.push((entry.clone(), value.clone()));
        }
    }
    let all = comparison.settings.iter().flatten();
    for set in all.flat_map(|estimate| &estimate.settings.device_set) {
        if !first.settings.device_set.contains(set) {
            first.settings.device_set.push(set.clone());
        }
    }
    notes.extend(conventions_over(&first, &[]));
    notes
}
