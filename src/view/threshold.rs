//! Where a claim holds, laid out: where two variants cost the same, and what a
//! value must be for a saving.

use num_rational::BigRational;
use num_traits::Zero;

use super::cells::{column, row, words};
use crate::format::Format;
use crate::number::{self, to_f64};
use crate::render::table::{Align, Cell, Row, Table};
use crate::threshold::{
    AxisKind, Bound, Bounds, Claim, Holds, Range, Solution, ThresholdAxis, Where,
};
use crate::units::{percent, significant};

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The model.
    pub model: String,
    /// The variant that the other is held against.
    pub baseline: String,
    /// The other.
    pub variant: String,
    /// The scope whose energy counts.
    pub scope: String,
    /// The share to be saved; 0 asks where both cost the same.
    pub share: BigRational,
    /// Whether there is nothing that one would call a saving: 0 was meant.
    pub equal_cost: bool,
    /// What stays as it is, and what was counted how.
    pub notes: Vec<String>,
}

/// The answer on one table in one format.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// The table.
    pub table: String,
    /// The format.
    pub format: Format,
    /// What was varied.
    pub axis: ThresholdAxis,
    /// Over which values.
    pub range: Range,
    /// The claim as a function of it.
    pub claim: Claim,
    /// Where it holds.
    pub solution: Solution,
    /// What can be saved at all; nothing where there is no closed form.
    pub bounds: Option<Bounds>,
}

impl Question {
    /// `e-att saves 66 %`, or `e-att costs no more`.
    fn claim(&self) -> String {
        if self.equal_cost {
            return format!("{} costs no more", self.variant);
        }
        format!("{} saves {}", self.variant, short_percent(&self.share))
    }

    fn title(&self, solved: &[Solved]) -> String {
        let over = if self.scope == crate::energy::Estimate::WHOLE {
            "all of it".to_owned()
        } else {
            self.scope.clone()
        };
        format!(
            "{}: where {} {} {} over {over}{}",
            self.model,
            self.claim(),
            if self.equal_cost { "than" } else { "of" },
            self.baseline,
            solved.first().map(asked_range).unwrap_or_default(),
        )
    }
}

/// `66 %`, `65.5 %`: as many decimals as it has.
fn short_percent(share: &BigRational) -> String {
    let value = share * number::whole(100);
    if number::is_decimal(&value) {
        format!("{} %", number::plain(&value))
    } else {
        percent(to_f64(share), 2)
    }
}

/// `, n from 1 to 4096`.
fn asked_range(solved: &Solved) -> String {
    let name = solved.axis.symbol.name();
    match (&solved.range, solved.range.ends()) {
        (Range::Real { .. }, (from, None)) if from.is_zero() => format!(", {name} above 0"),
        (_, (from, None)) => format!(", {name} from {}", number::plain(&from)),
        (Range::Whole(grid), (from, Some(to))) if grid.step > 1 => format!(
            ", {name} from {} to {} by {}",
            number::plain(&from),
            number::plain(&to),
            grid.step
        ),
        (_, (from, Some(to))) => {
            format!(
                ", {name} from {} to {}",
                number::plain(&from),
                number::plain(&to)
            )
        }
    }
}

fn any_whole(solved: &[Solved]) -> bool {
    solved.iter().any(|one| one.axis.kind == AxisKind::Whole)
}

/// One row for each crossing on each table and format: the value, on which
/// side of it the claim holds, and for whole numbers those next to it.
pub fn crossover_table(question: &Question, solved: &[Solved]) -> Table {
    let name = solved.first().map_or("", |one| one.axis.symbol.name());
    let mut columns = vec![
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
        column(name, "root", Align::Right),
        column(question.claim(), "holds", Align::Left),
    ];
    let whole = any_whole(solved);
    if whole {
        columns.push(column("nearest that does", "holds_at", Align::Right));
        columns.push(column("nearest that does not", "fails_at", Align::Right));
    }
    let mut rows = Vec::new();
    for one in solved {
        let start = || vec![words(&one.table), words(one.format.to_string())];
        if one.solution.crossings.is_empty() {
            let mut cells = start();
            cells.extend([Cell::Empty, words(everywhere(&one.solution))]);
            rows.push(row(cells));
        }
        for crossing in &one.solution.crossings {
            let mut cells = start();
            cells.push(match &crossing.root {
                Some(root) => Cell::Count(tidy(&root.value())),
                None => Cell::Empty,
            });
            cells.push(words(match crossing.side {
                Holds::Below => "below",
                Holds::Above => "above",
                Holds::Around => "on both sides",
                Holds::Only => "only there",
            }));
            if let Some((holds, fails)) = crossing.holds_and_fails() {
                cells.push(Cell::Count(number::whole(holds)));
                cells.push(Cell::Count(number::whole(fails)));
            }
            rows.push(row(cells));
        }
    }
    let mut notes = refused(solved);
    notes.extend(question.notes.iter().cloned());
    Table {
        title: Some(question.title(solved)),
        columns,
        rows,
        notes,
    }
}

/// The word for a claim without a crossing.
fn everywhere(solution: &Solution) -> &'static str {
    if solution.identical {
        "the same throughout"
    } else if solution.holds.is_empty() {
        "nowhere"
    } else {
        "throughout"
    }
}

