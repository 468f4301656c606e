//! Savings against one dim, and where the published numbers hold.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use num_rational::BigRational;

use super::inputs::{Context, Inputs, against, energy, stages, undrawn};
use super::page::{Block, TableFiles};
use super::reading::{Reading, runs};
use super::spec::{Over, Section, Target};
use crate::energy::{CostModel, Counted, Saving};
use crate::graph::{OpGraph, meant};
use crate::number::{to_f64, whole};
use crate::render::chart::{
    AxisUnit, ChartAxis, LineChart, Mark, Region, Scale, Series, SeriesColour, SeriesStyle, Stroke,
};
use crate::render::plot::lines;
use crate::render::table::{Align, Cell, Column, Row, Table};
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Symbol};
use crate::view::cells::{column, row, words};
use crate::view::kept_line;

/// What one variant saves on one table and in one format: for each target, one
/// saving for each point.
struct Line {
    price: String,
    baseline: String,
    variant: String,
    savings: Vec<Vec<BigRational>>,
}

/// A plot for each target and each variant that is held against the baseline,
/// and tables of all of them.
pub(super) fn blocks(
    inputs: &Inputs<'_>,
    section: &Section,
    over: &Over,
) -> Result<Vec<Block>, Problems> {
    let counted = inputs.counted(&Context {
        over: Some(over.dim.value.clone()),
        ..Context::default()
    })?;
    let (baseline, others) = against(&counted, "a curve", &over.dim.place)?;
    check(over, &counted)?;
    let zero_cost = BTreeSet::new();
    let models = inputs.cost_models(&zero_cost)?;
    let mut blocks = Vec::new();
    let mut all = Vec::new();
    let graphs: Vec<&OpGraph> = counted.iter().map(|counted| &counted.graph).collect();
    let moved = moved(over, &counted);
    let kept = kept_line(
        &over.dim.value,
        false,
        &Symbol::new(&over.dim.value),
        &graphs,
        &moved,
    );
    blocks.extend(kept.map(Block::Caveat));
    for (at, variant) in others.iter().enumerate() {
        let mut lines = Vec::new();
        let pair = [(baseline, moved[0]), (variant, moved[at + 1])];
        for model in &models {
            lines.push(line(inputs, pair, model, over)?);
        }
        for at in 0..inputs.spec.targets.len() {
            blocks.push(figure(inputs, section, over, &lines, at)?);
        }
        all.extend(lines);
    }
    // Table by table, the variants beside each other.
    all.sort_by_key(|line| models.iter().position(|model| price(model) == line.price));
    blocks.push(Block::Text(format!(
        "The values of {} for which the published numbers come out, computed exactly at {} from {} to {}:",
        over.label,
        match over.is_sampled {
            true => format!("{} values", over.values.len()),
            false => "every one".to_owned(),
        },
        over.first(),
        over.last()
    )));
    let title = &section.title;
    let files = TableFiles::new(
        "regions",
        format!("{title}: where the published numbers come out"),
    );
    let [shown, data] = regions(inputs, &all, over);
    blocks.push(Block::Table(shown, files.with_data(data)));
    blocks.push(Block::Text("The savings at some of them:".to_owned()));
    blocks.push(Block::Table(
        points(inputs, &all, over),
        TableFiles::new("savings", format!("{title}: savings")),
    ));
    Ok(blocks)
}

/// The dim must be one, and every variant must take all of its values.
pub(super) fn check(over: &Over, counted: &[Counted]) -> Result<(), Problems> {
    let dim = Symbol::new(&over.dim.value);
    let known: Vec<&str> = (counted.first().into_iter())
        .flat_map(|baseline| baseline.graph.symbols())
        .map(|info| info.symbol.name())
        .collect();
    if !known.contains(&dim.name()) {
        let message = format!("no dim `{}` to run over", dim.name());
        return Err(Diagnostic::at(&over.dim.place, message)
            .known(dim.name(), known)
            .into());
    }
    let moved = moved(over, counted);
    for value in over.values.iter().copied() {
        for (variant, _) in counted.iter().zip(&moved).filter(|(_, moved)| **moved) {
            let mut values = variant.graph.values();
            values.set(dim.clone(), whole(value));
            variant.graph.check(&values)?;
        }
    }
    Ok(())
}

/// In which variants the dim runs: those that set it for themselves, or all.
fn moved(over: &Over, counted: &[Counted]) -> Vec<bool> {
    let sets = counted
        .iter()
        .map(|counted| counted.graph.sets(&over.dim.value));
    meant(&sets.collect::<Vec<_>>())
}

/// `45nm fp32`.
fn price(model: &CostModel<'_>) -> String {
    format!("{} {}", model.table.name(), model.format)
}

