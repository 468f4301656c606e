//! The answers of `crossover` and `require`, printed. The fields of the JSON
//! are a promise: they may be added to, never renamed.

use num_rational::BigRational;
use serde_json::{Map, Value, json};

use crate::cli::args::{FormatArgs, OutputFormat};
use crate::cli::json::exact;
use crate::cli::{json, output};
use crate::render::table::Table;
use crate::source::Problems;
use crate::threshold::{Bound, Holds, Where};
use crate::view::{Question, Solved, tidy};

/// Prints the answer: `table` lays it out for all formats but JSON.
pub(super) fn print(
    question: &Question,
    solved: &[Solved],
    format: &FormatArgs,
    table: fn(&Question, &[Solved]) -> Table,
) -> Result<(), Problems> {
    match format.output {
        OutputFormat::Json => {
            output::print_json(&json::text(&as_json(question, solved))?, &format.columns)
        }
        _ => output::print_tables(vec![table(question, solved)], format),
    }
}

fn as_json(question: &Question, solved: &[Solved]) -> Value {
    let results: Vec<Value> = solved.iter().map(solved_json).collect();
    let symbol = solved.first().map(|one| one.axis.symbol.name());
    json!({
        "model": question.model,
        "baseline": question.baseline,
        "variant": question.variant,
        "scope": question.scope,
        "at": if question.equal_cost { "energy" } else { "saving" },
        "saving": exact(&question.share),
        "over": symbol,
        "results": results,
        "notes": question.notes,
    })
}

fn solved_json(one: &Solved) -> Value {
    let optional =
        |value: Option<&BigRational>| value.map_or(Value::Null, |value| exact(&tidy(value)));
    let crossings = one.solution.crossings.iter().map(|crossing| {
        let mut fields = Map::new();
        let root = crossing.root.as_ref();
        fields.insert(
            "value".to_owned(),
            optional(root.map(|root| root.value()).as_ref()),
        );
        fields.insert(
            "exact".to_owned(),
            root.is_some_and(|root| root.is_exact()).into(),
        );
        let side = match crossing.side {
            Holds::Below => "below",
            Holds::Above => "above",
            Holds::Around => "around",
            Holds::Only => "only",
        };
        fields.insert("holds".to_owned(), side.into());
        if let Some((holds, fails)) = crossing.holds_and_fails() {
            fields.insert("holds_at".to_owned(), holds.into());
            fields.insert("fails_at".to_owned(), fails.into());
        }
        Value::Object(fields)
    });
    let holds = one.solution.holds.iter().map(|span| {
        json!({ "from": exact(&tidy(&span.from)), "to": optional(span.to.as_ref()), "open": span.open })
    });
    let (from, to) = one.range.ends();
    let bound = |bound: &Bound| {
        let at = match &bound.at {
            Where::At(value) => exact(&tidy(value)),
            Where::TowardsZero => "towards 0".into(),
            Where::TowardsInfinity => "towards infinity".into(),
        };
        json!({ "at": at, "saving": optional(bound.saving.as_ref()) })
    };
    json!({
        "table": one.table,
        "format": one.format.to_string(),
        "from": exact(&from),
        "to": optional(to.as_ref()),
        "now": optional(one.axis.now.as_ref()),
        "saving_now": optional(one.claim.saving_now()),
        "crossings": crossings.collect::<Vec<Value>>(),
        "holds": holds.collect::<Vec<Value>>(),
        "same_throughout": one.solution.identical,
        "refused": one.solution.refused,
        "lower": one.bounds.as_ref().map(|bounds| bound(&bounds.lower)),
        "upper": one.bounds.as_ref().map(|bounds| bound(&bounds.upper)),
        "most": one.bounds.as_ref().map(|bounds| bound(&bounds.most)),
    })
}
