//! What a terminal shows of a sweep: the extremes and where they are.

use super::plan::SweepPlan;
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};
use crate::sweep::{Batch, extremes};
use crate::units::Energy;

/// The smallest and the largest value of one column, with the numbers of their points.
#[derive(Debug, Clone, Copy, Default)]
struct Extremes {
    least: Option<(f64, u64)>,
    most: Option<(f64, u64)>,
}

impl Extremes {
    fn of(values: &[f64], batch: &Batch) -> Extremes {
        let found = |row: usize| Some((values[row], batch.number(row)?));
        let rows = extremes(values);
        Extremes {
            least: rows.and_then(|(least, _)| found(least)),
            most: rows.and_then(|(_, most)| found(most)),
        }
    }

    /// Takes those of later points in.
    fn join(&mut self, later: Extremes) {
        if let Some((least, _)) = later.least
            && self.least.is_none_or(|(known, _)| least < known)
        {
            self.least = later.least;
        }
        if let Some((most, _)) = later.most
            && self.most.is_none_or(|(known, _)| most > known)
        {
            self.most = later.most;
        }
    }
}

/// The extremes of one chunk of one case: of what is saved where variants are
/// compared, else of the energies.
pub(super) struct PartialSummary {
    extremes: Vec<Extremes>,
    pub(super) points: u64,
    pub(super) refused: u64,
    /// The number of the first point that the model refuses.
    first_refused: Option<u64>,
}

impl PartialSummary {
    pub(super) fn of(plan: &SweepPlan, batch: &Batch) -> PartialSummary {
        let columns = match plan.variants.len() {
            0 | 1 => &batch.outputs,
            _ => &batch.savings,
        };
        let extremes = columns.iter().map(|values| Extremes::of(values, batch));
        PartialSummary {
            extremes: extremes.collect(),
            points: batch.len() as u64,
            refused: batch.refused,
            first_refused: batch.first_refused,
        }
    }
}

/// The extremes of every output of every case.
pub(super) struct Summary {
    extremes: Vec<Vec<Extremes>>,
    points: u64,
    refused: u64,
    /// The first point that the model refuses: its case and its number.
    first_refused: Option<(usize, u64)>,
}

impl Summary {
    pub(super) fn new(plan: &SweepPlan) -> Summary {
        let outputs = plan.scopes.len() * plan.variants.len();
        Summary {
            extremes: vec![vec![Extremes::default(); outputs]; plan.cases.len()],
            points: 0,
            refused: plan.refused.points,
            first_refused: None,
        }
    }

    /// Takes in the next chunk of a case.
    pub(super) fn add(&mut self, case: usize, partial: PartialSummary) {
        self.points += partial.points;
        self.refused += partial.refused;
        let first = partial.first_refused.map(|point| (case, point));
        self.first_refused = self.first_refused.or(first);
        for (extremes, later) in self.extremes[case].iter_mut().zip(partial.extremes) {
            extremes.join(later);
        }
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Whether every point was refused.
    pub(super) fn has_none(&self) -> bool {
        self.points == 0 && self.refused > 0
    }

    /// Which point was refused first, and why.
    pub(super) fn first_refused_words(&self, plan: &SweepPlan) -> String {
        let first = self
            .first_refused
            .and_then(|(case, point)| plan.refusal(case, point))
            .or_else(|| {
                plan.refused
                    .first
                    .as_ref()
                    .map(|first| format!("; the first is {first}"))
            });
        first.unwrap_or_default()
    }

    pub(super) fn refused_words(&self, plan: &SweepPlan) -> String {
        let points = if self.refused == 1 { "point" } else { "points" };
        format!(
            "{} {points} left out, which the model refuses{}",
            self.refused,
            self.first_refused_words(plan)
        )
    }

    pub(super) fn table(&self, plan: &SweepPlan) -> Table {
        let column = |name: &str, align| Column {
            name: name.to_owned(),
            key: name.to_lowercase().replace(' ', "_"),
            align,
        };
        let compares = plan.variants.len() > 1;
        let mut columns = vec![
            column("Table", Align::Left),
            column("Format", Align::Left),
            column("Scope", Align::Left),
            column("Variant", Align::Left),
        ];
        let what = if compares { "saves" } else { "costs" };
        columns.extend([
            column(&format!("{what} least"), Align::Right),
            column("at", Align::Left),
            column(&format!("{what} most"), Align::Right),
            column("at", Align::Left),
        ]);
        let mut rows = Vec::new();
        for (case, named) in plan.cases.iter().enumerate() {
            for (scope, name) in plan.scopes.iter().enumerate() {
                for (variant, shown) in plan.variants.iter().enumerate() {
                    if compares && variant == 0 {
                        continue;
                    }
                    let at = scope * plan.variants.len() + variant;
                    let extremes = &self.extremes[case][at];
                    let mut cells = vec![
                        Cell::Text(named.table.clone()),
                        Cell::Text(named.words(plan)),
                        Cell::Text(name.clone()),
                        Cell::Text(shown.clone()),
                    ];
                    for extreme in [extremes.least, extremes.most] {
                        let (value, point) = match extreme {
                            Some((value, point)) => {
                                (Some(value), plan.point(&plan.points[case].at(point)))
                            }
                            None => (None, String::new()),
                        };
                        cells.push(match value {
                            None => Cell::Empty,
                            Some(value) if compares => Cell::Share(value),
                            Some(value) => Cell::Energy(Energy::from_picojoules(value)),
                        });
                        cells.push(Cell::Text(point));
                    }
                    rows.push(Row {
                        cells,
                        kind: RowKind::Plain,
                    });
                }
            }
        }
        let mut notes = plan.caveats.clone();
        notes.extend(plan.conventions.clone());
        notes.push(format!("{} points.", self.points));
        if self.refused > 0 {
            notes.push(format!("{}.", self.refused_words(plan)));
        }
        Table {
            title: Some(plan.title()),
            columns,
            rows,
            notes,
        }
    }
}