fn line(
    inputs: &Inputs<'_>,
    [baseline, variant]: [(&Counted, bool); 2],
    model: &CostModel<'_>,
    over: &Over,
) -> Result<Line, Problems> {
    let dim = Symbol::new(&over.dim.value);
    let open = std::slice::from_ref(&dim);
    let mut savings = Vec::new();
    for target in &inputs.spec.targets {
        let of = |(counted, moved): (&Counted, bool)| {
            let open = if moved { open } else { &[] };
            energy(counted, model, &stages(counted, target)?, open)
        };
        let saving = Saving {
            baseline: of(baseline)?,
            energy: of(variant)?,
        };
        let mut points = Vec::new();
        for value in over.values.iter().copied() {
            let mut values = Bindings::default();
            values.set(dim.clone(), whole(value));
            let failed = |error| {
                Problems::from(Diagnostic::new(format!(
                    "no saving at {} = {value}: {error}",
                    dim.name()
                )))
            };
            points.push(saving.at(&values).map_err(failed)?.unwrap_or_default());
        }
        savings.push(points);
    }
    Ok(Line {
        price: price(model),
        baseline: baseline.0.graph.variant.clone(),
        variant: variant.0.graph.variant.clone(),
        savings,
    })
}

/// The plot of one target: the `lines` of one variant.
fn figure(
    inputs: &Inputs<'_>,
    section: &Section,
    over: &Over,
    lines_of_variant: &[Line],
    at: usize,
) -> Result<Block, Problems> {
    let target = &inputs.spec.targets[at];
    let mut chart = chart(lines_of_variant, at, target, over);
    if let Some(line) = lines_of_variant.first() {
        chart.y.label = saved_against(&line.variant, &line.baseline);
    }
    let mut name = format!("saving-{}", target.name.replace(' ', "-"));
    if inputs.has_several()
        && let Some(line) = lines_of_variant.first()
    {
        chart.title.push_str(&format!(": {}", line.variant));
        chart.caption.extend(inputs.published_note());
        name.push_str(&format!("-{}", as_file_name(&line.variant)));
    }
    let svg = lines(&chart, &inputs.spec.figure).map_err(undrawn(&section.title))?;
    Ok(Block::Figure(svg, name, chart.title))
}

/// The name of an axis of savings: whose, and against what.
pub(super) fn saved_against(variant: &str, baseline: &str) -> String {
    format!("energy saved by {variant} against {baseline}")
}

/// The name of a variant as part of that of a file.
pub(super) fn as_file_name(variant: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    variant
        .chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect()
}

fn chart(all: &[Line], at: usize, target: &Target, over: &Over) -> LineChart {
    let share = f64::from(target.percent) / 100.0;
    let series = all.iter().enumerate().map(|(colour, line)| Series {
        label: line.price.clone(),
        points: (over.values.iter())
            .zip(&line.savings[at])
            .map(|(value, saving)| (*value as f64, to_f64(saving)))
            .collect(),
        style: SeriesStyle {
            colour: SeriesColour::Line(colour),
            stroke: Stroke::Solid,
        },
    });
    LineChart {
        title: format!("Saving over the {}", target.name),
        subtitle: Some(format!(
            "published: {} % {}; dashed: what reads as {} %",
            target.percent, target.words, target.percent
        )),
        x: ChartAxis {
            label: over.label.clone(),
            scale: Scale::Log2,
            range: None,
            unit: AxisUnit::Plain,
        },
        y: ChartAxis {
            label: "energy saved".to_owned(),
            scale: Scale::Linear,
            range: None,
            unit: AxisUnit::Percent,
        },
        series: series.collect(),
        // A printed 66 % stands for 65.5 to 66.5 if it was rounded, for 66 to 67
        // if its decimals were dropped.
        marks: [
            (share + 0.005, "rounded, below this"),
            (share, "truncated, from this"),
            (share - 0.005, "rounded, from this"),
        ]
        .map(|(value, words)| Mark {
            value,
            label: words.to_owned(),
        })
        .into(),
        regions: Vec::<Region>::new(),
        caption: Vec::new(),
    }
}

