//! The estimates of a claim file: which model, under which conditions, and
//! which part of it.

use crate::census::Conventions;
use crate::graph::Setting;
use crate::model::Phase;
use crate::primitive::Primitive;
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned};

use super::conditions::{self, MovementSpec, PriceSpec};
use super::keys::ESTIMATE;
use super::like::expand;
use super::names::named;

/// An estimate with a name.
#[derive(Debug, Clone)]
pub struct EstimateSpec {
    /// Its name in formulas.
    pub name: Spanned<String>,
    /// The model.
    pub model: Spanned<String>,
    /// Its variant, if not the first.
    pub variant: Option<Spanned<String>>,
    /// What is set on it.
    pub set: Vec<Setting>,
    /// The file of densities that were measured of it.
    pub densities: Option<Spanned<String>>,
    /// What the model is used for.
    pub phase: Phase,
    /// What it is priced with; nothing where counts are all that is asked for.
    pub price: Option<PriceSpec>,
    /// Which part of it counts.
    pub part: Part,
    /// What is counted how.
    pub conventions: Conventions,
    /// Primitives that cost nothing.
    pub zero_cost: Vec<Primitive>,
}

/// A part of a model.
#[derive(Debug, Clone)]
pub enum Part {
    /// All of it.
    Whole,
    /// A scope.
    Scope(Spanned<String>),
    /// Single stages.
    Stages(Vec<Spanned<String>>),
}

/// Reads `[estimates]`.
pub(super) fn estimates(node: Option<&Datum>, problems: &mut Problems) -> Vec<EstimateSpec> {
    let all = node.and_then(|node| expand(node, problems));
    named(all.as_ref(), problems, estimate)
}

fn estimate(name: &Spanned<String>, node: &Datum, problems: &mut Problems) -> Option<EstimateSpec> {
    const WHAT: &str = "an estimate";
    let mut fields = Fields::shaped(node, &ESTIMATE, problems)?;
    let model = fields.require_text("model", WHAT, problems);
    let variant = fields.text("variant", problems);
    let set = conditions::settings(&mut fields, problems);
    let densities = fields.text("densities", problems);
    let phase = Phase::read(&mut fields, problems);
    let table = fields.text("table", problems);
    let format = fields.text("format", problems);
    let movement = conditions::movement(&mut fields, problems);
    let scope = fields.text("scope", problems);
    let stages = fields.take("stages").map(|node| node.texts(problems));
    let conventions = Conventions::read(&mut fields, problems);
    let zero_cost = conditions::zero_cost(&mut fields, problems);
    fields.finish(WHAT, problems);
    let part = match (scope, stages) {
        (Some(scope), Some(_)) => {
            let message = "an estimate has either a `scope` or `stages`";
            problems.push(Diagnostic::at(&scope.place, message));
            return None;
        }
        (Some(scope), None) => Part::Scope(scope),
        (None, Some(stages)) => Part::Stages(stages?),
        (None, None) => Part::Whole,
    };
    Some(EstimateSpec {
        name: name.clone(),
        model: model?,
        variant,
        set,
        densities,
        phase,
        price: price((table, format, movement), problems)?,
        part,
        conventions: conventions?,
        zero_cost,
    })
}

/// Both of table and format, or neither; `None` for a mistake.
fn price(
    (table, format, movement): (
        Option<Spanned<String>>,
        Option<Spanned<String>>,
        Option<MovementSpec>,
    ),
    problems: &mut Problems,
) -> Option<Option<PriceSpec>> {
    match (table, format) {
        (Some(table), Some(format)) => Some(Some(PriceSpec {
            table,
            format: format.parse(problems)?,
            movement,
            statics: false,
        })),
        (Some(one), None) => {
            problems.push(Diagnostic::at(&one.place, "a table without a `format`"));
            None
        }
        (None, Some(one)) => {
            problems.push(Diagnostic::at(&one.place, "a format without a `table`"));
            None
        }
        (None, None) => match movement {
            Some(movement) => {
                let message = "data moves between the memories of a `table`";
                problems.push(Diagnostic::at(&movement.place, message));
                None
            }
            None => Some(None),
        },
    }
}
