//! Where the energy goes: hottest ops and layers.

use num_rational::BigRational;
use num_traits::Zero;

use super::caveats::caveats_of_estimate;
use super::cells::{self, column, row, seconds, share, words};
use super::confidence::rests_on;
use super::conventions::conventions_line;
use super::dims::dims_line;
use super::estimate::title;
use super::movement::movement_notes;
use super::timing::time_notes;
use crate::energy::{Estimate, Work};
use crate::number::{plain, sum, to_f64};
use crate::profile::{HotOp, Layer, MAX_ROUNDS, Profile};
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};
use crate::units::{Energy, percent};

/// What a profile is of, in a line: `bert-base, vanilla on 45nm, fp32`.
pub fn profile_title(estimate: &Estimate) -> String {
    title(estimate)
}

/// The first `top` of an estimate's ops, with what most of each is paid for.
pub fn hot_table(estimate: &Estimate, profile: &Profile, ops: &[HotOp], top: usize) -> Table {
    let total = estimate.total();
    let mut so_far = BigRational::zero();
    let rows = ops.iter().take(top).map(|op| {
        so_far = sum(&so_far, &op.picojoules);
        let own = energy_of(&op.picojoules);
        let (most, part) = match &op.most {
            Some((name, part)) => (words(name), share(Some(energy_of(part)), own)),
            None => (Cell::Empty, Cell::Empty),
        };
        row(vec![
            words(op.layer.clone().unwrap_or_default()),
            words(op.stage.clone()),
            words(op.op.clone()),
            Cell::Energy(own),
            share(Some(own), total),
            share(Some(energy_of(&so_far)), total),
            most,
            part,
        ])
    });
    let rows: Vec<Row> = rows.collect();
    let mut notes: Vec<String> = rest_line(ops, rows.len(), total).into_iter().collect();
    notes.extend(together_line(&profile.kept_together));
    notes.extend(common_notes(estimate));
    Table {
        title: Some(format!("{}: hottest ops", title(estimate))),
        columns: vec![
            column("Layer", "layer", Align::Left),
            column("Stage", "stage", Align::Left),
            column("Op", "op", Align::Left),
            column("Energy", "energy_pj", Align::Right),
            column("Share", "share", Align::Right),
            column("Up to here", "cumulative_share", Align::Right),
            column("Mostly", "mostly", Align::Left),
            column("of it", "mostly_share", Align::Right),
        ],
        rows,
        notes,
    }
}

/// `Shown: 20 of 34 ops; the others take 2.1 %.`
fn rest_line(ops: &[HotOp], shown: usize, total: Energy) -> Option<String> {
    let rest = ops.get(shown..).filter(|rest| !rest.is_empty())?;
    let energy: BigRational = rest.iter().map(|op| &op.picojoules).sum();
    let part = match total == Energy::ZERO {
        true => "nothing".to_owned(),
        false => percent(to_f64(&energy) / total.picojoules(), 2),
    };
    let count = ops.len();
    Some(format!(
        "Shown: {shown} of {count} ops; the others take {part}."
    ))
}

/// The layers whose rounds are too many to be told apart.
fn together_line(layers: &[String]) -> Option<String> {
    (!layers.is_empty()).then(|| {
        let layers = layers.join(", ");
        format!("Kept together, since no more than {MAX_ROUNDS} rounds are told apart: {layers}.")
    })
}

fn common_notes(estimate: &Estimate) -> Vec<String> {
    let mut notes = caveats_of_estimate(estimate);
    notes.extend(dims_line(estimate).map(|dims| format!("Dims: {dims}.")));
    notes.extend([rests_on(estimate), conventions_line(estimate)]);
    notes.extend(movement_notes(estimate));
    notes.extend(time_notes(estimate));
    notes
}

/// All layers, each repeat by itself; with accumulates and synaptic operations
/// where not all products are multiply–accumulates, or if `all` columns are asked
/// for.
pub fn layer_table(estimate: &Estimate, layers: &[Layer], all: bool) -> Table {
    let together = layers.iter().filter(|layer| layer.is_together);
    let too_many: Vec<String> = together.map(|layer| layer.name.clone()).collect();
    let mut notes: Vec<String> = together_line(&too_many).into_iter().collect();
    notes.extend(common_notes(estimate));
    let shown = LayerColumns {
        estimate,
        total: estimate.total(),
        has_acs: all || !estimate.work().is_macs_alone(),
    };
    let mut rows: Vec<Row> = layers.iter().map(|layer| row(shown.cells(layer))).collect();
    rows.push(Row {
        cells: shown.cells(&added_up(layers)),
        kind: RowKind::Total,
    });
    Table {
        title: Some(format!("{}: layers", title(estimate))),
        columns: shown.columns(),
        rows,
        notes,
    }
}

/// Which columns the layers of an estimate have.
struct LayerColumns<'e> {
    estimate: &'e Estimate,
    total: Energy,
    /// Whether there are accumulates and synaptic operations.
    has_acs: bool,
}

