//! Dots along one axis: how far each of many numbers is from where it should be.

use super::axis::ChartAxis;

/// Dots along an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct DotPlot {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart.
    pub subtitle: Option<String>,
    /// The kinds of dots, for the legend.
    pub kinds: Vec<String>,
    /// The groups, from top to bottom.
    pub groups: Vec<DotGroup>,
    /// What the dots measure.
    pub axis: ChartAxis,
    /// Where they should be.
    pub reference: f64,
    /// Small print under the plot.
    pub caption: Vec<String>,
}

/// Dots with something in common.
#[derive(Debug, Clone, PartialEq)]
pub struct DotGroup {
    /// What that is.
    pub name: String,
    /// The dots, from top to bottom.
    pub dots: Vec<Dot>,
}

/// One dot.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// What it is.
    pub label: String,
    /// Where it is.
    pub value: f64,
    /// What to say of it at the right.
    pub note: String,
    /// Which of the kinds it is.
    pub kind: usize,
}
