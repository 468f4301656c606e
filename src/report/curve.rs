//! Savings against one dim, and where the published numbers hold.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use num_rational::BigRational;

use crate::energy::{CostModel, Counted};
use crate::number::{to_f64, whole};
use crate::render::chart::{
    AxisUnit, ChartAxis, LineChart, Mark, Region, Scale, Series, SeriesStyle,
};
use crate::render::plot::lines;
use crate::render::table::{Align, Cell, Table};
use crate::report::run::{Inputs, Under, undrawn};
use crate::report::spec::{Section, Target};
use crate::source::{Diagnostic, Problems, Spanned};
use crate::symbolic::{Bindings, Symbol};
use crate::view::Block;
use crate::view::cells::{column, row, words};
use crate::whatif::{Reading, Saving, picojoules, stretches};

/// The dim that a curve runs over.
pub(super) struct Curve<'a> {
    pub(super) dim: &'a Spanned<String>,
    pub(super) range: RangeInclusive<u64>,
    pub(super) label: &'a str,
}

/// The savings on one table and format: for each target, one for each point.
struct Line {
    label: String,
    savings: Vec<Vec<BigRational>>,
}

pub(super) fn blocks(
    inputs: &Inputs<'_>,
    section: &Section,
    curve: &Curve<'_>,
) -> Result<Vec<Block>, Problems> {
    let counted = inputs.counted(&Under::default())?;
    let free = BTreeSet::new();
    let mut all = Vec::new();
    for pricing in inputs.pricings(&free)? {
        all.push(line(inputs, &counted, &pricing, curve)?);
    }
    let mut blocks = Vec::new();
    for (at, target) in inputs.spec.targets.iter().enumerate() {
        let chart = chart(&all, at, target, curve);
        let name = format!("saving-{}", target.name.replace(' ', "-"));
        let svg = lines(&chart).map_err(undrawn(&section.title))?;
        blocks.push(Block::Figure(svg, name, chart.title.clone()));
    }
    blocks.push(Block::Text(format!(
        "The values of {} for which the published numbers come out, computed exactly at every one from {} to {}:",
        curve.label,
        curve.range.start(),
        curve.range.end()
    )));
    blocks.push(Block::Table(
        regions(inputs, &all, curve),
        Some("regions".to_owned()),
    ));
    blocks.push(Block::Text("The savings at some of them:".to_owned()));
    blocks.push(Block::Table(points(inputs, &all, curve), None));
    Ok(blocks)
}

fn line(
    inputs: &Inputs<'_>,
    counted: &[Counted],
    pricing: &CostModel<'_>,
    curve: &Curve<'_>,
) -> Result<Line, Problems> {
    let [baseline, variant, ..] = counted else {
        return Err(Diagnostic::at(&curve.dim.place, "a curve needs two variants").into());
    };
    let dim = Symbol::new(&curve.dim.value);
    let known: Vec<&str> = (baseline.graph.symbols().iter())
        .map(|info| info.symbol.name())
        .collect();
    if !known.contains(&dim.name()) {
        let message = format!("no dim `{}` to run over", dim.name());
        return Err(Diagnostic::at(&curve.dim.place, message)
            .known(dim.name(), known)
            .into());
    }
    let mut savings = Vec::new();
    for target in &inputs.spec.targets {
        // A variant may set what the other leaves: each has values of its own.
        let energy = |counted: &Counted| {
            let all = picojoules(counted, pricing, &stages(counted, target)?)?;
            let alone = all.bind(std::slice::from_ref(&dim), &counted.graph.values());
            alone.map_err(|error| Problems::from(Diagnostic::new(error.to_string())))
        };
        let saving = Saving {
            baseline: energy(baseline)?,
            energy: energy(variant)?,
        };
        let mut points = Vec::new();
        for value in curve.range.clone() {
            for graph in [&baseline.graph, &variant.graph] {
                let mut values = graph.values();
                values.set(dim.clone(), whole(value));
                graph.check(&values)?;
            }
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
        label: format!("{} {}", pricing.table.name(), pricing.format),
        savings,
    })
}

/// The stages of a target's scope in one variant.
pub(super) fn stages(counted: &Counted, target: &Target) -> Result<Vec<String>, Problems> {
    let scopes = counted.graph.scopes();
    match scopes.iter().find(|scope| scope.name == target.scope.value) {
        Some(scope) => Ok(scope.stages.clone()),
        None => {
            let known = scopes.iter().map(|scope| scope.name.as_str());
            let message = format!(
                "variant `{}` has no scope `{}`",
                counted.graph.variant, target.scope.value
            );
            Err(Diagnostic::at(&target.scope.place, message)
                .known(&target.scope.value, known)
                .into())
        }
    }
}

fn chart(all: &[Line], at: usize, target: &Target, curve: &Curve<'_>) -> LineChart {
    let share = f64::from(target.percent) / 100.0;
    let series = all.iter().enumerate().map(|(colour, line)| Series {
        label: line.label.clone(),
        points: curve
            .range
            .clone()
            .zip(&line.savings[at])
            .map(|(value, saving)| (value as f64, to_f64(saving)))
            .collect(),
        style: SeriesStyle {
            colour,
            dashed: false,
        },
    });
    LineChart {
        title: format!("Saving over the {}", target.name),
        subtitle: Some(format!(
            "published: {} % {}; dashed: what reads as {} %",
            target.percent, target.words, target.percent
        )),
        x: ChartAxis {
            label: curve.label.to_owned(),
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
/// where all do.
fn regions(inputs: &Inputs<'_>, all: &[Line], curve: &Curve<'_>) -> Table {
    let targets = &inputs.spec.targets;
    let mut columns = vec![
        column("Table, format", "price", Align::Left),
        column("Reading", "reading", Align::Left),
    ];
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
            let mut cells = vec![words(&line.label), words(reading.name())];
            let mut everywhere = vec![true; line.savings.first().map_or(0, Vec::len)];
            for (target, savings) in targets.iter().zip(&line.savings) {
                let holds: Vec<bool> = (savings.iter())
                    .map(|saving| reading.holds(saving, target.percent))
                    .collect();
                for (all, one) in everywhere.iter_mut().zip(&holds) {
                    *all &= one;
                }
                cells.push(words(shown(&holds, curve)));
            }
            cells.push(words(shown(&everywhere, curve)));
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

/// `1 to 14, 20`, or `never`.
fn shown(holds: &[bool], curve: &Curve<'_>) -> String {
    let points: Vec<(u64, bool)> = curve.range.clone().zip(holds.iter().copied()).collect();
    let runs: Vec<String> = stretches(&points)
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
fn points(inputs: &Inputs<'_>, all: &[Line], curve: &Curve<'_>) -> Table {
    let (first, last) = (*curve.range.start(), *curve.range.end());
    let chosen: Vec<u64> = curve
        .range
        .clone()
        .filter(|value| value.is_power_of_two() || *value == first || *value == last)
        .collect();
    let mut columns = vec![
        column("Table, format", "price", Align::Left),
        column("Target", "target", Align::Left),
    ];
    for value in &chosen {
        let name = format!("{} = {value}", curve.dim.value);
        columns.push(column(&name, &name, Align::Right));
    }
    let mut rows = Vec::new();
    for (at, target) in inputs.spec.targets.iter().enumerate() {
        for line in all {
            let mut cells = vec![words(&line.label), words(&target.name)];
            for value in &chosen {
                let index = usize::try_from(value - first).unwrap_or(usize::MAX);
                let saving = line.savings[at].get(index);
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