impl LayerColumns<'_> {
    fn columns(&self) -> Vec<Column> {
        let number = |name: &str, key: &str| column(name, key, Align::Right);
        let mut columns = vec![
            column("Layer", "layer", Align::Left),
            column("Input", "input_shape", Align::Left),
            column("Output", "output_shape", Align::Left),
            number("Parameters", "parameters"),
            number("MACs", "macs"),
        ];
        if self.has_acs {
            columns.extend([number("ACs", "acs"), number("SynOps", "synops")]);
        }
        let moved = self.estimate.moved.as_ref();
        for level in moved.iter().flat_map(|moved| moved.memory.names()) {
            let key = level.to_lowercase().replace(' ', "_");
            columns.push(number(&format!("{level} bytes"), &format!("{key}_bytes")));
        }
        if self.estimate.timing.is_some() {
            columns.push(number("Time", "seconds"));
        }
        if self.has_parts() {
            columns.push(number("Arithmetic", "compute_pj"));
        }
        if moved.is_some() {
            columns.push(number("Movement", "movement_pj"));
        }
        if self.estimate.timing.is_some() {
            columns.push(number("Static", "static_pj"));
        }
        columns.extend([number("Energy", "energy_pj"), number("Share", "share")]);
        columns
    }

    fn has_parts(&self) -> bool {
        self.estimate.moved.is_some() || self.estimate.timing.is_some()
    }

    fn cells(&self, layer: &Layer) -> Vec<Cell> {
        let energy = |exact: &Option<BigRational>| cells::energy(exact.as_ref().map(energy_of));
        let products = |of: fn(&Work) -> &BigRational| match &layer.work {
            Some(work) => Cell::Count(of(work).clone()),
            None => Cell::NotCounted,
        };
        let mut cells = vec![
            words(layer.name.clone()),
            shape(layer.input.as_deref()),
            shape(layer.output.as_deref()),
            Cell::Count(layer.parameters.clone()),
            products(|work| &work.macs),
        ];
        if self.has_acs {
            cells.extend([products(|work| &work.acs), products(|work| &work.synops)]);
        }
        let eight = BigRational::from_integer(8.into());
        cells.extend(layer.bits.iter().map(|bits| Cell::Count(bits / &eight)));
        if self.estimate.timing.is_some() {
            cells.push(seconds(layer.seconds.as_ref()));
        }
        if self.has_parts() {
            cells.push(energy(&layer.arithmetic));
        }
        if self.estimate.moved.is_some() {
            cells.push(energy(&layer.moved));
        }
        if self.estimate.timing.is_some() {
            cells.push(energy(&layer.statics));
        }
        let all = layer.picojoules();
        let part = share(all.as_ref().map(energy_of), self.total);
        cells.extend([energy(&all), part]);
        cells
    }
}

/// `1×128×768`; nothing where there is none.
fn shape(extents: Option<&[BigRational]>) -> Cell {
    match extents {
        None => Cell::Empty,
        Some([]) => words("scalar"),
        Some(extents) => {
            let extents: Vec<String> = extents.iter().map(plain).collect();
            words(extents.join("×"))
        }
    }
}

/// All layers together.
fn added_up(layers: &[Layer]) -> Layer {
    let mut total = Layer {
        name: "total".to_owned(),
        work: Some(Work::default()),
        ..Layer::default()
    };
    let add = |all: &mut Option<BigRational>, own: &Option<BigRational>| {
        if let Some(own) = own {
            *all.get_or_insert_default() += own;
        }
    };
    for layer in layers {
        total.parameters += &layer.parameters;
        if let (Some(all), Some(own)) = (&mut total.work, &layer.work) {
            *all += own;
        }
        total
            .bits
            .resize(layer.bits.len().max(total.bits.len()), BigRational::zero());
        for (all, own) in total.bits.iter_mut().zip(&layer.bits) {
            *all += own;
        }
        add(&mut total.seconds, &layer.seconds);
        add(&mut total.arithmetic, &layer.arithmetic);
        add(&mut total.moved, &layer.moved);
        add(&mut total.statics, &layer.statics);
    }
    total
}

/// The rows of several tables as one, for programs: what each is of in columns
/// before, no totals, and every column that any of them has.
pub fn rows_of_all<'e>(tables: impl Iterator<Item = (&'e Estimate, Table)>) -> Table {
    let mut all = Table {
        columns: ["model", "variant", "table", "format"]
            .map(|key| column(key, key, Align::Left))
            .into(),
        ..Table::default()
    };
    for (estimate, table) in tables {
        let own = [
            estimate.model.clone(),
            estimate.variant.clone(),
            estimate.table.clone(),
            estimate.format.to_string(),
        ];
        let mut places = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let known = all.columns.iter().position(|known| known.key == column.key);
            places.push(known.unwrap_or_else(|| {
                all.columns.push(column);
                all.columns.len() - 1
            }));
        }
        let plain = table
            .rows
            .into_iter()
            .filter(|row| row.kind == RowKind::Plain);
        for old in plain {
            let mut cells = vec![Cell::Empty; all.columns.len()];
            let named = own.iter().map(|name| words(name.clone())).enumerate();
            let values = places.iter().copied().zip(old.cells);
            for (at, cell) in named.chain(values) {
                if let Some(place) = cells.get_mut(at) {
                    *place = cell;
                }
            }
            all.rows.push(row(cells));
        }
    }
    all
}

pub(super) fn energy_of(picojoules: &BigRational) -> Energy {
    Energy::from_picojoules(to_f64(picojoules))
}
