//! One estimate as a table, and several of them for programs.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::caveats::caveats_of_estimate;
use super::cells::{column, energy, row, seconds, share, words};
use super::confidence::rests_on;
use super::conventions::conventions_line;
use super::dims::dims_line;
use super::movement::{movement_notes, skipped_note};
use super::timing::time_notes;
use crate::energy::{By, Estimate, Group, Work};
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};

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
        match dims_line(estimate) {
            None => products_line(&estimate.work()),
            Some(dims) => format!("{}; {dims}", products_line(&estimate.work())),
        },
        rests_on(estimate),
        conventions_line(estimate),
    ]);
    notes.extend(movement_notes(estimate));
    notes.extend(skipped_note(estimate));
    notes.extend(time_notes(estimate));
    let shows_products = matches!(by, By::Op | By::Layer);
    let mut columns = vec![
        column(name, key, Align::Left),
        column("Operations", "operations", Align::Left),
    ];
    if shows_products {
        columns.extend(products_columns(false));
    }
    if estimate.timing.is_some() {
        columns.push(column("Time", "seconds", Align::Right));
    }
    let has_parts = estimate.moved.is_some() || estimate.timing.is_some();
    if has_parts {
        columns.push(column("Arithmetic", "compute_pj", Align::Right));
    }
    if estimate.moved.is_some() {
        columns.push(column("Movement", "movement_pj", Align::Right));
    }
    if estimate.timing.is_some() {
        columns.push(column("Static", "static_pj", Align::Right));
    }
    columns.extend([
        column("Energy", "energy_pj", Align::Right),
        column("Share", "share", Align::Right),
    ]);
    let row = |group: &Group, kind: RowKind| {
        let mut cells = vec![words(group.name.clone()), words(operations(group))];
        if shows_products {
            cells.extend(products_cells(group, false));
        }
        if estimate.timing.is_some() {
            cells.push(seconds(group.seconds.as_ref()));
        }
        if has_parts {
            cells.push(energy(group.arithmetic()));
        }
        if estimate.moved.is_some() {
            cells.push(energy(group.movement()));
        }
        if estimate.timing.is_some() {
            cells.push(energy(group.statics()));
        }
        cells.extend([energy(group.energy()), share(group.energy(), total)]);
        Row { cells, kind }
    };
    let mut rows: Vec<Row> = groups
        .iter()
        .map(|group| row(group, RowKind::Plain))
        .collect();
    rows.push(row(&sum(&groups), RowKind::Total));
    Table {
        title: Some(title_with_size(estimate)),
        columns,
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
    let has_products = by != By::Primitive;
    if has_products {
        columns.extend(products_columns(true));
    }
    let is_moved = estimates.iter().any(|estimate| estimate.moved.is_some());
    if is_moved {
        columns.push(column("Movement", "movement_pj", Align::Right));
    }
    let is_timed = estimates.iter().any(|estimate| estimate.timing.is_some());
    if is_timed {
        columns.push(column("Time", "seconds", Align::Right));
        columns.push(column("Static", "static_pj", Align::Right));
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
        let mut cells: Vec<Cell> = names.map(|name| words(name.clone())).into();
        cells.extend(
            primitives
                .iter()
                .map(|key| Cell::Count(group.counts.get(*key).cloned().unwrap_or_default())),
        );
        if has_products {
            cells.extend(products_cells(group, true));
        }
        if is_moved {
            cells.push(energy(group.movement()));
        }
        if is_timed {
            cells.push(seconds(group.seconds.as_ref()));
            cells.push(energy(group.statics()));
        }
        cells.push(energy(group.energy()));
        row(cells)
    });
    Table {
        title: None,
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

pub(super) fn title(estimate: &Estimate) -> String {
    let under = format!("on {}, {}", estimate.table, estimate.format);
    if estimate.variant == estimate.model {
        format!("{} {under}", estimate.model)
    } else {
        format!("{}, {} {under}", estimate.model, estimate.variant)
    }
}

/// `14 450 688 MACs`; with what else is added up, where not all of it takes a
/// multiplication, and with the number that skips zeros, where some are.
fn products_line(work: &Work) -> String {
    let mut line = format!("{} MACs", grouped(&work.macs));
    if work.effective_macs != work.macs {
        let effective = grouped(&work.effective_macs);
        line.push_str(&format!(", skipped zeros included ({effective} without)"));
    }
    if !work.is_macs_alone() {
        let (acs, synops) = (grouped(&work.acs), grouped(&work.synops));
        line.push_str(&format!("; {acs} ACs; {synops} synaptic operations"));
    }
    line
}

/// The columns of what counters of the field count; those that only programs
/// want are `all`.
fn products_columns(all: bool) -> Vec<Column> {
    let columns = [
        ("MACs", "macs", true),
        ("Effective MACs", "effective_macs", all),
        ("ACs", "acs", true),
        ("SynOps", "synops", true),
        ("Dense SynOps", "dense_synops", all),
    ];
    let shown = columns.into_iter().filter(|(_, _, shown)| *shown);
    shown
        .map(|(title, key, _)| column(title, key, Align::Right))
        .collect()
}

/// Their cells; nothing is known of a group of which all is left out.
fn products_cells(group: &Group, all: bool) -> Vec<Cell> {
    let work = &group.work;
    let cells = [
        (&work.macs, true),
        (&work.effective_macs, all),
        (&work.acs, true),
        (&work.synops, true),
        (&work.dense_synops, all),
    ];
    let shown = cells.into_iter().filter(|(_, shown)| *shown);
    let is_unknown = group.energy().is_none();
    let cell = |(count, _): (&BigRational, bool)| match is_unknown {
        true => Cell::NotCounted,
        false => Cell::Count(count.clone()),
    };
    shown.map(cell).collect()
}

/// The title with the number by which people know a model again.
fn title_with_size(estimate: &Estimate) -> String {
    let title = title(estimate);
    match (title.strip_prefix(&estimate.model), parameters(estimate)) {
        (Some(rest), Some(size)) => format!("{} · {size}{rest}", estimate.model),
        _ => title,
    }
}

/// `109 482 240 parameters`, of a mixture of experts with those that one token
/// takes; nothing for a model without weights.
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
    let size = format!("{} {noun}", grouped(count));
    Some(match &estimate.active_parameters {
        Some(active) => format!("{size}, {} active", grouped(&active.round())),
        None => size,
    })
}

