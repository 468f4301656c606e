//! Tornado: which input moves a result most.

use super::value::ValueKind;

/// Bars around a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart, such as model and table.
    pub subtitle: Option<String>,
    /// The result with every input at its usual value.
    pub baseline: f64,
    /// What the results are.
    pub value: ValueKind,
    /// The bars, from top to bottom.
    pub bars: Vec<TornadoBar>,
    /// What is measured, without a unit; energies add theirs.
    pub x_label: String,
    /// Small print under the plot: the conventions that were used.
    pub caption: Vec<String>,
}

/// How one input moves the result.
#[derive(Debug, Clone, PartialEq)]
pub struct TornadoBar {
    /// The input.
    pub label: String,
    /// The result with the input at the low end of its range. It may be above the
    /// baseline, and on the same side of it as `high`.
    pub low: f64,
    /// The result with the input at the high end of its range.
    pub high: f64,
    /// What the input is at its low end, such as `3.1 pJ`.
    pub low_label: String,
    /// What the input is at its high end.
    pub high_label: String,
    /// What to say beside the bar, such as where the range comes from.
    pub note: Option<String>,
}
