//! The closed forms of an estimate, stage by stage.

use super::caveats::caveats_of_estimate;
use super::cells::{column, row, words};
use super::conventions::conventions_line;
use super::dims::dims_line;
use super::estimate::title;
use crate::energy::{Estimate, StageFormula};
use crate::render::table::{Align, Cell, Table};
use crate::symbolic::{Expr, Notation, Printer, Symbol};

/// The closed forms of every stage: counts, and energies in picojoules.
pub fn formula_tables(
    estimate: &Estimate,
    formulas: &[StageFormula],
    order: &[Symbol],
) -> [Table; 2] {
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
        energies.push(row(vec![
            words(formula.stage.clone()),
            math(&formula.picojoules),
        ]));
    }
    let caveats = caveats_of_estimate(estimate);
    let mut notes = caveats.clone();
    notes.extend(dims_line(estimate).map(|dims| format!("with {dims}")));
    notes.push(conventions_line(estimate));
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
    [counts, energies]
}
