//! Icicles: what the parts of a whole are, and the parts of these.

/// Boxes below one another, each as wide as its part of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Icicle {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart.
    pub subtitle: Option<String>,
    /// What the colours stand for.
    pub legend: Vec<(String, IcicleTone)>,
    /// The whole.
    pub root: IcicleBox,
    /// Small print under the plot.
    pub caption: Vec<String>,
}

/// A part, and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct IcicleBox {
    /// Its name, as far as there is room for it.
    pub label: String,
    /// A number to say beside the name, if there is room for both.
    pub note: String,
    /// Everything there is to say of it, for whoever points at it.
    pub detail: String,
    /// Its size, in any unit that the boxes share.
    pub size: f64,
    /// Its colour.
    pub tone: IcicleTone,
    /// The boxes below, from left to right; they are no larger together.
    pub children: Vec<IcicleBox>,
}

/// The colour of a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum IcicleTone {
    /// Grey: what holds others.
    Neutral,
    /// The colour that the segment of this number has in stacked bars, so many
    /// steps towards white.
    Segment {
        /// The number of the segment.
        index: usize,
        /// The steps.
        lighter: u8,
    },
    /// Between what is saved alone (−1) and what is added alone (1).
    Change(f64),
}
