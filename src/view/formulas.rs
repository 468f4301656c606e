//! The closed forms of an estimate, stage by stage.

use super::caveats::caveats_of_estimate;
use super::cells::{column, row, words};
use super::conventions::conventions_over;
use super::dims::dims_line;
use super::estimate::title;
use super::timing::static_words;
use crate::energy::{Estimate, StageFormula};
use crate::render::table::{Align, Cell, Table};
use crate::symbolic::{Expr, Notation, Printer, Symbol};

/// The closed forms of every stage: counts, and energies in picojoules.
pub fn formula_tables(
    estimate: &Estimate,
    formulas: &[StageFormula],
    order: &[Symbol],
) -> Vec<Table> {
    let printer = |notation| Printer::new(notation, order.iter().cloned());
    let (plain_text, latex) = (printer(Notation::Text), printer(Notation::Latex));
    let math = |expr: &Expr| Cell::Formula {
        text: plain_text.print(expr),
        latex: latex.print(expr),
    };
    let mut counts = Vec::new();
    let mut energies = Vec::new();
    for formula in formulas {
        for ((primitive, format), count) in &formula.counts {
            counts.push(row(vec![
                words(formula.stage.clone()),
                words(format!("{primitive}.{format}")),
                math(count),
            ]));
        }
        if let Some(picojoules) = &formula.picojoules {
            energies.push(row(vec![words(formula.stage.clone()), math(picojoules)]));
        }
    }
    let caveats = caveats_of_estimate(estimate);
    let mut notes = caveats.clone();
    notes.extend(dims_line(estimate).map(|dims| format!("with {dims}")));
    notes.extend(conventions_over(estimate, &[]));
    let counts = Table {
        title: Some(format!("{}: counts", title(estimate))),
        columns: vec![
            column("Stage", "stage", Align::Left),
            column("Primitive", "primitive", Align::Left),
            column("Count", "count", Align::Left),
        ],
        rows: counts,
        notes: caveats,
    };
    let energies = Table {
        title: Some(format!("{}: energy in pJ", title(estimate))),
        columns: vec![
            column("Stage", "stage", Align::Left),
            column("Energy (pJ)", "energy_pj", Align::Left),
        ],
        rows: energies,
        notes,
    };
    let mut tables = vec![counts, energies];
    if estimate.timing.is_some() {
        let stages = formulas.iter().filter_map(|formula| {
            let seconds = formula.seconds.as_ref()?;
            Some(row(vec![words(formula.stage.clone()), math(seconds)]))
        });
        let mut notes = static_words(estimate).map(|words| format!("Static energy: {words}."));
        tables.push(Table {
            title: Some(format!("{}: time in s", title(estimate))),
            columns: vec![
                column("Stage", "stage", Align::Left),
                column("Time (s)", "seconds", Align::Left),
            ],
            rows: stages.collect(),
            notes: notes.take().into_iter().collect(),
        });
    }
    if let Some(moved) = &estimate.moved {
        let mut rows = Vec::new();
        for formula in formulas {
            for ((level, role, direction), bits) in formula.traffic.iter().flatten() {
                rows.push(row(vec![
                    words(formula.stage.clone()),
                    words(moved.memory.level_name(*level)),
                    words(role.name()),
                    words(direction.name()),
                    math(bits),
                ]));
            }
        }
        tables.push(Table {
            title: Some(format!("{}: bits that move", title(estimate))),
            columns: vec![
                column("Stage", "stage", Align::Left),
                column("Level", "level", Align::Left),
                column("What", "role", Align::Left),
                column("Way", "direction", Align::Left),
                column("Bits", "bits", Align::Left),
            ],
            rows,
            notes: vec!["Tiles are those that are the best at these sizes.".to_owned()],
        });
    }
    tables
}
