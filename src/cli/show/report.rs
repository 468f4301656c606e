//! What is read in a report file: what it is computed from, and what it shows.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::outline::{List, Outline};
use crate::report::{Show, Spec};
use crate::source::{Problems, Source};

/// The outline of a report file that is called by `name`.
pub(super) fn outline(name: &str, source: &Arc<Source>) -> Result<Outline, Problems> {
    let spec = Spec::read(source)?;
    let mut outline = Outline::new("report", &spec.name.value, source.name());
    let variants = spec.variants.iter().map(|variant| variant.value.as_str());
    let set: Map<String, Value> = (spec.set.iter())
        .map(|set| (set.name.value.clone(), json!(set.formula.text)))
        .collect();
    outline.fact("title", spec.title.clone());
    outline.fact("model", spec.model.value.clone());
    outline.fact("variants", variants.collect::<Vec<_>>());
    outline.fact("set", set);
    outline.fact("phase", spec.phase.to_string());
    outline.fact("try", format!("picojoule report {name}"));
    outline.list(targets(&spec));
    outline.list(prices(&spec));
    outline.list(sections(&spec));
    Ok(outline)
}

fn targets(spec: &Spec) -> List {
    let rows = spec.targets.iter().map(|target| {
        vec![
            json!(target.name),
            json!(target.percent),
            json!(target.scope.value),
            json!(target.words),
        ]
    });
    List::new(
        "Targets: savings that were published",
        "targets",
        &[
            ("Target", "target"),
            ("Percent", "percent"),
            ("Over", "scope"),
            ("Published as", "words"),
        ],
        rows.collect(),
    )
}

fn prices(spec: &Spec) -> List {
    let rows = spec
        .prices
        .iter()
        .map(|price| vec![json!(price.table.value), json!(price.format.to_string())]);
    List::new(
        "Prices",
        "prices",
        &[("Table", "table"), ("Format", "format")],
        rows.collect(),
    )
}

fn sections(spec: &Spec) -> List {
    let rows = spec.sections.iter().map(|section| {
        let shown = match &section.show {
            Show::Headline => "headline",
            Show::Stages { .. } => "stages",
            Show::Curve(_) => "curve",
            Show::Movement(_) => "movement",
            Show::Cases(_) => "cases",
        };
        vec![json!(section.title), json!(shown)]
    });
    List::new(
        "Sections",
        "sections",
        &[("Title", "title"), ("Shows", "show")],
        rows.collect(),
    )
}
