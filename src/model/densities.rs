//! Densities as they were measured: firing rates of spiking neurons, zeros of
//! activations or of pruned weights, tensor by tensor, from a file of their own.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::limits;
use super::read::keys::DENSITIES;
use crate::source::{
    Datum, Diagnostic, Fields, Place, Problems, Source, Spanned, Value, at_most, parse_toml,
};

/// The shares of tensors that are not zero, each by the op that makes it.
#[derive(Debug, Clone)]
pub struct Densities {
    /// The name of the file.
    pub file: String,
    /// How the shares were come by.
    pub source: String,
    /// The variants that they are of; of any if there are none.
    pub variants: Vec<Spanned<String>>,
    /// The full name of an op, input or weight, and the share of its values
    /// that are not zero, from 0 to 1.
    pub shares: Vec<(Spanned<String>, BigRational)>,
}

impl Densities {
    /// Reads a file of densities.
    ///
    /// # Errors
    /// Fails with every mistake in the file, each with its place.
    pub fn read(source: &Arc<Source>) -> Result<Densities, Problems> {
        let mut problems = Problems::new();
        let read = parse_toml(source, &mut problems).and_then(|root| file(&root, &mut problems));
        problems.or_some(read)
    }

    /// Whether they are of this variant.
    pub fn are_of(&self, variant: &str) -> bool {
        let mut variants = self.variants.iter();
        self.variants.is_empty() || variants.any(|known| known.value == variant)
    }
}

fn file(root: &Datum, problems: &mut Problems) -> Option<Densities> {
    const WHAT: &str = "a file of densities";
    let mut fields = Fields::shaped(root, &DENSITIES, problems)?;
    // Of a file of another kind, this is all that there is to say.
    let shares = shares(fields.require("densities", WHAT, problems)?, problems);
    let source = fields.require_text("source", WHAT, problems);
    let variants = fields.texts("variants", problems);
    fields.finish(WHAT, problems);
    Some(Densities {
        file: root.place.source().name().to_owned(),
        source: source?.value,
        variants,
        shares,
    })
}

fn shares(node: &Datum, problems: &mut Problems) -> Vec<(Spanned<String>, BigRational)> {
    let entries = node.entries(problems).unwrap_or(&[]);
    if entries.is_empty() {
        let message = "there are no densities";
        problems
            .push(Diagnostic::at(&node.place, message).help(
                "write `\"block/op\" = 0.2`, an op as `picojoule estimate --by op` names it",
            ));
    }
    at_most(
        entries,
        limits::DENSITIES,
        "densities",
        &node.place,
        problems,
    )
    .iter()
    .filter_map(|(path, node)| Some((path.clone(), share(path, node, problems)?)))
    .collect()
}

fn share(path: &Spanned<String>, node: &Datum, problems: &mut Problems) -> Option<BigRational> {
    if let Value::Table(_) = node.value {
        let message = format!("expected a number, found a table under `{}`", path.value);
        problems.push(
            Diagnostic::at(&path.place, message)
                .help("the name of an op stands in quotes: `\"layers.0/act\" = 0.2`"),
        );
        return None;
    }
    let share = node.number(problems)?;
    let fault = if share.value.is_negative() {
        "below 0"
    } else if share.value > BigRational::one() {
        "above 1"
    } else {
        return Some(share.value);
    };
    problems.push(out_of_range(path, fault, &share.place));
    None
}

fn out_of_range(path: &Spanned<String>, fault: &str, place: &Place) -> Diagnostic {
    let message = format!("the density of `{}` is {fault}", path.value);
    Diagnostic::at(place, message).help("a density is the share of values that are not zero")
}