fn sum(groups: &[Group]) -> Group {
    let mut all = Group {
        name: "total".to_owned(),
        counts: BTreeMap::new(),
        work: Work::default(),
        unsupported: BTreeMap::new(),
        picojoules: Some(BigRational::default()),
        moved: None,
        seconds: None,
        statics: None,
    };
    for group in groups {
        for (key, count) in &group.counts {
            *all.counts.entry(*key).or_default() += count;
        }
        for (operator, count) in &group.unsupported {
            *all.unsupported.entry(operator.clone()).or_default() += count;
        }
        all.work += &group.work;
        all.picojoules = match (all.picojoules.take(), &group.picojoules) {
            (Some(sum), Some(own)) => Some(sum + own),
            (None, _) | (_, None) => None,
        };
        for (sum, own) in [
            (&mut all.moved, &group.moved),
            (&mut all.seconds, &group.seconds),
            (&mut all.statics, &group.statics),
        ] {
            if let Some(own) = own {
                *sum.get_or_insert_default() += own;
            }
        }
    }
    all
}

/// `6 553 600 mul, 6 553 600 add`; the format is named where there are several.
/// What has no energy, since it is not supported, says so.
fn operations(group: &Group) -> String {
    let formats: BTreeSet<_> = group.counts.keys().map(|(_, format)| *format).collect();
    let mut words: Vec<String> = group
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
    let unsupported = group.unsupported.iter();
    words.extend(
        unsupported
            .map(|(operator, count)| format!("{} {operator} (not supported)", grouped(count))),
    );
    words.join(", ")
}

fn grouped(count: &BigRational) -> String {
    Cell::Count(count.clone()).human()
}
