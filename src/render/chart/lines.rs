//! Lines, and the bands that they may lie in: how a result moves with a dimension.

use super::axis::ChartAxis;

/// Lines over an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart, such as model and table.
    pub subtitle: Option<String>,
    /// What varies.
    pub x: ChartAxis,
    /// What follows.
    pub y: ChartAxis,
    /// The lines.
    pub series: Vec<Series>,
    /// Bindings to compare with.
    pub marks: Vec<Mark>,
    /// Parts of the x axis that have a name.
    pub regions: Vec<Region>,
    /// Small print under the plot: the conventions that were used.
    pub caption: Vec<String>,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// Its points, in the order in which the line goes through them.
    pub points: Vec<(f64, f64)>,
    /// How it looks.
    pub style: SeriesStyle,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesStyle {
    /// Its colour.
    pub colour: SeriesColour,
    /// How it goes through its points.
    pub stroke: Stroke,
}

/// The colour of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesColour {
    /// Which of the eight colours of lines; they come again after the last.
    Line(usize),
    /// That of the stage of this number in its model, which it has in every figure;
    /// where fills are hatched, points are rings or stand on a corner.
    Stage(usize),
}

/// How a line goes through its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Drawn through.
    Solid,
    /// Broken, for a second distinction such as the number format.
    Dashed,
    /// Broken into short pieces.
    Dotted,
    /// Broken into long pieces.
    LongDashed,
    /// Not at all: there are points alone.
    Dots,
}

/// A horizontal line to compare with, such as a claimed saving.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where on the y axis.
    pub value: f64,
    /// What it is.
    pub label: String,
}

/// A part of the x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Where it begins; minus infinity is the left end of the axis.
    pub from: f64,
    /// Where it ends; infinity is the right end of the axis.
    pub to: f64,
    /// What it is.
    pub label: String,
}

/// A shaded band under a line of a [`LineChart`], in the colour of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Which of the chart's series it belongs to.
    pub series: usize,
    /// Where, from where, and to where the result may lie: x, low, high.
    pub points: Vec<(f64, f64, f64)>,
}
