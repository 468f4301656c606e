//! Comparisons as JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use super::estimate::{conventions, left_out};
use super::value::{exact, text};
use crate::compare::{Comparison, Row, RowPart, ScopeStage};
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
    /// The stages of each scope, by variant.
    scopes: Map<String, Value>,
    /// What of them not all variants have.
    scope_differences: Vec<ScopeDifferenceJson>,
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

/// A stage that not all variants have in a scope.
#[derive(Serialize)]
struct ScopeDifferenceJson {
    scope: String,
    stage: String,
    inside: Vec<String>,
    /// They have the stage, but not in the scope.
    outside: Vec<String>,
    lacking: Vec<String>,
}

/// The stages of each scope, by variant.
fn scopes_json(comparison: &Comparison, scopes: &[String]) -> Map<String, Value> {
    let variants = comparison.settings.first().into_iter().flatten();
    let variants: Vec<&str> = variants.map(|one| one.variant.as_str()).collect();
    let of_scope = |scope: &String| {
        let stages = comparison.scope_stages(scope);
        let of_variant = |variant: &&str| {
            let inside = |stage: &&ScopeStage| stage.inside.iter().any(|one| one == variant);
            let own = stages.iter().filter(inside);
            let own: Vec<Value> = own.map(|one| one.stage.clone().into()).collect();
            ((*variant).to_owned(), Value::Array(own))
        };
        let variants: Map<String, Value> = variants.iter().map(of_variant).collect();
        (scope.clone(), Value::Object(variants))
    };
    scopes.iter().map(of_scope).collect()
}

fn differences_json(comparison: &Comparison, scopes: &[String]) -> Vec<ScopeDifferenceJson> {
    let of_scope = |scope: &String| {
        let scope = scope.clone();
        let stages = comparison.scope_stages(&scope).into_iter();
        let differ = stages.filter(|stage| !stage.is_common());
        let differ = differ.map(move |stage| ScopeDifferenceJson {
            scope: scope.clone(),
            stage: stage.stage,
            inside: stage.inside,
            outside: stage.outside,
            lacking: stage.lacking,
        });
        differ.collect::<Vec<_>>()
    };
    scopes.iter().flat_map(of_scope).collect()
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
        scopes: scopes_json(comparison, scopes),
        scope_differences: differences_json(comparison, scopes),
        rows: (comparison.rows(scopes).into_iter())
            .map(|row| row_json(row, false))
            .collect(),
        stages: (comparison.stage_rows().into_iter())
            .map(|row| row_json(row, true))
            .collect(),
    })
}
