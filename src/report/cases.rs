//! What single conventions do to the published numbers.

use std::collections::BTreeSet;

use super::PriceSpec;
use super::inputs::{Context, Inputs, against, energy, stages};
use super::page::{Block, TableFiles};
use super::spec::{Case, Section, Target};
use crate::census::Conventions;
use crate::energy::{Counted, Saving};
use crate::number::to_f64;
use crate::primitive::Primitive;
use crate::render::table::{Align, Cell, Column, Table};
use crate::source::{Diagnostic, Problems, Spanned};
use crate::symbolic::Bindings;
use crate::view::cells::{column, row, words};

/// A row for each case and each variant that is held against the baseline.
pub(super) fn blocks(
    inputs: &Inputs<'_>,
    section: &Section,
    cases: &[Case],
) -> Result<Vec<Block>, Problems> {
    let mut rows = Vec::new();
    let usual = inputs.counted(&Context::default())?;
    for case in cases {
        let unchanged = Case {
            name: String::new(),
            set: Vec::new(),
            add: Vec::new(),
            only: Vec::new(),
            format: None,
            free: Vec::new(),
            conventions: Conventions::default(),
            ..case.clone()
        };
        let before = savings(inputs, section, &unchanged, &usual)?;
        let after = match case.counts_anew() {
            true => savings(inputs, section, case, &counted(inputs, case)?)?,
            false => savings(inputs, section, case, &usual)?,
        };
        for (before, after) in before.iter().zip(&after) {
            let mut cells = vec![
                words(&case.name),
                words(&after.table),
                words(case.format.unwrap_or(case.price.format).to_string()),
            ];
            if inputs.has_several() {
                cells.push(words(&after.variant));
            }
            for (before, after) in before.of_targets.iter().zip(&after.of_targets) {
                cells.push(Cell::Share(*after));
                cells.push(change(after - before));
            }
            rows.push(row(cells));
        }
    }
    let table = Table {
        title: None,
        columns: columns(inputs),
        rows,
        notes: vec!["Changes are in percentage points, against the same table and format under the conventions of the headline.".to_owned()],
    };
    let files = TableFiles::new("cases", &section.title);
    Ok(vec![Block::Table(table, files)])
}

fn columns(inputs: &Inputs<'_>) -> Vec<Column> {
    let mut columns = vec![
        column("Convention", "convention", Align::Left),
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
    ];
    if inputs.has_several() {
        columns.push(column("Variant", "variant", Align::Left));
    }
    for target in &inputs.spec.targets {
        let name = &target.name;
        columns.push(column(name, format!("{name}_saving"), Align::Right));
        columns.push(column("change", format!("{name}_change"), Align::Right));
    }
    columns
}

/// A change, in percentage points for people.
fn change(difference: f64) -> Cell {
    let points = format!("{:.2}", difference.abs() * 100.0);
    let text = match points.as_str() {
        "0.00" if difference == 0.0 => "–".to_owned(),
        "0.00" => "< 0.01".to_owned(),
        _ if difference < 0.0 => format!("−{points}"),
        _ => format!("+{points}"),
    };
    Cell::Worded {
        text,
        value: Some(difference),
    }
}

/// What one variant saves against the baseline.
struct Savings {
    table: String,
    variant: String,
    /// Over the scope of each target.
    of_targets: Vec<f64>,
}

impl Case {
    /// Whether it changes what is counted, and not prices alone.
    fn counts_anew(&self) -> bool {
        !self.set.is_empty() || self.conventions != Conventions::default()
    }
}

/// Every variant as a case has it.
fn counted(inputs: &Inputs<'_>, case: &Case) -> Result<Vec<Counted>, Problems> {
    inputs.counted(&Context {
        set: case.set.clone(),
        over: None,
        conventions: case.conventions,
    })
}

/// The savings of every variant under a case, from what it counts.
fn savings(
    inputs: &Inputs<'_>,
    section: &Section,
    case: &Case,
    counted: &[Counted],
) -> Result<Vec<Savings>, Problems> {
    let (baseline, others) = against(counted, "a case", &section.place)?;
    let zero_cost: BTreeSet<Primitive> = case.free.iter().copied().collect();
    let price = PriceSpec {
        format: case.format.unwrap_or(case.price.format),
        ..case.price.clone()
    };
    let model = inputs.cost_model(&price, &zero_cost)?;
    check_only(inputs, &case.only)?;
    let mut all = Vec::new();
    for variant in others {
        let mut of_targets = Vec::new();
        for target in &inputs.spec.targets {
            let of = |counted: &Counted| {
                let stages = stages_of_case(counted, target, case)?;
                energy(counted, &model, &stages, &[])
            };
            let saving = Saving {
                baseline: of(baseline)?,
                energy: of(variant)?,
            };
            let failed = |error| Diagnostic::new(format!("case `{}`: {error}", case.name));
            let exact = saving.at(&Bindings::default()).map_err(failed)?;
            of_targets.push(exact.as_ref().map_or(f64::NAN, to_f64));
        }
        all.push(Savings {
            table: model.table.name().to_owned(),
            variant: variant.graph.variant.clone(),
            of_targets,
        });
    }
    Ok(all)
}

/// The stages of a target's scope, and those that the case adds.
fn stages_of_case(
    counted: &Counted,
    target: &Target,
    case: &Case,
) -> Result<Vec<String>, Problems> {
    let mut stages = stages(counted, target)?;
    let applies = case.only.is_empty() || case.only.iter().any(|name| name.value == target.name);
    if applies {
        let known = counted.graph.stages();
        for stage in &case.add {
            if !known.contains(&stage.value.as_str()) {
                let message = format!("no stage `{}`", stage.value);
                return Err(Diagnostic::at(&stage.place, message)
                    .known(&stage.value, known)
                    .into());
            }
            stages.push(stage.value.clone());
        }
    }
    Ok(stages)
}

fn check_only(inputs: &Inputs<'_>, only: &[Spanned<String>]) -> Result<(), Problems> {
    let mut problems = Problems::new();
    for name in only {
        let known = || {
            inputs
                .spec
                .targets
                .iter()
                .map(|target| target.name.as_str())
        };
        if !known().any(|target| target == name.value) {
            let message = format!("no target `{}`", name.value);
            problems.push(Diagnostic::at(&name.place, message).known(&name.value, known()));
        }
    }
    problems.or(())
}
