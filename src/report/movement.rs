//! What savings are worth where data moves: that of the arithmetic beside that of
//! the whole, by length and by batch.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::Signed;
use rayon::prelude::*;

use super::curve::{as_file_name, check, saved_against};
use super::inputs::{Context, Inputs, against, energy, stages, undrawn};
use super::page::{Block, TableFiles};
use super::spec::{MovementShown, Over, Section, Target};
use crate::energy::{CostModel, Counted, Saving};
use crate::number::{to_f64, whole};
use crate::render::chart::{
    AxisUnit, ChartAxis, LineChart, Scale, Series, SeriesColour, SeriesStyle, Stroke,
};
use crate::render::plot::{FigureStyle, lines};
use crate::render::table::{Align, Cell, Column, Table};
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Symbol};
use crate::view::cells::{column, row, words};

/// Batches above this are not asked about.
const MOST_BATCH: u64 = 1 << 16;

/// The savings of one variant at one price, over the scope of one target.
struct Pair<'a> {
    shown: &'a MovementShown,
    target: &'a Target,
    /// `7nm fp32, hbm2`.
    price: String,
    /// `tiled through sram 32 KiB, hbm2`.
    movement: String,
    baseline: String,
    variant: String,
    /// Whether the variant is named, since there are several.
    is_named: bool,
    arithmetic: Curve,
    both: Curve,
}

/// A saving, and what it was found to be at a length and a batch: figures and tables
/// ask for the same points.
struct Curve {
    saving: Saving,
    known: RefCell<BTreeMap<[u64; 2], Option<BigRational>>>,
}

