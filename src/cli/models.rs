//! `picojoule models`

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::args::{FormatArgs, OutputFormat};
use super::{json, output};
use crate::catalog::{self, Kind};
use crate::formula::AstNode;
use crate::loader::Loader;
use crate::model::{Model, NumberRole};
use crate::number;
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};
use crate::source::Problems;

/// Formulas of dims that are longer are left to the file.
const LONGEST: usize = 24;

/// The models that ship, with their variants and dims.
pub(super) fn run(format: &FormatArgs) -> Result<(), Problems> {
    let loader = Loader::shipped();
    let models = catalog::names(Kind::Model)
        .map(|name| Ok((name, loader.model(name)?)))
        .collect::<Result<Vec<_>, Problems>>()?;
    if format.output == OutputFormat::Json {
        return output::print_json(&json::text(&as_json(&models))?, &format.columns);
    }
    let table = output::captioned(table(&models), "Models", format.output);
    output::print_tables(vec![table], format)
}

fn table(models: &[(&str, Arc<Model>)]) -> Table {
    let column = |name: &str, key: &str| Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align: Align::Left,
    };
    let rows = models.iter().map(|(name, model)| Row {
        cells: vec![
            Cell::Text((*name).to_owned()),
            Cell::Text(model.root.about.clone().unwrap_or_default()),
            Cell::Text(variants(model).join(", ")),
            Cell::Text(dims(model).join(", ")),
        ],
        kind: RowKind::Plain,
    });
    Table {
        title: None,
        columns: vec![
            column("Model", "model"),
            column("What it is", "about"),
            column("Variants", "variants"),
            column("Dims", "dims"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// The names of its variants, where it has any.
fn variants(model: &Model) -> Vec<&str> {
    match model.root.variants.is_empty() {
        true => Vec::new(),
        false => model.variant_names(),
    }
}

/// Every dim as it would be set; those that must be, without a value.
fn dims(model: &Model) -> Vec<String> {
    let numbers = model.root.numbers.iter();
    let dims = numbers.filter(|number| number.role == NumberRole::Dim);
    dims.map(|dim| match &dim.formula.ast.node {
        AstNode::Number(value) => format!("{}={}", dim.name.value, number::plain(value)),
        _ if dim.formula.text.len() > LONGEST => format!("{}=…", dim.name.value),
        _ => format!("{}={}", dim.name.value, dim.formula.text),
    })
    .chain(model.root.needs.iter().map(|need| need.value.clone()))
    .collect()
}

/// Its fields may be added to, never renamed. A dim is a number, or the formula that
/// gives it; one that must be set is null.
fn as_json(models: &[(&str, Arc<Model>)]) -> Value {
    let models = models.iter().map(|(name, model)| {
        let of_role = |role: NumberRole| {
            let numbers = model.root.numbers.iter();
            let numbers = numbers.filter(move |number| number.role == role);
            numbers.map(|number| {
                let value = match &number.formula.ast.node {
                    AstNode::Number(value) => json::exact(value),
                    _ => json!(number.formula.text),
                };
                (number.name.value.clone(), value)
            })
        };
        let needs = model.root.needs.iter();
        let needs = needs.map(|need| (need.value.clone(), Value::Null));
        let dims: Map<String, Value> = of_role(NumberRole::Dim).chain(needs).collect();
        let params: Map<String, Value> = of_role(NumberRole::Param).collect();
        json!({
            "model": name,
            "about": model.root.about,
            "variants": variants(model),
            "dims": dims,
            "params": params,
        })
    });
    json!({ "rows": models.collect::<Vec<_>>() })
}
