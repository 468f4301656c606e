//! Tables of estimates and comparisons.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::caveats::{caveats_of_comparison, caveats_of_estimate};
use super::dims::{comparison_dims, dims_line};
use crate::compare::{Comparison, Row as Compared};
use crate::energy::{By, Estimate, Group, StageFormula};
use crate::number;
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};
use crate::symbolic::{Expr, Notation, Printer, Symbol};
use crate::table::Confidence;
use crate::units::{Energy, percent};

fn column(name: &str, key: &str, align: Align) -> Column {
    Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align,
    }
}

fn plain(cells: Vec<Cell>) -> Row {
    Row {
        cells,
        kind: RowKind::Plain,
    }
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

/// The name of what lines are added up by, for people and for programs.
fn heading(by: By) -> (&'static str, &'static str) {
    match by {
        By::Stage => ("Stage", "stage"),
        By::Op => ("Op", "op"),
        By::Layer => ("Layer", "layer"),
        By::Primitive => ("Primitive", "primitive"),
    }
}

/// The energy of one estimate, added up by `by`, operations in words.
pub fn estimate_table(estimate: &Estimate, by: By) -> Table {
    let groups = estimate.by(by);
    let total = estimate.total();
    let (name, key) = heading(by);
    let mut notes = caveats_of_estimate(estimate);
    notes.extend([
        match dims_line(estimate).as_str() {
            "" => format!("{} MACs", grouped(&estimate.macs)),
            dims => format!("{} MACs; {dims}", grouped(&estimate.macs)),
        },
        rests_on(estimate),
        conventions_line(estimate),
    ]);
    let row = |group: &Group, kind: RowKind| Row {
        cells: vec![
            text(group.name.clone()),
            text(operations(group)),
            Cell::Energy(group.energy()),
            share(group.energy(), total),
        ],
        kind,
    };
    let mut rows: Vec<Row> = groups
        .iter()
        .map(|group| row(group, RowKind::Plain))
        .collect();
    rows.push(row(&sum(&groups), RowKind::Total));
    Table {
        title: Some(title_with_size(estimate)),
        columns: vec![
            column(name, key, Align::Left),
            column("Operations", "operations", Align::Left),
            column("Energy", "energy_pj", Align::Right),
            column("Share", "share", Align::Right),
        ],
        rows,
        notes,
    }
}

/// Several estimates as one table for programs: a row for each group of each
/// estimate, a column for each primitive, no sums.
pub fn estimates_data(estimates: &[Estimate], by: By) -> Table {
    let all: Vec<(&Estimate, Group)> = (estimates.iter())
        .flat_map(|estimate| {
            estimate
                .by(by)
                .into_iter()
                .map(move |group| (estimate, group))
        })
        .collect();
    let primitives: BTreeSet<_> = all
        .iter()
        .flat_map(|(_, group)| group.counts.keys())
        .collect();
    let mut columns: Vec<Column> = ["model", "variant", "table", "format", heading(by).1]
        .map(|key| column(key, key, Align::Left))
        .into();
    for (primitive, format) in &primitives {
        let key = format!("{primitive}.{format}");
        columns.push(column(&key, &key, Align::Right));
    }
    columns.push(column("Energy", "energy_pj", Align::Right));
    let rows = all.iter().map(|(estimate, group)| {
        let format = estimate.format.to_string();
        let names = [
            &estimate.model,
            &estimate.variant,
            &estimate.table,
            &format,
            &group.name,
        ];
        let mut cells: Vec<Cell> = names.map(|name| text(name.clone())).into();
        cells.extend(
            primitives
                .iter()
                .map(|key| Cell::Count(group.counts.get(*key).cloned().unwrap_or_default())),
        );
        cells.push(Cell::Energy(group.energy()));
        plain(cells)
    });
    Table {
        title: None,
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

fn title(estimate: &Estimate) -> String {
    let under = format!("on {}, {}", estimate.table, estimate.format);
    if estimate.variant == estimate.model {
        format!("{} {under}", estimate.model)
    } else {
        format!("{}, {} {under}", estimate.model, estimate.variant)
    }
}

/// The title with the number by which people know a model again.
fn title_with_size(estimate: &Estimate) -> String {
    let title = title(estimate);
    match (title.strip_prefix(&estimate.model), parameters(estimate)) {
        (Some(rest), Some(size)) => format!("{} · {size}{rest}", estimate.model),
        _ => title,
    }
}

/// `109 482 240 parameters`; nothing for a model without weights.
fn parameters(estimate: &Estimate) -> Option<String> {
    let count = &estimate.parameters;
    if count.is_zero() {
        return None;
    }
    let noun = if count.is_one() {
        "parameter"
    } else {
        "parameters"
    };
    Some(format!("{} {noun}", grouped(count)))
}

fn sum(groups: &[Group]) -> Group {
    let mut all = Group {
        name: "total".to_owned(),
        counts: std::collections::BTreeMap::new(),
        picojoules: BigRational::default(),
    };
    for group in groups {
        for (key, count) in &group.counts {
            *all.counts.entry(*key).or_default() += count;
        }
        all.picojoules += &group.picojoules;
    }
    all
}

fn share(part: Energy, whole: Energy) -> Cell {
    if whole == Energy::ZERO {
        Cell::Empty
    } else {
        Cell::Share(part.picojoules() / whole.picojoules())
    }
}

/// `6 553 600 mul, 6 553 600 add`; the format is named where there are several.
fn operations(group: &Group) -> String {
    let formats: BTreeSet<_> = group.counts.keys().map(|(_, format)| *format).collect();
    let words: Vec<String> = group
        .counts
        .iter()
        .map(|((primitive, format), count)| {
            if formats.len() > 1 {
                format!("{} {primitive}.{format}", grouped(count))
            } else {
                format!("{} {primitive}", grouped(count))
            }
        })
        .collect();
    words.join(", ")
}

fn grouped(count: &BigRational) -> String {
    Cell::Count(count.clone()).human()
}

/// `Conventions: a dot product of length k takes k additions; …`.
pub fn conventions_line(estimate: &Estimate) -> String {
    let adds = estimate.settings.conventions.dot_adds.name();
    let free: Vec<&str> = estimate
        .settings
        .free
        .iter()
        .map(|primitive| primitive.name())
        .collect();
    let free = if free.is_empty() {
        String::new()
    } else {
        format!("; {} priced at 0", free.join(", "))
    };
    let set: Vec<String> = (estimate.settings.set.iter())
        .map(|(entry, value)| format!("; {entry} set to {} pJ", number::plain(value)))
        .collect();
    let set = set.concat();
    format!(
        "Conventions: a dot product of length k takes {adds} additions{free}{set}; arithmetic alone, no memory."
    )
}

/// How much of a total rests on entries of which confidence, and which
/// primitives are priced by assumption.
fn rests_on(estimate: &Estimate) -> String {
    let total = estimate.total();
    let mut shares: Vec<String> = Vec::new();
    for (confidence, energy) in estimate.by_confidence() {
        if energy != Energy::ZERO {
            let part = percent(energy.picojoules() / total.picojoules(), 1);
            shares.push(format!("{part} on {confidence}"));
        }
    }
    let assumed = assumed_primitives([estimate]);
    let assumed = if assumed.is_empty() {
        String::new()
    } else {
        format!("; assumed: {}", assumed.join(", "))
    };
    if shares.is_empty() {
        return "Nothing here costs energy".to_owned() + &assumed + ".";
    }
    format!("Entries: {} confidence{assumed}.", shares.join(", "))
}

/// The primitives that assumed entries price in any of the estimates.
fn assumed_primitives<'e>(estimates: impl IntoIterator<Item = &'e Estimate>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in estimates.into_iter().flat_map(|estimate| &estimate.lines) {
        let name = format!("{}.{}", line.primitive, line.format);
        if line.confidence == Confidence::Assumed && !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    names
}

/// What the rows of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Scopes; all tables and formats of one scope together.
    Scopes,
    /// Stages; all stages on one table and format together.
    Stages,
}

/// A comparison side by side: a row for each scope or stage on each table and
/// format, with every variant in columns, the baseline first.
pub fn comparison_table(comparison: &Comparison, rows: &[Compared], what: Rows) -> Table {
    let variants: Vec<&str> = comparison
        .settings
        .first()
        .map(|estimates| {
            estimates
                .iter()
                .map(|estimate| estimate.variant.as_str())
                .collect()
        })
        .unwrap_or_default();
    let table = column("Table", "table", Align::Left);
    let format = column("Format", "format", Align::Left);
    let mut columns = match what {
        Rows::Scopes => vec![column("Scope", "scope", Align::Left), table, format],
        Rows::Stages => vec![table, format, column("Stage", "stage", Align::Left)],
    };
    for variant in &variants {
        columns.push(column(variant, &format!("{variant}_pj"), Align::Right));
        if *variant != comparison.baseline {
            columns.push(column("saved", &format!("{variant}_saving"), Align::Right));
        }
    }
    let mut sorted: Vec<&Compared> = rows.iter().collect();
    if what == Rows::Scopes {
        let order: Vec<&str> = unique(rows.iter().map(|row| row.scope.as_str()));
        sorted.sort_by_key(|row| order.iter().position(|scope| *scope == row.scope));
    }
    let table_rows = sorted
        .chunk_by(|a, b| (&a.scope, &a.table, a.format) == (&b.scope, &b.table, b.format))
        .map(|chunk| side_by_side(chunk, what, &comparison.baseline))
        .collect();
    let first = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.first());
    Table {
        title: first.map(|estimate| {
            format!(
                "{}: energy, and what is saved against {}",
                estimate.model, comparison.baseline
            )
        }),
        columns,
        rows: table_rows,
        notes: notes(comparison),
    }
}

/// All variants over one scope or stage, on one table and format.
fn side_by_side(chunk: &[&Compared], what: Rows, baseline: &str) -> Row {
    let mut cells = Vec::new();
    if let Some(first) = chunk.first() {
        let scope = text(first.scope.clone());
        let setting = [text(first.table.clone()), text(first.format.to_string())];
        match what {
            Rows::Scopes => cells.extend([scope].into_iter().chain(setting)),
            Rows::Stages => cells.extend(setting.into_iter().chain([scope])),
        }
    }
    for row in chunk {
        cells.push(Cell::Energy(row.energy));
        if row.variant != baseline {
            cells.push(row.saving().map_or(Cell::Empty, Cell::Share));
        }
    }
    plain(cells)
}

fn notes(comparison: &Comparison) -> Vec<String> {
    let Some(first) = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.last())
    else {
        return Vec::new();
    };
    let mut notes = caveats_of_comparison(comparison);
    notes.push(format!("Dims: {}.", comparison_dims(comparison)));
    let assumed = assumed_primitives(comparison.settings.iter().flatten());
    if !assumed.is_empty() {
        notes.push(format!(
            "Priced by assumed entries: {}.",
            assumed.join(", ")
        ));
    }
    if let Some(unverified) = unverified(comparison) {
        notes.push(unverified);
    }
    let mut first = first.clone();
    for (entry, value) in comparison
        .settings
        .iter()
        .flatten()
        .flat_map(|e| &e.settings.set)
    {
        if !first.settings.set.iter().any(|(known, _)| known == entry) {
            first.settings.set.push((entry.clone(), value.clone()));
        }
    }
    notes.push(conventions_line(&first));
    notes
}

