//! Predictions beside measurements, as points.

use crate::fit::Pair;
use crate::render::chart::{
    AxisUnit, ChartAxis, LineChart, Mark, Scale, Series, SeriesColour, SeriesStyle, Stroke,
};
use crate::units::{Energy, Unit};

/// So many groups have a colour of their own, beside that of the line.
const COLOURS: usize = 7;

/// Into so many steps the line is cut.
const STEPS: u32 = 40;

/// Runs with something in common.
#[derive(Debug, Clone, PartialEq)]
pub struct PairGroup {
    /// What that is.
    pub name: String,
    /// Measured and predicted.
    pub pairs: Vec<Pair>,
}

/// Predicted over measured joules, a point for each run, and the line where
/// they are the same. Runs that are predicted to take nothing are no points.
pub fn parity_plot(title: &str, groups: &[PairGroup], caption: Vec<String>) -> LineChart {
    let all = || groups.iter().flat_map(|group| &group.pairs);
    let unit = unit_of(groups);
    let ends = all().flat_map(|pair| [pair.measured, pair.predicted]);
    let ends = ends.filter(|joules| *joules > 0.0);
    let ends: Vec<f64> = ends.map(|joules| in_unit(joules, unit)).collect();
    let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ends.iter().copied().fold(0.0, f64::max);
    let mut series = vec![Series {
        label: "as measured".to_owned(),
        points: diagonal((low, high)),
        style: SeriesStyle {
            colour: SeriesColour::Line(COLOURS),
            stroke: Stroke::Solid,
        },
    }];
    series.extend(points(groups, |pair| {
        (in_unit(pair.measured, unit), in_unit(pair.predicted, unit))
    }));
    let axis = |what: &str| ChartAxis {
        label: format!("{what}, {unit} of an inference"),
        scale: Scale::Log10,
        range: Some((low, high)),
        unit: AxisUnit::Plain,
    };
    LineChart {
        title: title.to_owned(),
        subtitle: None,
        x: axis("measured"),
        y: axis("predicted"),
        series,
        marks: Vec::new(),
        regions: Vec::new(),
        caption,
    }
}

/// How far predictions are off, over what was measured.
pub fn residual_plot(title: &str, groups: &[PairGroup], caption: Vec<String>) -> LineChart {
    let unit = unit_of(groups);
    LineChart {
        title: title.to_owned(),
        subtitle: None,
        x: ChartAxis {
            label: format!("measured, {unit} of an inference"),
            scale: Scale::Log10,
            range: None,
            unit: AxisUnit::Plain,
        },
        y: ChartAxis {
            label: "predicted / measured − 1".to_owned(),
            scale: Scale::Linear,
            range: None,
            unit: AxisUnit::Percent,
        },
        series: points(groups, |pair| (in_unit(pair.measured, unit), pair.error())),
        marks: vec![Mark {
            value: 0.0,
            label: "as measured".to_owned(),
        }],
        regions: Vec::new(),
        caption,
    }
}

/// The unit that fits the measured joules: that of their geometric mean, for their
/// axis is logarithmic.
fn unit_of(groups: &[PairGroup]) -> Unit {
    let pairs = groups.iter().flat_map(|group| &group.pairs);
    let joules = pairs.map(|pair| pair.measured).filter(|one| *one > 0.0);
    let (count, sum) = joules.fold((0.0, 0.0), |(count, sum), one: f64| {
        (count + 1.0, sum + one.ln())
    });
    match count > 0.0 {
        true => Energy::from_picojoules((sum / count).exp() * 1e12).unit(),
        false => Unit::Joule,
    }
}

/// Joules as a number of `unit`.
fn in_unit(joules: f64, unit: Unit) -> f64 {
    Energy::from_picojoules(joules * 1e12).in_unit(unit)
}

/// The line where both are the same. It has so many points that they are not
/// drawn.
fn diagonal((low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let at = |step: u32| low * (high / low).powf(f64::from(step) / f64::from(STEPS));
    (0..=STEPS).map(|step| (at(step), at(step))).collect()
}

fn points(groups: &[PairGroup], point: impl Fn(&Pair) -> (f64, f64)) -> Vec<Series> {
    let series = groups.iter().enumerate().map(|(colour, group)| {
        let known = group.pairs.iter().filter(|pair| pair.predicted > 0.0);
        Series {
            label: group.name.clone(),
            points: known.map(&point).collect(),
            style: SeriesStyle {
                // After the last colour they come again as rings.
                colour: SeriesColour::Line(colour / COLOURS * (COLOURS + 1) + colour % COLOURS),
                stroke: Stroke::Dots,
            },
        }
    });
    series.filter(|series| !series.points.is_empty()).collect()
}
