//! What is read in a claim file: what was published, and what it is computed from.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::outline::{List, Outline};
use crate::claims::{ClaimFile, EstimateSpec, Expected, Part};
use crate::source::{Problems, Source};

/// The outline of a claim file that is called by `name`.
pub(super) fn outline(name: &str, source: &Arc<Source>) -> Result<Outline, Problems> {
    let file = ClaimFile::read(source)?;
    let mut outline = Outline::new("claim", &file.name.value, source.name());
    let publication = &file.source;
    outline.fact("title", file.title.clone());
    outline.fact("publication", publication.title.clone());
    outline.fact("identifier", publication.identifier.clone());
    outline.fact("at", publication.at.clone());
    outline.fact("leaves_out", file.leaves_out.clone());
    outline.fact("try", format!("picojoule claims {name}"));
    outline.list(claims(&file));
    outline.list(inputs(&file));
    outline.list(estimates(&file));
    outline.list(formulas(&file));
    outline.list(conventions(&file));
    Ok(outline)
}

fn claims(file: &ClaimFile) -> List {
    let rows = file.claims.iter().map(|claim| {
        let expected = match claim.expected {
            Expected::Holds => "holds",
            Expected::Differs => "differs",
        };
        vec![
            json!(claim.name.value),
            json!(claim.published.text()),
            json!(claim.formula.text),
            json!(expected),
        ]
    });
    List::new(
        "Claims, and what each is computed by",
        "claims",
        &[
            ("Claim", "claim"),
            ("Published", "published"),
            ("Formula", "formula"),
            ("Expected", "expect"),
        ],
        rows.collect(),
    )
}

fn inputs(file: &ClaimFile) -> List {
    let rows = file.inputs.iter().map(|input| {
        vec![
            json!(input.name.value),
            json!(input.published.text()),
            json!(input.exact),
        ]
    });
    List::new(
        "Published numbers that these are computed from",
        "inputs",
        &[("Name", "name"), ("Value", "value"), ("Exact", "exact")],
        rows.collect(),
    )
}

fn estimates(file: &ClaimFile) -> List {
    let row = |estimate: &EstimateSpec| {
        let set: Map<String, Value> = (estimate.set.iter())
            .map(|set| (set.name.value.clone(), json!(set.formula.text)))
            .collect();
        let price = estimate.price.as_ref();
        let part = match &estimate.part {
            Part::Whole => None,
            Part::Scope(scope) => Some(scope.value.clone()),
            Part::Stages(stages) => {
                let stages = stages.iter().map(|stage| stage.value.as_str());
                Some(stages.collect::<Vec<_>>().join(" + "))
            }
        };
        vec![
            json!(estimate.name.value),
            json!(estimate.model.value),
            json!((estimate.variant.as_ref()).map(|variant| variant.value.as_str())),
            json!(set),
            json!(price.map(|price| price.table.value.as_str())),
            json!(price.map(|price| price.format.to_string())),
            json!(part),
        ]
    };
    List::new(
        "Estimates",
        "estimates",
        &[
            ("Name", "name"),
            ("Model", "model"),
            ("Variant", "variant"),
            ("Set", "set"),
            ("Table", "table"),
            ("Format", "format"),
            ("Of", "part"),
        ],
        file.estimates.iter().map(row).collect(),
    )
}

fn formulas(file: &ClaimFile) -> List {
    let quantities = file
        .quantities
        .iter()
        .map(|(name, formula)| vec![json!(name.value), json!("quantity"), json!(formula.text)]);
    let findings = file.findings.iter().map(|finding| {
        vec![
            json!(finding.name.value),
            json!("finding"),
            json!(finding.formula.text),
        ]
    });
    List::new(
        "Quantities and findings",
        "formulas",
        &[("Name", "name"), ("Kind", "role"), ("Formula", "formula")],
        quantities.chain(findings).collect(),
    )
}

fn conventions(file: &ClaimFile) -> List {
    let rows = file.conventions.iter().map(|one| {
        let claims: Vec<&str> = one.claims.iter().map(|name| name.value.as_str()).collect();
        vec![
            json!(one.about.to_string()),
            json!(one.value),
            json!(one.known.name()),
            json!(claims),
        ]
    });
    List::new(
        "Conventions",
        "conventions",
        &[
            ("About", "about"),
            ("Value", "value"),
            ("Known", "known"),
            ("Of", "claims"),
        ],
        rows.collect(),
    )
}
