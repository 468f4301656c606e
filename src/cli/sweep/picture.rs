//! Pictures of sweeps: lines over one axis, a heat map over two.

use std::collections::BTreeMap;

use super::plan::SweepPlan;
use crate::cli::plot::Plot;
use crate::cli::usage::usage_error;
use crate::render::chart::{
    AxisUnit, ChartAxis, HeatMap, HeatTarget, LineChart, Mark, Scale, Series, SeriesStyle, Stroke,
    ValueKind,
};
use crate::render::plot::{heat_map, lines};
use crate::source::Problems;
use crate::sweep::Batch;

/// A line or a map: what it shows, and its points in the order of the axes.
struct Shown {
    label: String,
    points: Vec<(Vec<f64>, f64)>,
}

/// A picture of what is saved, or what a single variant costs.
pub(super) fn render(
    plan: &SweepPlan,
    kept: &[(usize, Batch)],
    target: Option<f64>,
    plot: &Plot<'_>,
) -> Result<(), Problems> {
    let shown = shown(plan, kept);
    let svg = match (plan.axes.as_slice(), shown.as_slice()) {
        ([_], shown) if shown.len() > 8 => {
            return Err(usage_error(format!(
                "{} lines are too many for one plot; choose with --scope, --variants, --table or --format",
                shown.len()
            )));
        }
        ([axis], shown) => lines(&line_chart(plan, axis, shown, target)),
        ([_, _], [one]) => heat_map(&map(plan, one, target)),
        ([_, _], several) => {
            return Err(usage_error(format!(
                "a heat map shows one result, not {}; choose with --scope, --variants, --table and --format",
                several.len()
            )));
        }
        _ => return Err(usage_error("a plot needs one or two axes of numbers")),
    };
    plot.save(svg)
}

fn shown(plan: &SweepPlan, kept: &[(usize, Batch)]) -> Vec<Shown> {
    let mut all = Vec::new();
    for (case, named) in plan.cases.iter().enumerate() {
        for (at, label) in labels(plan) {
            let mut points = Vec::new();
            for (_, batch) in kept.iter().filter(|(of, _)| *of == case) {
                let savings = plan.savings(batch);
                let values = if compares(plan) {
                    &savings[at]
                } else {
                    &batch.outputs[at]
                };
                for (row, value) in values.iter().enumerate() {
                    points.push((batch.axes.iter().map(|axis| axis[row]).collect(), *value));
                }
            }
            let label = format!("{} {} {label}", named.table, named.words(plan));
            // Each value of an axis may have a graph of its own.
            match all
                .iter_mut()
                .find(|shown: &&mut Shown| shown.label == label)
            {
                Some(shown) => shown.points.extend(points),
                None => all.push(Shown { label, points }),
            }
        }
    }
    all.retain(|shown| !shown.points.is_empty());
    all
}

fn compares(plan: &SweepPlan) -> bool {
    plan.variants.len() > 1
}

/// The outputs to plot, with what tells them apart.
fn labels(plan: &SweepPlan) -> Vec<(usize, String)> {
    let variants = plan.variants.len();
    let mut labels = Vec::new();
    for (scope, scope_name) in plan.scopes.iter().enumerate() {
        for (variant, name) in plan.variants.iter().enumerate() {
            if variants == 1 || variant > 0 {
                labels.push((scope * variants + variant, format!("{scope_name} {name}")));
            }
        }
    }
    labels
}

fn axis(name: &str) -> ChartAxis {
    ChartAxis {
        label: name.to_owned(),
        scale: Scale::Linear,
        range: None,
        unit: AxisUnit::Plain,
    }
}

fn line_chart(plan: &SweepPlan, name: &str, shown: &[Shown], target: Option<f64>) -> LineChart {
    let series = shown.iter().enumerate().map(|(colour, shown)| Series {
        label: shown.label.clone(),
        points: (shown.points.iter())
            .filter_map(|(at, value)| Some((*at.first()?, *value)))
            .collect(),
        style: SeriesStyle {
            colour,
            stroke: Stroke::Solid,
        },
    });
    let (label, unit) = if compares(plan) {
        ("energy saved", AxisUnit::Percent)
    } else {
        ("energy in pJ", AxisUnit::Plain)
    };
    LineChart {
        title: plan.title(),
        subtitle: None,
        x: axis(name),
        y: ChartAxis {
            label: label.to_owned(),
            unit,
            ..axis("")
        },
        series: series.collect(),
        marks: (target.filter(|_| compares(plan)).into_iter())
            .map(|value| Mark {
                value,
                label: "target".to_owned(),
            })
            .collect(),
        regions: Vec::new(),
        caption: Vec::new(),
    }
}

/// The first axis upwards, the second one, which runs fastest, to the right.
fn map(plan: &SweepPlan, shown: &Shown, target: Option<f64>) -> HeatMap {
    let along = |level: usize| {
        let mut values: Vec<f64> = (shown.points.iter())
            .filter_map(|(at, _)| at.get(level).copied())
            .collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (rows, columns) = (along(0), along(1));
    let points: BTreeMap<Vec<u64>, f64> = (shown.points.iter())
        .map(|(at, value)| (at.iter().map(|x| x.to_bits()).collect(), *value))
        .collect();
    let cells = rows.iter().map(|row| {
        let cells = columns.iter().map(|column| {
            let at = vec![row.to_bits(), column.to_bits()];
            points.get(&at).copied().filter(|value| value.is_finite())
        });
        cells.collect()
    });
    let name = |level: usize| plan.axes.get(level).map_or("", String::as_str);
    HeatMap {
        title: plan.title(),
        subtitle: Some(shown.label.clone()),
        x: axis(name(1)),
        y: axis(name(0)),
        cells: cells.collect(),
        columns,
        rows,
        value: if compares(plan) {
            ValueKind::Share
        } else {
            ValueKind::Energy
        },
        target: target.filter(|_| compares(plan)).map(|from| HeatTarget {
            from,
            to: f64::INFINITY,
            label: format!("at least {}", crate::units::percent(from, 1)),
        }),
        caption: Vec::new(),
    }
}
