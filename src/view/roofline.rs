//! The ops of a model between arithmetic and memory: how much is computed for a
//! byte that goes to or from the farthest memory, and what an operation takes.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::conventions::conventions_line;
use super::estimate::title;
use super::stage_numbers::StageNumbers;
use crate::energy::{By, Estimate, Moved};
use crate::render::chart::{
    AxisUnit, ChartAxis, LineChart, Scale, Series, SeriesColour, SeriesStyle, Stroke,
};
use crate::table::MemoryLevel;
use crate::units::significant;

/// Into so many steps the line is cut.
const STEPS: u32 = 40;

/// The colour of the line: the dark grey, which no stage has.
const LINE: usize = 7;

/// Arithmetic intensity against energy per operation: a dot for every op, a
/// colour for every stage, and the line of what arithmetic and the farthest memory
/// take together. Nothing where data movement is not counted, or no op moves
/// anything.
pub fn roofline(estimate: &Estimate) -> Option<LineChart> {
    let moved = estimate.moved.as_ref()?;
    let farthest = moved.memory.levels.len().checked_sub(1)?;
    let level = moved.memory.levels.get(farthest)?;
    let (stages, hidden) = dots(estimate, moved, farthest);
    let per_byte = (level.pj_per_bit()?.to_f64()? * 8.0).max(0.0);
    let operations: BigRational = estimate.lines.iter().map(|line| line.count.clone()).sum();
    let per_operation = estimate.arithmetic()?.picojoules() / operations.to_f64()?;
    let mut series: Vec<Series> = Vec::new();
    let all = || stages.values().flat_map(|(_, points)| points);
    let low = all().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let high = all().map(|(x, _)| *x).fold(0.0, f64::max);
    if high <= 0.0 {
        return None;
    }
    let coincident = coincident_line(&stages);
    series.push(Series {
        label: format!("arithmetic and {} alone", level.name()),
        points: line((low, high), |x| per_operation + per_byte / x),
        style: SeriesStyle {
            colour: SeriesColour::Line(LINE),
            stroke: Stroke::Solid,
        },
    });
    for (number, (stage, points)) in stages {
        series.push(Series {
            label: stage,
            points,
            style: SeriesStyle {
                colour: SeriesColour::Stage(number),
                stroke: Stroke::Dots,
            },
        });
    }
    let mut caption = vec![conventions_line(estimate)];
    caption.extend(coincident);
    caption.extend(hidden_line(hidden, level));
    Some(LineChart {
        title: format!("Roofline of {}", title(estimate)),
        subtitle: Some(format!(
            "{} takes as much as arithmetic at {} operations per byte",
            level.name(),
            significant(per_byte / per_operation, 3)
        )),
        x: ChartAxis {
            label: format!("operations per byte to and from {}", level.name()),
            scale: Scale::Log10,
            range: None,
            unit: AxisUnit::Plain,
        },
        y: ChartAxis {
            label: "pJ per operation".to_owned(),
            scale: Scale::Log10,
            range: None,
            unit: AxisUnit::Plain,
        },
        series,
        marks: Vec::new(),
        regions: Vec::new(),
        caption,
    })
}

/// Points on a curve, evenly in the logarithm of x.
fn line((low, high): (f64, f64), y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let (low, high) = (low / 2.0, high * 2.0);
    let at = |step: u32| low * (high / low).powf(f64::from(step) / f64::from(STEPS));
    (0..=STEPS).map(|step| (at(step), y(at(step)))).collect()
}

/// By its number in the model every stage, with its ops as points.
type Stages = BTreeMap<usize, (String, Vec<(f64, f64)>)>;

/// The ops as points by stage, and how many are none: they compute nothing, or
/// move nothing to or from the farthest level.
fn dots(estimate: &Estimate, moved: &Moved, farthest: usize) -> (Stages, usize) {
    let numbers = StageNumbers::of(std::iter::once(estimate));
    let mut stages: Stages = BTreeMap::new();
    let mut hidden = 0;
    let mut far: BTreeMap<&str, BigRational> = BTreeMap::new();
    for line in moved.lines.iter().filter(|line| line.level == farthest) {
        *far.entry(&line.op).or_default() += &line.bits;
    }
    let of_op: BTreeMap<&str, &str> = (estimate.lines.iter())
        .map(|line| (&*line.op, &*line.stage))
        .collect();
    for group in estimate.by(By::Op) {
        let operations: BigRational = group.counts.values().sum();
        let bits = far.get(group.name.as_str()).cloned().unwrap_or_default();
        let (Some(stage), Some(energy)) = (of_op.get(group.name.as_str()), group.energy()) else {
            hidden += 1;
            continue;
        };
        if operations.is_zero() || bits.is_zero() {
            hidden += 1;
            continue;
        }
        let count = operations.to_f64().unwrap_or(f64::NAN);
        let bytes = bits.to_f64().unwrap_or(f64::NAN) / 8.0;
        let point = (count / bytes, energy.picojoules() / count);
        let (_, points) = stages
            .entry(numbers.get(stage))
            .or_insert_with(|| ((*stage).to_owned(), Vec::new()));
        if !points.contains(&point) {
            points.push(point);
        }
    }
    (stages, hidden)
}

/// Two ops of which neither number differs by more are one point in the picture.
const NEAR: f64 = 0.06;
/// So many heaps are named, with so many stages of each.
const MOST_HEAPS: usize = 8;
const MOST_NAMES: usize = 12;

/// The stages that lie on one another, so that only the last of them is seen.
fn coincident_line(stages: &Stages) -> Option<String> {
    let is_near = |a: f64, b: f64| (a / b).ln().abs() < NEAR;
    let mut heaps: Vec<((f64, f64), Vec<&str>)> = Vec::new();
    for (name, points) in stages.values() {
        for (x, y) in points {
            let near = |heap: &&mut ((f64, f64), Vec<&str>)| {
                is_near(heap.0.0, *x) && is_near(heap.0.1, *y)
            };
            match heaps.iter_mut().find(near) {
                Some((_, names)) if names.contains(&name.as_str()) => {}
                Some((_, names)) => names.push(name),
                None => heaps.push(((*x, *y), vec![name])),
            }
        }
    }
    heaps.retain(|(_, names)| names.len() > 1);
    heaps.sort_by(|(a, _), (b, _)| a.0.total_cmp(&b.0));
    let more = heaps.len().saturating_sub(MOST_HEAPS);
    let heaps: Vec<String> = heaps
        .iter()
        .take(MOST_HEAPS)
        .map(|((x, _), names)| {
            let mut all: Vec<String> = names
                .iter()
                .take(MOST_NAMES)
                .map(|name| (*name).to_owned())
                .collect();
            if names.len() > MOST_NAMES {
                all.push(format!("{} more", names.len() - MOST_NAMES));
            }
            format!(
                "{} at {} operations per byte",
                all.join(", "),
                significant(*x, 2)
            )
        })
        .collect();
    let more = match more {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    (!heaps.is_empty()).then(|| format!("On one another: {}{more}.", heaps.join("; ")))
}

fn hidden_line(hidden: usize, level: &MemoryLevel) -> Option<String> {
    let level = level.name();
    match hidden {
        0 => None,
        1 => Some(format!(
            "Not shown: 1 op that computes nothing, or moves nothing to or from {level}."
        )),
        _ => Some(format!(
            "Not shown: {hidden} ops that compute nothing, or move nothing to or from {level}."
        )),
    }
}
