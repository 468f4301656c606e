//! Weights: those of one op, and those with a name.

use super::keys::{INLINE_WEIGHT, WEIGHT};
use super::stored::bits;
use super::values::{domain, entries, formula};
use crate::domain::Domain;
use crate::model::limits;
use crate::model::module::{NamedWeight, WeightRole};
use crate::model::op::WeightDecl;
use crate::model::shape::shape;
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned, Value};

/// `{ weight = "d e" }`, a weight of one op's own.
pub(super) fn inline(node: &Datum, problems: &mut Problems) -> Option<WeightDecl> {
    let mut fields = Fields::shaped(node, &INLINE_WEIGHT, problems)?;
    let weight = decl(&mut fields, "weight", problems);
    fields.finish("a weight", problems);
    weight
}

/// The table `[weights]`.
pub(super) fn weights(node: Option<&Datum>, problems: &mut Problems) -> Vec<NamedWeight> {
    entries(node, limits::OPS, "weights", problems)
        .iter()
        .filter_map(|(name, value)| named(name, value, problems))
        .collect()
}

/// `wte = "vocab d"`, or with `domain`, `density`, `bits` and `constant` or
/// `state` as a table.
fn named(name: &Spanned<String>, node: &Datum, problems: &mut Problems) -> Option<NamedWeight> {
    let (decl, role) = if let Value::Text(_) = &node.value {
        let decl = WeightDecl {
            shape: shape(node, problems)?,
            domain: Domain::Real,
            density: None,
            bits: None,
        };
        (decl, WeightRole::Parameter)
    } else {
        let mut fields = Fields::shaped(node, &WEIGHT, problems)?;
        let decl = decl(&mut fields, "shape", problems);
        let constant = fields.truth("constant", false, problems);
        let state = fields.truth("state", false, problems);
        let role = match (constant, state) {
            (false, false) => WeightRole::Parameter,
            (true, false) => WeightRole::Constant,
            (false, true) => WeightRole::State,
            (true, true) => {
                let message = format!("`{}` is both `constant` and a `state`", name.value);
                problems.push(
                    Diagnostic::at(&name.place, message)
                        .help("a state is another one in every step; a constant never is"),
                );
                WeightRole::State
            }
        };
        fields.finish("a weight", problems);
        (decl?, role)
    };
    Some(NamedWeight {
        name: name.clone(),
        decl,
        role,
    })
}

/// A weight whose shape stands under `key`.
fn decl(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) -> Option<WeightDecl> {
    let shape = fields
        .require(key, "a weight", problems)
        .and_then(|node| shape(node, problems));
    let domain = fields
        .take("domain")
        .and_then(|node| domain(node, problems));
    let density = fields
        .take("density")
        .and_then(|node| formula(node, problems));
    let width = fields.take("bits").and_then(|node| bits(node, problems));
    Some(WeightDecl {
        bits: width,
        shape: shape?,
        domain: domain.map_or(Domain::Real, |domain| domain.value),
        density,
    })
}
