//! Comparisons as JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use super::estimate::{conventions, left_out};
use super::value::{exact, text};
use crate::compare::{Comparison, Row, RowPart};
use crate::energy::Part;
use crate::source::Problems;
use crate::units::Energy;

#[derive(Serialize)]
struct ComparisonJson<'a> {
    model: &'a str,
    baseline: &'a str,
    dims: Map<String, Value>,
    conventions: Map<String, Value>,
    /// Operators that are not known, and in no sum, by variant.
    left_out: Map<String, Value>,
    rows: Vec<RowJson>,
    stages: Vec<RowJson>,
}

#[derive(Serialize)]
struct RowJson {
    table: String,
    format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    variant: String,
    /// `null` where nothing of it is supported.
    energy_pj: Option<f64>,
    baseline_pj: Option<f64>,
    saving: Option<f64>,
    /// Of the energy the arithmetic and what moves, and of the arithmetic what is
    /// saved; left out where arithmetic alone is counted.
    #[serde(flatten)]
    parts: Option<PartsJson>,
}

#[derive(Serialize)]
struct PartsJson {
    compute_pj: Option<f64>,
    movement_pj: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_pj: Option<Option<f64>>,
    compute_saving: Option<f64>,
}

fn row_json(row: Row, by_stage: bool) -> RowJson {
    let saving = row.saving();
    let part = |part: Part| row.parts.iter().find(|known| known.part == part);
    let energy = |part: &RowPart| part.energy.map(Energy::picojoules);
    let parts = part(Part::Arithmetic).map(|arithmetic| PartsJson {
        compute_pj: energy(arithmetic),
        movement_pj: part(Part::Movement).and_then(energy),
        static_pj: part(Part::Static).map(energy),
        compute_saving: arithmetic.saving(),
    });
    let (scope, stage) = if by_stage {
        (None, Some(row.scope))
    } else {
        (Some(row.scope), None)
    };
    RowJson {
        table: row.table,
        format: row.format.to_string(),
        scope,
        stage,
        variant: row.variant,
        energy_pj: row.energy.map(Energy::picojoules),
        baseline_pj: row.baseline.map(Energy::picojoules),
        saving,
        parts,
    }
}

/// A comparison over the scopes given, and by stage.
pub(in crate::cli) fn comparison(
    comparison: &Comparison,
    scopes: &[String],
) -> Result<String, Problems> {
    let first = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.first());
    text(&ComparisonJson {
        model: first.map_or("", |estimate| &estimate.model),
        baseline: &comparison.baseline,
        dims: first.map_or_else(Map::new, |estimate| {
            let dims = estimate.dims.iter();
            dims.map(|(name, value)| (name.clone(), exact(value)))
                .collect()
        }),
        conventions: first.map_or_else(Map::new, conventions),
        left_out: left_out(comparison),
        rows: (comparison.rows(scopes).into_iter())
            .map(|row| row_json(row, false))
            .collect(),
        stages: (comparison.stage_rows().into_iter())
            .map(|row| row_json(row, true))
            .collect(),
    })
}
