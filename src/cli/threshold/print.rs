//! The answers of `crossover` and `require`, printed. The fields of the JSON
//! are a promise: they may be added to, never renamed.

use num_rational::BigRational;
use serde_json::{Map, Value, json};

use crate::cli::json;
use crate::cli::json::exact;
use crate::cli::shown::Shown;
use crate::render::plot::{ChartError, FigureStyle, Svg};
use crate::render::table::Table;
use crate::source::Problems;
use crate::threshold::{Bound, Holds, Where};
use crate::view::{Question, Solved, tidy};

/// Where a claim on two variants holds, on every table and format.
pub struct Thresholds {
    question: Question,
    solved: Vec<Solved>,
    /// How they are laid out.
    layout: fn(&Question, &[Solved]) -> Table,
}

impl Thresholds {
    pub(super) fn new(
        question: Question,
        solved: Vec<Solved>,
        layout: fn(&Question, &[Solved]) -> Table,
    ) -> Thresholds {
        Thresholds {
            question,
            solved,
            layout,
        }
    }

    /// Whether it begins to hold, or ceases to, anywhere at all.
    pub fn is_anywhere(&self) -> bool {
        let found = |one: &Solved| one.solution.identical || !one.solution.crossings.is_empty();
        self.solved.iter().any(found)
    }

    /// Whether it holds anywhere at all.
    pub(super) fn holds_anywhere(&self) -> bool {
        self.solved.iter().any(|one| !one.solution.holds.is_empty())
    }
}

impl Shown for Thresholds {
    fn json(&self) -> Result<String, Problems> {
        json::text(&as_json(&self.question, &self.solved))
    }

    fn tables(&self) -> Vec<Table> {
        vec![self.rows()]
    }

    fn rows(&self) -> Table {
        (self.layout)(&self.question, &self.solved)
    }

    /// There is none.
    fn picture(&self, _style: &FigureStyle) -> Option<Result<Svg, ChartError>> {
        None
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