/// For each table and format and each reading, where each target holds, and
/// where all do; and the same for programs, a row for each run of values.
fn regions(inputs: &Inputs<'_>, all: &[Line], over: &Over) -> [Table; 2] {
    let targets = &inputs.spec.targets;
    let mut columns = price_columns(inputs);
    columns.push(column("Reading", "reading", Align::Left));
    let mut data = Table {
        columns: columns.clone(),
        ..Table::default()
    };
    data.columns.extend([
        column("Target", "target", Align::Left),
        column("From", "from", Align::Right),
        column("To", "to", Align::Right),
    ]);
    for target in targets {
        columns.push(column(
            format!("{}: {} %", target.name, target.percent),
            &target.name,
            Align::Left,
        ));
    }
    columns.push(column("all of them", "all", Align::Left));
    let mut rows = Vec::new();
    for line in all {
        for reading in Reading::ALL {
            let mut cells = price_cells(inputs, line);
            cells.push(words(reading.name()));
            let head = cells.clone();
            let mut add = |target: &str, holds: &[bool]| {
                data.rows
                    .extend(run_rows(&head, target, &holding(holds, over)));
            };
            let mut everywhere = vec![true; line.savings.first().map_or(0, Vec::len)];
            for (target, savings) in targets.iter().zip(&line.savings) {
                let holds: Vec<bool> = (savings.iter())
                    .map(|saving| reading.holds(saving, target.percent))
                    .collect();
                for (all, one) in everywhere.iter_mut().zip(&holds) {
                    *all &= one;
                }
                add(&target.name, &holds);
                cells.push(words(shown(&holds, over)));
            }
            add("all", &everywhere);
            cells.push(words(shown(&everywhere, over)));
            rows.push(row(cells));
        }
    }
    let shown = Table {
        title: None,
        columns,
        rows,
        notes: inputs.published_note().into_iter().collect(),
    };
    [shown, data]
}

/// A row for each run of values, with its ends; one without where there is none.
fn run_rows(head: &[Cell], target: &str, runs: &[RangeInclusive<u64>]) -> Vec<Row> {
    let line = |[from, to]: [Cell; 2]| {
        let mut cells = head.to_vec();
        cells.extend([words(target), from, to]);
        row(cells)
    };
    match runs {
        [] => vec![line([Cell::Empty, Cell::Empty])],
        runs => (runs.iter())
            .map(|run| line([run.start(), run.end()].map(|end| Cell::Count(whole(*end)))))
            .collect(),
    }
}

/// What a row is of: a table and a format, and which variant where there are
/// several.
fn price_columns(inputs: &Inputs<'_>) -> Vec<Column> {
    let mut columns = vec![column("Table, format", "price", Align::Left)];
    if inputs.has_several() {
        columns.push(column("Variant", "variant", Align::Left));
    }
    columns
}

fn price_cells(inputs: &Inputs<'_>, line: &Line) -> Vec<Cell> {
    let mut cells = vec![words(&line.price)];
    if inputs.has_several() {
        cells.push(words(&line.variant));
    }
    cells
}

/// The runs of values for which something holds.
fn holding(holds: &[bool], over: &Over) -> Vec<RangeInclusive<u64>> {
    let points: Vec<(u64, bool)> = over
        .values
        .iter()
        .copied()
        .zip(holds.iter().copied())
        .collect();
    runs(&points)
}

/// `1 to 14, 20`, or `never`.
fn shown(holds: &[bool], over: &Over) -> String {
    let runs: Vec<String> = holding(holds, over)
        .into_iter()
        .map(|run| {
            if run.start() == run.end() {
                run.start().to_string()
            } else {
                format!("{} to {}", run.start(), run.end())
            }
        })
        .collect();
    if runs.is_empty() {
        "never".to_owned()
    } else {
        runs.join(", ")
    }
}

/// The savings at a few points: the powers of two and the ends.
fn points(inputs: &Inputs<'_>, all: &[Line], over: &Over) -> Table {
    let (first, last) = (over.first(), over.last());
    let is_chosen = |value: u64| {
        let is_end = value == first || value == last;
        over.is_sampled || is_end || value.is_power_of_two()
    };
    let chosen: Vec<(usize, u64)> = (over.values.iter().copied().enumerate())
        .filter(|(_, value)| is_chosen(*value))
        .collect();
    let mut columns = price_columns(inputs);
    columns.push(column("Target", "target", Align::Left));
    for (_, value) in &chosen {
        let name = format!("{} = {value}", over.dim.value);
        columns.push(column(&name, &name, Align::Right));
    }
    let mut rows = Vec::new();
    for (at, target) in inputs.spec.targets.iter().enumerate() {
        for line in all {
            let mut cells = price_cells(inputs, line);
            cells.push(words(&target.name));
            for (index, _) in &chosen {
                let saving = line.savings[at].get(*index);
                cells.push(saving.map_or(Cell::Empty, |saving| Cell::Share(to_f64(saving))));
            }
            rows.push(row(cells));
        }
    }
    Table {
        title: None,
        columns,
        rows,
        notes: Vec::new(),
    }
}