/// The tables of which some entry in use is unverified.
fn unverified(comparison: &Comparison) -> Option<String> {
    let tables = unique(
        comparison
            .settings
            .iter()
            .flatten()
            .filter(|estimate| {
                estimate
                    .lines
                    .iter()
                    .any(|line| line.confidence == Confidence::Unverified)
            })
            .map(|estimate| estimate.table.as_str()),
    );
    (!tables.is_empty()).then(|| format!("Unverified entries: table {}.", tables.join(", ")))
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

/// How much of every variant's total rests on entries of which confidence.
pub fn confidence_table(comparison: &Comparison) -> Table {
    let used: Vec<Confidence> = Confidence::ALL
        .into_iter()
        .filter(|confidence| {
            (comparison.settings.iter().flatten()).any(|estimate| {
                estimate
                    .lines
                    .iter()
                    .any(|line| line.confidence == *confidence)
            })
        })
        .collect();
    let mut columns = vec![
        column("Table", "table", Align::Left),
        column("Format", "format", Align::Left),
        column("Variant", "variant", Align::Left),
    ];
    columns.extend(
        used.iter()
            .map(|confidence| column(confidence.name(), confidence.name(), Align::Right)),
    );
    let rows = comparison
        .settings
        .iter()
        .flatten()
        .map(|estimate| {
            let total = estimate.total();
            let mut cells = vec![
                text(estimate.table.clone()),
                text(estimate.format.to_string()),
                text(estimate.variant.clone()),
            ];
            for (confidence, energy) in estimate.by_confidence() {
                if used.contains(&confidence) {
                    cells.push(share(energy, total));
                }
            }
            plain(cells)
        })
        .collect();
    Table {
        title: Some("Share of the total that rests on entries of each confidence".to_owned()),
        columns,
        rows,
        notes: Vec::new(),
    }
}

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
            counts.push(plain(vec![
                text(formula.stage.clone()),
                text(format!("{primitive}.{format}")),
                math(count),
            ]));
        }
        energies.push(plain(vec![
            text(formula.stage.clone()),
            math(&formula.picojoules),
        ]));
    }
    let caveats = caveats_of_estimate(estimate);
    let mut notes = caveats.clone();
    notes.push(format!("with {}", dims_line(estimate)));
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
