//! What two variants differ in, op by op or layer by layer.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::caveats::caveats_of_estimate;
use super::cells::{column, energy, row, share, words};
use super::conventions::conventions_line;
use super::profile::energy_of;
use crate::energy::Estimate;
use crate::profile::{Change, NodeKind};
use crate::render::table::{Align, Cell, Row, RowKind, Table};

/// What differences are listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeBy {
    /// Ops.
    Op,
    /// Layers, and ops of the model itself.
    Layer,
}

/// What the second of two variants saves and adds, the largest differences first;
/// the first `top` of them, or all layers.
pub fn change_table(
    [before, after]: [&Estimate; 2],
    change: &Change,
    by: ChangeBy,
    top: usize,
) -> Table {
    let mut parts = Vec::new();
    collect(change, by, (None, None), &mut parts);
    let count = parts.iter().filter(|part| part.differs()).count();
    let top = match by {
        ChangeBy::Op => {
            parts.retain(Part::differs);
            parts.sort_by_key(|part| std::cmp::Reverse(part.size()));
            top
        }
        ChangeBy::Layer => parts.len(),
    };
    let total = before.total();
    let cells = |layer: &str, stage: &str, op: &str, change: &Change| {
        let difference = energy_of(&change.difference());
        let mut cells = vec![words(layer)];
        if by == ChangeBy::Op {
            cells.extend([words(stage), words(op)]);
        }
        cells.extend([
            energy(change.before.as_ref().map(energy_of)),
            energy(change.after.as_ref().map(energy_of)),
            Cell::Energy(difference),
            share(Some(difference), total),
        ]);
        cells
    };
    let mut rows: Vec<Row> = parts
        .iter()
        .take(top)
        .map(|part| row(cells(part.layer, part.stage, part.op, part.change)))
        .collect();
    let mut notes = Vec::new();
    if rows.len() < count {
        notes.push(format!(
            "Shown: the {} largest of {count} differences.",
            rows.len()
        ));
    }
    if count == 0 {
        notes.push("Nothing differs.".to_owned());
    }
    rows.push(Row {
        cells: cells("total", "", "", change),
        kind: RowKind::Total,
    });
    notes.push(format!(
        "Saved {}, added {}; shares are of all that {} takes.",
        energy_of(&change.saved),
        energy_of(&change.added),
        before.variant
    ));
    for estimate in [before, after] {
        let own = caveats_of_estimate(estimate).into_iter();
        notes.extend(own.map(|line| format!("{}: {line}", estimate.variant)));
    }
    notes.push(conventions_line(before));
    let mut columns = vec![column("Layer", "layer", Align::Left)];
    if by == ChangeBy::Op {
        columns.extend([
            column("Stage", "stage", Align::Left),
            column("Op", "op", Align::Left),
        ]);
    }
    columns.extend([
        column(before.variant.clone(), "before_pj", Align::Right),
        column(after.variant.clone(), "after_pj", Align::Right),
        column("Difference", "difference_pj", Align::Right),
        column("Share", "share", Align::Right),
    ]);
    Table {
        title: Some(change_title([before, after])),
        columns,
        rows,
        notes,
    }
}

/// `attention: e-att against vanilla on 45nm, fp32`.
pub(super) fn change_title([before, after]: [&Estimate; 2]) -> String {
    format!(
        "{}: {} against {} on {}, {}",
        before.model, after.variant, before.variant, before.table, before.format
    )
}

/// A part of a model that differs, and where it is.
struct Part<'c> {
    layer: &'c str,
    stage: &'c str,
    op: &'c str,
    change: &'c Change,
}

impl Part<'_> {
    fn differs(&self) -> bool {
        !self.change.difference().is_zero()
    }

    fn size(&self) -> BigRational {
        self.change.difference().abs()
    }
}

fn collect<'c>(
    change: &'c Change,
    by: ChangeBy,
    (layer, stage): (Option<&'c str>, Option<&'c str>),
    parts: &mut Vec<Part<'c>>,
) {
    for child in &change.children {
        let name = child.name.as_str();
        match (child.kind, by) {
            (NodeKind::Layer, ChangeBy::Layer) => parts.push(Part {
                layer: name,
                stage: "",
                op: "",
                change: child,
            }),
            (NodeKind::Layer, ChangeBy::Op) => collect(child, by, (Some(name), stage), parts),
            (NodeKind::Stage, _) => collect(child, by, (layer, Some(name)), parts),
            (NodeKind::Op, ChangeBy::Layer) => parts.push(Part {
                layer: name,
                stage: "",
                op: "",
                change: child,
            }),
            (NodeKind::Op, ChangeBy::Op) => parts.push(Part {
                layer: layer.unwrap_or_default(),
                stage: stage.unwrap_or_default(),
                op: name,
                change: child,
            }),
            (NodeKind::Model | NodeKind::Item(_), _) => {}
        }
    }
}