/// For every price and every target a plot, then all savings, then the batches
/// from which half of the saving is left.
pub(super) fn blocks(
    inputs: &Inputs<'_>,
    section: &Section,
    shown: &MovementShown,
) -> Result<Vec<Block>, Problems> {
    let counted = inputs.counted(&Context::default())?;
    let (baseline, others) = against(&counted, "a section about movement", &section.place)?;
    check(&shown.over, &counted)?;
    let batch = Over {
        dim: shown.batch.clone(),
        values: vec![1],
        is_sampled: false,
        label: String::new(),
    };
    check(&batch, &counted)?;
    let zero_cost = BTreeSet::new();
    let mut asked = Vec::new();
    for price in &shown.prices {
        let model = inputs.cost_model(price, &zero_cost)?;
        for target in &inputs.spec.targets {
            asked.extend(
                others
                    .iter()
                    .map(|variant| (model.clone(), target, variant)),
            );
        }
    }
    let drawn = asked.into_par_iter().map(|(model, target, variant)| {
        let mut pair = Pair::of(shown, target, &model, (baseline, variant))?;
        pair.is_named = inputs.has_several();
        let figure = pair.figure(section, &inputs.spec.figure)?;
        Ok((pair, figure))
    });
    let drawn: Vec<Result<(Pair<'_>, Block), Problems>> = drawn.collect();
    let drawn: Result<Vec<(Pair<'_>, Block)>, Problems> = drawn.into_iter().collect();
    let (pairs, mut blocks): (Vec<Pair<'_>>, Vec<Block>) = drawn?.into_iter().unzip();
    let title = &section.title;
    let files = TableFiles::new("movement", format!("{title}: savings"));
    blocks.push(Block::Table(
        savings(&pairs, shown, Reader::Person)?,
        files.with_data(savings(&pairs, shown, Reader::Program)?),
    ));
    blocks.push(Block::Text(
        "The least batch at which the saving of the whole is half of that of the arithmetic, or more:"
            .to_owned(),
    ));
    blocks.push(Block::Table(
        halves(&pairs, shown)?,
        TableFiles::new(
            "half",
            format!("{title}: the least batch that keeps half of the saving of the arithmetic"),
        ),
    ));
    Ok(blocks)
}

impl<'a> Pair<'a> {
    fn of(
        shown: &'a MovementShown,
        target: &'a Target,
        model: &CostModel<'_>,
        (baseline, variant): (&Counted, &Counted),
    ) -> Result<Pair<'a>, Problems> {
        let open = [&shown.over.dim, &shown.batch].map(|dim| Symbol::new(&dim.value));
        let alone = CostModel {
            memory: None,
            static_energy: false,
            ..model.clone()
        };
        let curve = |model: &CostModel<'_>| -> Result<Curve, Problems> {
            let of = |counted| energy(counted, model, &stages(counted, target)?, &open);
            Ok(Curve {
                saving: Saving {
                    baseline: of(baseline)?,
                    energy: of(variant)?,
                },
                known: RefCell::default(),
            })
        };
        let names = model.memory.map(|memory| memory.names());
        let names = names.unwrap_or_default();
        let movement = model.memory.map(|memory| memory.movement.to_string());
        let farthest = names.last().map_or("", String::as_str);
        Ok(Pair {
            shown,
            target,
            price: format!("{} {}, {farthest}", model.table.name(), model.format),
            movement: format!(
                "{} through {}",
                movement.unwrap_or_default(),
                names.join(", ")
            ),
            baseline: baseline.graph.variant.clone(),
            variant: variant.graph.variant.clone(),
            is_named: false,
            arithmetic: curve(&alone)?,
            both: curve(model)?,
        })
    }

    /// A saving at a length and a batch; nothing where the baseline costs
    /// nothing.
    fn at(
        &self,
        curve: &Curve,
        [length, batch]: [u64; 2],
    ) -> Result<Option<BigRational>, Problems> {
        if let Some(known) = curve.known.borrow().get(&[length, batch]) {
            return Ok(known.clone());
        }
        let mut values = Bindings::default();
        values.set(Symbol::new(&self.shown.over.dim.value), whole(length));
        values.set(Symbol::new(&self.shown.batch.value), whole(batch));
        let found = curve.saving.at(&values).map_err(|error| {
            let dims = [&self.shown.over.dim.value, &self.shown.batch.value];
            let message = format!(
                "no saving at {} = {length}, {} = {batch}: {error}",
                dims[0], dims[1]
            );
            Diagnostic::new(message)
        })?;
        let mut known = curve.known.borrow_mut();
        known.insert([length, batch], found.clone());
        Ok(found)
    }

    /// The savings along the lengths given.
    fn along(
        &self,
        curve: &Curve,
        lengths: &[u64],
        batch: u64,
    ) -> Result<Vec<Option<BigRational>>, Problems> {
        let of = |length: &u64| self.at(curve, [*length, batch]);
        lengths.iter().map(of).collect()
    }

    /// The least batch at which half of the saving of the arithmetic is left:
    /// found by doubling, then by halving what lies between. Nothing where there
    /// is none, or where nothing is saved.
    fn half(&self, length: u64) -> Result<Option<u64>, Problems> {
        let reaches = |batch: u64| -> Result<bool, Problems> {
            let arithmetic = self.at(&self.arithmetic, [length, batch])?;
            let both = self.at(&self.both, [length, batch])?;
            Ok(matches!((arithmetic, both), (Some(arithmetic), Some(both))
                if arithmetic.is_positive() && &both * whole(2) >= arithmetic))
        };
        let mut reached = 1;
        while !reaches(reached)? {
            reached *= 2;
            if reached > MOST_BATCH {
                return Ok(None);
            }
        }
        let mut below = reached / 2;
        while reached - below > 1 {
            let middle = below + (reached - below) / 2;
            match reaches(middle)? {
                true => reached = middle,
                false => below = middle,
            }
        }
        Ok(Some(reached))
    }

    fn figure(&self, section: &Section, style: &FigureStyle) -> Result<Block, Problems> {
        let lengths = lengths(&self.shown.over, true);
        let batch = &self.shown.batch.value;
        let mut series = vec![self.series(
            "arithmetic alone".to_owned(),
            &self.arithmetic,
            &lengths,
            (0, 1),
        )?];
        for (at, size) in self.shown.batches.iter().enumerate() {
            let label = format!("the whole, {batch} = {size}");
            series.push(self.series(label, &self.both, &lengths, (at + 1, *size))?);
        }
        let mut title = format!("Saving over the {}: {}", self.target.name, self.price);
        let price = self.price.replace(", ", "-");
        let mut name = format!("movement-{}-{price}", self.target.name);
        if self.is_named {
            title.push_str(&format!(", {}", self.variant));
            name.push_str(&format!("-{}", self.variant));
        }
        let chart = LineChart {
            title,
            subtitle: Some(format!("data movement: {}", self.movement)),
            x: ChartAxis {
                label: self.shown.over.label.clone(),
                scale: Scale::Log2,
                range: None,
                unit: AxisUnit::Plain,
            },
            y: ChartAxis {
                label: saved_against(&self.variant, &self.baseline),
                scale: Scale::Linear,
                range: None,
                unit: AxisUnit::Percent,
            },
            series,
            marks: Vec::new(),
            regions: Vec::new(),
            caption: Vec::new(),
        };
        let svg = lines(&chart, style).map_err(undrawn(&section.title))?;
        Ok(Block::Figure(svg, as_file_name(&name), chart.title))
    }

    fn series(
        &self,
        label: String,
        curve: &Curve,
        lengths: &[u64],
        (colour, batch): (usize, u64),
    ) -> Result<Series, Problems> {
        let values = self.along(curve, lengths, batch)?;
        let points = lengths.iter().zip(&values);
        let points =
            points.filter_map(|(length, value)| Some((*length as f64, to_f64(value.as_ref()?))));
        Ok(Series {
            label,
            points: points.collect(),
            style: SeriesStyle {
                colour: SeriesColour::Line(colour),
                stroke: match colour {
                    0 => Stroke::Dashed,
                    _ => Stroke::Solid,
                },
            },
        })
    }
}

/// Powers of two and both ends; `between` them as many again.
fn lengths(over: &Over, between: bool) -> Vec<u64> {
    if over.is_sampled {
        return over.values.clone();
    }
    let (first, last) = (over.first(), over.last());
    let mut all = BTreeSet::from([first, last]);
    let powers = (0..u64::BITS - 1).map(|power| 1_u64 << power);
    for power in powers.take_while(|power| *power <= last) {
        all.insert(power);
        if between {
            all.insert(power + power / 2);
        }
    }
    let inside = all
        .into_iter()
        .filter(|length| (first..=last).contains(length));
    inside.collect()
}

/// What a row is of, and a column for each length.
fn columns(pairs: &[Pair<'_>], kind: Option<&str>, lengths: &[u64], dim: &str) -> Vec<Column> {
    let mut columns = vec![
        column("Table, format, memory", "price", Align::Left),
        column("Target", "target", Align::Left),
    ];
    if pairs.iter().any(|pair| pair.is_named) {
        columns.push(column("Variant", "variant", Align::Left));
    }
    columns.extend(kind.map(|kind| column(kind, "saving", Align::Left)));
    for length in lengths {
        let name = format!("{dim} = {length}");
        columns.push(column(&name, &name, Align::Right));
    }
    columns
}

fn head(pair: &Pair<'_>) -> Vec<Cell> {
    let mut cells = vec![words(&pair.price), words(&pair.target.name)];
    if pair.is_named {
        cells.push(words(&pair.variant));
    }
    cells
}

/// Whom a table is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// The batch stands in the words of a row.
    Person,
    /// The batch has a column.
    Program,
}

/// The savings at the powers of two.
fn savings(pairs: &[Pair<'_>], shown: &MovementShown, reader: Reader) -> Result<Table, Problems> {
    let lengths = lengths(&shown.over, false);
    let batch_dim = &shown.batch.value;
    let mut rows = Vec::new();
    for pair in pairs {
        let alone = [(&pair.arithmetic, None)].into_iter();
        let with = shown.batches.iter().map(|batch| (&pair.both, Some(*batch)));
        for (curve, batch) in alone.chain(with) {
            let mut cells = head(pair);
            match (reader, batch) {
                (Reader::Person, None) => cells.push(words("arithmetic alone")),
                (Reader::Person, Some(batch)) => {
                    cells.push(words(format!("the whole, {batch_dim} = {batch}")));
                }
                (Reader::Program, None) => cells.extend([words("arithmetic"), Cell::Empty]),
                (Reader::Program, Some(batch)) => {
                    cells.extend([words("whole"), Cell::Count(whole(batch))]);
                }
            }
            let batch = batch.unwrap_or(1);
            let share = |value: &Option<BigRational>| match value {
                Some(value) => Cell::Share(to_f64(value)),
                None => Cell::Empty,
            };
            cells.extend(pair.along(curve, &lengths, batch)?.iter().map(share));
            rows.push(row(cells));
        }
    }
    let mut columns = columns(pairs, Some("Saving of"), &lengths, &shown.over.dim.value);
    if reader == Reader::Program {
        let at = columns.len() - lengths.len();
        columns.insert(at, column(batch_dim, batch_dim, Align::Right));
    }
    Ok(Table {
        title: None,
        columns,
        rows,
        notes: vec![movements(pairs)],
    })
}

/// What the memories are at each price.
fn movements(pairs: &[Pair<'_>]) -> String {
    let mut all: Vec<String> = Vec::new();
    for pair in pairs {
        let one = format!("{}: {}", pair.price, pair.movement);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    format!("Data movement: {}.", all.join("; "))
}

/// The least batches at which half is left, at the powers of two.
fn halves(pairs: &[Pair<'_>], shown: &MovementShown) -> Result<Table, Problems> {
    let lengths = lengths(&shown.over, false);
    let mut rows = Vec::new();
    for pair in pairs {
        let mut cells = head(pair);
        for length in &lengths {
            cells.push(match pair.half(*length)? {
                Some(batch) => Cell::Count(whole(batch)),
                None => Cell::Worded {
                    text: format!("none to {MOST_BATCH}"),
                    value: None,
                },
            });
        }
        rows.push(row(cells));
    }
    Ok(Table {
        title: None,
        columns: columns(pairs, None, &lengths, &shown.over.dim.value),
        rows,
        notes: Vec::new(),
    })
}
