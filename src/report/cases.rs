//! What single conventions do to the published numbers.

use std::collections::BTreeSet;

use crate::census::Conventions;
use crate::energy::{CostModel, Counted, Saving, picojoules};
use crate::number::to_f64;
use crate::primitive::Primitive;
use crate::render::table::{Align, Cell, Table};
use crate::report::PriceSpec;
use crate::report::curve::stages;
use crate::report::run::{Inputs, Under};
use crate::report::spec::{Case, Target};
use crate::source::{Diagnostic, Problems, Spanned};
use crate::view::Block;
use crate::view::cells::{column, row, words};

pub(super) fn blocks(inputs: &Inputs<'_>, cases: &[Case]) -> Result<Vec<Block>, Problems> {
    let targets = &inputs.spec.targets;
    let mut columns = vec![
        column("Convention", "convention", Align::Left),
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
    ];
    for target in targets {
        columns.push(column(
            &target.name,
            format!("{}_saving", target.name),
            Align::Right,
        ));
        columns.push(column(
            "change",
            format!("{}_change", target.name),
            Align::Right,
        ));
    }
    let mut rows = Vec::new();
    for case in cases {
        let unchanged = Case {
            name: String::new(),
            set: Vec::new(),
            add: Vec::new(),
            only: Vec::new(),
            format: None,
            free: Vec::new(),
            dot_adds: crate::census::DotAdds::K,
            ..case.clone()
        };
        let before = savings(inputs, &unchanged)?;
        let after = savings(inputs, case)?;
        let mut cells = vec![
            words(&case.name),
            words(&case.price.table.value),
            words(case.format.unwrap_or(case.price.format).to_string()),
        ];
        for (before, after) in before.iter().zip(&after) {
            cells.push(Cell::Share(*after));
            cells.push(words(change(after - before)));
        }
        rows.push(row(cells));
    }
    let table = Table {
        title: None,
        columns,
        rows,
        notes: vec!["Changes are in percentage points, against the same table and format under the conventions of the headline.".to_owned()],
    };
    Ok(vec![Block::Table(table, Some("cases".to_owned()))])
}

/// A change in percentage points.
fn change(difference: f64) -> String {
    let points = format!("{:.2}", difference.abs() * 100.0);
    match points.as_str() {
        "0.00" if difference == 0.0 => "–".to_owned(),
        "0.00" => "< 0.01".to_owned(),
        _ if difference < 0.0 => format!("−{points}"),
        _ => format!("+{points}"),
    }
}

/// The saving of every target under a case.
fn savings(inputs: &Inputs<'_>, case: &Case) -> Result<Vec<f64>, Problems> {
    let under = Under {
        set: case.set.clone(),
        conventions: Conventions {
            dot_adds: case.dot_adds,
        },
    };
    let counted = inputs.counted(&under)?;
    let [baseline, variant, ..] = counted.as_slice() else {
        return Err(Diagnostic::new("a case needs two variants").into());
    };
    let free: BTreeSet<Primitive> = case.free.iter().copied().collect();
    let price = PriceSpec {
        format: case.format.unwrap_or(case.price.format),
        ..case.price.clone()
    };
    let pricing = inputs.pricing(&price, &free)?;
    check_only(inputs, &case.only)?;
    let mut savings = Vec::new();
    for target in &inputs.spec.targets {
        let saving = Saving {
            baseline: energy(baseline, &pricing, target, case)?,
            energy: energy(variant, &pricing, target, case)?,
        };
        let failed =
            |error| Problems::from(Diagnostic::new(format!("case `{}`: {error}", case.name)));
        let exact = saving.at(&variant.graph.values()).map_err(failed)?;
        savings.push(exact.as_ref().map_or(f64::NAN, to_f64));
    }
    Ok(savings)
}

fn energy(
    counted: &Counted,
    pricing: &CostModel<'_>,
    target: &Target,
    case: &Case,
) -> Result<crate::symbolic::Expr, Problems> {
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
    picojoules(counted, pricing, &stages)
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
