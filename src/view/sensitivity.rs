//! Tables of sensitivities and intervals.

use num_rational::BigRational;

use super::caveats::caveats_of_comparison;
use super::cells::{column, row, words};
use super::conventions::conventions_over;
use super::dims::comparison_dims;
use crate::compare::Comparison;
use crate::number::to_f64;
use crate::render::table::{Align, Cell, Table};
use crate::symbolic::Symbol;
use crate::uncertainty::{AnalysisResult, InputKind, Method, Sensitivity};
use crate::units::Energy;

/// The results with their intervals, a row for each; `method` says what the
/// entries may be, `comparison` at which dims this holds.
pub fn interval_table(
    findings: &[AnalysisResult],
    method: &Method,
    comparison: &Comparison,
) -> Table {
    let mut columns = vec![
        column("Scope", "scope", Align::Left),
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
        column("Result", "result", Align::Left),
        column("Value", "value", Align::Right),
        column("Least", "least", Align::Right),
        column("Most", "most", Align::Right),
    ];
    let drawn = findings
        .iter()
        .any(|finding| finding.distribution.is_some());
    if drawn {
        columns.push(column("5 %", "p5", Align::Right));
        columns.push(column("95 %", "p95", Align::Right));
    }
    let rows = findings.iter().map(|finding| {
        let number = |value: f64| cell(finding, value);
        let exact = |value: &BigRational| number(to_f64(value));
        let interval = finding.interval.as_ref();
        let mut cells = vec![
            words(&finding.scope),
            words(&finding.table),
            words(finding.format.to_string()),
            words(result(finding)),
            exact(&finding.value),
            interval.map_or(Cell::Empty, |interval| exact(&interval.low)),
            interval.map_or(Cell::Empty, |interval| exact(&interval.high)),
        ];
        if let Some(drawn) = finding.distribution {
            cells.extend([number(drawn.low), number(drawn.high)]);
        }
        row(cells)
    });
    let first = comparison.settings.first();
    let model = first
        .and_then(|estimates| estimates.first())
        .map(|estimate| estimate.model.clone());
    Table {
        title: model
            .map(|model| format!("{model}: energies and savings, and what the sources allow")),
        columns,
        rows: rows.collect(),
        notes: notes(findings, method, comparison),
    }
}

fn notes(findings: &[AnalysisResult], method: &Method, comparison: &Comparison) -> Vec<String> {
    let mut notes = caveats_of_comparison(comparison);
    let first = comparison.settings.iter().flatten().next();
    notes.extend(comparison_dims(comparison).map(|dims| format!("Dims: {dims}.")));
    notes.push(format!(
        "Least and most: exact, with every entry within its range, or, where it has none, within \
         an assumed spread: {}. What is derived follows its formula; what is set by hand is exact.",
        method.spread.line()
    ));
    if findings
        .iter()
        .any(|finding| finding.distribution.is_some())
    {
        notes.push(format!(
            "5 % and 95 %: of {} random draws (seed {}), even within these ranges; entries of one \
             source are drawn together, variants share the draws.",
            method.samples(),
            method.seed
        ));
    }
    if findings.iter().any(|finding| finding.interval.is_none()) {
        notes.push("Where least and most are empty, no exact bound is known.".to_owned());
    }
    if let Some(first) = first {
        let varied: Vec<Symbol> = findings.iter().flat_map(AnalysisResult::rests_on).collect();
        notes.extend(conventions_over(first, &varied));
    }
    notes
}

