//! An axis: what it measures, how its values are spaced, how its numbers are written.

/// An axis of a [`super::LineChart`].
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAxis {
    /// What is measured, with its unit.
    pub label: String,
    /// How values are spaced.
    pub scale: Scale,
    /// The least the axis covers. It always covers the data as well, since a curve
    /// that leaves the plot unseen would mislead.
    pub range: Option<(f64, f64)>,
    /// How numbers are written.
    pub unit: AxisUnit,
}

/// How values are spaced along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By their logarithm, with ticks at powers of two.
    Log2,
    /// By their logarithm, with ticks at powers of ten.
    Log10,
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisUnit {
    /// As they are.
    Plain,
    /// Fractions as percentages: 0.66 is `66 %`.
    Percent,
}
