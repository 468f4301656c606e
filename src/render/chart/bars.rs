//! Stacked bars: where the energy goes, in each variant on each table.

use crate::units::Energy;

/// Stacked bars in groups.
#[derive(Debug, Clone, PartialEq)]
pub struct StackedBars {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart, such as model and phase.
    pub subtitle: Option<String>,
    /// The segments, such as stages, from left to right.
    pub legend: Vec<Segment>,
    /// The groups, from top to bottom.
    pub groups: Vec<BarGroup>,
    /// Small print under the plot: the conventions that were used.
    pub caption: Vec<String>,
}

/// A segment of every bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it stands for, such as a stage.
    pub name: String,
    /// How it is filled.
    pub fill: SegmentFill,
}

/// How a segment is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentFill {
    /// In the colour of the stage of this number in its model, which it has in every
    /// figure.
    Stage(usize),
    /// In that of a part: the first alone; then every two in a darker and a lighter
    /// tone of one colour, as reads and writes of a level of memory.
    Part(usize),
}

/// Bars that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct BarGroup {
    /// What they have in common, such as `45nm · fp32`.
    pub label: String,
    /// The bars, from top to bottom.
    pub bars: Vec<Bar>,
}

/// A bar of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What the bar stands for, such as a variant.
    pub label: String,
    /// The segments, one for each in the legend.
    pub segments: Vec<Energy>,
    /// What to say after the total at the bar's end, such as `65.1 % saved`.
    pub note: Option<String>,
}

impl Bar {
    /// The energy of all segments together.
    pub fn total(&self) -> Energy {
        self.segments.iter().copied().sum()
    }
}
