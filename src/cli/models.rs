//! `picojoule models`

use super::output;
use crate::catalog::{self, Kind};
use crate::formula::AstNode;
use crate::loader::Loader;
use crate::model::NumberRole;
use crate::number;
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table, TableFormat};
use crate::source::Problems;

/// Formulas of dims that are longer are left to the file.
const LONGEST: usize = 24;

/// The models that ship, with their variants and dims.
pub(super) fn run() -> Result<(), Problems> {
    let column = |name: &str, key: &str| Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align: Align::Left,
    };
    let loader = Loader::shipped();
    let mut rows = Vec::new();
    for name in catalog::names(Kind::Model) {
        let model = loader.model(name)?;
        let dims: Vec<String> = (model.root.numbers.iter())
            .filter(|dim| dim.role == NumberRole::Dim)
            .map(|dim| match &dim.formula.ast.node {
                AstNode::Number(value) => {
                    format!("{}={}", dim.name.value, number::plain(value))
                }
                _ if dim.formula.text.len() > LONGEST => format!("{}=…", dim.name.value),
                _ => format!("{}={}", dim.name.value, dim.formula.text),
            })
            .chain(model.root.needs.iter().map(|need| need.value.clone()))
            .collect();
        let variants = if model.root.variants.is_empty() {
            String::new()
        } else {
            model.variant_names().join(", ")
        };
        rows.push(Row {
            cells: vec![
                Cell::Text(name.to_owned()),
                Cell::Text(model.root.about.clone().unwrap_or_default()),
                Cell::Text(variants),
                Cell::Text(dims.join(", ")),
            ],
            kind: RowKind::Plain,
        });
    }
    let table = Table {
        title: None,
        columns: vec![
            column("Model", "model"),
            column("What it is", "about"),
            column("Variants", "variants"),
            column("Dims", "dims"),
        ],
        rows,
        notes: Vec::new(),
    };
    output::print(&output::tables(&[table], TableFormat::Text))
}
