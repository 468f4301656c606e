//! The inputs of a model or a block.

use super::keys::INPUT;
use super::values::{domain, entries, formula};
use crate::domain::Domain;
use crate::model::limits;
use crate::model::module::{Input, ModuleKind};
use crate::model::shape::{open_shape, shape};
use crate::source::{Datum, Fields, Problems, Spanned, Value};

/// The table `inputs`.
pub(super) fn inputs(
    node: Option<&Datum>,
    kind: ModuleKind,
    problems: &mut Problems,
) -> Vec<Input> {
    entries(node, limits::NAMES, "inputs", problems)
        .iter()
        .filter_map(|(name, value)| input(name, value, kind, problems))
        .collect()
}

/// `x = "b n d"`, or with `domain` and `density` as a table.
fn input(
    name: &Spanned<String>,
    value: &Datum,
    kind: ModuleKind,
    problems: &mut Problems,
) -> Option<Input> {
    // Only a block has a caller who says what `...` stands for.
    let shape = match kind {
        ModuleKind::Model => shape,
        ModuleKind::Block => open_shape,
    };
    if let Value::Text(_) = &value.value {
        return Some(Input {
            name: name.clone(),
            shape: shape(value, problems)?,
            domain: Domain::Real,
            density: None,
        });
    }
    let mut fields = Fields::shaped(value, &INPUT, problems)?;
    let shape = fields
        .require("shape", "an input", problems)
        .and_then(|node| shape(node, problems));
    let domain = fields
        .take("domain")
        .and_then(|node| domain(node, problems));
    let density = fields
        .take("density")
        .and_then(|node| formula(node, problems));
    fields.finish("an input", problems);
    Some(Input {
        name: name.clone(),
        shape: shape?,
        domain: domain.map_or(Domain::Real, |domain| domain.value),
        density,
    })
}
