//! Heat maps: how a result moves with two dimensions at once.

use super::axis::ChartAxis;
use super::value::ValueKind;

/// A grid of values.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart, such as model and table.
    pub subtitle: Option<String>,
    /// What varies from left to right.
    pub x: ChartAxis,
    /// What varies from bottom to top.
    pub y: ChartAxis,
    /// The values of `x`, rising. A column reaches halfway to its neighbours.
    pub columns: Vec<f64>,
    /// The values of `y`, rising.
    pub rows: Vec<f64>,
    /// The results: a row for each of `rows`, in it a cell for each of `columns`,
    /// without a value where the model refuses the point. Cells smaller than a pixel
    /// are left out where no pixel begins in them.
    pub cells: Vec<Vec<Option<f64>>>,
    /// What the results are.
    pub value: ValueKind,
    /// Results to point out.
    pub target: Option<HeatTarget>,
    /// Small print under the plot: the conventions that were used.
    pub caption: Vec<String>,
}

/// Results to point out.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatTarget {
    /// The least result that counts; minus infinity for no least.
    pub from: f64,
    /// The result below which others count; infinity for no greatest.
    pub to: f64,
    /// What they are, such as `reads as 66 %`.
    pub label: String,
}

impl HeatTarget {
    /// Whether `value` counts.
    pub fn contains(&self, value: f64) -> bool {
        (self.from..self.to).contains(&value)
    }
}