/// What moves one result, the largest elasticity first.
pub fn ranking_table(finding: &AnalysisResult) -> Table {
    let of = match finding.baseline {
        Some(_) => "saving",
        None => "energy",
    };
    let columns = vec![
        column("Input", "input", Align::Left),
        column("Value", "value", Align::Right),
        column("Derivative", "derivative", Align::Right),
        column("Elasticity", "elasticity", Align::Right),
        column("From", "from", Align::Right),
        column("To", "to", Align::Right),
        column(format!("{of} there"), "at_from", Align::Right),
        column("and there", "at_to", Align::Right),
    ];
    let rows = finding.inputs.iter().map(|moved| {
        let input = &moved.input;
        let own = |value: &BigRational| match input.kind {
            InputKind::Entry => Cell::Energy(Energy::from_picojoules(to_f64(value))),
            InputKind::Dim | InputKind::Device => Cell::Number(to_f64(value)),
        };
        let result = |value: &Option<BigRational>| {
            (value.as_ref()).map_or(Cell::Empty, |value| cell(finding, to_f64(value)))
        };
        row(vec![
            words(input.symbol.name()),
            match input.kind {
                InputKind::Entry | InputKind::Device => own(&input.value),
                InputKind::Dim => Cell::Count(input.value.clone()),
            },
            number(&moved.derivative),
            number(&moved.elasticity),
            own(&input.low),
            own(&input.high),
            result(&moved.at_low),
            result(&moved.at_high),
        ])
    });
    let has_device = (finding.inputs.iter()).any(|moved| moved.input.kind == InputKind::Device);
    let note = match finding.baseline {
        Some(_) => "Derivative: of the share saved, by one pJ of an entry or one of a dim",
        None => "Derivative: pJ, by one pJ of an entry or one of a dim",
    };
    let device = match has_device {
        true => ", or one of a device's number in the unit of its name",
        false => "",
    };
    let elasticity = match finding.baseline {
        Some(_) => "percentage points of saving per percent",
        None => "percent of energy per percent",
    };
    let note = format!("{note}{device}. Elasticity: {elasticity}.");
    Table {
        title: Some(format!(
            "What moves the {}: {} on {}, {}",
            match finding.baseline {
                Some(_) => format!("saving of {}", result(finding)),
                None => format!("energy of {}", finding.variant),
            },
            finding.scope,
            finding.table,
            finding.format
        )),
        columns,
        rows: rows.collect(),
        notes: vec![
            note.to_owned(),
            "From, to: an entry's own range, a dim ± 10 %, all else as it is.".to_owned(),
        ],
    }
}

/// All in one table for programs: a row for each result, and after it a row for
/// each input that moves it. Energies in picojoules, savings as shares: the last
/// column says which.
pub fn sensitivity_rows(findings: &[AnalysisResult]) -> Table {
    let names = [
        "table",
        "format",
        "scope",
        "variant",
        "baseline",
        "kind",
        "name",
        "value",
        "derivative",
        "elasticity",
        "from",
        "to",
        "at_from",
        "at_to",
        "p5",
        "p95",
        "unit",
    ];
    let columns = names.iter().map(|name| column(*name, *name, Align::Left));
    let mut rows = Vec::new();
    for finding in findings {
        let start = || {
            vec![
                words(&finding.table),
                words(finding.format.to_string()),
                words(&finding.scope),
                words(&finding.variant),
                finding.baseline.as_ref().map_or(Cell::Empty, words),
            ]
        };
        let mut cells = start();
        let kind = match finding.baseline {
            Some(_) => "saving",
            None => "energy",
        };
        cells.extend([
            words(kind),
            Cell::Empty,
            Cell::Number(to_f64(&finding.value)),
        ]);
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
        let interval = finding.interval.as_ref();
        cells.extend([
            number(&interval.map(|interval| interval.low.clone())),
            number(&interval.map(|interval| interval.high.clone())),
        ]);
        cells.extend(match finding.distribution {
            Some(drawn) => [Cell::Number(drawn.low), Cell::Number(drawn.high)],
            None => [Cell::Empty, Cell::Empty],
        });
        cells.push(words(match finding.baseline {
            Some(_) => "share",
            None => "pJ",
        }));
        rows.push(row(cells));
        for moved in &finding.inputs {
            let mut cells = start();
            cells.extend(input_cells(moved));
            rows.push(row(cells));
        }
    }
    Table {
        title: None,
        columns: columns.collect(),
        rows,
        notes: Vec::new(),
    }
}

fn input_cells(moved: &Sensitivity) -> Vec<Cell> {
    let input = &moved.input;
    vec![
        words(input.kind.name()),
        words(input.symbol.name()),
        Cell::Count(input.value.clone()),
        number(&moved.derivative),
        number(&moved.elasticity),
        Cell::Count(input.low.clone()),
        Cell::Count(input.high.clone()),
        number(&moved.at_low),
        number(&moved.at_high),
        Cell::Empty,
        Cell::Empty,
        words(match input.kind {
            InputKind::Entry => "pJ",
            // That of a device is in its name.
            InputKind::Dim | InputKind::Device => "",
        }),
    ]
}

fn number(value: &Option<BigRational>) -> Cell {
    (value.as_ref()).map_or(Cell::Empty, |value| Cell::Number(to_f64(value)))
}

/// A value of the result: an energy, or a share saved.
fn cell(finding: &AnalysisResult, value: f64) -> Cell {
    match finding.baseline {
        Some(_) => Cell::Share(value),
        None => Cell::Energy(Energy::from_picojoules(value)),
    }
}

/// `e-att`, or `e-att against vanilla`.
pub(super) fn result(finding: &AnalysisResult) -> String {
    match &finding.baseline {
        Some(baseline) => format!("{} against {baseline}", finding.variant),
        None => finding.variant.clone(),
    }
}