/// How many values the model refuses; all tables see the same ones.
fn refused(solved: &[Solved]) -> Vec<String> {
    let count = solved.iter().find_map(|one| one.solution.refused);
    let name = solved.first().map_or("", |one| one.axis.symbol.name());
    match count {
        None | Some(0) => Vec::new(),
        Some(count) => vec![format!(
            "Skipped: {} of {name} that the model does not accept.",
            if count == 1 {
                "1 value".to_owned()
            } else {
                format!("{} values", Cell::Count(number::whole(count)).human())
            }
        )],
    }
}

/// One row for each stretch of values for which the claim holds, with what is
/// saved now and at the ends.
pub fn require_table(question: &Question, solved: &[Solved]) -> Table {
    let first = solved.first();
    let name = first.map_or("", |one| one.axis.symbol.name());
    let bounds = first.and_then(|one| one.bounds.as_ref());
    let now = first.and_then(|one| one.axis.now.as_ref());
    let mut columns = vec![
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
        column(format!("{name} from"), "from", Align::Right),
        column("to", "to", Align::Right),
        column(
            match now {
                Some(now) => format!("saved at {} (now)", shown(now)),
                None => "saved now".to_owned(),
            },
            "saving_now",
            Align::Right,
        ),
    ];
    let mut end = |bound: Option<&Bound>, fallback: &str, key: &str| {
        let name = bound.map_or(fallback.to_owned(), |bound| place(name, &bound.at));
        columns.push(column(name, key, Align::Right));
    };
    end(bounds.map(|b| &b.lower), "at the lower end", "saving_lower");
    end(bounds.map(|b| &b.upper), "at the upper end", "saving_upper");
    columns.push(column("at most", "saving_most", Align::Right));
    let rows = solved.iter().flat_map(stretches).collect();
    let mut notes: Vec<String> = solved
        .iter()
        .filter_map(|one| none(question, one))
        .collect();
    notes.extend(refused(solved));
    notes.extend(question.notes.iter().cloned());
    Table {
        title: Some(question.title(solved)),
        columns,
        rows,
        notes,
    }
}

fn stretches(one: &Solved) -> Vec<Row> {
    let saving = |saving: Option<&BigRational>| {
        saving.map_or(Cell::Empty, |saving| Cell::Share(to_f64(saving)))
    };
    let of_bound = |bound: Option<&Bound>| match bound {
        // The energy grows and the baseline's does not.
        Some(Bound { saving: None, .. }) => Cell::Worded {
            text: "−∞".to_owned(),
            value: Some(f64::NEG_INFINITY),
        },
        bound => saving(bound.and_then(|bound| bound.saving.as_ref())),
    };
    let bounds = one.bounds.as_ref();
    let line = |from: Cell, to: Cell| {
        row(vec![
            words(&one.table),
            words(one.format.to_string()),
            from,
            to,
            saving(one.claim.saving_now()),
            of_bound(bounds.map(|b| &b.lower)),
            of_bound(bounds.map(|b| &b.upper)),
            of_bound(bounds.map(|b| &b.most)),
        ])
    };
    if one.solution.holds.is_empty() {
        let none = Cell::Worded {
            text: "none".to_owned(),
            value: None,
        };
        return vec![line(none, Cell::Empty)];
    }
    let spans = one.solution.holds.iter().map(|span| {
        let infinite = || Cell::Worded {
            text: "∞".to_owned(),
            value: Some(f64::INFINITY),
        };
        let limit = |value: &BigRational, from| Cell::Limit {
            value: tidy(value),
            from,
        };
        match span.to.as_ref() {
            // Nothing is between them to be rounded to.
            Some(to) if *to == span.from => {
                line(Cell::Count(tidy(&span.from)), Cell::Count(tidy(to)))
            }
            to => line(
                limit(&span.from, true),
                to.map_or_else(infinite, |to| limit(to, false)),
            ),
        }
    });
    spans.collect()
}

/// The sentence for a table and format on which no value does.
fn none(question: &Question, one: &Solved) -> Option<String> {
    if !one.solution.holds.is_empty() {
        return None;
    }
    let name = one.axis.symbol.name();
    let most = one.bounds.as_ref().and_then(|bounds| {
        let saving = bounds.most.saving.as_ref()?;
        Some(format!(
            "; at most {} is saved, {}",
            percent(to_f64(saving), 2),
            place(name, &bounds.most.at)
        ))
    });
    Some(format!(
        "{} {}: no value of {name} saves {}{}.",
        one.table,
        one.format,
        short_percent(&question.share),
        most.unwrap_or_default()
    ))
}

/// `at n = 14`, `n → 0`.
fn place(name: &str, at: &Where) -> String {
    match at {
        Where::At(value) => format!("at {name} = {}", shown(value)),
        Where::TowardsZero => format!("{name} → 0"),
        Where::TowardsInfinity => format!("{name} → ∞"),
    }
}

/// A value that is known to twelve digits only, without digits that mean
/// nothing; anything else as it is.
pub fn tidy(value: &BigRational) -> BigRational {
    if number::is_decimal(value) && number::plain(value).len() > 20 {
        let rounded = format!("{:.15e}", to_f64(value));
        return number::parse_decimal(&rounded).unwrap_or_else(|| value.clone());
    }
    value.clone()
}

/// All digits of a short decimal, the first six of anything else.
fn shown(value: &BigRational) -> String {
    let plain = number::plain(value);
    if number::is_decimal(value) && plain.len() <= 16 {
        plain
    } else {
        significant(to_f64(value), 6)
    }
}
